"""Names as people write them, in requests that openssl has made: put right, or refused before the CA hears of them."""

from testbed import PipelineTest

PUT_RIGHT = [
    ("/", "DNS:EXAMPLE.org", ["example.org"]),
    ("/", "DNS:example.org,DNS:www.example.org,DNS:example.org", ["example.org", "www.example.org"]),
    ("/", "DNS:Example.org,DNS:eXample.org", ["example.org"]),
    ("/", "DNS:XN--BCHER-KVA.example", ["xn--bcher-kva.example"]),
    ("/", "IP:127.0.0.1,IP:127.0.0.1", ["127.0.0.1"]),
    ("/CN=Example.ORG", "DNS:example.org", ["example.org"]),
    ("/CN=WWW.example.org", "DNS:example.org,DNS:www.example.org", ["example.org", "www.example.org"]),
    ("/CN=The Shop", "DNS:example.org", ["example.org"]),
    ("/CN=bücher.example", "DNS:example.org", ["example.org"]),
]

REFUSED = [
    ("DNS:EXAMPLE.org,DNS:example.org.", r"example\.org\. is no DNS name"),
    ("DNS:*.example.org.", r"\*\.example\.org\. is no DNS name"),
    ("DNS:bücher.example", "bücher.example is no DNS name"),
    ("DNS:example..org", r"example\.\.org is no DNS name"),
    ("DNS:www.*.org", r"www\.\*\.org is no DNS name"),
    ("DNS:127.0.0.1", r"127\.0\.0\.1 is no DNS name"),
    ("DNS:ex_ample.org", r"ex_ample\.org is no DNS name"),
    ("DNS:example.org,email:me@example.org", r"me@example\.org"),
    ("DNS:example.org,URI:https://example.org/", "https://example.org/"),
]


class Names(PipelineTest):

    def request(self, subject, names):
        """Leaves a request in site.csr."""
        (self.dir / "openssl.cnf").write_text("[req]\ndistinguished_name = dn\n[dn]\n")
        self.openssl("req", "-new", "-key", "site.key", "-out", "site.csr", "-config", "openssl.cnf", "-utf8",
                     "-subj", subject, "-addext", f"subjectAltName = {names}")

    def test_what_is_put_right(self):
        """The CA is asked for each name once, as it writes it, and the certificate is taken for what was asked."""
        for subject, names, asked in PUT_RIGHT:
            with self.subTest(subject=subject, names=names):
                self.request(subject, names)
                self.ok(self.sh("""acme-challenge --webroot "$WEBROOT" <site.csr >ready.json
                    acme-finalize <ready.json | acme-chain --csr site.csr -o site.pem"""))
                sent = [identifier["value"] for identifier in self.load("ready.json")["asked"]["identifiers"]]
                self.assertEqual(sorted(sent), asked)

    def test_what_is_refused(self):
        heard = len(self.testbed.requests())
        for names, message in REFUSED:
            for verb in ("", "order"):
                with self.subTest(names=names, verb=verb):
                    self.request("/", names)
                    solver = "" if verb else '--webroot "$WEBROOT"'
                    result = self.sh(f"acme-challenge {verb} {solver} <site.csr | cat >problem.json")
                    self.fails(result, 65, f"^acme-challenge: error: .*{message}")
                    self.assertEqual(self.load("problem.json")["exit"], 65)
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_what_acme_csr_makes_of_them(self):
        """From the words on its command line to the certificate."""
        self.ok(self.sh("""acme-csr -k site.key BÜCHER.example www.Example.org. example.org EXAMPLE.org 127.0.0.1 |
            acme-challenge --webroot "$WEBROOT" | acme-finalize | acme-chain -o site.pem"""))
        self.assertEqual(self.names_of("site.pem"), ["DNS:example.org", "DNS:www.example.org",
                                                     "DNS:xn--bcher-kva.example", "IP Address:127.0.0.1"])
