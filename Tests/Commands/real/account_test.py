"""Accounts: opened once, found again, bound to a key, closed."""

import base64
import json
import re
import ssl
import urllib.request

from testbed import PIPELINE, PipelineTest

TERMS = "data:text/plain,Do%20what%20thou%20wilt"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def undated(document):
    """The document's bytes, but for when the directory was fetched."""
    return re.sub(rb'"endpointsAt":"[^"]*"', b"", document)


class Accounts(PipelineTest):
    """At a CA that takes everybody who agrees to its terms."""

    def register(self, *options, key="account.key"):
        return self.run_tool("acme-register", "-k", key, *options)

    def test_twice_is_the_same_account(self):
        again = self.ok(self.register("--agree-tos")).out
        self.assertEqual(undated(again), undated(self.read("account.json")))

    def test_account_that_is_there_needs_no_agreement(self):
        self.assertEqual(undated(self.ok(self.register()).out), undated(self.read("account.json")))

    def test_key_on_stdin(self):
        again = self.ok(self.run_tool("acme-register", stdin=self.read("account.key"))).out
        self.assertEqual(undated(again), undated(self.read("account.json")))

    def test_roots_from_a_pipe(self):
        self.ok(self.sh('acme-register -k account.key --ca-bundle <(cat "$ACME_CA_BUNDLE") -o again.json'))

    def test_document(self):
        document = self.load("account.json")
        self.assertEqual(document["format"], "acme-account/1")
        self.assertEqual(document["directory"], self.env["ACME_DIRECTORY"])
        self.assertEqual(document["account"]["status"], "valid")
        self.assertEqual(document["endpoints"]["meta"]["termsOfService"], TERMS)
        self.assertEqual(document["thumbprint"], self.step("acme-key thumbprint", "account.key").text.strip())
        self.assertEqual(document["jwk"], json.loads(self.step("acme-key jwk", "account.key").out))

    def test_contacts_reach_the_ca(self):
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        contacts = ["mailto:me@example.org", "mailto:you@example.org"]
        document = json.loads(self.ok(self.register(
            "--agree-tos", *(word for contact in contacts for word in ("--contact", contact)), key="new.key")).out)
        self.assertEqual(document["account"]["contact"], contacts)

    def test_terms_are_not_agreed_to_by_themselves(self):
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        result = self.register("-o", "new.json", key="new.key")
        self.fails(result, 78, "^acme-register: error: ")
        self.assertIn(TERMS, result.err)
        self.assertFalse((self.dir / "new.json").exists())

    def test_another_account_s_key(self):
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        self.env["ACME_ACCOUNT_KEY"] = "other.key"
        heard = len(self.testbed.requests())
        result = self.sh(PIPELINE.format(names="example.org", chain="site.pem"))
        self.fails(result, 65, "^acme-challenge: error: ")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_another_account_s_key_further_down(self):
        """Each tool checks it, since each may be the first on its host."""
        self.csr("example.org")
        self.save("order.json", self.step("acme-challenge order", "site.csr"))
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        for tool in ("acme-challenge wait", "acme-finalize", "acme-chain"):
            result = self.run_tool(*tool.split(), "-k", "other.key", stdin=self.read("order.json"))
            self.fails(result, 65, f"^{tool.split()[0]}: error: ")

    def test_deactivated_account(self):
        """Pebble has no account object for it any more: it refuses whatever the key signs, in words that are shown."""
        self.account("rsa2048")
        self.deactivate()
        before = self.read("account.json")
        result = self.register("--agree-tos", "-o", "account.json")
        self.fails(result, 78, "^acme-register: error: ")
        self.assertRegex(result.err, "exists but is deactivated")
        self.assertRegex(result.err, "hint: .*deactivated, make another with a new key")
        self.assertEqual(self.read("account.json"), before)
        result = self.sh(PIPELINE.format(names="example.org", chain="site.pem"))
        self.fails(result, 77, "^acme-challenge: error: ")
        self.assertRegex(result.err, "has been deactivated")

    def test_account_document_that_says_deactivated(self):
        document = self.load("account.json")
        document["account"]["status"] = "deactivated"
        (self.dir / "account.json").write_text(json.dumps(document))
        result = self.sh(PIPELINE.format(names="example.org", chain="site.pem"))
        self.fails(result, 78, "^acme-challenge: error: .*deactivated")

    def deactivate(self):
        """Closes this test's account (RFC 8555, 7.3.6), whose key has to be an RSA one: openssl signs for RS256."""
        document = self.load("account.json")
        trust = ssl.create_default_context(cafile=self.env["ACME_CA_BUNDLE"])
        asked = urllib.request.Request(document["endpoints"]["newNonce"], method="HEAD")
        with urllib.request.urlopen(asked, context=trust) as answer:
            nonce = answer.headers["Replay-Nonce"]
        header = {"alg": "RS256", "kid": document["url"], "nonce": nonce, "url": document["url"]}
        protected, payload = b64(json.dumps(header).encode()), b64(b'{"status": "deactivated"}')
        signature = self.openssl("dgst", "-sha256", "-sign", "account.key", stdin=f"{protected}.{payload}".encode()).out
        body = {"protected": protected, "payload": payload, "signature": b64(signature)}
        asked = urllib.request.Request(document["url"], json.dumps(body).encode(),
                                       {"Content-Type": "application/jose+json"})
        with urllib.request.urlopen(asked, context=trust) as answer:
            self.assertEqual(json.load(answer)["status"], "deactivated")


class ExternalAccounts(PipelineTest):
    """A CA that opens accounts only for those whom it knows already."""

    SETTINGS = {"EAB": 1}

    def account(self, kind="p256"):
        self.ok(self.run_tool("acme-key", "--type", kind, "-o", "account.key"))

    def register(self, *options):
        return self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "-o", "account.json", *options)

    def binding(self, *options):
        return ("--eab-kid", self.env["EAB_KID"], "--eab-key-file", self.env["EAB_KEY_FILE"], *options)

    def test_bound(self):
        self.ok(self.register(*self.binding()))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}
        self.issue("example.org")

    def test_each_algorithm(self):
        for algorithm in ("HS256", "HS384", "HS512"):
            with self.subTest(algorithm):
                self.ok(self.run_tool("acme-key", "--force", "-o", "account.key"))
                self.ok(self.register(*self.binding("--eab-alg", algorithm)))

    def test_key_from_the_environment(self):
        with open(self.env["EAB_KEY_FILE"]) as file:
            self.env["ACME_EAB_HMAC_KEY"] = file.read().strip()
        self.ok(self.register("--eab-kid", self.env["EAB_KID"]))

    def test_found_again_without_it(self):
        self.ok(self.register(*self.binding()))
        first = self.read("account.json")
        self.ok(self.register())
        self.assertEqual(undated(self.read("account.json")), undated(first))

    def test_missing(self):
        heard = len(self.testbed.requests())
        self.fails(self.register(), 78, "^acme-register: error: ")
        self.assertFalse((self.dir / "account.json").exists())
        self.assertLessEqual(self.testbed.requests(since=heard).count("POST /sign-me-up"), 1, "looked up, not opened")

    def test_wrong_key(self):
        (self.dir / "wrong.key").write_text("d3Jvbmc" * 8)
        result = self.register("--eab-kid", self.env["EAB_KID"], "--eab-key-file", "wrong.key")
        self.fails(result, 77, "^acme-register: error: ")
        self.assertFalse((self.dir / "account.json").exists())
