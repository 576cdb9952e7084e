"""acme-key: each type of key agrees with openssl and with the published vectors, and key files are kept safe."""

import dataclasses
import json
import os
import re
import stat

import jose
from tables import TableTest
from tools import ToolTest, quoted

# type, and the words by which `openssl pkey -text` knows it
TYPES = {"p256": "prime256v1", "p384": "secp384r1", "p521": "secp521r1", "rsa2048": "2048 bit", "rsa3072": "3072 bit",
         "rsa4096": "4096 bit", "ed25519": "ED25519"}


def public_jwk(spki):
    """The JWK of a public key in DER, read by hand: its last bytes are the point, or two integers."""
    if b"\x2b\x65\x70" in spki[:12]:
        return {"kty": "OKP", "crv": "Ed25519", "x": jose.b64(spki[-32:])}
    for size, crv in (32, "P-256"), (48, "P-384"), (66, "P-521"):
        if len(spki) in range(2 * size + 20, 2 * size + 30) and spki[-2 * size - 1] == 4:
            return {"kty": "EC", "crv": crv, "x": jose.b64(spki[-2 * size:-size]), "y": jose.b64(spki[-size:])}
    size = {294: 256, 422: 384, 550: 512}[len(spki)]
    assert spki[-5:] == b"\x02\x03\x01\x00\x01", "the exponent is 65537"
    return {"kty": "RSA", "e": "AQAB", "n": jose.b64(spki[-5 - size:-5])}


def compact(object):
    return json.dumps(object, sort_keys=True, separators=(",", ":")) + "\n"


@dataclasses.dataclass
class Row:
    name: str


class TypesTest(TableTest):
    """What acme-key says of a key is what openssl says, for every type, and the one signs what the other verifies."""

    table = [Row(type) for type in TYPES]

    def check(self, row):
        key = self.ok(self.run_tool("acme-key", "--type", row.name)).out
        self.assertTrue(key.startswith(b"-----BEGIN PRIVATE KEY-----\n"))
        self.assertIn(TYPES[row.name], self.openssl("pkey", "-noout", "-text", stdin=key).text)
        spki = self.openssl("pkey", "-pubout", "-outform", "DER", stdin=key).out
        pem = self.openssl("pkey", "-pubout", stdin=key).out
        jwk = public_jwk(spki)
        self.assertEqual(self.ok(self.run_tool("acme-key", "public", stdin=key)).out, pem)
        self.assertEqual(self.ok(self.run_tool("acme-key", "jwk", stdin=key)).text, compact(jwk))
        thumbprint = self.ok(self.run_tool("acme-key", "thumbprint", stdin=key)).text
        self.assertEqual(thumbprint, jose.thumbprint(jwk) + "\n")
        (self.dir / "a.key").write_bytes(key)
        self.assertEqual(self.ok(self.run_tool("acme-key", "thumbprint", "-k", "a.key")).text, thumbprint)
        self.encrypted(key, pem)

    def encrypted(self, key, pem):
        """Encrypted by openssl and read by us, and the other way round."""
        (self.dir / "pass").write_text("correct horse\n")
        self.openssl("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", "a.key", "-passout", "file:pass", "-out", "b.key")
        read = self.run_tool("acme-key", "public", "-k", "b.key", "--passphrase-file", "pass")
        self.assertEqual(self.ok(read).out, pem)


class DefaultsTest(ToolTest):

    def test_the_default_is_p256(self):
        self.assertIn("prime256v1", self.openssl("pkey", "-noout", "-text", stdin=self.run_tool("acme-key").out).text)

    def test_two_keys_differ(self):
        self.assertNotEqual(self.run_tool("acme-key").out, self.run_tool("acme-key").out)

    def test_a_pipe(self):
        shown = self.ok(self.sh("acme-key --type ed25519 | acme-key jwk")).text
        self.assertRegex(shown, r'^\{"crv":"Ed25519","kty":"OKP","x":"[\w-]{43}"\}\n$')


