"""The life of an account and of its certificates at Pebble: listed, given another key, closed, revoked."""

import json
import os
import random
import re
import signal
import subprocess
import time

from testbed import PipelineTest, wait_until
from tools import LIMIT, REPO


class Life(PipelineTest):

    SETTINGS = {"PEBBLE_WFE_ORDERS_PER_PAGE": 2}

    def register(self, *words):
        return self.run_tool("acme-register", *words)

    def status_of(self, certificate):
        """What Pebble says of it: status and reason."""
        text = self.openssl("x509", "-in", certificate, "-noout", "-serial").text
        told = json.loads(self.testbed.manage(f"/cert-status-by-serial/{text.strip().partition('=')[2].lower()}"))
        return told["Status"], told.get("Reason")

    def test_orders(self):
        """Two a page."""
        self.assertEqual(self.ok(self.register("orders")).out, b"")
        urls = []
        for number in range(5):
            self.csr(f"n{number}.example.org")
            order = self.ok(self.run_tool("acme-challenge", "order", stdin=self.read("site.csr")))
            urls.append(json.loads(order.text)["url"])
        heard = len(self.testbed.requests())
        self.assertEqual(sorted(self.ok(self.register("orders")).text.split()), sorted(urls))
        self.assertEqual(len([r for r in self.testbed.requests(heard) if "list-orderz" in r]), 3)

    def test_update(self):
        contact = ["mailto:me@example.org", "mailto:you@example.org"]
        self.ok(self.register("update", "--contact", contact[0], "--contact", contact[1], "-o", "account.json"))
        self.assertEqual(self.load("account.json")["account"]["contact"], contact)
        self.ok(self.register("update", "--no-contact", "-o", "account.json"))
        self.assertEqual(json.loads(self.ok(self.register("show")).text)["account"].get("contact", []), [])
        self.issue("example.org")

    def test_rollover(self):
        for kind in "p256", "p384", "rsa2048":
            with self.subTest(kind):
                self.ok(self.run_tool("acme-key", "--type", kind, "--force", "-o", "new.key"))
                before = self.load("account.json")
                self.ok(self.register("rollover", "--new-key", "new.key", "-o", "account.json"))
                self.assertEqual(self.load("account.json")["url"], before["url"])
                old = (self.dir / "account.key").rename(self.dir / "old.key")
                (self.dir / "new.key").rename(self.dir / "account.key")
                self.issue("example.org")
                self.fails(self.run_tool("acme-register", "show", "-k", old), 78, "(?i)account")

    def test_a_key_of_another_account(self):
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        self.ok(self.run_tool("acme-register", "-k", "other.key", "--agree-tos", "-o", "other.json"))
        self.fails(self.register("rollover", "--new-key", "other.key"), 77, "the new key has an account already")
        self.issue("example.org")

    def test_deactivate(self):
        self.ok(self.register("deactivate", "--yes", "-o", "account.json"))
        self.assertEqual(self.load("account.json")["account"]["status"], "deactivated")
        self.fails(self.register("show"), 78, "exists but is deactivated")
        self.csr("example.org")
        self.fails(self.run_tool("acme-challenge", "order", stdin=self.read("site.csr")), 78, "is deactivated")

    def test_revoked_by_the_account_s_key(self):
        self.issue("example.org")
        self.assertEqual(self.status_of("site.pem")[0], "Valid")
        self.step("acme-revoke", "site.pem", "--reason", "superseded")
        self.assertEqual(self.status_of("site.pem"), ("Revoked", 4))

    def test_revoked_by_its_own_key(self):
        self.issue("example.org")
        for name in "ACME_ACCOUNT", "ACME_ACCOUNT_KEY":
            del self.env[name]
        self.step("acme-revoke", "site.pem", "--cert-key", "site.key", "--reason", "1")
        self.assertEqual(self.status_of("site.pem"), ("Revoked", 1))

    def test_revoked_without_a_document(self):
        self.issue("example.org")
        del self.env["ACME_ACCOUNT"]
        self.step("acme-revoke", "site.pem")
        self.assertEqual(self.status_of("site.pem")[0], "Revoked")

    def test_revoked_after_a_rollover(self):
        self.issue("example.org")
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.ok(self.register("rollover", "--new-key", "new.key", "-o", "account.json"))
        self.step("acme-revoke", "site.pem", "-k", "new.key")
        self.assertEqual(self.status_of("site.pem")[0], "Revoked")

    def test_revoked_twice(self):
        self.issue("example.org")
        self.step("acme-revoke", "site.pem", "--reason", "1")
        result = self.run_tool("acme-revoke", "--reason", "4", stdin=self.read("site.pem"))
        self.assertEqual(result.status, 0)
        self.assertEqual(result.err, "acme-revoke: warning: the certificate for example.org is revoked already\n")
        self.assertEqual(self.status_of("site.pem"), ("Revoked", 1))

    def test_another_s_certificate(self):
        self.issue("example.org")
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        self.ok(self.run_tool("acme-register", "-k", "other.key", "--agree-tos", "-o", "other.json"))
        result = self.run_tool("acme-revoke", "-k", "other.key", "-a", "other.json", stdin=self.read("site.pem"))
        self.fails(result, 77, "^acme-revoke: error: the CA refused revokeCert")
        self.assertIn("or --cert-key FILE with its own key", result.err)
        self.assertEqual(self.status_of("site.pem")[0], "Valid")

    def test_a_cancelled_name(self):
        self.csr("one.example.org", "two.example.org")
        self.save("order.json", self.run_tool("acme-challenge", "--webroot", self.testbed.webroot,
                                              stdin=self.read("site.csr")))
        self.save("cancelled.json", self.step("acme-challenge cancel", "order.json", "two.example.org"))
        self.assertEqual({a["identifier"]["value"]: a["status"] for a in self.load("cancelled.json")["authorizations"]},
                         {"one.example.org": "valid", "two.example.org": "deactivated"})

    def test_every_lesson(self):
        self.issue("example.org")
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        for section, words in {
            "7.1.2.1": "acme-register orders", "7.3.2": "acme-register update --no-contact",
            "7.6": "acme-revoke --cert-key site.key --reason 1",
            "7.3.5": "acme-register rollover --new-key new.key -o account.json",
            "7.3.6": "acme-register deactivate --yes -k new.key",
        }.items():
            with self.subTest(section):
                result = self.ok(self.run_tool(*words.split(), "--explain", "--trace", "trace",
                                               stdin=self.read("site.pem")), quiet=False)
                self.assertIn(f"(RFC 8555, section {section})", re.sub(r"\n\S+: +", " ", result.err))
                for line in re.findall(r"(?m)^\S+: +\$ (.*)$", result.err):
                    self.assertRegex(self.ok(self.sh(line), quiet=False).text, "(?i)verified|^[\\w-]{43}$", line)
        trace = self.read("trace").decode()
        self.assertNotIn('"signature"', trace)
        self.assertIn('"oldKey"', trace)
        page = self.run_tool("python3", REPO / "scripts/trace-view", "trace")
        self.assertIn("gives the account a new key", self.ok(page).text)


