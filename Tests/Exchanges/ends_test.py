"""However acme-challenge ends, it takes away what it put there: by a signal, by a reader that is gone, by its budget."""

import json
import signal
import subprocess
import time

from journey import EARLIER, Journey, Row, kit
from scripted_ca import ScriptedCA
from tools import LIMIT, ToolTest

AT_WORK = {"pending_polls": 10**9}  # validation that never ends


class EndsTest(ToolTest):

    def start(self, ca, **options):
        """acme-challenge, waiting for a validation, with its token in the web root."""
        kit_folder = kit().folder
        (self.dir / "web").mkdir()
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        (self.dir / "site.csr").write_bytes(kit().request(("one.example",)))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit_folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": "60"}
        with open(self.dir / "site.csr", "rb") as request:
            tool = subprocess.Popen(["acme-challenge", "--webroot", "web"], stdin=request, stderr=subprocess.PIPE,
                                    cwd=self.dir, env=self.env, **({"stdout": subprocess.PIPE} | options))
        self.addCleanup(tool.kill)
        end = time.monotonic() + 30
        while not ca.asked("challenge"):
            self.assertLess(time.monotonic(), end, "no challenge was answered")
            time.sleep(0.02)
        self.assertEqual(len(self.tokens()), 1)
        return tool

    def tokens(self):
        return [name for name in self.files() if name.startswith("web/") and (self.dir / name).is_file()]

    def test_signals(self):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            with self.subTest(number), ScriptedCA(webroot=self.dir / "web", **AT_WORK) as ca:
                tool = self.start(ca)
                tool.send_signal(number)
                tool.communicate(timeout=LIMIT)
                self.assertEqual(tool.returncode, -number, "it ends by the same signal")
                self.assertEqual(self.tokens(), [])
                self.assertEqual(ca.violations, [])
            self.doCleanups()
            self.setUp()

    def test_an_ignored_signal_stays_ignored(self):
        """nohup means it."""
        with ScriptedCA(webroot=self.dir / "web", pending_polls=2) as ca:
            ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)  # noqa: E731
            tool = self.start(ca, preexec_fn=ignore)
            tool.send_signal(signal.SIGHUP)
            tool.communicate(timeout=LIMIT)
            self.assertEqual(tool.returncode, 0)
            self.assertEqual(self.tokens(), [])

    def test_a_reader_that_is_gone(self):
        with ScriptedCA(webroot=self.dir / "web", pending_polls=2) as ca:
            tool = self.start(ca)
            tool.stdout.close()
            error = tool.stderr.read().decode()
            tool.stderr.close()
            self.assertEqual(tool.wait(LIMIT), 74)
            self.assertEqual(error.count(": error: "), 1, error)
            self.assertEqual(self.tokens(), [])

    def test_a_token_that_somebody_else_put_there(self):
        """What isn't ours, or isn't as we left it, is left."""
        with ScriptedCA(webroot=self.dir / "web", **AT_WORK) as ca:
            tool = self.start(ca)
            token = self.dir / self.tokens()[0]
            token.write_text("somebody else's")
            (token.parent / "neighbour").write_text("another's")
            tool.send_signal(signal.SIGTERM)
            tool.communicate(timeout=LIMIT)
            self.assertEqual(token.read_text(), "somebody else's")
            self.assertEqual((token.parent / "neighbour").read_text(), "another's")

    def test_a_valid_order_is_gone_on_from(self):
        """Orders that a CA gives again, with their certificates, are not finalized again."""
        first = []

        def again(request, go):
            answer = go()
            if not first:
                first.append(answer.headers["Location"])
                return answer
            answer.json, answer.headers["Location"] = ca.orders[first[0]].json(), first[0]
            return answer

        with ScriptedCA([("new-order", None, again)], webroot=self.dir / "web") as ca:
            for _ in range(2):
                journey = Journey(self, ca, Row("", (0,), (), "", ()))
                self.assertIsNone(journey.failed, journey)
                self.assertNotEqual((self.dir / "site.pem").read_text(), EARLIER)
            self.assertEqual(len(ca.asked("finalize")), 1)
            self.assertEqual(len(ca.asked("challenge")), 1)
            self.assertEqual(ca.violations, [])

    def test_an_order_is_cancelled(self):
        with ScriptedCA(webroot=self.dir / "web") as ca:
            self.start_order(ca)
            self.ok(self.run_tool("acme-challenge", "cancel", stdin=(self.dir / "order.json").read_bytes()))
            self.assertEqual([a.status for a in ca.authorizations.values()], ["deactivated", "deactivated"])

    def test_the_verbs_in_a_row(self):
        with ScriptedCA(webroot=self.dir / "web", pending_polls=1, processing_polls=1) as ca:
            self.start_order(ca)
            asked = len(ca.requests)
            shown = self.ok(self.run_tool("acme-challenge", "show", stdin=(self.dir / "order.json").read_bytes())).text
            self.assertEqual(len(shown.splitlines()), 2)
            done = self.ok(self.sh("acme-challenge publish --webroot web <order.json >published.json"))
            self.assertEqual(len(self.tokens()), 2)
            self.assertEqual(len(ca.requests), asked, "show and publish ask nobody")
            done = self.ok(self.sh("acme-challenge respond <published.json | acme-challenge wait >ready.json"))
            done = self.ok(self.sh("acme-challenge clean --webroot web <published.json >/dev/null"))
            self.assertEqual(self.tokens(), [])
            done = self.ok(self.sh("acme-finalize --csr site.csr <ready.json | acme-chain --csr site.csr"))
            self.assertEqual(done.text.count("BEGIN CERTIFICATE"), 2)
            self.assertEqual(ca.violations, [])

    def start_order(self, ca):
        """An order for two names, by the verb, in order.json."""
        (self.dir / "web").mkdir()
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        (self.dir / "site.csr").write_bytes(kit().request(("one.example", "two.example")))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle)}
        self.ok(self.sh("acme-challenge order --type http-01 <site.csr >order.json"))
        document = json.loads((self.dir / "order.json").read_text())
        chosen = [c["type"] for a in document["authorizations"] for c in a["challenges"] if c.get("chosen")]
        self.assertEqual(chosen, ["http-01", "http-01"])
