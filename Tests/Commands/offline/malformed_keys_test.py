"""Keys that are none: too large to work with, or numbers that don't belong together. Said as malformed, and at once."""

import base64
import json
import math

import jose
from tools import ToolTest

LIMIT = 20  # seconds: far more than it takes, far less than the mathematics of a huge key
P256 = {
    "p": 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    "n": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}


def number(value):
    return jose.b64(value.to_bytes((value.bit_length() + 7) // 8 or 1, "big"))


def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    head = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes(
        (size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + head + content


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def pem(label, content):
    text = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"


RSA_ALGORITHM = der(0x30, bytes.fromhex("06092a864886f70d010101"), bytes([5, 0]))
EC_ALGORITHM = der(0x30, bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a8648ce3d030107"))


def rsa_public(modulus, exponent):
    return pem("PUBLIC KEY", der(0x30, RSA_ALGORITHM, der(3, b"\0", der(0x30, integer(modulus), integer(exponent)))))


def rsa_private(*numbers):
    return pem("RSA PRIVATE KEY", der(0x30, integer(0), *map(integer, numbers)))


def ec_public(point):
    return pem("PUBLIC KEY", der(0x30, EC_ALGORITHM, der(3, b"\0", point)))


def ec_private(scalar, point):
    return pem("EC PRIVATE KEY", der(0x30, integer(1), der(4, scalar), der(0xA0, EC_ALGORITHM[11:]),
                                     der(0xA1, der(3, b"\0", point))))


class MalformedKeyTest(ToolTest):

    def refused(self, verb, key, message="."):
        result = self.run_tool("acme-key", verb, stdin=key, timeout=LIMIT)
        self.fails(result, 65, message)
        self.assertEqual(result.out, b"")

    def rsa(self):
        """p, q and the rest of a sound key, by openssl."""
        text = self.openssl("genrsa", "-traditional", "2048").out
        found = self.openssl("asn1parse", stdin=text).text
        values = [int(line.rsplit(":", 1)[1], 16) for line in found.splitlines() if "INTEGER" in line]
        return dict(zip(("n", "e", "d", "p", "q", "dp", "dq", "qi"), values[1:]))

    def rsa_jwk(self, numbers):
        return json.dumps({"kty": "RSA"} | {name: number(value) for name, value in numbers.items()})

    def ec(self):
        key = self.openssl("ecparam", "-genkey", "-noout", "-name", "prime256v1").out
        found = self.openssl("asn1parse", stdin=key).text
        scalar = bytes.fromhex(found.split("OCTET STRING")[1].split(":")[1].split()[0])
        spki = self.openssl("pkey", "-pubout", "-outform", "DER", stdin=key).out
        return scalar, spki[-65:]


class RSATest(MalformedKeyTest):

    def test_a_sound_one_is_taken(self):
        numbers = self.rsa()
        self.ok(self.run_tool("acme-key", "import", stdin=self.rsa_jwk(numbers)))
        self.ok(self.run_tool("acme-key", "public", stdin=rsa_private(*numbers.values())))
        self.ok(self.run_tool("acme-key", "jwk", stdin=rsa_public(numbers["n"], numbers["e"])))

    def test_huge_numbers(self):
        numbers = self.rsa()
        huge = (1 << 67_000) + 1
        for wrong in {"n": huge}, {"e": huge}, {"e": (1 << 64) + 1}, {"d": huge}, {"p": huge}, {"qi": huge}:
            with self.subTest(list(wrong)):
                self.refused("import", self.rsa_jwk(numbers | wrong))
        self.refused("import", self.rsa_jwk({name: huge for name in numbers}), "67001 bits")
        self.refused("public", rsa_private(*[huge] * 8), "67001 bits")
        self.refused("public", rsa_public(huge, 65537), "67001 bits")
        self.refused("jwk", rsa_public(numbers["n"], huge), "an exponent of 67001 bits")

    def test_large_primes_take_no_primality_test(self):
        """16384 bits are allowed, and asking whether their factors are prime would take minutes."""
        p, q = self.prime("modp_8192"), self.prime("ffdhe8192")
        e, order = 65537, math.lcm(p - 1, q - 1)
        d = pow(e, -1, order)
        numbers = {"n": p * q, "e": e, "d": d, "p": p, "q": q, "dp": d % (p - 1), "dq": d % (q - 1),
                   "qi": pow(q, -1, p)}
        self.ok(self.run_tool("acme-key", "import", stdin=self.rsa_jwk(numbers), timeout=LIMIT))

    def prime(self, group):
        found = self.openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", f"group:{group}").out
        found = self.openssl("asn1parse", stdin=found).text
        return max(int(line.rsplit(":", 1)[1], 16) for line in found.splitlines() if "INTEGER" in line)

    def test_numbers_of_two_keys(self):
        numbers = self.rsa()
        for name in numbers:
            for value in 0, 1, numbers[name] + 2:
                with self.subTest(name, value=value):
                    self.refused("import", self.rsa_jwk(numbers | {name: value}))
        for name in "n", "e":
            for value in 0, 1, numbers[name] + 1:
                with self.subTest("PEM", name=name, value=value):
                    self.refused("public", rsa_private(*(numbers | {name: value}).values()))


class CurveTest(MalformedKeyTest):

    def test_a_sound_one_is_taken(self):
        scalar, point = self.ec()
        self.ok(self.run_tool("acme-key", "public", stdin=ec_private(scalar, point)))
        self.ok(self.run_tool("acme-key", "public", stdin=ec_public(point)))
        self.ok(self.run_tool("acme-key", "import", stdin=self.jwk(scalar, point)))

    def jwk(self, scalar, point):
        return json.dumps({"kty": "EC", "crv": "P-256", "d": jose.b64(scalar), "x": jose.b64(point[1:33]),
                           "y": jose.b64(point[33:])})

    def test_scalars(self):
        scalar, point = self.ec()
        n = P256["n"]
        for value in 0, n, n + int.from_bytes(scalar, "big"), n + 1, 2**256 - 1, 1:
            if value < 2**256:
                with self.subTest(value=value):
                    wrong = value.to_bytes(32, "big")
                    self.refused("import", self.jwk(wrong, point))
                    self.refused("public", ec_private(wrong, point))

    def test_points(self):
        scalar, point = self.ec()
        off = point[:64] + bytes([point[64] ^ 1])
        for wrong in off, point[:1] + bytes(64), point[:1] + P256["p"].to_bytes(32, "big") * 2:
            with self.subTest(wrong.hex()):
                self.refused("import", self.jwk(scalar, wrong))
                self.refused("public", ec_private(scalar, wrong))
                self.refused("public", ec_public(wrong))
        other_half = bytes([7 - (point[64] & 1)])  # a hybrid form (SEC 1, 2.3.3) that says the other sign of y
        for wrong in b"\0", b"", point[:-1], point + b"\0", other_half + point[1:]:
            with self.subTest(wrong.hex()):
                self.refused("public", ec_private(scalar, wrong))
                self.refused("public", ec_public(wrong))

    def test_lengths(self):
        scalar, point = self.ec()
        for d, x in (scalar[1:], point), (b"\0" + scalar, point), (b"", point), (scalar, point[:33] + point[34:]):
            self.refused("import", self.jwk(d, x))
