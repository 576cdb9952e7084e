"""Ports on loopback, on which nobody listens yet."""

import contextlib
import socket


def free_port():
    """A port for who asks for it without SO_REUSEADDR; until then anybody may take it."""
    with silent_port() as port:
        return port


@contextlib.contextmanager
def silent_port():
    """A port that refuses who connects, as long as the context lasts: bound, it goes to nobody but who asks for just
    this one to listen on, with SO_REUSEADDR as servers do."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]
