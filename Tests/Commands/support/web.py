"""An https server on a free loopback port that can also be rude: what it sends is an Answer, written out by hand."""

import dataclasses
import http.client
import http.server
import json
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time


class HangUp(Exception):
    """The connection is closed and nothing more is said."""


class Reset(HangUp):
    """It is broken off, as by a machine that has lost its memory: TCP's RST."""


@dataclasses.dataclass
class Answer:
    """What goes back. A header that is None is not sent; `stream` follows the body, without a Content-Length."""

    status: int = 200
    json: object = None
    body: bytes | None = None
    headers: dict = dataclasses.field(default_factory=dict)
    stream: object = None
    # In place of everything, status line and headers too; then the connection is closed. Or a function that makes it of
    # the head and the body that would have been sent; then TLS is ended as it should be.
    raw: object = None

    def bytes(self):
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json).encode()


@dataclasses.dataclass
class Request:
    """One request as it came. What is told from its JWS is filled in by the CA: `payload` is "" for a POST-as-GET."""

    number: int
    connection: int
    method: str
    path: str
    headers: object
    body: bytes
    at: float
    stopped: threading.Event
    header: dict = dataclasses.field(default_factory=dict)
    payload: object = None
    account: object = None
    status: int | None = None
    nonce_given: str | None = None

    @property
    def where(self):
        """The first part of the path."""
        return self.path.split("/")[1]

    @property
    def rest(self):
        """The path after that."""
        return self.path.partition("/")[2].partition("/")[2]

    @property
    def tool(self):
        """The client's name: User-Agent before its first slash."""
        return self.headers.get("User-Agent", "").split("/")[0]


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A thread for each connection. `handler` makes an Answer of a Request; it may add default headers to it."""

    allow_reuse_address = daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, certificate, key, handler, failed):
        self.handler, self.failed = handler, failed
        self.sockets, self.connections, self.requests = set(), 0, 0
        self.lock, self.stopped = threading.Lock(), threading.Event()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        self.tls.files = certificate, key
        super().__init__(("127.0.0.1", 0), Connection)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Stops listening and cuts every connection; the port refuses from now on."""
        self.stopped.set()
        self.shutdown()
        self.server_close()
        with self.lock:
            for connection in self.sockets:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def count(self, what):
        with self.lock:
            setattr(self, what, getattr(self, what) + 1)
            return getattr(self, what)

    def handle_error(self, *_):
        """A client that goes away is no news; a fault of the test's own code is."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.failed(sys.exc_info()[1])


class Connection(http.server.BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive. TLS is shaken here, in the connection's own thread."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        self.number = self.server.count("connections")
        self.request.settimeout(60)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        with self.server.lock:
            self.server.sockets.add(self.request)
        self.polite = True
        super().setup()

    def finish(self):
        super().finish()
        with self.server.lock:
            self.server.sockets.discard(self.request)
        if self.polite:
            try:
                self.request.settimeout(0.2)
                self.request.unwrap()  # says that what was sent is whole
            except OSError:
                pass
        self.request.close()

    def handle_one_request(self):
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            if len(body) < length:
                raise HangUp  # the client went away in the middle of its request
            request = Request(self.server.count("requests"), self.number, self.command, self.path, self.headers, body,
                              time.monotonic(), self.server.stopped)
            self.reply(request, self.server.handler(request))
        except (OSError, HangUp) as error:
            self.close_connection, self.polite = True, False
            if isinstance(error, Reset):
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def reply(self, request, answer):
        if isinstance(answer.raw, bytes):
            self.wfile.write(answer.raw)
            raise HangUp
        body = answer.bytes()
        length = {"Connection": "close"} if answer.stream else {"Content-Length": str(len(body))}
        headers = {n: v for n, v in ({"Server": "scripted"} | length | answer.headers).items() if v is not None}
        request.status, request.nonce_given = answer.status, headers.get("Replay-Nonce")
        if answer.status == 204:
            headers.pop("Content-Length", None)
        lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")
        self.close_connection |= headers.get("Connection") == "close"
        if request.method == "HEAD":
            body, answer.stream = b"", None
        if answer.raw:
            self.close_connection = True
            self.wfile.write(answer.raw(head, body))
            return
        self.wfile.write(head + body)
        for piece in answer.stream or ():
            if self.server.stopped.is_set():
                raise HangUp
            self.wfile.write(piece)

    def log_message(self, *_):
        pass
