"""Caddy as the CA, of other parentage than Pebble: a wrong answer leaves authorization and order pending for ever."""

import json
import subprocess
import time

from caddy_ca import CaddyCA
from testbed import wait_until
from tools import LIMIT, ToolTest

UNSEEN = "The server could not connect to validation target"
NAMES, CLOSED = ("www.example", "shop.example"), ("closed.example",)


class CaddyTest(ToolTest):

    @classmethod
    def setup_class(cls):
        cls.ca = CaddyCA.shared(NAMES, CLOSED)

    def setup_method(self):
        super().setup_method()
        self.env |= self.ca.env
        for name in "account", "site":
            self.ok(self.run_tool("acme-key", "-o", f"{name}.key"))
        self.ok(self.run_tool("acme-register", "-k", "account.key", "-o", "account.json"))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key", "WEBROOT": str(self.ca.webroot)}
        (self.dir / "wrong").mkdir()

    def run_tool(self, *argv, **options):
        return super().run_tool(*self.ca.apart.enter, *argv, **options)

    def request(self, *names):
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "site.csr", *names))

    def refused(self, script, message):
        """Ends with what Caddy says, long before the budget does."""
        began = time.monotonic()
        result = self.fails(self.sh(script), 77, message)
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual([path for path in self.ca.webroot.rglob("*") if path.is_file()], [])
        return json.loads(result.out)

    def test_a_certificate(self):
        self.request(*NAMES)
        self.ok(self.sh('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize | acme-chain -o site.pem'))
        text = self.openssl("x509", "-in", "site.pem", "-noout", "-ext", "subjectAltName").text
        self.assertEqual(sorted(text.split("\n")[1].replace(",", "").split()), [f"DNS:{n}" for n in sorted(NAMES)])
        # It says nothing of when to renew, and knows no renewal of others: neither is a failure.
        result = self.run_tool("acme-renewal", "--directory", self.env["ACME_DIRECTORY"], "site.pem")
        self.assertEqual((result.status, result.err, json.loads(result.out)["reason"]), (1, "", "not-yet"))
        self.ok(self.sh('acme-challenge --replaces site.pem --webroot "$WEBROOT" <site.csr >again.json'))
        self.assertNotIn("replaces", json.loads((self.dir / "again.json").read_text())["asked"])

    def test_the_wrong_web_root(self):
        self.request("www.example")
        problem = self.refused("acme-challenge --webroot wrong <site.csr", f"www.example by http-01: {UNSEEN}")
        self.assertEqual(problem["order"]["order"]["status"], "pending")
        self.assertNotIn("status", problem["problem"])

    def test_the_wrong_file(self):
        """What is there is another's: that is final, for Caddy."""
        self.request("www.example")
        self.hook('present) echo other >"$file" ;; cleanup) rm "$file" ;;')
        self.refused("acme-challenge --hook ./hook --type http-01 <site.csr",
                     "could not validate www.example by http-01: .")

    def test_nobody_listens(self):
        self.request("closed.example")
        problem = self.refused("acme-challenge --webroot wrong <site.csr", "closed.example by http-01: .")
        self.assertEqual(problem["problem"]["type"], "urn:ietf:params:acme:error:connection")

    def test_one_of_two(self):
        self.request("www.example", "closed.example")
        self.refused('acme-challenge --webroot "$WEBROOT" <site.csr', "closed.example by http-01: .")

    def test_the_verbs(self):
        self.request("closed.example")
        self.refused("acme-challenge order --type http-01 <site.csr | acme-challenge respond | acme-challenge wait",
                     "closed.example by http-01: .")

    def test_a_proof_that_comes_late(self):
        """The file gets there after Caddy has looked, and given up."""
        self.request("www.example")
        self.hook('present) echo "$ACME_HTTP_PATH $ACME_KEY_AUTHORIZATION" >proof ;; cleanup) rm "$file" ;;')
        with open(self.dir / "site.csr", "rb") as csr:
            tool = subprocess.Popen([*self.ca.apart.enter, "acme-challenge", "--hook", "./hook", "--type", "http-01",
                                     "--trace", "trace"], stdin=csr, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    cwd=self.dir, env=self.env)
        self.addCleanup(tool.communicate)
        self.addCleanup(tool.kill)
        trace = self.dir / "trace"
        wait_until(lambda: trace.exists() and UNSEEN in trace.read_text(), "Caddy has looked")
        path, text = (self.dir / "proof").read_text().split()
        file = self.ca.webroot / path.removeprefix("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        out, error = tool.communicate(timeout=LIMIT)
        self.assertEqual((tool.returncode, error), (0, b""))
        self.assertEqual(json.loads(out)["order"]["status"], "ready")

    def hook(self, cases):
        """A hook in the test's folder, for http-01 in Caddy's web root."""
        (self.dir / "hook").write_text(
            f'#!/bin/sh\nfile=$WEBROOT$ACME_HTTP_PATH\nmkdir -p "${{file%/*}}"\ncase $1 in {cases} esac\n')
        (self.dir / "hook").chmod(0o755)

    def test_the_life_of_an_account(self):
        """Caddy has a part of it: what it lacks is said, and nothing crashes."""
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.request("www.example")
        self.ok(self.sh('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize | acme-chain -o site.pem'))
        site = (self.dir / "site.pem").read_bytes()
        for words, status, message in [
            ("acme-register show", 0, None), ("acme-register update --contact mailto:you@example.org", 0, None),
            ("acme-register rollover --new-key new.key", 75, "The requested operation is not implemented"),
            ("acme-register orders", 0, None),
            ("acme-register caa www.example", 77, "doesn't say by which name it goes in CAA records"),
            ("acme-register persist www.example", 77, "neither an issuer nor a CAA identity"),
            ("acme-revoke", 0, None), ("acme-revoke --cert-key site.key -q", 0, None),
            ("acme-register deactivate --yes", 0, None), ("acme-register show", 78, "deactivated|unauthorized"),
        ]:
            with self.subTest(words):
                result = self.run_tool(*words.split(), stdin=site)
                self.ok(result) if message is None else self.fails(result, status, message)
