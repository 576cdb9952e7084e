"""acme-key sign: it signs requests to an ACME CA, and for acme-csr what a request is made of; nothing else at all."""

import dataclasses
import json
import re

import jose
import pytest
from keys_test import TYPES
from tables import TableTest
from tools import ToolTest

ALGORITHMS = {"p256": "ES256", "p384": "ES384", "p521": "ES512", "ed25519": "EdDSA"}
URL = "https://ca.example/acme/new-order"
KID = "https://ca.example/acme/acct/1"


def signing_input(header, payload=""):
    """`payload` is a dictionary, or text."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return f"{jose.b64(json.dumps(header).encode())}.{jose.b64(text.encode())}"


@dataclasses.dataclass
class Row:
    name: str


class SignTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.key("p256")

    def key(self, kind):
        self.ok(self.run_tool("acme-key", "--type", kind, "--force", "-o", "account.key"))
        self.jwk = json.loads(self.run_tool("acme-key", "jwk", "-k", "account.key").out)
        self.alg = ALGORITHMS.get(kind, "RS256")

    def header(self, **more):
        """As an account signs; a member that is None is left out."""
        header = {"alg": self.alg, "kid": KID, "nonce": "abc", "url": URL} | more
        return {name: value for name, value in header.items() if value is not None}

    def sign(self, data, *options):
        return self.run_tool("acme-key", "sign", "-k", "account.key", *options, stdin=data)

    def signed(self, data, *options):
        """It was signed, and the signature is the key's."""
        text = self.ok(self.sign(data, *options)).text
        self.assertRegex(text, r"^[\w-]+\n$")
        octets = data.encode() if isinstance(data, str) else data
        self.assertTrue(jose.verified(self.alg, self.jwk, octets, jose.unb64(text.strip())), text)

    def refused(self, data, message, *options):
        result = self.fails(self.sign(data, *options), 65, message)
        self.assertEqual(result.out, b"")


class EachTypeTest(SignTest, TableTest):

    table = [Row(type) for type in TYPES]

    def check(self, row):
        self.key(row.name)
        self.signed(signing_input(self.header()))
        self.signed(signing_input(self.header(kid=None, jwk=self.jwk), {"termsOfServiceAgreed": True}))
        self.refused(signing_input(self.header(alg="HS256")), "its alg is HS256, the key's is " + self.alg)



class WhatIsSigned(SignTest):

    def test_the_inner_part_of_a_key_change(self):
        self.signed(signing_input(self.header(kid=None, nonce=None, jwk=self.jwk), {"account": KID, "oldKey": {}}))

    def test_only_octet_for_octet(self):
        text = signing_input(self.header(), {})
        self.signed(text)
        for more in ("\n", "\r\n"):
            self.refused(text + more, "no signing input of an ACME request: a line end stands after it")
        for more in (" ", "\0"):
            self.refused(text + more, "no signing input of an ACME request: the payload: not base64url")

    def test_what_goes_to_csr(self):
        result = self.fails(self.sign(b"0\x82\x01\x00" + b"x" * 256), 65, "no signing input of an ACME request: it is DER")
        self.assertIn("hint: a certificate request is signed with --csr\n", result.err)

    def test_refusals(self):
        """The table of them all is that of the parser; here, that none of it is signed."""
        for data, message in (
                ("hello", "it isn't two parts"),
                (b"\x00" * 40, "it isn't two parts"),
                (b" " * 64 + b"TLS 1.3, client CertificateVerify\x00" + b"x" * 32, "the protected header: not base64url|two parts"),
                (signing_input({"alg": "ES256", "typ": "JWT"}, {"iss": "me"}), '"typ" stands in it'),
                (signing_input(self.header(nonce=None)), "it has no nonce"),
                (signing_input(self.header(url="http://ca.example/")), "is not an https URL"),
                (signing_input(self.header(b64=False)), '"b64" stands in it'),
                (signing_input(self.header(), "[]"), "the payload: not a JSON object"),
                (signing_input(self.header(kid=None)), "just one of kid and jwk"),
                (signing_input(self.header(), '{"a":1,"a":2}'), "stands there twice"),
                (signing_input(self.header(x="\x1b[2J")), '"x" stands in it'),
                (b"", "nothing on stdin")):
            with self.subTest(message):
                self.refused(data, message)

    def test_another_s_key(self):
        mine = self.jwk
        self.key("p256")
        self.refused(signing_input(self.header(kid=None, jwk=mine)), "its jwk isn't the key's own")


