"""Lines that break before HTTP/1.1 is spoken: TLS that isn't what it should be, and HTTP/2 that ends in the midst."""

import ssl

import pytest
from journey import CHALLENGE, FINALIZE, JourneyTest, fails, fine
from rude_lines import (ALERT, ENHANCE_YOUR_CALM, HANDSHAKE_FAILURE, HEADERS, HTTP_1_1_REQUIRED, INTERNAL, INTERNAL_ERROR,
                        NO_ERROR, PING, PROTOCOL_ERROR, REFUSED_STREAM, STREAM, UNRECOGNIZED_NAME, RudeTLS, closes,
                        closes_in_the_handshake, frame, goaway, http2, reset, resets_in_the_handshake, says, says_nothing)

HANDSHAKES = {
    "closed at once": closes, "closed in the handshake": closes_in_the_handshake,
    "reset in the handshake": resets_in_the_handshake, "handshake_failure": says(ALERT + HANDSHAKE_FAILURE),
    "unrecognized_name": says(ALERT + UNRECOGNIZED_NAME), "internal_error": says(ALERT + INTERNAL),
    "plain HTTP": says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), "a mail server": says(b"220 hello\r\n"),
    "binary": says(bytes(range(256)) * 10),
}
STREAMS = {
    "GOAWAY, nothing was done": http2(goaway(NO_ERROR)),
    "GOAWAY, be calm": http2(goaway(ENHANCE_YOUR_CALM)),
    "GOAWAY, a wrong frame": http2(goaway(PROTOCOL_ERROR)),
    "GOAWAY, though it may be done": http2(goaway(NO_ERROR, STREAM)),
    "the stream is refused": http2(reset(REFUSED_STREAM)),
    "the stream breaks": http2(reset(INTERNAL_ERROR)),
    "HTTP/1.1, please": http2(reset(HTTP_1_1_REQUIRED)),
    "closed after the request": http2(),
    "headers that don't unpack": http2(frame(HEADERS, 4, STREAM, b"\xff" * 40)),
    "a frame of 16 MiB": http2(b"\xff\xff\xff" + frame(HEADERS, 4, STREAM)[3:]),
    "a frame of no kind, then the end": http2(frame(0xEE, 0, 0, b"?" * 8)),
    "pings, and the end": http2(*[frame(PING, 0, 0, b"12345678")] * 20),
}


def rude(*lines, **more):
    """From now on the CA's connections are like this."""
    def begin(ca):
        ca.server.tls = RudeTLS(ca.server.tls, *lines, **more)
    return begin


def shown(name, san="IP:127.0.0.1", days_from_now=0, signed=True, version=None):
    """The CA shows another certificate, or speaks an older TLS."""
    def begin(ca):
        files = [ca.issuer.odd_server(name, san, days_from_now, signed), ca.issuer.path(f"{name}.key")]
        ca.server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.server.tls.load_cert_chain(*files)
        if version:
            ca.server.tls.set_ciphers("ALL:@SECLEVEL=0")
            ca.server.tls.minimum_version = ca.server.tls.maximum_version = version
    return begin


def certificate(name, message, *arguments, **more):
    return fails(f"its certificate: {name}", CHALLENGE, 69, message, sent={"new-nonce": 0},
                 before={CHALLENGE: shown(name.replace(" ", "-"), *arguments, **more)})


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
class Lines(JourneyTest):
    table = [
        certificate("expired", "expired", days_from_now=-60),
        certificate("not yet valid", "not yet valid", days_from_now=60),
        certificate("signed by itself", "self.signed", signed=False),
        certificate("of another address", "match", "IP:127.0.0.2"),
        certificate("of a name", "match", "DNS:127.0.0.1"),
        certificate("TLS 1.0", "SSL|TLS|version", version=ssl.TLSVersion.TLSv1),
        certificate("TLS 1.1", "SSL|TLS|version", version=ssl.TLSVersion.TLSv1_1),
        fails("silence in the handshake", CHALLENGE, (69, 75), ".", budget=2,
              before={CHALLENGE: rude(says_nothing, for_ever=True)}),
        fails("silence after the request, in HTTP/2", CHALLENGE, (69, 75), ".", budget=2, before={
              CHALLENGE: rude(http2(frame(PING, 0, 0, b"12345678")), for_ever=True)}),
    ] + [
        fails(f"{name}, for ever", CHALLENGE, (69, 75), ".", budget=4, before={CHALLENGE: rude(line, for_ever=True)},
              sent={"new-nonce": 0}) for name, line in HANDSHAKES.items()
    ] + [
        fine(f"{name}, once", before={tool: rude(line)}) for name, line in HANDSHAKES.items() for tool in (FINALIZE,)
    ] + [
        fails(f"{name}, for ever", CHALLENGE, (69, 75, 76), ".", budget=3, before={CHALLENGE: rude(line, for_ever=True)},
              sent={"new-nonce": 0}) for name, line in STREAMS.items()
    ] + [
        fine(f"{name}, once, at {tool}", before={tool: rude(line)}, sent={"finalize": 1, "new-order": 1})
        for name, line in STREAMS.items() for tool in (CHALLENGE, FINALIZE)
    ]
