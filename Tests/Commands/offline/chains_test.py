"""acme-chain on a chain that is there already: it is verified and passed on, and nobody is asked."""

import issuer
from bench import bench
from tools import ToolTest


class ChainsTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.chain = (bench().folder / "chain.pem").read_bytes()

    def passed(self, chain, *argv):
        return self.ok(self.run_tool("acme-chain", *argv, stdin=chain)).out

    def test_it_passes(self):
        self.assertEqual(self.passed(self.chain), self.chain)

    def test_with_its_request(self):
        self.assertEqual(self.passed(self.chain, "--csr", bench().folder / "site.csr"), self.chain)

    def test_into_a_file(self):
        self.assertEqual(self.passed(self.chain, "-o", "site.pem"), b"")
        self.assertEqual((self.dir / "site.pem").read_bytes(), self.chain)
        self.assertEqual(self.files(), ["site.pem"])

    def test_a_leaf_alone(self):
        """It may be all that there is below a root; mostly it isn't, and visitors then get no further."""
        leaf = issuer.certificates(self.chain.decode())[0].encode()
        result = self.ok(self.run_tool("acme-chain", stdin=leaf), quiet=False)
        self.assertEqual(result.out, leaf)
        self.assertRegex(result.err, r"\Aacme-chain: warning: the leaf is alone: its issuer, CN=Throwaway intermediate, is "
                                     r"missing[^\n]*\n\Z")
        self.assertEqual(self.passed(leaf, "--part", "leaf"), leaf)

    def test_with_its_root(self):
        whole = self.chain + issuer.issuer().pem("root").encode()
        self.assertEqual(self.passed(whole), whole)

    def test_twice_is_once(self):
        self.assertEqual(self.passed(self.passed(self.chain)), self.chain)

    def test_one_that_stands_twice_in_a_row(self):
        """Some CAs' bundles begin with the leaf once more."""
        first, second = (b"-----BEGIN" + part for part in self.chain.split(b"-----BEGIN")[1:])
        for doubled in first + first + second, first + second + second, first + first + second + second + second:
            self.assertEqual(self.passed(doubled), self.chain)

    def test_names_that_no_ca_proves(self):
        """Without a request nobody asks for names: a private CA's certificate may have others, or none."""
        for name in "URI:https://a.example/", "email:me@a.example", "DNS:a_b.example", "otherName:1.2.3;UTF8:x":
            with self.subTest(name):
                self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                             "-keyout", "other.key", "-subj", "/CN=other", "-addext", f"subjectAltName={name}",
                             "-addext", "basicConstraints=critical,CA:FALSE", "-out", "other.pem")
                leaf = (self.dir / "other.pem").read_bytes()
                self.assertEqual(self.passed(leaf), leaf)
                said = self.ok(self.run_tool("acme-chain", "-v", stdin=leaf), quiet=False).err
                self.assertIn("acme-chain: stdout: CN=other, issued by CN=other, valid until ", said)

    def test_other_line_ends(self):
        chain = self.passed(self.chain.replace(b"\n", b"\r\n"))
        self.assertEqual(chain.count(b"BEGIN CERTIFICATE"), 2)

    def test_chains_of_every_algorithm(self):
        """What signs the leaf may be another kind of key than the leaf's."""
        for algorithm in ("RSA -pkeyopt rsa_keygen_bits:2048", "EC -pkeyopt ec_paramgen_curve:P-384", "ED25519"):
            with self.subTest(algorithm):
                self.openssl("genpkey", "-out", "ca.key", "-algorithm", *algorithm.split())
                self.openssl("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=A CA", "-out", "ca.pem")
                leaf = self.openssl("x509", "-req", "-in", bench().folder / "site.csr", "-CA", "ca.pem", "-CAkey",
                                    "ca.key", "-copy_extensions", "copy").out
                chain = leaf + (self.dir / "ca.pem").read_bytes()
                self.assertEqual(self.passed(chain, "--csr", bench().folder / "site.csr"), chain)
