"""A tool that is done with a secret has none of it in its memory any more, neither whole nor in pieces."""

import json
import os

import jose
import pytest
from memory import OPEN, Held, at_call, forms, lines, numbers, pieces
from tables import TableTest
from terminal import Session
from tools import ToolTest

pytestmark = [pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the memory of a tool"),
              pytest.mark.unsanitized]

PASSPHRASE = b"correct horse battery staple, and what it drew"
KINDS = "p256", "p384", "p521", "rsa2048", "ed25519"


class Row:
    def __init__(self, name):
        self.name = name


class SecretsTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "pass").write_bytes(PASSPHRASE + b"\n")

    def key(self, kind="p256", *options):
        """A new key in site.key; its PEM without encryption."""
        pem = self.ok(self.run_tool("acme-key", "--type", kind, *options, "-o", "site.key")).out
        pem = (self.dir / "site.key").read_bytes()
        return self.openssl("pkey", "-passin", "file:pass", stdin=pem).out

    def has_none(self, memory, pem, also=()):
        """Nothing of the key with this PEM, nor of `also`."""
        for number in numbers(self, pem):
            self.assertEqual(memory.count(forms(number)), 0, "a private number")
        self.assertEqual(memory.count(lines(self, pem)), 0, "PEM")
        for secret in also:
            self.assertEqual(memory.count(pieces(secret)), 0, secret)


class AfterUseTest(SecretsTest, TableTest):
    """Each kind of key, when the tool has nothing left to do but to write."""

    table = [Row(kind) for kind in KINDS]

    def check(self, row):
        pem = self.key(row.name)
        for command in (("acme-csr", "a.example"), ("acme-key", "thumbprint"), ("acme-key", "public")):
            with self.subTest(command):
                held = Held(self, *command, stdin=pem)
                memory = held.at_its_output()
                self.assertTrue(held.end())
                self.has_none(memory, pem)
                held = Held(self, *command, "-k", "site.key")
                memory = held.at_its_output()
                self.assertTrue(held.end())
                self.has_none(memory, pem)


class NewKeysTest(SecretsTest, TableTest):
    """What is to be written is in memory once, and nothing else of it."""

    table = [Row(kind) for kind in KINDS]

    def check(self, row):
        held = Held(self, "acme-key", "--type", row.name)
        memory = held.at_its_output()
        pem = held.end()
        self.assertEqual(memory.count(lines(self, pem)), 1)
        for number in numbers(self, pem):
            self.assertEqual(memory.count(forms(number, but=pem)), 0)

    def test_encrypted(self):
        held = Held(self, "acme-key", "--encrypt", "--passphrase-file", "pass")
        memory = held.at_its_output()
        pem = self.openssl("pkey", "-passin", "file:pass", stdin=held.end()).out
        self.has_none(memory, pem, [PASSPHRASE])


class OtherSecretsTest(SecretsTest):

    def test_passphrase_of_a_file(self):
        pem = self.key("p256", "--encrypt", "--passphrase-file", "pass")
        held = Held(self, "acme-csr", "-k", "site.key", "--passphrase-file", "pass", "a.example")
        memory = held.at_its_output()
        self.assertTrue(held.end())
        self.has_none(memory, pem, [PASSPHRASE])

    def test_passphrase_that_is_typed(self):
        pem = self.key("p256", "--encrypt", "--passphrase-file", "pass")
        os.mkfifo(self.dir / "out")
        session = Session(self, "exec acme-csr -k site.key -o out a.example").until("passphrase of site.key: ")
        session.type(PASSPHRASE.decode() + "\n")
        # Who writes to a FIFO waits for the reader.
        memory = at_call(session.process, OPEN)
        self.has_none(memory, pem, [PASSPHRASE])
        self.assertIn("CERTIFICATE REQUEST", (self.dir / "out").read_text())
        self.assertEqual(session.end(), 0)

    def test_a_key_in_openssl_s_older_form(self):
        pem = self.key()
        old = self.openssl("ec", "-aes256", "-passout", "file:pass", stdin=pem).out
        held = Held(self, "acme-csr", "--passphrase-file", "pass", "a.example", stdin=old)
        memory = held.at_its_output()
        self.assertTrue(held.end())
        self.has_none(memory, pem, [PASSPHRASE])

    def test_json_web_keys(self):
        """What is to be written is there once."""
        for kind in "p256", "rsa2048", "ed25519":
            with self.subTest(kind):
                jwk = self.jwk(kind)
                held = Held(self, "acme-key", "import", stdin=json.dumps(jwk).encode())
                memory = held.at_its_output()
                pem = held.end()
                for number in numbers(self, pem):
                    self.assertEqual(memory.count(forms(number, but=pem)), 0)
                self.assertEqual(memory.count(lines(self, pem)), 1)

    def jwk(self, kind):
        """A new private key, as certbot would keep it."""
        pem = self.ok(self.run_tool("acme-key", "--type", kind)).out
        jwk = json.loads(self.ok(self.run_tool("acme-key", "jwk", stdin=pem)).text)
        members = ("d", "p", "q", "dp", "dq", "qi") if kind.startswith("rsa") else "d"
        width = 32 if not kind.startswith("rsa") else 0
        return jwk | {name: jose.b64(number.rjust(width, b"\0")) for name, number in zip(members, numbers(self, pem))}

    def test_signatures(self):
        pem = self.key()
        header = {"alg": "ES256", "nonce": "bm9uY2U", "url": "https://ca.example/new-order", "kid": "https://ca.example/1"}
        held = Held(self, "acme-key", "sign", "-k", "site.key", stdin=(jose.b64(json.dumps(header).encode()) + ".").encode())
        memory = held.at_its_output()
        self.assertTrue(held.end())
        self.has_none(memory, pem)
