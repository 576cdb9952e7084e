"""A byte order mark before PEM, JSON or a list of names is passed over, everywhere."""

import json

from tools import ToolTest

MARK = b"\xef\xbb\xbf"


class ByteOrderMarkTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "site.csr", "example.org"))
        self.openssl("x509", "-req", "-in", "site.csr", "-signkey", "site.key", "-days", "9", "-copy_extensions", "copy",
                     "-out", "site.pem")

    def marked(self, name, ends=b"\n"):
        content = (self.dir / name).read_bytes().replace(b"\n", ends)
        (self.dir / f"marked-{name}").write_bytes(MARK + content)
        return f"marked-{name}"

    def test_keys(self):
        shown = self.ok(self.run_tool("acme-key", "public", "-k", "site.key")).out
        (self.dir / "public").write_bytes(shown)
        for name in "site.key", "public":
            for ends in b"\n", b"\r\n":
                self.assertEqual(self.ok(self.run_tool("acme-key", "public", "-k", self.marked(name, ends))).out, shown)

    def test_a_jwk(self):
        jwk = {"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
               "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        self.ok(self.run_tool("acme-key", "import", stdin=MARK + json.dumps(jwk).encode()))

    def test_names(self):
        (self.dir / "names").write_text("example.org\n# more\nb.example.org\n")
        for ends in b"\n", b"\r\n":
            request = self.ok(self.run_tool("acme-csr", "-k", "site.key", "--names-from", self.marked("names", ends))).out
            self.assertIn("DNS:example.org, DNS:b.example.org", self.openssl("req", "-noout", "-text", stdin=request).text)

    def test_chain_and_request(self):
        chain = (self.dir / "site.pem").read_bytes()
        for ends in b"\n", b"\r\n":
            read = self.run_tool("acme-chain", "--csr", self.marked("site.csr", ends),
                                 stdin=(self.dir / self.marked("site.pem", ends)).read_bytes())
            self.assertEqual(self.ok(read).out, chain)
        again = self.run_tool("acme-csr", "-k", "site.key", "--from-cert", self.marked("site.pem"))
        self.assertIn("DNS:example.org", self.openssl("req", "-noout", "-text", stdin=self.ok(again).out).text)

    def test_a_problem_document(self):
        problem = {"format": "acme-problem/1", "tool": "acme-challenge", "exit": 77, "message": "refused"}
        text = json.dumps(problem).encode()
        plain = self.run_tool("acme-chain", stdin=text)
        marked = self.run_tool("acme-chain", stdin=MARK + text)
        self.assertEqual((marked.status, marked.out, marked.err), (77, plain.out, plain.err))

    def test_a_document(self):
        """What is wrong with it is said of what is in it."""
        result = self.run_tool("acme-challenge", "show", stdin=MARK + b'{"format":"acme-account/1"}')
        self.fails(result, 65, "an account document where an order document is needed")

    def test_a_mark_alone_is_nothing(self):
        self.fails(self.run_tool("acme-chain", stdin=MARK), 65, "nothing on stdin")

    def test_a_mark_elsewhere_is_none(self):
        self.fails(self.run_tool("acme-key", "import", stdin=b" " + MARK + b"{}"), 65, "not JSON")
