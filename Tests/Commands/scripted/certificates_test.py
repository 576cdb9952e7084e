"""What comes in place of the chain: 76, and nothing is written (RFC 8555, 9.1 and 11.4)."""

from faults import html, refuses, rewritten, with_headers, with_status
from issuer import certificates, issuer, openssl
from journey import CHAIN, EVERY, JourneyTest, fails, fine, kit

KEY = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
"""


def chain(name, make, names=("one.example",), status=76):
    """`make` gets the leaf and the intermediate, in PEM, and gives what is sent in their place."""
    def rewrite(body):
        made = make(*certificates(body.decode()))
        return made if isinstance(made, bytes) else made.encode()
    return fails(name, CHAIN, status, "", ("certificate", EVERY, rewritten(rewrite)), names=names)


def right(name, make):
    return fine(name, ("certificate", EVERY, rewritten(lambda body: make(*certificates(body.decode())).encode())))


def ours(names=None, **more):
    """A leaf for the site's own request, but with other names or by another issuer."""
    return issuer().leaf(kit().request_der(("one.example",)), names, **more)


def theirs(*names):
    """A leaf for a stranger's key."""
    return issuer().leaf(issuer().request(names))


def der(pem):
    return openssl("x509", "-outform", "DER", stdin=pem.encode())


def pkcs7(leaf, _):
    return openssl("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", stdin=leaf.encode())


def bit_flipped(leaf):
    """The leaf with its signature's last bit the other way round."""
    data = bytearray(der(leaf))
    data[-1] ^= 1
    return openssl("x509", "-inform", "DER", stdin=bytes(data)).decode()


class CertificatesTest(JourneyTest):
    table = [
        right("the leaf alone", lambda leaf, above: leaf),
        right("with the root", lambda leaf, above: leaf + above + issuer().pem("root")),
        right("the leaf twice in a row", lambda leaf, above: leaf + leaf + above),
        right("its issuer twice in a row", lambda leaf, above: leaf + above + above),
        chain("the leaf twice, not in a row", lambda leaf, above: leaf + above + leaf),
        right("lines that end in CR LF", lambda leaf, above: (leaf + above).replace("\n", "\r\n")),
        right("text before it", lambda leaf, above: "subject: one.example\n" + leaf + above),
        right("text in between", lambda leaf, above: leaf + "issuer: the CA\n" + above),
        right("text after it", lambda leaf, above: leaf + above + "have a nice day\n"),
        right("no line end at the end", lambda leaf, above: (leaf + above).rstrip("\n")),
        fine("an odd content type", ("certificate", EVERY, with_headers(Content_Type="application/octet-stream"))),
        chain("another key", lambda leaf, above: theirs("one.example") + above),
        chain("another name", lambda leaf, above: ours(["two.example"]) + above),
        chain("a name more", lambda leaf, above: ours(["one.example", "two.example"]) + above),
        chain("a name less", lambda leaf, above: ours(["one.example"]) + above, ("one.example", "two.example")),
        chain("no name", lambda leaf, above: ours([]) + above),
        chain("a wildcard for the name", lambda leaf, above: ours(["*.example"]) + above),
        chain("an address more", lambda leaf, above: ours(["one.example", "192.0.2.1"]) + above),
        chain("the other way round", lambda leaf, above: above + leaf),
        chain("a stranger at the end", lambda leaf, above: leaf + above + issuer().pem("other-root")),
        chain("a stranger in between", lambda leaf, above: leaf + issuer().pem("other-intermediate")),
        chain("the root and no intermediate", lambda leaf, above: leaf + issuer().pem("root")),
        chain("signed by another", lambda leaf, above: ours(by="other-intermediate") + above),
        chain("a broken signature", lambda leaf, above: bit_flipped(leaf) + above),
        chain("the intermediate alone", lambda leaf, above: above),
        chain("a private key before it", lambda leaf, above: KEY + leaf + above),
        chain("a private key after it", lambda leaf, above: leaf + above + KEY),
        chain("a private key in between", lambda leaf, above: leaf + KEY + above),
        chain("an unfinished private key", lambda leaf, above: leaf + above + KEY[:60]),
        chain("some other label", lambda leaf, above: leaf.replace("CERTIFICATE", "TRUSTED CERTIFICATE") + above),
        chain("nothing", lambda leaf, above: b""),
        chain("blanks", lambda leaf, above: "\n\n"),
        chain("DER", lambda leaf, above: der(leaf)),
        chain("PKCS #7", pkcs7),
        chain("half of it", lambda leaf, above: (leaf + above)[:-100]),
        chain("PEM of something else", lambda leaf, above: leaf.replace("M", "A", 3) + above),
        chain("PEM with nothing in it", lambda leaf, above: "\n".join((*leaf.split("\n")[:1], *leaf.split("\n")[-2:]))),
        chain("JSON", lambda leaf, above: '{"certificate": "here it is"}'),
        fails("a web page", CHAIN, 76, "", ("certificate", EVERY, html(200))),
        fails("202 and nothing", CHAIN, (75, 76), "", ("certificate", EVERY, with_status(202)),
              ("certificate", EVERY, rewritten(lambda body: b"")), budget=3),
        fails("not found", CHAIN, 77, "not here", ("certificate", EVERY, refuses("malformed", 404, "not here"))),
    ]
