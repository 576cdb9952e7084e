"""DNS messages written by hand (RFC 1035, 4), and a name server on loopback that says what it is told to."""

import dataclasses
import socket
import struct
import threading

A, NS, CNAME, SOA, TXT, OPT = 1, 2, 5, 6, 16, 41
IN, CHAOS = 1, 3
FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = 1, 2, 3, 4, 5
RESPONSE, AUTHORITATIVE, TRUNCATED, RECURSIVE = 0x8000, 0x0400, 0x0200, 0x0100


def name(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".") if label) + b"\0"


def texts(*values):
    """The data of a TXT record."""
    return b"".join(bytes([len(value)]) + value.encode() for value in values)


def record(owner, kind, data, length=None, group=IN):
    owner = owner if isinstance(owner, bytes) else name(owner)
    return owner + struct.pack(">HHIH", kind, group, 0, len(data) if length is None else length) + data


def options(upper_code=0):
    """The record by which a server shows that it knows EDNS (RFC 6891, 6.1.3)."""
    return name("") + struct.pack(">HHIH", OPT, 1232, upper_code << 24, 0)


@dataclasses.dataclass
class Query:
    """A question as it came."""

    message: bytes
    stream: bool = False

    @property
    def id(self):
        return struct.unpack(">H", self.message[:2])[0]

    @property
    def is_recursive(self):
        return bool(struct.unpack(">H", self.message[2:4])[0] & RECURSIVE)

    @property
    def question(self):
        """As it stands in the message: name, type and class."""
        return self.message[12:self.message.index(b"\0", 12) + 5]

    @property
    def name(self):
        at, labels = 12, []
        while self.message[at]:
            labels.append(self.message[at + 1:at + 1 + self.message[at]].decode())
            at += 1 + self.message[at]
        return ".".join(labels)

    @property
    def kind(self):
        return struct.unpack(">H", self.question[-4:-2])[0]

    @property
    def payload(self):
        """How many octets an answer may have, by EDNS; None without it."""
        more = self.message[12 + len(self.question):]
        return struct.unpack(">H", more[3:5])[0] if more[:3] == b"\0\0" + bytes([OPT]) else None

    def answer(self, *records, flags=RESPONSE, code=0, id=None, question=None, counts=None, authority=()):
        """An answer to it, right unless told otherwise."""
        question = self.question if question is None else question
        counts = counts or (1 if question else 0, len(records), len(authority), 0)
        return (struct.pack(">6H", self.id if id is None else id, flags | code, *counts) + question
                + b"".join(records) + b"".join(authority))


class NameServer:
    """`answer(query)` gives the messages that go back, in their order; by TCP they go as they are, or it is refused.
    Without `port` it is one that is free."""

    def __init__(self, answer, host="127.0.0.1", by_tcp=True, port=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.answer, self.queries, self.ended = answer, [], False
        while True:
            self.datagrams = socket.socket(family, socket.SOCK_DGRAM)
            self.datagrams.bind((host, port))
            port = self.datagrams.getsockname()[1]
            self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            self.listener = socket.socket(family, socket.SOCK_STREAM)
            try:
                self.listener.bind(self.datagrams.getsockname())
                break
            except OSError:
                self.datagrams.close()
                self.listener.close()
        if by_tcp:
            self.listener.listen()
        for serve in (self.by_datagram, self.by_stream) if by_tcp else (self.by_datagram,):
            threading.Thread(target=serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended = True
        for one in self.datagrams, self.listener:
            try:
                one.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits there
            except OSError:
                pass
            one.close()

    def by_datagram(self):
        while True:
            try:
                message, sender = self.datagrams.recvfrom(65535)
            except OSError:
                return
            if self.ended:
                return
            query = Query(message)
            self.queries.append(query)
            for answer in self.answer(query):
                self.datagrams.sendto(answer, sender)

    def by_stream(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                length = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))[0]
                query = Query(connection.recv(length, socket.MSG_WAITALL), stream=True)
                self.queries.append(query)
                for answer in self.answer(query):
                    connection.sendall(answer)
