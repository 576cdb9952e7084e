"""Encrypted keys: what it costs to guess at the passphrase of ours, and what is said of ciphers that are too old."""

import re

from tools import ToolTest

RSA = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]


class DerivationTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "pass").write_text("correct horse\n")

    def derivation(self, key):
        """Salt and rounds of PBKDF2 (RFC 8018 appendix A.2)."""
        text = self.openssl("asn1parse", stdin=key).text
        salt, rounds = re.search(r"PBKDF2\n.*\n.*OCTET STRING +\[HEX DUMP\]:(\w+)\n.*INTEGER +:(\w+)\n", text).groups()
        return bytes.fromhex(salt), int(rounds, 16)

    def test_a_guess_is_dear(self):
        plain = self.ok(self.run_tool("acme-key")).out
        older = self.openssl("pkcs8", "-topk8", "-passout", "file:pass", stdin=plain).out
        self.assertEqual(self.derivation(older)[1], 2048, "openssl's own")
        salts = set()
        for argv in ["acme-key"], ["acme-key", "--type", "rsa2048"]:
            key = self.ok(self.run_tool(*argv, "--encrypt", "--passphrase-file", "pass")).out
            salt, rounds = self.derivation(key)
            self.assertGreaterEqual(rounds, 600_000)
            self.assertGreaterEqual(len(salt), 16)
            salts.add(salt)
            shown = self.openssl("pkey", "-passin", "file:pass", "-pubout", stdin=key).out
            self.assertEqual(self.ok(self.run_tool("acme-key", "public", "--passphrase-file", "pass", stdin=key)).out,
                             shown)
        self.assertEqual(len(salts), 2, "a salt is drawn for each key")

    def test_the_lesson_names_the_rounds(self):
        result = self.run_tool("acme-key", "--encrypt", "--passphrase-file", "pass", "--explain")
        self.assertEqual(result.status, 0, result)
        self.assertIn("600000 rounds", " ".join(result.err.replace("acme-key:", " ").split()))


class OldCipherTest(ToolTest):
    """OpenSSL 3 has single DES, RC2 and RC4 in a provider that nobody loads unasked."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "pass").write_text("correct horse\n")
        self.key = self.openssl(*RSA).out
        (self.dir / "plain.key").write_bytes(self.key)

    def legacy(self, *argv):
        return self.openssl(argv[0], "-provider", "legacy", "-provider", "default", *argv[1:]).out

    def test_it_is_said_and_the_line_works(self):
        old = {
            "a PEM header's": self.legacy("rsa", "-traditional", "-des", "-in", "plain.key", "-passout", "file:pass"),
            "PKCS #5's first": self.legacy("pkcs8", "-topk8", "-v1", "PBE-MD5-DES", "-in", "plain.key", "-passout",
                                           "file:pass"),
            "PKCS #12's": self.legacy("pkcs8", "-topk8", "-v1", "PBE-SHA1-RC2-40", "-in", "plain.key", "-passout",
                                      "file:pass"),
            "PBES2's": self.legacy("pkcs8", "-topk8", "-v2", "des-cbc", "-in", "plain.key", "-passout", "file:pass"),
        }
        for name, key in old.items():
            with self.subTest(name):
                (self.dir / "old.key").write_bytes(key)
                result = self.run_tool("acme-key", "public", "-k", "old.key", "--passphrase-file", "pass")
                self.fails(result, 65, "old.key: the key is encrypted with a cipher that is too old to be read here$")
                self.assertEqual(result.out, b"")
                line = re.search(r"hint: convert it: (openssl pkey .*)", result.err).group(1)
                self.assertEqual(line, "openssl pkey -provider legacy -provider default -in OLD -out NEW")
                line = line.replace("OLD", "old.key").replace("NEW", "new.key") + " -passin file:pass"
                self.ok(self.sh(line))
                self.assertEqual(self.ok(self.run_tool("acme-key", "public", "-k", "new.key")).out,
                                 self.openssl("pkey", "-pubout", stdin=self.key).out)

    def test_a_wrong_passphrase_is_still_that(self):
        (self.dir / "wrong").write_text("battery staple\n")
        rows = [["rsa", "-traditional", "-des3"], ["rsa", "-traditional", "-aes256"],
                ["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"], ["pkcs8", "-topk8", "-v2", "aes-256-cbc"]]
        for row in rows:
            with self.subTest(row):
                key = self.openssl(*row, "-passout", "file:pass", stdin=self.key).out
                self.ok(self.run_tool("acme-key", "public", "--passphrase-file", "pass", stdin=key))
                self.fails(self.run_tool("acme-key", "public", "--passphrase-file", "wrong", stdin=key), 65,
                           "the passphrase is wrong")
