"""Requests of every kind that OpenSSL can verify are read; of the rest it is said why not."""

from tools import ToolTest

EXTENSIONS = "-addext", "subjectAltName=DNS:example.org"
NAME = "example.org"


class RequestKindsTest(ToolTest):
    """acme-chain offline compares a chain with a request, without a CA."""

    def request(self, *key, digest=()):
        self.openssl("genpkey", *key, "-out", "site.key")
        self.openssl("req", "-new", "-key", "site.key", "-subj", "/", *EXTENSIONS, *digest, "-out", "site.csr")

    def certify(self, key="site.key"):
        self.openssl("x509", "-req", "-in", "site.csr", "-signkey", key, "-days", "9", "-copy_extensions", "copy", "-out",
                     "site.pem")
        return (self.dir / "site.pem").read_bytes()

    def test_any_kind_of_key(self):
        ec = "-algorithm", "EC", "-pkeyopt"
        rows = {
            "P-256": (*ec, "ec_paramgen_curve:P-256"), "brainpool": (*ec, "ec_paramgen_curve:brainpoolP256r1"),
            "secp256k1": (*ec, "ec_paramgen_curve:secp256k1"), "Ed448": ("-algorithm", "ED448"),
            "PSS": ("-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
            "RSA of 1024 bits": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
        }
        for name, key in rows.items():
            with self.subTest(name):
                self.request(*key)
                chain = self.certify()
                self.assertEqual(self.ok(self.run_tool("acme-chain", "--csr", "site.csr", stdin=chain)).out, chain)

    def test_another_key_of_such_a_kind_is_told_apart(self):
        self.request("-algorithm", "ED448")
        chain = self.certify()
        self.request("-algorithm", "ED448")
        self.fails(self.run_tool("acme-chain", "--csr", "site.csr", stdin=chain), 65, "another key than the request")

    def test_explicit_curve_parameters(self):
        self.request("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit")
        request = (self.dir / "site.csr").read_bytes()
        for argv in ["acme-challenge", "order"], ["acme-challenge", "--webroot", "."]:
            result = self.run_tool(*argv, stdin=request)
            self.fails(result, 65, "spells its curve out")
        self.assertNotIn("acme", " ".join(self.files()))
        result = self.run_tool("acme-csr", "-k", "site.key", NAME)
        self.fails(result, 65, "spells its curve out")
        self.assertEqual(result.out, b"")

    def test_an_unknown_algorithm_is_no_bad_signature(self):
        """The same request with another number for the kind of key, or for the signature."""
        self.request("-algorithm", "ED448")
        sound = self.openssl("req", "-in", "site.csr", "-outform", "DER").out
        identifier = bytes.fromhex("06032b6571")  # 1.3.101.113
        self.assertEqual(sound.count(identifier), 2)
        unknown = bytes.fromhex("06032b657d")
        first, between, last = sound.split(identifier)
        for name, request in (("key", unknown.join([first, between]) + identifier + last),
                              ("signature", identifier.join([first, between]) + unknown + last),
                              ("both", unknown.join([first, between, last]))):
            with self.subTest(name):
                self.fails(self.run_tool("acme-challenge", "order", stdin=request), 65, r"can't be checked here.*1\.3\.101\.125")

    def test_a_bad_signature_is_one(self):
        for key in ("-algorithm", "ED448"), ("-algorithm", "RSA"), ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"):
            self.request(*key)
            request = bytearray(self.openssl("req", "-in", "site.csr", "-outform", "DER").out)
            request[-1] ^= 1
            self.fails(self.run_tool("acme-challenge", "order", stdin=bytes(request)), 65, "signature doesn't verify")


class ExtensionRequestTest(ToolTest):
    """The SAN in whichever attribute it stands (RFC 2985 section 5.4.2)."""

    STANDARD, MICROSOFT = "1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"

    def request(self, *attributes):
        """Made of attributes, each a type and the names in the SAN of each of its values (none: a key usage)."""
        self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "site.key")
        spki = self.openssl("pkey", "-in", "site.key", "-pubout", "-outform", "DER").out
        made = b"".join(der(0x30, oid(kind), der(0x31, *map(extensions, values))) for kind, *values in attributes)
        info = der(0x30, b"\2\1\0", b"\x30\0", spki, der(0xA0, made))
        signature = self.openssl("dgst", "-sha256", "-sign", "site.key", stdin=info).out
        (self.dir / "site.csr").write_bytes(
            der(0x30, info, der(0x30, bytes.fromhex("06082a8648ce3d040302")), der(3, b"\0", signature)))

    def certified(self, *names):
        """What acme-chain says of a certificate with this key and these names."""
        (self.dir / "ext").write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        self.openssl("x509", "-req", "-inform", "DER", "-in", "site.csr", "-signkey", "site.key", "-days", "9", "-extfile",
                     "ext", "-out", "site.pem")
        return self.run_tool("acme-chain", "--csr", "site.csr", stdin=(self.dir / "site.pem").read_bytes())

    def test_a_second_attribute_is_read(self):
        self.request((self.STANDARD, []), (self.STANDARD, ["a.example", "b.example"]))
        self.ok(self.certified("a.example", "b.example"))
        self.fails(self.certified("a.example"), 65, "b.example is missing")

    def test_a_second_value_is_read(self):
        self.request((self.STANDARD, [], ["a.example"]))
        self.ok(self.certified("a.example"))

    def test_two_sans(self):
        for attributes in [(self.STANDARD, ["a.example"]), (self.STANDARD, ["b.example"])], [
                (self.STANDARD, ["a.example"], ["b.example"])]:
            self.request(*attributes)
            self.fails(self.certified("a.example"), 65, "stand there twice")

    def test_microsoft_s_alone(self):
        self.request((self.MICROSOFT, ["a.example"]))
        self.fails(self.certified("a.example"), 65, r"a\.example in Microsoft's own attribute")
        self.request((self.MICROSOFT, ["a.example", "b.example"]), (self.STANDARD, ["a.example"]))
        self.fails(self.certified("a.example"), 65, r"b\.example in Microsoft's own attribute")

    def test_microsoft_s_beside_the_standard_one(self):
        self.request((self.MICROSOFT, ["a.example"]), (self.STANDARD, ["a.example", "b.example"]))
        self.ok(self.certified("a.example", "b.example"))


def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + content


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    octets = [first * 40 + second]
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.insert(0, arc & 0x7F | 0x80)
        octets += groups
    return der(6, bytes(octets))


def extensions(names):
    value = der(0x30, *(der(0x82, name.encode()) for name in names)) if names else bytes.fromhex("030205a0")
    return der(0x30, der(0x30, oid("2.5.29.17" if names else "2.5.29.15"), der(4, value)))
