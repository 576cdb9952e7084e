"""acme-challenge in the middle of its work: signals, readers that go, hands in its web root, and how much it says."""

import contextlib
import signal
import subprocess
import time

from faults import refuses
from journey import EARLIER, EVERY, Journey, Row, kit
from scripted_ca import ScriptedCA
from tools import LIMIT, ToolTest

NEVER = 10**9  # polls: validation that doesn't end


class EndsTest(ToolTest):

    @contextlib.contextmanager
    def at_work(self, polls, **options):
        """acme-challenge, its challenge answered, and its token in the web root."""
        (self.dir / "web").mkdir()
        with ScriptedCA(webroot=self.dir / "web", pending_polls=polls) as ca:
            self.knows(ca)
            with open(self.dir / "site.csr", "rb") as request:
                tool = subprocess.Popen(["acme-challenge", "--webroot", "web"], cwd=self.dir, env=self.env,
                                        stdin=request, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
            with tool:
                self.addCleanup(tool.kill)
                end = time.monotonic() + LIMIT
                while not ca.asked("challenge"):
                    self.assertLess(time.monotonic(), end, "no challenge was answered")
                    time.sleep(0.02)
                self.assertEqual(len(self.tokens()), 1)
                yield tool

    def knows(self, ca):
        """Account, key and CA by the environment, and a request in site.csr."""
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        (self.dir / "site.csr").write_bytes(kit().request(("one.example",)))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": "60"}

    def tokens(self):
        return [file for file in (self.dir / "web").rglob("*") if file.is_file()]

    def test_an_ignored_signal_stays_ignored(self):
        """nohup means it."""
        with self.at_work(2, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as tool:
            tool.send_signal(signal.SIGHUP)
            _, error = tool.communicate(timeout=LIMIT)
            self.assertEqual((tool.returncode, error), (0, b""))
            self.assertEqual(self.tokens(), [])

    def test_a_reader_that_is_gone(self):
        with self.at_work(2) as tool:
            tool.stdout.close()
            error = tool.stderr.read()
            self.assertEqual(tool.wait(LIMIT), 74)
            self.assertEqual(error.count(b": error: "), 1, error)
            self.assertEqual(self.tokens(), [])

    def test_what_others_put_there_stays(self):
        with self.at_work(NEVER) as tool:
            token = self.tokens()[0]
            token.write_text("somebody else's")
            (token.parent / "neighbour").write_text("another's")
            tool.send_signal(signal.SIGTERM)
            tool.communicate(timeout=LIMIT)
            self.assertEqual(sorted(file.read_text() for file in self.tokens()), ["another's", "somebody else's"])

    def test_a_folder_that_goes_away(self):
        """What isn't there any more needs no taking away."""
        with self.at_work(2) as tool:
            self.tokens()[0].unlink()
            _, error = tool.communicate(timeout=LIMIT)
            self.assertIn(tool.returncode, (0, 77), error)
            self.assertEqual(error.count(b": warning: "), 0, error)

    def test_a_valid_order_is_gone_on_from(self):
        """An order that the CA gives a second time, with its certificate, is not finalized again."""
        places = []

        def again(request, go):
            answer = go()
            places.append(answer.headers["Location"])
            answer.json, answer.headers["Location"] = ca.orders[places[0]].json(), places[0]
            return answer

        with ScriptedCA([("new-order", EVERY, again)], webroot=self.dir / "web") as ca:
            for _ in range(2):
                journey = Journey(self, ca, Row("", (0,), (), "", ()))
                self.assertIsNone(journey.failed, journey)
                self.assertNotEqual((self.dir / "site.pem").read_text(), EARLIER)
            self.assertEqual([len(ca.asked(where)) for where in ("new-order", "challenge", "finalize")], [2, 1, 1])
            self.assertEqual(ca.violations, [])

    def test_how_much_is_said(self):
        """-q leaves the hints out, -v says each step; neither changes what is written. See verbose_test.py."""
        (self.dir / "web").mkdir()
        with ScriptedCA([("new-order", 3, refuses("malformed", 400, "no more"))], webroot=self.dir / "web") as ca:
            self.knows(ca)
            request = (self.dir / "site.csr").read_bytes()
            quiet = self.ok(self.run_tool("acme-challenge", "--webroot", "web", "-q", stdin=request))
            loud = self.ok(self.run_tool("acme-challenge", "--webroot", "web", "-v", stdin=request), quiet=False)
            self.assertGreater(len(loud.err.splitlines()), 3)
            self.assertRegex(loud.err, "(?m)\\A(acme-challenge: .+\n)+\\Z")
            self.assertEqual(len(quiet.out) // 100, len(loud.out) // 100)
            failed = self.run_tool("acme-challenge", "--webroot", "web", "-q", stdin=request)
            self.assertEqual(len(self.fails(failed, 77, "no more").err.splitlines()), 1)

    def test_no_secret_is_said(self):
        """Neither key authorizations nor signatures need to be in what is said; keys never are."""
        (self.dir / "web").mkdir()
        with ScriptedCA(webroot=self.dir / "web") as ca:
            self.knows(ca)
            said = self.run_tool("acme-challenge", "--webroot", "web", "-vv", stdin=(self.dir / "site.csr").read_bytes())
            key = (kit().folder / "account.key").read_text().splitlines()[1]
            self.assertNotIn(key, said.err + said.text)