class PrefixTest(SignTest):

    def test_within(self):
        for prefix in "https://ca.example", "https://ca.example/", "https://CA.example:443/acme", "https://ca.example/acme/":
            with self.subTest(prefix):
                self.signed(signing_input(self.header()), "--url-prefix", prefix)
        self.signed(signing_input(self.header()), "--url-prefix", "https://b.example", "--url-prefix", "https://ca.example")

    def test_outside(self):
        for prefix in "https://ca.exampl", "https://ca.example/ac", "https://ca.example:8443", "https://b.example/":
            with self.subTest(prefix):
                self.refused(signing_input(self.header()), f"stdin: {URL} isn't at or below {prefix} .--url-prefix",
                             "--url-prefix", prefix)
        self.refused(signing_input(self.header(url="https://ca.example.evil/x")), "isn't at or below",
                     "--url-prefix", "https://ca.example")
        self.refused(signing_input(self.header(url="https://ca.example/acme/../x")), "isn't at or below",
                     "--url-prefix", "https://ca.example/acme")

    def test_no_prefix(self):
        for wrong in "http://ca.example", "ca.example", "https://ca.example/?x":
            with self.subTest(wrong):
                self.fails(self.sign("", "--url-prefix", wrong), 64, "--url-prefix takes an https URL without a query")
        self.fails(self.sign("", "--csr", "--url-prefix", "https://ca.example"), 64, "contradict each other")


class CSRTest(SignTest):
    """A CertificationRequestInfo, taken out of a request that openssl or acme-csr has made."""

    def info(self, request):
        """The first of the three parts."""
        der = self.openssl("req", "-outform", "DER", stdin=request).out
        second = self.openssl("asn1parse", "-inform", "DER", stdin=der).text.splitlines()[1]
        start, head, length = map(int, re.match(r" *(\d+):d=1 +hl=(\d+) +l= *(\d+)", second).groups())
        return der[start:start + head + length]

    def test_each_type(self):
        for kind in TYPES:
            with self.subTest(kind):
                self.key(kind)
                info = self.info(self.ok(self.run_tool("acme-csr", "-k", "account.key", "one.example")).out)
                self.signed(info, "--csr")
                self.refused(info + b"\0", "stdin: no CertificationRequestInfo: it isn't just that", "--csr")
                self.refused(info[:-1], "no CertificationRequestInfo", "--csr")
                self.refused(info, "no signing input of an ACME request")

    def test_openssl_s(self):
        request = self.openssl("req", "-new", "-key", "account.key", "-subj", "/CN=one.example", "-addext",
                               "subjectAltName=DNS:one.example").out
        self.signed(self.info(request), "--csr")

    def test_refusals(self):
        info = self.info(self.ok(self.run_tool("acme-csr", "-k", "account.key", "one.example")).out)
        for name, data, message in (
                ("a version", info.replace(b"\x02\x01\x00", b"\x02\x01\x01", 1), "its version is none"),
                ("BER", b"\x30\x80" + info[3:] + b"\0\0", "it isn't just that, in DER"),
                ("a signing input", signing_input(self.header()), "it isn't just that"),
                ("a whole request", self.openssl("req", "-outform", "DER", stdin=self.run_tool(
                    "acme-csr", "-k", "account.key", "one.example").out).out, "it isn't just that")):
            with self.subTest(name):
                self.refused(data, message, "--csr")
        self.key("p256")
        self.refused(info, "the key in it isn't the one that is to sign", "--csr")


class HabitsTest(SignTest):

    def test_the_key_has_to_be_named(self):
        self.fails(self.run_tool("acme-key", "sign", stdin="x"), 64, "the key is missing")
        env = self.env | {"ACME_ACCOUNT_KEY": "account.key"}
        self.fails(self.run_tool("acme-key", "sign", stdin="x", env=env), 64, "the key is missing")

    def test_an_encrypted_key(self):
        (self.dir / "pass").write_text("correct horse\n")
        self.openssl("pkcs8", "-topk8", "-in", "account.key", "-passout", "file:pass", "-out", "hidden.key")
        self.ok(self.run_tool("mv", "hidden.key", "account.key"))
        self.signed(signing_input(self.header()), "--passphrase-file", "pass")
        result = self.run_tool("setsid", "-w", "acme-key", "sign", "-k", "account.key", stdin=signing_input(self.header()))
        self.fails(result, 78, "there is no terminal to ask for it")

    def test_the_lesson(self):
        result = self.sign(signing_input(self.header(), {"a": "b"}), "--explain")
        self.assertEqual(result.status, 0, result)
        for words in URL, "abc", '{"a":"b"}', "RFC 8555", "The key stays where it is.":
            self.assertIn(words, result.err)

    @pytest.mark.parametrize("options", [(), ("--csr",)])
    def test_a_terminal_in_place_of_stdin(self, options):
        result = self.run_tool("script", "-qec", " ".join(["acme-key sign -k account.key", *options]), "/dev/null")
        self.assertEqual(result.status, 64, result)
