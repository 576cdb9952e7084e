"""The little of JOSE that a CA needs, in plain Python: signatures are checked without the library under test."""

import base64
import hashlib
import json
import re

# The curves of ES256, ES384 and ES512 (FIPS 186-4, D.1.2): field, b, order, base point; a is -3 on all of them.
CURVES = {
    "P-256": (2**256 - 2**224 + 2**192 + 2**96 - 1,
              0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
              0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
              0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
              0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5),
    "P-384": (2**384 - 2**128 - 2**96 + 2**32 - 1,
              0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef,
              0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973,
              0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
              0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f),
    "P-521": (2**521 - 1,
              int("051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e"
                  "156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00", 16),
              int("1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                  "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16),
              int("c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba"
                  "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66", 16),
              int("11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662"
                  "c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650", 16)),
}
ALGORITHMS = {"ES256": ("P-256", "sha256"), "ES384": ("P-384", "sha384"), "ES512": ("P-521", "sha512")}


def b64(data):
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    """The bytes of base64url; padding, blanks and any foreign character are a ValueError."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(unb64(text), "big")


def thumbprint(jwk):
    """RFC 7638: the required members only, sorted, without blanks."""
    members = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}[jwk["kty"]]
    text = json.dumps({m: jwk[m] for m in members}, separators=(",", ":"), sort_keys=True)
    return b64(hashlib.sha256(text.encode()).digest())


def verified(alg, jwk, message, signature):
    """True if `signature` (raw bytes) is right for `message`; an algorithm that doesn't fit the key is False."""
    kty = jwk.get("kty")
    if alg == "RS256" and kty == "RSA":
        return rsa_verified(number(jwk["n"]), number(jwk["e"]), message, signature)
    if alg == "EdDSA" and kty == "OKP" and jwk.get("crv") == "Ed25519":
        return ed25519_verified(unb64(jwk["x"]), message, signature)
    if alg in ALGORITHMS and kty == "EC" and jwk.get("crv") == ALGORITHMS[alg][0]:
        return ecdsa_verified(jwk, ALGORITHMS[alg][1], message, signature)
    return False


def rsa_verified(n, e, message, signature):
    """PKCS #1 1.5 with SHA-256 (RFC 8017, 8.2.2)."""
    size = (n.bit_length() + 7) // 8
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return len(signature) == size and pow(int.from_bytes(signature, "big"), e, n) == int.from_bytes(expected, "big")


def ecdsa_verified(jwk, digest, message, signature):
    """ECDSA with R and S side by side at full width (RFC 7518, 3.4); coordinates must have full width too."""
    p, b, n, gx, gy = CURVES[jwk["crv"]]
    size = (p.bit_length() + 7) // 8
    x, y = unb64(jwk["x"]), unb64(jwk["y"])
    if len(signature) != 2 * size or len(x) != size or len(y) != size:
        return False
    point = (int.from_bytes(x, "big"), int.from_bytes(y, "big"), 1)
    if (point[0] ** 3 - 3 * point[0] + b - point[1] ** 2) % p:
        return False
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if not (0 < r < n and 0 < s < n):
        return False
    hashed = hashlib.new(digest, message).digest()
    e = int.from_bytes(hashed, "big") >> max(0, 8 * len(hashed) - n.bit_length())
    w = pow(s, -1, n)
    x, _, z = twice_times(p, e * w % n, (gx, gy, 1), r * w % n, point)
    return z != 0 and x * pow(z, -2, p) % p % n == r


def twice_times(p, u, first, v, second):
    """u·first + v·second, both scalars walked at once, in Jacobian coordinates (z is 0 at infinity)."""
    both, total = jacobian_add(p, first, second), (1, 1, 0)
    for bit in reversed(range(max(u.bit_length(), v.bit_length()))):
        total = jacobian_double(p, total)
        pick = (u >> bit & 1) + 2 * (v >> bit & 1)
        if pick:
            total = jacobian_add(p, total, (None, first, second, both)[pick])
    return total


def jacobian_double(p, point):
    x, y, z = point
    yy = y * y % p
    s, m = 4 * x * yy % p, 3 * (x - z * z) * (x + z * z) % p
    x3 = (m * m - 2 * s) % p
    return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p


def jacobian_add(p, one, two):
    (x1, y1, z1), (x2, y2, z2) = one, two
    if not z1 or not z2:
        return two if not z1 else one
    a, c = z1 * z1 % p, z2 * z2 % p
    u1, u2, s1, s2 = x1 * c % p, x2 * a % p, y1 * z2 * c % p, y2 * z1 * a % p
    h, r = (u2 - u1) % p, (s2 - s1) % p
    if h == 0:
        return jacobian_double(p, one) if r == 0 else (1, 1, 0)
    hh = h * h % p
    hhh, v = h * hh % p, u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - s1 * hhh) % p, z1 * z2 * h % p


def ed25519_verified(public, message, signature):
    """RFC 8032, 5.1.7, on affine points: slow and short."""
    p = 2**255 - 19
    order = 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p

    def decode(data):
        y = int.from_bytes(data, "little")
        sign, y = y >> 255, y & (2**255 - 1)
        xx = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(xx, (p + 3) // 8, p)
        if (x * x - xx) % p:
            x = x * pow(2, (p - 1) // 4, p) % p
        return ((x if x & 1 == sign else p - x), y) if (x * x - xx) % p == 0 else None

    def add(one, two):
        (x1, y1), (x2, y2) = one, two
        t = d * x1 * x2 * y1 * y2 % p
        return (x1 * y2 + x2 * y1) * pow(1 + t, -1, p) % p, (y1 * y2 + x1 * x2) * pow(1 - t, -1, p) % p

    def times(scalar, point):
        total = (0, 1)
        while scalar:
            if scalar & 1:
                total = add(total, point)
            point, scalar = add(point, point), scalar >> 1
        return total

    if len(signature) != 64 or len(public) != 32:
        return False
    r, a, s = decode(signature[:32]), decode(public), int.from_bytes(signature[32:], "little")
    if r is None or a is None or s >= order:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    base = decode((4 * pow(5, -1, p) % p).to_bytes(32, "little"))
    return times(s, base) == add(r, times(k % order, a))
