"""acme-csr: openssl sees exactly the names, and nothing that was not asked for."""

import ctypes
import dataclasses
import re

import issuer
from bench import bench
from tables import TableTest
from tools import ToolTest


@dataclasses.dataclass
class Row:
    """Names as they are given, and the SAN as openssl shows it; None: 65, and the name in the one error line."""

    name: str
    san: str | None


def rows(*table):
    return [Row(*row) for row in table]


def shown(test, pem):
    """What openssl shows of a request, its signature verified."""
    return test.openssl("req", "-noout", "-verify", "-text", stdin=pem).text


def san(text):
    found = re.search(r"Subject Alternative Name:.*\n\s*(.+)", text)
    return found.group(1) if found else None


CURLUPART_URL, CURLUPART_HOST, CURLU_PUNYCODE = 0, 5, 1 << 12  # of curl/urlapi.h
LONG = "a" * 63
LONGEST = ".".join([LONG, LONG, LONG, "b" * 61])  # 253 octets, the most that a name may have


class NamesTest(TableTest):
    """Each row's words are acme-csr's arguments."""

    table = rows(
        ("one.example", "DNS:one.example"),
        ("one.example two.example www.one.example", "DNS:one.example, DNS:two.example, DNS:www.one.example"),
        ("*.one.example", "DNS:*.one.example"),
        ("one.example *.one.example", "DNS:one.example, DNS:*.one.example"),
        ("192.0.2.7", "IP Address:192.0.2.7"),
        ("2001:db8::7", "IP Address:2001:DB8:0:0:0:0:0:7"),
        ("2001:0DB8:0:0::0007", "IP Address:2001:DB8:0:0:0:0:0:7"),
        ("::1", "IP Address:0:0:0:0:0:0:0:1"),
        ("::ffff:192.0.2.7", "IP Address:192.0.2.7"),
        ("::ffff:c000:207 192.0.2.7", "IP Address:192.0.2.7"),
        ("one.example 192.0.2.7", "DNS:one.example, IP Address:192.0.2.7"),
        ("ONE.Example", "DNS:one.example"),
        ("one.example.", "DNS:one.example"),
        ("one.example ONE.EXAMPLE one.example.", "DNS:one.example"),
        ("192.0.2.7 192.0.2.7", "IP Address:192.0.2.7"),
        ("2001:db8::7 2001:db8:0::7", "IP Address:2001:DB8:0:0:0:0:0:7"),
        ("faß.example", "DNS:xn--fa-hia.example"),
        ("FAẞ.example", "DNS:xn--fa-hia.example"),
        ("bücher.example", "DNS:xn--bcher-kva.example"),
        ("BÜCHER.example", "DNS:xn--bcher-kva.example"),
        ("bu\u0308cher.example", "DNS:xn--bcher-kva.example"),
        ("*.bücher.example", "DNS:*.xn--bcher-kva.example"),
        ("bücher.example xn--bcher-kva.example", "DNS:xn--bcher-kva.example"),
        ("例え.テスト", "DNS:xn--r8jz45g.xn--zckzah"),
        ("παράδειγμα.example", "DNS:xn--hxajbheg2az3al.example"),
        ("one。example", "DNS:one.example"),
        ("a.b.c.d.e.f.one.example", "DNS:a.b.c.d.e.f.one.example"),
        ("1.example", "DNS:1.example"),
        ("one.example1", "DNS:one.example1"),
        ("a--b.example", "DNS:a--b.example"),
        (f"{LONG}.example", f"DNS:{LONG}.example"),
        (LONGEST, f"DNS:{LONGEST}"),

        ("one..example", None),
        (".one.example", None),
        (".", None),
        ("one_two.example", None),
        ("-- -one.example", None),
        ("one-.example", None),
        ("one,two.example", None),
        ("one.example:443", None),
        ("https://one.example/", None),
        ("me@one.example", None),
        ("one.example/", None),
        ("*", None),
        ("*.", None),
        ("www.*.example", None),
        ("w*.one.example", None),
        ("*.*.one.example", None),
        ("**.one.example", None),
        ("*.192.0.2.7", None),
        ("192.0.2.256", None),
        ("192.0.2", None),
        ("192.0.2.07", None),
        ("192.0.2.7/24", None),
        ("[2001:db8::7]", None),
        ("2001:db8::7::", None),
        ("fe80::1%eth0", None),
        ("12345::", None),
        (f"{LONG}a.example", None),
        (f"c{LONGEST}", None),
        ("xn--a.example", None),
        ("xn--bücher.example", None),
        ("ab--c.example", None),
        ("a\u200db.example", None),
        ("\u202eone.example", None),
        ("☃.example", None),
        ("one.example one..example", None),
    )

    def check(self, row):
        result = self.run_tool("acme-csr", "-k", bench().folder / "site.key", *row.name.split(" "))
        if row.san is None:
            self.fails(result, 65, ".")
            self.assertEqual(result.out, b"")
            self.assertNotRegex(result.err, "[\u200d\u202e]", "never raw")
            bad = row.name.split(" ")[-1]
            if re.fullmatch("[!-~]{1,60}", bad):
                self.assertIn(bad, result.err)
            return
        text = shown(self, self.ok(result).out)
        self.assertEqual(sorted(san(text).split(", ")), sorted(row.san.split(", ")))
        self.assertRegex(text, r"Subject:\s*\n")
        self.assertNotIn("Extended Key Usage", text)


