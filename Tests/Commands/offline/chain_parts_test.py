"""Parts of a chain, and its other form."""

import issuer
from bench import bench
from terminal import Session
from tools import ToolTest


class ChainPartsTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.chain = (bench().folder / "chain.pem").read_bytes()
        self.leaf, self.issuer = (part.encode() for part in issuer.certificates(self.chain.decode()))
        self.root = issuer.issuer().pem("root").encode()

    def passed(self, chain, *argv):
        return self.ok(self.run_tool("acme-chain", *argv, stdin=chain)).out

    def der(self, pem):
        return self.ok(self.run_tool("openssl", "x509", "-outform", "DER", stdin=pem)).out

    def test_parts(self):
        self.assertEqual(self.passed(self.chain, "--part", "full"), self.chain)
        self.assertEqual(self.passed(self.chain, "--part", "leaf"), self.leaf)
        self.assertEqual(self.passed(self.chain, "--part", "issuers"), self.issuer)
        self.assertEqual(self.passed(self.chain + self.root, "--part", "issuers"), self.issuer + self.root)

    def test_der(self):
        self.assertEqual(self.passed(self.chain, "--format", "der"), self.der(self.leaf))
        self.assertEqual(self.passed(self.chain, "--part", "leaf", "--format", "der"), self.der(self.leaf))
        self.assertEqual(self.passed(self.chain, "--part", "issuers", "--format", "der"), self.der(self.issuer))
        self.assertEqual(self.passed(self.chain, "--format", "der", "-o", "leaf.der"), b"")
        self.assertEqual((self.dir / "leaf.der").read_bytes(), self.der(self.leaf))

    def test_der_is_not_for_a_terminal(self):
        (self.dir / "chain.pem").write_bytes(self.chain)
        process = Session(self, "acme-chain --format der <chain.pem >/dev/tty").process
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 64)
        self.assertRegex(said.decode(), "^acme-chain: error: stdout is a terminal.*\nacme-chain: hint: .*-o FILE\n$")

    def test_several_in_der(self):
        result = self.run_tool("acme-chain", "--part", "issuers", "--format", "der", stdin=self.chain + self.root)
        self.fails(result, 64, "the chain has 2 issuers, and DER holds one certificate")

    def test_no_issuer(self):
        for form in "pem", "der":
            result = self.run_tool("acme-chain", "--part", "issuers", "--format", form, "-o", "x", stdin=self.leaf)
            self.fails(result, 65, "a leaf alone")
        self.assertEqual(self.files(), [])

    def test_a_leaf_whose_issuers_are_none(self):
        broken = self.leaf + issuer.issuer().pem("other-root").encode()
        missing = "isn't signed by CN=Throwaway other-root: its issuer, CN=Throwaway intermediate, is missing$"
        result = self.fails(self.run_tool("acme-chain", stdin=broken), 65, missing)
        self.assertRegex(result.err, "hint: .*--part leaf writes the leaf, whoever vouches for it\n")
        self.assertEqual(self.passed(broken, "--part", "leaf"), self.leaf)
        self.fails(self.run_tool("acme-chain", "--part", "issuers", stdin=broken), 65, missing)

    def test_the_leaf_has_to_be_right_all_the_same(self):
        request = bench().folder / "site.csr"
        self.assertEqual(self.passed(self.chain, "--part", "leaf", "--csr", request), self.leaf)
        result = self.fails(self.run_tool("acme-chain", "--part", "leaf", stdin=self.issuer), 65, "a CA's, no leaf")
        self.assertNotIn("--part", result.err)

    def test_what_is_no_part(self):
        for option in ("--part", "top"), ("--format", "p12"):
            self.fails(self.run_tool("acme-chain", *option, stdin=self.chain), 64, option[1])
