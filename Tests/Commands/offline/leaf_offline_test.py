"""What acme-chain says of a chain that is there already, without asking anybody."""

import issuer
import pytest
from bench import bench
from tools import ToolTest

RFC9773 = """-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
"""
KNOWN, UNKNOWN = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d04037f")


class OfflineTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.above = issuer.issuer().pem("intermediate")
        self.csr = bench().folder / "site.csr"

    def leaf(self, names=("one.example",), **more):
        return issuer.issuer().leaf((bench().folder / "der.csr").read_bytes(), names, **more)

    def passes(self, chain, *argv):
        self.assertEqual(self.ok(self.run_tool("acme-chain", *argv, stdin=chain)).text, chain)

    def warns(self, chain, pattern, *argv):
        result = self.ok(self.run_tool("acme-chain", *argv, stdin=chain), quiet=False)
        self.assertEqual(result.text, chain)
        self.assertRegex(result.err, rf"\Aacme-chain: warning: [^\n]*{pattern}[^\n]*\n\Z")
        self.assertEqual(self.ok(self.run_tool("acme-chain", "-q", *argv, stdin=chain)).text, chain)

    def refused(self, chain, message, *argv):
        result = self.fails(self.run_tool("acme-chain", *argv, stdin=chain), 65, message)
        self.assertEqual((result.out, result.err.count("\n")), (b"", 1 + result.err.count(": hint: --part leaf")))

    def test_common_names_count_with_the_request(self):
        for subject in ("/CN=two.example", "/CN=one.example/CN=two.example", "/CN=192.0.2.7"):
            with self.subTest(subject):
                chain = self.leaf(subject=subject) + self.above
                self.refused(chain, "wasn't asked for", "--csr", self.csr)
                self.passes(chain)
        self.refused(self.leaf([], subject="/CN=one.example") + self.above, "is missing", "--csr", self.csr)

    def test_a_leaf_that_is_a_ca_s(self):
        chain = self.leaf(section="[leaf]\nbasicConstraints = critical, CA:TRUE\n") + self.above
        for argv in ((), ("--csr", self.csr)):
            self.refused(chain, "it is a CA's", *argv)

    def test_issuers_that_are_no_cas(self):
        for name in ("not-ca", "silent", "no-signing"):
            with self.subTest(name):
                by = issuer.issuer().odd_authority(name, section=name)
                self.refused(self.leaf(by=by) + issuer.issuer().pem(by), "certificate 2 of the chain")

    def test_times_are_a_warning(self):
        for name, more in {"expired": {"days": 3, "days_from_now": -400}, "not yet": {"days_from_now": 400}}.items():
            with self.subTest(name):
                chain = self.leaf(**more) + self.above
                for argv in ((), ("--csr", self.csr)):
                    self.warns(chain, "the certificate is valid from .*Z to .*Z, and by this machine's clock it is .*Z",
                               *argv)

    def test_an_issuer_that_has_expired(self):
        by = issuer.issuer().odd_authority("has-been", days_from_now=-100)
        self.warns(self.leaf(by=by) + issuer.issuer().pem(by), "the issuer CN=Throwaway has-been is valid from ")

    @pytest.mark.unsanitized
    def test_our_clock_is_wrong(self):
        chain = self.leaf() + self.above
        result = self.ok(self.run_tool("faketime", "-f", "-400d", "acme-chain", stdin=chain), quiet=False)
        self.assertEqual((result.text, result.err.count(": warning: ")), (chain, 2))

    def test_the_year_1(self):
        """RFC 9773's own example."""
        self.warns(RFC9773, "from 0001-01-01T00:00:00Z to 0001-01-01T00:00:00Z", "--part", "leaf")

    def test_a_signature_that_cannot_be_checked(self):
        der = issuer.openssl("x509", "-outform", "DER", stdin=self.leaf().encode()).replace(KNOWN, UNKNOWN)
        leaf = issuer.openssl("x509", "-inform", "DER", stdin=der).decode()
        self.refused(leaf + self.above, "can't be checked here")
