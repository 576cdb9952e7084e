"""What others read otherwise: random PEM, times and names, read by the tools and by OpenSSL and Python."""

import datetime
import ipaddress
import json
import random
import re
import subprocess
import unicodedata

from issuer import issuer
from tools import ToolTest

SEED = 20261127  # another one finds other things


class PEMTest(ToolTest):
    """Whoever takes a text for a certificate takes it for the same one."""

    COUNT = 120

    def setup_method(self):
        super().setup_method()
        self.random = random.Random(SEED)
        self.pem = issuer().path("here.pem").read_text()

    def spoiled(self):
        text = self.pem
        for _ in range(self.random.randint(1, 3)):
            text = self.random.choice(self.ways)(self, text)
        return text.encode("utf-8", "surrogateescape")

    def at_random(self, text, new, cut=0):
        at = self.random.randrange(len(text))
        return text[:at] + new + text[at + cut:]

    ways = (
        lambda self, text: text.replace("\n", self.random.choice(("\r\n", "\r", "\n\n", " \n", "\t\n"))),
        lambda self, text: self.random.choice(("text\n", "\ufeff", "\n \n", "- ", "a: b\n\n")) + text,
        lambda self, text: text + self.random.choice(("text", "-----BEGIN X-----\n", text, "\n\n", "-----END X-----\n")),
        lambda self, text: text.rstrip("\n"),
        lambda self, text: self.at_random(text, self.random.choice((" ", "\n", "=", "-", "\0", "!", "é", "A"))),
        lambda self, text: self.at_random(text, "", cut=self.random.choice((1, 2, 64))),
        lambda self, text: text.replace("CERTIFICATE", self.random.choice(("X509 CERTIFICATE", "certificate", " CERTIFICATE"))),
        lambda self, text: re.sub(r"(?m)^([A-Za-z0-9+/]{64})\n", lambda line: line[1] + self.random.choice(("\n", "")), text),
        lambda self, text: re.sub(r"(?m)^([A-Za-z0-9+/]{30})", r"\1\n", text),
    )

    def test(self):
        both = 0
        for number in range(self.COUNT):
            text = self.spoiled()
            ours = self.run_tool("acme-chain", "--part", "leaf", "--format", "der", stdin=text)
            theirs = self.run_tool("openssl", "x509", "-outform", "DER", stdin=text)
            with self.subTest(number):
                self.assertIn(ours.status, (0, 65), (text, ours))
                if ours.status == theirs.status == 0:
                    both += 1
                    self.assertEqual(ours.out, theirs.out, text)
        self.assertGreater(both, self.COUNT // 10, "there were too few that both can read")


class TimesTest(ToolTest):
    """Times of certificates, as OpenSSL and Python reckon with them."""

    COUNT = 60

    def certificate(self, *times):
        """One with other times; nobody here looks at the signature of a certificate that signs itself."""
        der = subprocess.run(["openssl", "x509", "-outform", "DER"], input=issuer().pem("root").encode(),
                             capture_output=True, check=True).stdout
        old = re.search(rb"\x30.(?:\x17\x0d\d{12}Z|\x18\x0f\d{14}Z){2}", der, re.DOTALL)
        validity = b"".join(times)
        assert der[1] == der[5] == 0x82, "the certificate and its first part have lengths of two octets"
        grown = 2 + len(validity) - len(old[0])
        whole, part = (int.from_bytes(der[at:at + 2], "big") + grown for at in (2, 6))
        return b"".join((der[:2], whole.to_bytes(2, "big"), der[4:6], part.to_bytes(2, "big"), der[8:old.start()],
                         bytes([0x30, len(validity)]), validity, der[old.end():]))

    def time(self, draw):
        """A day between 1950 and 2400, and its DER (RFC 5280, 4.1.2.5)."""
        day = datetime.datetime(1950, 1, 1) + datetime.timedelta(seconds=draw.randrange(450 * 365 * 86400))
        if day.year < 2050 and draw.random() < 0.8:
            return day, b"\x17\x0d" + day.strftime("%y%m%d%H%M%SZ").encode()
        return day, b"\x18\x0f" + day.strftime("%Y%m%d%H%M%SZ").encode()

    def test(self):
        draw = random.Random(SEED)
        expected = {}
        for number in range(self.COUNT):
            (first, der), (last, other) = sorted((self.time(draw), self.time(draw)))
            name = f"{number}.pem"
            pem = self.openssl("x509", "-inform", "DER", stdin=self.certificate(der, other)).out
            (self.dir / name).write_bytes(pem)
            # A third of the life is left; whole seconds, as in documents.
            expected[name] = last - (last - first) / 3
        result = self.run_tool("acme-renewal", "--offline", *expected)
        for line in result.text.splitlines():
            document = json.loads(line)
            when = datetime.datetime.strptime(document["renewAt"], "%Y-%m-%dT%H:%M:%SZ")
            with self.subTest(document["file"]):
                self.assertLess(abs(when - expected.pop(document["file"])), datetime.timedelta(seconds=2))
        self.assertEqual(expected, {})


class NamesTest(ToolTest):
    """Labels as Python's punycode has them, and addresses as Python writes them."""

    COUNT = 300
    # Blocks whose letters IDNA 2008 takes as they are, and that are all written from left to right.
    BLOCKS = ((0xE0, 0xF6), (0x101, 0x17E), (0x3B1, 0x3C9), (0x430, 0x44F), (0x561, 0x586), (0x905, 0x939), (0xE01, 0xE2E),
              (0x10D0, 0x10F0), (0x3041, 0x3096), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x20000, 0x2A6D6))

    def asked(self, names):
        (self.dir / "names").write_text("\n".join(names) + "\n")
        request = self.ok(self.run_tool("acme-csr", "-k", "site.key", "--names-from", "names")).out
        text = self.openssl("req", "-noout", "-text", stdin=request).text
        return re.findall(r"(?:DNS|IP Address):([^,\s]+)", text)

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        self.random = random.Random(SEED)

    def test_labels(self):
        expected = []
        names = []
        while len(names) < self.COUNT:
            first, last = self.random.choice(self.BLOCKS)
            label = "".join(chr(self.random.randint(first, last)) for _ in range(self.random.randint(1, 8)))
            label = unicodedata.normalize("NFC", self.random.choice(("", "a", "b-1")) + label)
            if any(unicodedata.category(c) not in ("Ll", "Lo", "Nd", "Pd") for c in label) or label != label.casefold():
                continue
            names.append(f"{label}.example")
            expected.append(f"xn--{label.encode('punycode').decode()}.example")
        self.assertEqual(self.asked(names), list(dict.fromkeys(expected)))

    def test_addresses(self):
        names, expected = [], []
        for _ in range(self.COUNT):
            groups = [self.random.choice((0, 0, self.random.randrange(1 << 16))) for _ in range(8)]
            text = ":".join(f"{group:x}" for group in groups)
            if self.random.random() < 0.5:
                text = ipaddress.IPv6Address(text).compressed
            names.append(self.random.choice((text, text.upper())))
            # OpenSSL's command writes no zero shorter.
            expected.append(":".join(f"{group:X}" for group in groups))
            four = ".".join(str(self.random.randrange(256)) for _ in range(4))
            names.append(four)
            expected.append(four)
        self.assertEqual(self.asked(names), list(dict.fromkeys(expected)))
