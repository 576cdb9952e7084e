"""What the manual shows is what the tools do: its examples run as they stand, its documents are described whole."""

import base64
import hashlib
import json
import re
import shlex

import schemas
from manual import MAN, literal_blocks, section
from testbed import PipelineTest
from tools import ToolTest

# What a page expects to be there already.
EARLIER = {
    "acme-csr": ["site.pem"],
    "acme-challenge": ["account.key", "account.json", "site.csr"],
    "acme-finalize": ["account.key", "account.json", "site.csr"],
    "acme-chain": ["account.key", "account.json", "site.csr", "old-roots.pem"],
    "acme-renewal": ["site.pem"],
    "acme-revoke": ["account.key", "account.json", "site.pem"],
}

# What is said about the results in the text around the examples.
PROMISED = {
    "acme-key": ["kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"],
    "acme-csr": ["DNS:example.org, DNS:www.example.org"],
    "acme-register": ["https://"],
    "acme-finalize": ["https://"],
    "acme-chain": ["DNS:example.org, DNS:www.example.org"],
    "acme-renewal": ["other.pem\tmissing\tnow", "example.org www.example.org  CN=Pebble"],
}

# What an example shows the beginning of.
REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIHu\n-----END CERTIFICATE REQUEST-----\n"

# The host of the examples that is not this one: it has this one's disk, but no account.
SSH = '#!/bin/sh\nshift\nexec env -u ACME_ACCOUNT -u ACME_ACCOUNT_KEY sh -c "$*"\n'


class Examples(PipelineTest):
    """The examples of a page, in their order and in one shell, as a reader who follows them would type them."""

    settings = ("PEBBLE_AUTHZREUSE=0",)

    def test_acme_key(self):
        self.run_page("acme-key")

    def test_acme_csr(self):
        self.run_page("acme-csr")

    def test_acme_register(self):
        self.run_page("acme-register")

    def test_acme_challenge(self):
        self.run_page("acme-challenge")

    def test_acme_finalize(self):
        self.run_page("acme-finalize")

    def test_acme_chain(self):
        self.run_page("acme-chain")

    def test_acme_renewal(self):
        self.run_page("acme-renewal")

    def test_acme_revoke(self):
        self.run_page("acme-revoke")

    def test_no_page_is_left_out(self):
        for page in MAN.glob("*.1"):
            self.assertTrue(hasattr(self, f"test_{page.stem.replace('-', '_')}"), page.name)

    def run_page(self, page):
        self.leave_only(EARLIER.get(page, []))
        (self.dir / "bin").mkdir()
        (self.dir / "bin" / "ssh").write_text(SSH)
        (self.dir / "bin" / "ssh").chmod(0o755)
        script = 'PATH=$PWD/bin:$PATH\ntrap \'[[ $? == 0 ]] || echo "this was example $n" >&2\' EXIT\n'
        for number, block in enumerate(literal_blocks(section(f"{page}.1", "EXAMPLES")), 1):
            script += f"n={number}\n" + re.sub(r"/var/www/\w+", shlex.quote(str(self.testbed.webroot)), block)
        result = self.ok(self.run_tool("bash", "-e", "-o", "pipefail", "-c", script))
        for promise in PROMISED.get(page, []):
            self.assertIn(promise, result.text)
        self.assertEqual(self.testbed.tokens(), [])

    def leave_only(self, wanted):
        """Makes what a reader has at the end of the README's pipeline, and leaves the files that are wanted."""
        self.csr("example.org", "www.example.org")
        self.issue("example.org", "www.example.org")
        (self.dir / "old-roots.pem").write_bytes(self.testbed.manage("/roots/0"))
        for path in self.dir.iterdir():
            if path.name not in wanted:
                path.unlink()
        del self.env["ACME_ACCOUNT"], self.env["ACME_ACCOUNT_KEY"]


class ExamplesProvedAlready(Examples):
    """The same at a CA that remembers for which names the account has given proof."""

    settings = ("PEBBLE_AUTHZREUSE=100",)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Documents(ToolTest):
    """The examples of acme-document(5) are what the tools would write for them."""

    def example(self, heading):
        """The only example of a section, which has to be JSON with sorted keys."""
        block, = literal_blocks(section("acme-document.5", heading))
        document = json.loads(block, object_pairs_hook=self.sorted_object)
        self.assertEqual(document["format"], heading.split()[-1])
        whole = document | ({"csr": REQUEST} if "csr" in document else {})
        self.assertEqual(schemas.complaints(whole), [])
        return document

    def sorted_object(self, pairs):
        names = [name for name, _ in pairs]
        self.assertEqual(names, sorted(set(names)))
        return dict(pairs)

    def described(self, heading):
        """The members that a section has an item for."""
        items = re.findall(r"^\.It Va (.+)$", section("acme-document.5", heading), re.M)
        return {name for item in items for name in item.split(" , ")}

    def test_account(self):
        account = self.example("THE ACCOUNT: acme-account/1")
        self.assertEqual(set(account), self.described("THE ACCOUNT: acme-account/1"))
        self.assertEqual(account["thumbprint"], self.thumbprint(account["jwk"]))

    def test_order(self):
        order = self.example("THE ORDER: acme-order/1")
        challenges = order["authorizations"][0]["challenges"]
        ours = {name for challenge in challenges for name in challenge} - {"status", "token", "type", "url"}
        self.assertEqual(set(order) | ours, self.described("THE ORDER: acme-order/1"))
        self.assertEqual(order["thumbprint"], self.thumbprint(order["jwk"]))
        for challenge in challenges:
            proof = f"{challenge['token']}.{order['thumbprint']}"
            digest = hashlib.sha256(proof.encode()).digest()
            path = f"/.well-known/acme-challenge/{challenge['token']}"
            self.assertEqual(challenge["keyAuthorization"], proof)
            self.assertEqual(*{
                "http-01": lambda: (challenge["http"], {
                    "body": proof, "path": path, "url": f"http://example.org{path}"}),
                "dns-01": lambda: (challenge["dns"], {
                    "name": "_acme-challenge.example.org", "type": "TXT", "value": b64(digest)}),
                "tls-alpn-01": lambda: (challenge["tls"], {"digest": digest.hex(), "name": "example.org"}),
            }[challenge["type"]]())

    def test_renewal(self):
        renewal = self.example("THE RENEWAL: acme-renewal/1")
        self.assertEqual(set(renewal), self.described("THE RENEWAL: acme-renewal/1"))

    def test_problem(self):
        problem = self.example("THE FAILURE: acme-problem/1")
        self.assertLessEqual(set(problem), self.described("THE FAILURE: acme-problem/1"))

    @staticmethod
    def thumbprint(jwk):
        return b64(hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest())
