"""acme-revoke: by either key, with reasons, and what a CA may answer."""

import json
import shutil

import issuer
from acme_objects import Order
from faults import done_but, dropped, html, lost, refuses, says, with_members
from journey import EVERY, kit
from scripted_ca import ScriptedCA
from tools import ToolTest

REASONS = {"unspecified": 0, "keyCompromise": 1, "affiliationChanged": 3, "superseded": 4, "cessationOfOperation": 5}


class Revoke(ToolTest):

    def setup_method(self):
        super().setup_method()
        for name in ("account", "site"):
            shutil.copy(kit().folder / f"{name}.key", self.dir)

    def ca(self, *script, budget=20, **habits):
        """A CA that has issued site.pem."""
        ca = self.enterContext(ScriptedCA(script, **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": str(budget)}
        account, = ca.accounts.values()
        order = Order(ca, ca.url("order", 1), account, [("dns", "one.example")], {})
        order.finalize(kit().request_der(("one.example",)))
        ca.orders[order.url] = order
        self.chain = order.chain
        self.der = issuer.der(order.chain)
        return ca

    def revoke(self, *words, stdin=None, **more):
        return self.run_tool("acme-revoke", *words, stdin=self.chain if stdin is None else stdin, **more)

    ACCOUNT = ("-k", "account.key", "-a", "account.json")
    OWN = ("--cert-key", "site.key")

    def test_by_either_key(self):
        for words, key in (self.ACCOUNT, "kid"), (self.ACCOUNT[:2], "kid"), (self.OWN, "jwk"):
            with self.subTest(words):
                ca = self.ca()
                self.assertEqual(self.ok(self.revoke(*words)).out, b"")
                request, = ca.asked("revoke-cert")
                self.assertIn(key, request.header)
                self.assertEqual((ca.revoked, list(request.payload)), ({self.der: None}, ["certificate"]))
                self.assertEqual(ca.violations, [])
                # The key's account is looked up only where no document says it.
                self.assertEqual(len(ca.asked("new-account")), 1 if words == self.ACCOUNT[:2] else 0)

    def test_the_variables(self):
        ca = self.ca()
        self.env |= {"ACME_ACCOUNT_KEY": "account.key", "ACME_ACCOUNT": "account.json"}
        self.ok(self.revoke())
        self.assertEqual(len(ca.revoked), 1)

    def test_the_variables_are_not_read_beside_the_certificate_s_key(self):
        ca = self.ca()
        self.env |= {"ACME_ACCOUNT_KEY": "missing.key", "ACME_ACCOUNT": "missing.json"}
        self.ok(self.revoke(*self.OWN))
        self.assertEqual(len(ca.revoked), 1)

    def test_a_certificate_alone(self):
        ca = self.ca()
        self.ok(self.revoke(*self.OWN, stdin="text around it\n" + issuer.certificates(self.chain)[0]))
        self.assertEqual(list(ca.revoked), [self.der])

    def test_reasons(self):
        for name, number in REASONS.items():
            for text in name, str(number), name.upper():
                with self.subTest(text):
                    ca = self.ca()
                    self.ok(self.revoke(*self.OWN, "--reason", text))
                    self.assertEqual(ca.revoked, {self.der: number})

    def test_reasons_that_are_none(self):
        ca = self.ca()
        for text in "7", "11", "-1", "stolen", "":
            with self.subTest(text):
                self.fails(self.revoke(*self.OWN, f"--reason={text}"), 64, ".")
        self.assertEqual(ca.requests, [])

    def test_a_reason_that_the_ca_doesn_t_take(self):
        ca = self.ca()
        for words in self.ACCOUNT, self.OWN:
            result = self.fails(self.revoke(*words, "--reason", "cACompromise"), 77, "reason 0, 1, 3, 4 or 5, please")
            self.assertNotIn("hint", result.err)
        self.assertEqual(ca.revoked, {})

    def test_revoked_already(self):
        for status in 400, 409:
            with self.subTest(status):
                self.ca(("revoke-cert", EVERY, refuses("alreadyRevoked", status, "long ago")))
                result = self.revoke(*self.OWN)
                self.assertEqual((result.status, result.out), (0, b""), result)
                self.assertEqual(result.err,
                                 "acme-revoke: warning: the certificate for one.example is revoked already\n")
                self.ok(self.revoke(*self.OWN, "-q"))

    def test_lost_answers(self):
        for fault in lost, dropped, says(503), says(500):
            with self.subTest(fault):
                ca = self.ca(("revoke-cert", 1, fault))
                result = self.revoke(*self.ACCOUNT)
                self.assertEqual((result.status, len(ca.revoked), ca.violations), (0, 1, []), result)

    def test_what_is_refused_after_an_answer_was_lost(self):
        """The first try may have revoked it."""
        doubt = "hint: a try whose answer was lost, or not the CA's, may have revoked the certificate all the same: "
        no = refuses("unauthorized", 403, "its names are another's now")
        for first in lost, dropped, done_but(500), says(200, "<html>", "text/html", Replay_Nonce=None):
            with self.subTest(first):
                ca = self.ca(("revoke-cert", 1, first), ("revoke-cert", 2, no))
                result = self.fails(self.revoke(*self.ACCOUNT), 77, "its names are another's now")
                self.assertIn(doubt + "run the same again, or look for it in the CA's revocation list", result.err)
                self.assertEqual(len(ca.asked("revoke-cert")), 2)
        for first in says(503), refuses("badNonce", 400):
            with self.subTest(first):
                self.ca(("revoke-cert", 1, first), ("revoke-cert", 2, no))
                result = self.fails(self.revoke(*self.ACCOUNT), 77, "its names are another's now")
                self.assertRegex(result.err, "hint: the account that ordered it may")
        self.ca(("revoke-cert", EVERY, dropped), budget=4)
        self.assertIn(doubt, self.fails(self.revoke(*self.ACCOUNT), 69, "the answer was lost").err)

    def test_what_is_said(self):
        self.ca()
        result = self.revoke(*self.OWN, "--reason", "superseded", "-v")
        self.assertEqual((result.status, result.err),
                         (0, "acme-revoke: revoked the certificate for one.example, reason superseded\n"))

    def test_another_key(self):
        ca = self.ca()
        result = self.fails(self.revoke("--cert-key", "account.key"), 65,
                            "the key in account.key isn't that of the certificate for one.example")
        self.assertEqual((ca.requests, result.out), ([], b""))

    def test_both_keys(self):
        ca = self.ca()
        for words in ("-k", "account.key"), ("-a", "account.json"):
            self.fails(self.revoke(*self.OWN, *words), 64, "--cert-key needs no account")
        self.fails(self.revoke(), 64, "the account's key is missing")
        self.assertEqual(ca.requests, [])

    def test_another_ca(self):
        for answer in refuses("malformed", 404, "unknown"), refuses("malformed", 400, "unknown"), html(404):
            with self.subTest(answer):
                self.ca(("revoke-cert", EVERY, answer))
                result = self.fails(self.revoke(*self.OWN), 77, ".")
                self.assertRegex(result.err, r"hint: it was issued by CN ?= ?Throwaway intermediate: is that the CA "
                                             r"\(--directory\)\?")

    def test_another_account(self):
        ca = self.ca()
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        ca.open_account(json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "other.key")).text), [])
        result = self.fails(self.revoke("-k", "other.key"), 77, "another account has ordered it")
        self.assertRegex(result.err, "hint: the account that ordered it may, or .*or --cert-key FILE with its own key; ")
        self.assertEqual(ca.revoked, {})

    def test_an_account_that_has_proved_the_names(self):
        """The account's key and the site's are lost."""
        ca = self.ca(webroot=self.dir / "web")
        (self.dir / "web").mkdir()
        (self.dir / "site.pem").write_text(self.chain)
        for name in "account", "site":
            (self.dir / f"{name}.key").unlink()
        self.ok(self.sh("""
            acme-key -o new.key
            acme-register -k new.key --agree-tos -o new.json
            acme-key -o any.key
            acme-csr -k any.key --from-cert site.pem |
              acme-challenge -k new.key -a new.json --webroot web >/dev/null
            acme-revoke -k new.key -a new.json <site.pem"""))
        self.assertEqual((list(ca.revoked), ca.violations), ([self.der], []))

    def test_no_account(self):
        ca = self.ca()
        ca.accounts.clear()
        self.fails(self.revoke("-k", "account.key"), 78, "no account has this key")

    def test_a_ca_that_revokes_nothing(self):
        self.ca(("directory", EVERY, with_members(revokeCert=None)))
        for words in ("-k", "account.key"), self.OWN:
            self.fails(self.revoke(*words), 77,
                       "doesn't revoke certificates for their owners: its directory has no revokeCert")

    def test_revoke_cert_that_is_something_else_too(self):
        ca = self.ca(("directory", EVERY, lambda request, go: with_members(
            revokeCert=f"https://{request.headers['Host']}/key-change")(request, go)))
        self.fails(self.revoke(*self.OWN), 76, "it is the CA's keyChange")
        self.assertEqual(ca.asked("key-change"), [])

    def test_input_that_is_none(self):
        ca = self.ca()
        for stdin, status, message in [
            ("", 65, "nothing on stdin"), ("hello", 65, "no PEM certificate"), (kit().request(("one.example",)), 65, "."),
            ((self.dir / "site.key").read_text(), 65, "PRIVATE KEY"), ("{}", 65, "."),
            ('{"format":"acme-problem/1","exit":77,"message":"earlier","tool":"acme-challenge"}', 77, None),
        ]:
            with self.subTest(message):
                result = self.revoke(*self.OWN, stdin=stdin)
                self.assertEqual((result.status, result.out), (status, b""), result)
                if message:
                    self.fails(result, status, message)
        self.assertEqual(ca.requests, [])

    def test_the_key_beside_the_certificate(self):
        ca = self.ca()
        self.ok(self.revoke(*self.OWN, stdin=(self.dir / "site.key").read_text() + self.chain))
        self.assertEqual((list(ca.revoked), ca.violations), ([self.der], []))

    def test_an_encrypted_key_and_its_passphrase_elsewhere(self):
        ca = self.ca()
        (self.dir / "secrets").mkdir()
        (self.dir / "secrets" / "pass").write_text("secret\n")
        self.ok(self.run_tool("openssl", "pkcs8", "-topk8", "-in", "site.key", "-out", "locked.key",
                              "-passout", "file:secrets/pass"))
        self.ok(self.revoke("--cert-key", "locked.key", "--passphrase-file", "secrets/pass"))
        self.assertEqual(len(ca.revoked), 1)

    def test_stdin_and_stdout_that_are_closed(self):
        ca = self.ca()
        (self.dir / "site.pem").write_text(self.chain)
        self.ok(self.sh("acme-revoke --cert-key site.key <site.pem >&-"))
        self.assertEqual(len(ca.revoked), 1)
        self.fails(self.sh("acme-revoke --cert-key site.key <&-"), 65, "nothing on stdin")