class EncryptedTest(ToolTest):
    """PKCS #8, encrypted."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "pass").write_text("correct horse\n")

    def test_ours_is_read_by_openssl(self):
        self.ok(self.run_tool("acme-key", "--encrypt", "--passphrase-file", "pass", "-o", "a.key"))
        text = (self.dir / "a.key").read_text()
        self.assertTrue(text.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
        shown = self.openssl("pkey", "-in", "a.key", "-passin", "file:pass", "-pubout").out
        read = self.run_tool("acme-key", "public", "-k", "a.key", "--passphrase-file", "pass")
        self.assertEqual(self.ok(read).out, shown)
        env = self.env | {"ACME_PASSPHRASE_FILE": "pass"}
        self.assertEqual(self.ok(self.run_tool("acme-key", "public", "-k", "a.key", env=env)).out, shown)

    def test_the_derivation_is_slow(self):
        """PBES2 with PBKDF2 or scrypt, and AES; no single DES, no RC2, no thousand rounds."""
        key = self.ok(self.run_tool("acme-key", "--encrypt", "--passphrase-file", "pass")).out
        text = self.openssl("asn1parse", stdin=key).text
        self.assertRegex(text, "PBES2[^$]*(PBKDF2|scrypt)[^$]*aes-(128|256)-cbc")

    def test_openssl_s_are_read(self):
        for how in (["-v2", "aes-256-cbc"], ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"], ["-scrypt"]):
            with self.subTest(how):
                key = self.ok(self.run_tool("acme-key")).out
                hidden = self.openssl("pkcs8", "-topk8", *how, "-passout", "file:pass", stdin=key).out
                shown = self.ok(self.run_tool("acme-key", "public", "--passphrase-file", "pass", stdin=hidden)).out
                self.assertEqual(shown, self.openssl("pkey", "-pubout", stdin=key).out)

    def test_a_passphrase_without_a_line_end(self):
        key = self.openssl("pkcs8", "-topk8", "-passout", "pass:correct horse", stdin=self.run_tool("acme-key").out).out
        (self.dir / "bare").write_text("correct horse")
        for file in "pass", "bare":
            self.ok(self.run_tool("acme-key", "jwk", "--passphrase-file", file, stdin=key))


class OlderFormsTest(ToolTest):
    """SEC 1 and PKCS #1, since people have them."""

    def test_older_forms(self):
        rows = (("p256", "EC PRIVATE KEY"), ("p384", "EC PRIVATE KEY"), ("p521", "EC PRIVATE KEY"),
                ("rsa2048", "RSA PRIVATE KEY"))
        for type, label in rows:
            with self.subTest(type):
                key = self.ok(self.run_tool("acme-key", "--type", type)).out
                older = self.openssl("pkey", "-traditional", stdin=key).out
                self.assertIn(f"BEGIN {label}".encode(), older)
                self.assertEqual(self.run_tool("acme-key", "public", stdin=older).out,
                                 self.ok(self.run_tool("acme-key", "public", stdin=key)).out)

    def test_what_ecparam_writes(self):
        """openssl puts the curve's parameters in a block of their own before the key."""
        key = self.openssl("ecparam", "-genkey", "-name", "prime256v1").out
        self.assertIn(b"EC PARAMETERS", key)
        self.assertEqual(self.ok(self.run_tool("acme-key", "public", stdin=key)).out,
                         self.openssl("pkey", "-pubout", stdin=key).out)

    def test_line_ends_and_text_around(self):
        key = self.ok(self.run_tool("acme-key")).out
        shown = self.run_tool("acme-key", "thumbprint", stdin=key).out
        for form in key.replace(b"\n", b"\r\n"), b"my site's key\n" + key + b"\n\n", key.rstrip(b"\n"):
            self.assertEqual(self.ok(self.run_tool("acme-key", "thumbprint", stdin=form)).out, shown)