class Killed(PipelineTest):
    """A rollover that is killed at any point: one of the two keys is the account's, and the next run ends the job."""

    TIMES = 20
    COMMAND = ("acme-register", "rollover", "--new-key", "new.key", "-o", "account.json")

    def seconds(self):
        """How long one takes that isn't killed."""
        began = time.monotonic()
        self.roll()
        self.swap()
        return time.monotonic() - began

    def roll(self):
        self.ok(self.run_tool("acme-key", "--force", "-o", "new.key"))
        self.ok(self.run_tool(*self.COMMAND))

    def swap(self):
        (self.dir / "new.key").rename(self.dir / "account.key")

    def live(self, key):
        """Whether the CA knows an account of this key."""
        result = self.run_tool("acme-register", "show", "-k", key)
        self.assertIn(result.status, (0, 78), result)
        return result.status == 0

    def test_killed(self):
        url, whole = self.load("account.json")["url"], self.seconds()
        seen = set()
        for number in range(self.TIMES):
            self.ok(self.run_tool("acme-key", "--force", "-o", "new.key"))
            tool = subprocess.Popen(self.COMMAND, cwd=self.dir, env=self.env, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, whole))  # any moment is as good as another
            tool.send_signal(signal.SIGKILL)
            tool.wait(LIMIT)
            lives = self.live("account.key"), self.live("new.key")
            self.assertEqual(sorted(lives), [False, True], number)
            seen.add(lives)
            self.ok(self.run_tool(*self.COMMAND))
            self.assertEqual((self.live("account.key"), self.live("new.key")), (False, True))
            document = self.load("account.json")
            self.assertEqual(document["url"], url)
            self.assertEqual(document["jwk"], json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "new.key")).text))
            self.swap()
        self.issue("example.org")

    def test_killed_when_the_ca_has_heard_it(self):
        """Just before the answer is there: the old key is no account's any more, and nobody was told."""
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        (self.dir / "trace").touch()
        tool = subprocess.Popen([*self.COMMAND, "--trace", "trace"], cwd=self.dir, env=self.env)
        self.addCleanup(tool.kill)
        wait_until(lambda: "rollover-account-key" in self.testbed.log() or tool.poll() is not None, "Pebble has heard it")
        if tool.poll() is None:
            os.kill(tool.pid, signal.SIGKILL)
        tool.wait(LIMIT)
        self.ok(self.run_tool(*self.COMMAND))
        self.swap()
        self.issue("example.org")


class Bound(PipelineTest):
    """A CA that makes accounts only for those whom it knows: one that is there needs no binding any more."""

    SETTINGS = {"EAB": 1}

    def account(self, kind="p256"):
        self.ok(self.run_tool("acme-key", "-o", "account.key"))
        self.ok(self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "--eab-kid", self.env["EAB_KID"],
                              "--eab-key-file", self.env["EAB_KEY_FILE"], "-o", "account.json"))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}

    def test_its_life(self):
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.ok(self.run_tool("acme-register", "rollover", "--new-key", "new.key", "-o", "account.json"))
        self.ok(self.run_tool("acme-register", "rollover", "--new-key", "new.key", "-o", "account.json"))
        self.env["ACME_ACCOUNT_KEY"] = "new.key"
        self.issue("example.org")
        self.step("acme-revoke", "site.pem")
        self.ok(self.run_tool("acme-register", "deactivate", "--yes", "-o", "account.json"))
