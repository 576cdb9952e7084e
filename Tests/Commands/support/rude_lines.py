"""What can go wrong on a connection before a request is answered: in TLS, and in HTTP/2's frames (RFC 9113).

Each is a function that has the connection to itself; afterwards it is closed."""

import functools
import ssl
import struct
import threading

PREFACE = 24  # octets, before a client's first frame
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, REFUSED_STREAM, ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED = 0, 1, 2, 7, 11, 13
ANSWER, ACKNOWLEDGED = 1, 1
STREAM = 1  # that of a connection's first request


class RudeTLS:
    """In the place of a server's SSLContext: `lines` are played with the connections from now on, one with each, the
    last with all that come after where it is `for_ever`; else `polite`, an SSLContext, does its work again."""

    def __init__(self, polite, *lines, for_ever=False):
        self.polite, self.lines, self.for_ever, self.lock = polite, list(lines), for_ever, threading.Lock()

    def wrap_socket(self, socket, server_side):
        with self.lock:
            line = self.lines[0] if self.lines else None
            if line and not (self.for_ever and len(self.lines) == 1):
                self.lines.pop(0)
        if line is None:
            return self.polite.wrap_socket(socket, server_side=server_side)
        line(socket, self.polite)
        raise OSError("that was all")


# Instead of TLS, or in its handshake.

def closes(socket, polite):
    """At once."""


def closes_in_the_handshake(socket, polite):
    socket.recv(65536)


def resets_in_the_handshake(socket, polite):
    socket.recv(65536)
    socket.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SOL_SOCKET, SO_LINGER: the kernel sends RST


def says(octets):
    """In clear, and to whatever the client says."""
    def line(socket, polite):
        socket.recv(65536)
        socket.sendall(octets)
    return line


def says_nothing(socket, polite):
    while socket.recv(65536):
        pass


ALERT = b"\x15\x03\x03\x00\x02\x02"  # of TLS 1.2, fatal; then its number
HANDSHAKE_FAILURE, UNRECOGNIZED_NAME, INTERNAL = b"\x28", b"\x70", b"\x50"


# HTTP/2.

def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def goaway(error, last=0):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, error))


def reset(error):
    return frame(RST_STREAM, 0, STREAM, struct.pack(">I", error))


def http2(*frames):
    """Takes the client's request, and answers it with these frames."""
    def line(socket, polite):
        context = again_for_http2(polite)
        with context.wrap_socket(socket, server_side=True) as tls:
            tls.settimeout(5)
            seen = tls.recv(65536)
            tls.sendall(frame(SETTINGS, 0, 0) + frame(SETTINGS, ACKNOWLEDGED, 0))
            # The request comes with the preface or right after it.
            while frame_kinds(seen[PREFACE:]).count(HEADERS) == 0:
                piece = tls.recv(65536)
                if not piece:
                    return
                seen += piece
            for one in frames:
                tls.sendall(one)
            try:
                tls.settimeout(0.5)
                while tls.recv(65536):
                    pass
            except OSError:
                pass
    return line


def frame_kinds(octets):
    kinds = []
    while len(octets) >= 9:
        length = int.from_bytes(octets[:3], "big")
        kinds.append(octets[3])
        octets = octets[9 + length:]
    return kinds


@functools.cache
def again_for_http2(polite):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*polite.files)
    context.set_alpn_protocols(["h2"])
    return context