class LibcurlTest(ToolTest):
    """What the tool that talks to the CA makes of a name must be what is in the request."""

    @staticmethod
    def a_labels(name):
        """The host as libcurl writes it."""
        curl = ctypes.CDLL("libcurl.so.4")
        curl.curl_url.restype = ctypes.c_void_p
        url, host = ctypes.c_void_p(curl.curl_url()), ctypes.c_char_p()
        assert curl.curl_url_set(url, CURLUPART_URL, f"https://{name}/".encode(), 0) == 0, name
        assert curl.curl_url_get(url, CURLUPART_HOST, ctypes.byref(host), CURLU_PUNYCODE) == 0, name
        try:
            return host.value.decode()
        finally:
            curl.curl_free(host)
            curl.curl_url_cleanup(url)

    def test_unicode_names(self):
        names = [row.name for row in NamesTest.table
                 if row.san and " " not in row.name and not row.name.isascii() and "*" not in row.name
                 and "ẞ" not in row.name]  # before Unicode 15.1, UTS 46 made ss of this capital
        self.assertGreater(len(names), 6)
        for name in names:
            with self.subTest(name):
                pem = self.ok(self.run_tool("acme-csr", "-k", bench().folder / "site.key", name)).out
                self.assertEqual(san(shown(self, pem)), f"DNS:{self.a_labels(name).lower()}")


class RequestTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.key = bench().folder / "site.key"

    def csr(self, *argv, **options):
        return self.ok(self.run_tool("acme-csr", "-k", self.key, *argv, **options)).out

    def test_every_type_of_key_signs(self):
        for type in "p256", "p384", "p521", "rsa2048", "rsa3072", "ed25519":
            with self.subTest(type):
                made = self.ok(self.sh(f"acme-key --type {type} | acme-csr one.example")).out
                self.assertTrue(made.startswith(b"-----BEGIN CERTIFICATE REQUEST-----\n"))
                self.assertEqual(san(shown(self, made)), "DNS:one.example")

    def test_the_key_is_the_one_given(self):
        made = self.csr("one.example")
        self.assertEqual(self.openssl("req", "-noout", "-pubkey", stdin=made).out,
                         self.openssl("pkey", "-in", self.key, "-pubout").out)

    def test_nothing_but_the_names(self):
        text = shown(self, self.csr("one.example"))
        self.assertEqual(re.findall("X509v3 ([^:]+):", text), ["Subject Alternative Name"])
        self.assertRegex(text, "Version: 1 ")

    def test_must_staple(self):
        text = shown(self, self.csr("--must-staple", "one.example"))
        self.assertRegex(text, "TLS Feature|1.3.6.1.5.5.7.1.24")
        self.assertIn("status_request", text)

    def test_a_common_name(self):
        text = shown(self, self.csr("--common-name", "two.example", "one.example", "two.example"))
        self.assertRegex(text, "Subject: CN ?= ?two.example\n")
        self.assertEqual(san(text), "DNS:one.example, DNS:two.example")

    def test_names_from_a_file(self):
        lines = "# the shop", "one.example", "", "  two.example  # its other half\r", "#three.example"
        (self.dir / "names").write_text("\n".join(lines))
        text = shown(self, self.csr("--names-from", "names"))
        self.assertEqual(san(text), "DNS:one.example, DNS:two.example")
        text = shown(self, self.csr("--names-from", "names", "four.example", "ONE.example"))
        self.assertEqual(sorted(san(text).split(", ")), ["DNS:four.example", "DNS:one.example", "DNS:two.example"])

    def test_the_names_of_a_certificate(self):
        authority = issuer.issuer()
        names = ["one.example", "*.one.example", "192.0.2.7", "2001:db8::7"]
        leaf = authority.leaf(authority.request(names))
        key = self.ok(self.run_tool("acme-key")).text
        for more in authority.pem("intermediate"), key:
            (self.dir / "old.pem").write_text(leaf + more)
            text = shown(self, self.csr("--from-cert", "old.pem"))
            self.assertEqual(sorted(san(text).split(", ")), [
                "DNS:*.one.example", "DNS:one.example", "IP Address:192.0.2.7", "IP Address:2001:DB8:0:0:0:0:0:7"])

    def test_many_names(self):
        names = [f"n{n}.example" for n in range(1000)]
        found = san(shown(self, self.csr(*names)))
        self.assertEqual(sorted(found.split(", ")), sorted(f"DNS:{name}" for name in names))

    def test_a_file(self):
        self.ok(self.run_tool("acme-csr", "-k", self.key, "-o", "site.csr", "one.example"))
        self.assertEqual(self.files(), ["site.csr"])
        self.ok(self.run_tool("acme-csr", "-k", self.key, "-o", "site.csr", "two.example"))
        self.assertEqual(san(shown(self, (self.dir / "site.csr").read_bytes())), "DNS:two.example")

    def test_an_encrypted_key(self):
        made = self.csr("one.example")
        folder = bench().folder
        other = self.ok(self.run_tool("acme-csr", "-k", folder / "encrypted.key", "--passphrase-file",
                                      folder / "passphrase", "one.example")).out
        self.assertEqual(*(self.openssl("req", "-noout", "-pubkey", stdin=pem).out for pem in (made, other)))

    def test_the_account_s_key_is_not_taken_from_the_environment(self):
        """ACME_ACCOUNT_KEY is for the tools that talk to the CA."""
        result = self.run_tool("acme-csr", "one.example", env=self.env | {"ACME_ACCOUNT_KEY": str(self.key)})
        self.fails(result, 65, "nothing on stdin")