# Private keys as JWK, and their thumbprints: RFC 7515 A.2, A.3 and A.4, RFC 8037 A.1, and two P-256 keys of which one
# coordinate begins with a zero octet (private scalars 379 and 43), which may not be dropped.
VECTORS = {
    "RFC 7515 A.2": ("IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8", {
        "kty": "RSA", "e": "AQAB",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"
             "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB"
             "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia"
             "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "d": "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46su"
             "i395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4"
             "qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB"
             "4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
        "p": "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8"
             "cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
        "q": "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t"
             "62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
        "dp": "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCj"
              "n12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
        "dq": "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnw"
              "gjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
        "qi": "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93"
              "IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"}),
    "RFC 7515 A.3": ("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", {
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}),
    "RFC 7515 A.4": ("u5YUSjQ2-2chBi51NSk3t3g7IM4o2KYcnPqPtCNGd3U", {
        "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
        "d": "AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C"}),
    "RFC 8037 A.1": ("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", {
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
    "x begins with zero": ("7Yxe6c_3bAa6kiaK1G-BZmi9EeNsUmlcbdnrtLeuK4E", {
        "kty": "EC", "crv": "P-256", "d": jose.b64((379).to_bytes(32, "big")),
        "x": "AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo", "y": "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"}),
    "y begins with zero": ("WZsjbh58q8kl1WsGShqtiycImZtCgGbukDn4RAacMig", {
        "kty": "EC", "crv": "P-256", "d": jose.b64((43).to_bytes(32, "big")),
        "x": "mGriUG8f8QTQQjCGHY9LSY9LxMbQCbMPdUTcEpuC0o0", "y": "ADzMwKZGDgrjKKTZfTx7YdhvxiicGJ8lJREMRBuwfpc"}),
}


class VectorsTest(TableTest):
    """A private JWK comes in as PEM and goes out again as the public one, with the published thumbprint."""

    table = [Row(name) for name in VECTORS]

    def check(self, row):
        thumbprint, jwk = VECTORS[row.name]
        pem = self.ok(self.run_tool("acme-key", "import", stdin=json.dumps(jwk | {"kid": "odd", "use": "sig"}))).out
        self.assertTrue(pem.startswith(b"-----BEGIN PRIVATE KEY-----\n"))
        self.openssl("pkey", "-check", "-noout", stdin=pem) if jwk["kty"] != "OKP" else None
        public = {m: v for m, v in jwk.items() if m in ("kty", "crv", "x", "y", "n", "e")}
        self.assertEqual(public_jwk(self.openssl("pkey", "-pubout", "-outform", "DER", stdin=pem).out), public)
        self.assertEqual(self.ok(self.run_tool("acme-key", "jwk", stdin=pem)).text, compact(public))
        self.assertEqual(self.ok(self.run_tool("acme-key", "thumbprint", stdin=pem)).text, thumbprint + "\n")


class ImportTest(ToolTest):

    def test_a_key_that_does_not_belong_together(self):
        """The private part is one key's, the public part another's."""
        odd = VECTORS["RFC 7515 A.3"][1] | {"d": VECTORS["x begins with zero"][1]["d"]}
        self.fails(self.run_tool("acme-key", "import", stdin=json.dumps(odd)), 65, ".")
        odd = VECTORS["RFC 8037 A.1"][1] | {"d": jose.b64(bytes(32))}
        self.fails(self.run_tool("acme-key", "import", stdin=json.dumps(odd)), 65, ".")

    def test_coordinates_that_lost_their_zero(self):
        """Refused, or put right; never another key."""
        odd = VECTORS["x begins with zero"][1] | {"x": "VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg"}
        result = self.run_tool("acme-key", "import", stdin=json.dumps(odd))
        if result.status:
            self.fails(result, 65, ".")
        else:
            shown = self.ok(self.run_tool("acme-key", "thumbprint", stdin=result.out)).text
            self.assertEqual(shown.strip(), VECTORS["x begins with zero"][0])

    def test_files(self):
        (self.dir / "pass").write_text("correct horse\n")
        jwk = json.dumps(VECTORS["RFC 7515 A.3"][1])
        self.ok(self.run_tool("acme-key", "import", "-o", "a.key", stdin=jwk))
        self.assertEqual(stat.S_IMODE((self.dir / "a.key").stat().st_mode), 0o600)
        self.fails(self.run_tool("acme-key", "import", "-o", "a.key", stdin=jwk), 73, "a.key")
        self.ok(self.run_tool("acme-key", "import", "--encrypt", "--passphrase-file", "pass", "-o", "b.key", stdin=jwk))
        self.openssl("pkey", "-in", "b.key", "-passin", "file:pass", "-noout")


class FilesTest(ToolTest):
    """Keys are 0600 whatever the umask, and never go over another file without --force."""

    def mode(self, name):
        return stat.S_IMODE((self.dir / name).stat().st_mode)

    def test_modes(self):
        for umask in 0o000, 0o022, 0o077, 0o777:
            with self.subTest(umask=oct(umask)):
                name = f"{umask}.key"
                self.ok(self.sh(f"umask {umask:o}; {quoted('acme-key', '-o', name)}"))
                self.assertEqual(self.mode(name), 0o600)

    def test_other_files_follow_the_umask(self):
        self.ok(self.sh("umask 027; acme-key | acme-key public -o site.pub"))
        self.assertEqual(self.mode("site.pub"), 0o640)

    def test_an_existing_key_stays(self):
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        before = (self.dir / "site.key").read_bytes()
        self.fails(self.run_tool("acme-key", "-o", "site.key"), 73, "site.key")
        self.assertEqual((self.dir / "site.key").read_bytes(), before)
        self.assertEqual(self.files(), ["site.key"])

    def test_an_existing_file_of_any_kind_stays(self):
        (self.dir / "notes").write_text("")
        self.fails(self.run_tool("acme-key", "-o", "notes"), 73, "notes")
        (self.dir / "link").symlink_to("notes")
        self.fails(self.run_tool("acme-key", "-o", "link"), 73, "link|notes")
        (self.dir / "nowhere").symlink_to("not-yet.key")
        result = self.run_tool("acme-key", "-o", "nowhere")
        self.assertIn(result.status, (0, 73))
        self.assertTrue((self.dir / "nowhere").is_symlink(), "a link is followed, not replaced")

    def test_force(self):
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        before = (self.dir / "site.key").read_bytes()
        os.chmod(self.dir / "site.key", 0o640)
        self.ok(self.run_tool("acme-key", "--force", "-o", "site.key"))
        self.assertNotEqual((self.dir / "site.key").read_bytes(), before)
        self.assertEqual(self.files(), ["site.key"])

    def test_a_warning_where_others_can_read(self):
        """stdout that is a file with a mode for all, which > makes."""
        result = self.sh("umask 022; acme-key >open.key")
        self.assertEqual(result.status, 0)
        self.assertRegex(result.err, "^acme-key: warning: ")
        result = self.sh("umask 077; acme-key >closed.key")
        self.ok(result)

    def test_no_traces_of_secrets_in_errors(self):
        key = self.ok(self.run_tool("acme-key")).out
        result = self.run_tool("acme-csr", "one.example", stdin=key.replace(b"-----END", b"-----ENT"))
        self.fails(result, 65, ".")
        middle = key.split(b"\n")[1][:20].decode()
        self.assertFalse(re.search(re.escape(middle), result.err))

    def test_if_changed(self):
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        for _ in range(2):
            self.ok(self.run_tool("acme-key", "public", "-k", "site.key", "-o", "site.pub", "--if-changed"))
            os.utime(self.dir / "site.pub", (1, 1)) if not _ else None
        self.assertEqual((self.dir / "site.pub").stat().st_mtime, 1)
        self.ok(self.run_tool("acme-key", "public", "-k", "site.key", "-o", "site.pub"))
        self.assertNotEqual((self.dir / "site.pub").stat().st_mtime, 1)
