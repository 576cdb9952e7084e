"""What public CAs are known to refuse is said before an order is spent, and ordered all the same."""

from testbed import PipelineTest

NAME = "example.org"
PUBLIC = "acme-challenge: warning: the request"


class RequestDoubtsTest(PipelineTest):

    def order(self, *options):
        result = self.run_tool("acme-challenge", "order", "--type", "http-01", *options, stdin=self.read("site.csr"))
        self.assertEqual(result.status, 0, result)
        return result.err

    def request(self, subject, names, *key):
        if key:
            self.openssl("genpkey", *key, "-out", "site.key")
        self.openssl("req", "-new", "-key", "site.key", "-subj", subject, "-addext", f"subjectAltName={names}", "-out",
                     "site.csr")

    def test_an_address_as_the_common_name(self):
        for address in "127.0.0.1", "::1":
            self.request(f"/CN={address}", f"DNS:{NAME},IP:{address}")
            self.assertEqual(self.order(), f"{PUBLIC} has the address {address} as its common name: public CAs want "
                                           "addresses among the alternative names alone\n")

    def test_a_short_key(self):
        self.request("/", f"DNS:{NAME}", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
        self.assertEqual(self.order(), f"{PUBLIC}'s RSA key has 1024 bits: public CAs want 2048 at least\n")

    def test_many_names(self):
        for count, said in (100, ""), (101, f"{PUBLIC} is for 101 names: public CAs take 100 at most\n"):
            self.csr(*(f"n{number}.example.org" for number in range(count)))
            self.assertEqual(self.order(), said)

    def test_all_at_once(self):
        self.request("/CN=127.0.0.1", ",".join(f"DNS:n{number}.example.org" for number in range(101)), "-algorithm",
                     "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
        self.assertEqual(self.order().count(PUBLIC), 3)
        self.assertEqual(self.order("-q"), "")

    def test_once_in_a_pipeline(self):
        names = " ".join(f"n{number}.example.org" for number in range(101))
        result = self.sh(f'acme-csr -k site.key {names} | acme-challenge --webroot "$WEBROOT" | acme-finalize >order.json')
        self.assertEqual((result.status, result.err.count("101 names")), (0, 1), result)
