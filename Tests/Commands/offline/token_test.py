"""Keys in a PKCS#11 token: what they sign is right, a PIN is never shown nor tried twice, and what is missing is said."""

import json

import jose
from sign_test import signing_input
from softhsm import MODULE, PIN, SPY, Token
from terminal import Session
from tools import ToolTest, quoted

KINDS = {"EC:prime256v1": "ES256", "EC:secp384r1": "ES384", "EC:secp521r1": "ES512", "rsa:2048": "RS256"}


class TokenTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.token = Token(self.dir / "token")
        self.env |= self.token.env
        self.pin = "--passphrase-file", "token/pin"

    def csr(self, key, *options, **more):
        return self.run_tool("acme-csr", "-k", key, *options, "one.example", **more)


class EachKind(TokenTest):

    def test(self):
        for number, (kind, alg) in enumerate(KINDS.items()):
            with self.subTest(kind):
                uri = self.token.make(f"key{number}", kind)
                jwk = json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", uri)).out)
                self.assertEqual(self.ok(self.run_tool("acme-key", "thumbprint", "-k", uri)).text, jose.thumbprint(jwk) + "\n")
                public = self.ok(self.run_tool("acme-key", "public", "-k", uri)).out
                self.openssl("pkey", "-pubin", "-noout", stdin=public)
                request = self.ok(self.csr(uri, *self.pin)).out
                self.openssl("req", "-verify", "-noout", stdin=request)
                self.assertEqual(self.openssl("req", "-pubkey", "-noout", stdin=request).out, public)
                text = signing_input({"alg": alg, "kid": "https://ca.example/1", "nonce": "a", "url": "https://ca.example/"})
                signature = self.ok(self.run_tool("acme-key", "sign", "-k", uri, *self.pin, stdin=text)).text
                self.assertTrue(jose.verified(alg, jwk, text.encode(), jose.unb64(signature.strip())))


class PINTest(TokenTest):

    def setup_method(self):
        super().setup_method()
        self.uri = self.token.make("site", "EC:prime256v1")
        (self.dir / "wrong").write_text("9999\n")

    def test_places(self):
        (self.dir / "a pin").write_text(PIN + "\n")
        for source in "token/pin", "file:token/pin", f"file://{self.dir}/token/pin", "a%20pin":
            with self.subTest(source):
                self.ok(self.csr(f"{self.uri}?pin-source={source}"))
        self.ok(self.csr(self.uri, env=self.env | {"ACME_PASSPHRASE_FILE": "token/pin"}))
        self.ok(self.csr(f"{self.uri}?module-path={MODULE}&pin-source=token/pin"))

    def test_in_the_uri(self):
        """It is refused, and not shown once more."""
        for uri in (f"{self.uri}?pin-value={PIN}", f"{self.uri};pin-value={PIN}", f"pkcs11:pin-value={PIN};object=site",
                    f"{self.uri}?module-path=/x&pin-value={PIN}", f"PKCS11:object=site?PIN-VALUE={PIN}"):
            for words in (("-k", uri), (f"-k{uri}",), ("--key", uri), (f"--key={uri}",)):
                with self.subTest(words):
                    result = self.fails(self.run_tool("acme-csr", *words, "one.example"), 64, "a PIN stands in a pkcs11: URI")
                    self.assertNotIn(PIN, result.err)
        env = self.env | {"ACME_ACCOUNT_KEY": f"{self.uri}?pin-value={PIN}", "ACME_ACCOUNT": "account.json"}
        result = self.run_tool("acme-challenge", "order", "--signer", f"x -k {self.uri}?pin-value={PIN}", env=env)
        self.fails(result, 64, "a PIN stands in a pkcs11: URI")
        self.assertNotIn(PIN, result.err + result.text)
        env = self.env | {"ACME_SIGNER": f"touch -k 'pkcs11:token=x?'pin-value={PIN}", "ACME_ACCOUNT": "account.json"}
        result = self.run_tool("acme-finalize", env=env)
        self.fails(result, 64, "ACME_SIGNER: a PIN stands in a pkcs11: URI")
        self.assertNotIn(PIN, result.err + result.text)

    def test_files_by_no_name(self):
        for more in "?module-path=", "?pin-source=":
            self.fails(self.csr(f"{self.uri}{more}"), 64, "the pkcs11: URI names a file by nothing")

    def test_a_wrong_one_is_tried_once(self):
        for module in (), (self.spy(),):
            for file, status in ("wrong", 65), ("token/pin", 0):
                with self.subTest(module=module, file=file):
                    result = self.csr("".join((self.uri, *module)), "--passphrase-file", file)
                    if status:
                        self.fails(result, 65, "^acme-csr: error: pkcs11:token=vault;object=site: the token doesn't take the "
                                               r"PIN \(PIN incorrect\)$")
                        self.assertEqual(result.out, b"")
                    if module:
                        self.assertEqual((self.dir / "spied").read_text().count("C_Login"), 1)
                        (self.dir / "spied").unlink()

    def spy(self):
        path, = (line for line in self.run_tool("sh", "-c", f"ls /usr/lib/*/{SPY} /usr/lib/{SPY}").text.splitlines())
        self.env |= {"PKCS11SPY": MODULE, "PKCS11SPY_OUTPUT": str(self.dir / "spied")}
        return f"?module-path={path}"

    def test_the_public_part_wants_none(self):
        self.ok(self.run_tool("acme-key", "public", "-k", self.uri, "--passphrase-file", "wrong"))

    def test_without_a_terminal(self):
        result = self.run_tool("setsid", "-w", "acme-csr", "-k", self.uri, "one.example")
        self.fails(result, 78, "the PIN of pkcs11:token=vault;object=site is needed, and there is no terminal")

    def test_asked_on_the_terminal(self):
        for typed, status in (PIN, 0), ("9999", 65), ("", 65):
            with self.subTest(typed):
                question = f"PIN of {self.uri}: "
                session = Session(self, f"acme-csr -k {quoted(self.uri)} one.example >out.csr; exit").until(question)
                self.assertEqual(session.type(f"{typed}\n").end(), status, session.err)
                self.assertEqual(session.said, question + "\n")


class MissingTest(TokenTest):

    def test_what_isn_t_there(self):
        uri = self.token.make("site", "EC:prime256v1")
        for key, message in (
                ("pkcs11:token=vault;object=other", "can't read pkcs11:token=vault;object=other: no token here shows such a key"),
                ("pkcs11:token=other;object=site", "no token here shows such a key"),
                (f"{uri}?module-path=/nowhere.so", "can't read /nowhere.so: no such file"),
                (f"{uri}?pin-source=/nowhere", "can't read /nowhere: no such file")):
            with self.subTest(key):
                self.fails(self.csr(key, *self.pin), 66, message)
        env = self.env | {"OPENSSL_ENGINES": str(self.dir)}
        result = self.fails(self.csr(uri, *self.pin, env=env), 66, "OpenSSL's engine for tokens, pkcs11, isn't there")
        self.assertIn("hint: Debian has it in the package libengine-pkcs11-openssl", result.err)

    def test_no_uri(self):
        for key, message in (("pkcs11:a b", "no pkcs11: URI"), ("pkcs11:object=a?pin-source", "pin-source has no value"),
                             ("pkcs11:object=a?pin-source=%2", "none of an escaped octet"),
                             ("pkcs11:object=a?pin-source=|cat", "is a command")):
            with self.subTest(key):
                self.fails(self.csr(key), 64, message)

    def test_a_file_of_such_a_name(self):
        self.ok(self.run_tool("acme-key", "-o", "pkcs11:site"))
        self.ok(self.csr("./pkcs11:site"))

    def test_the_engine_stays_away_where_no_token_is_named(self):
        """It costs time to load, and brings other people's code into the process."""
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        loaded = self.run_tool("env", "LD_DEBUG=files", "acme-csr", "-k", "site.key", "one.example").err
        self.assertIn("libcrypto", loaded)
        self.assertNotIn("pkcs11", loaded)
