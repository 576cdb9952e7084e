"""Ports on loopback: one to listen on, and one on which nobody listens."""

import contextlib
import socket


def free_port():
    """A port for what the test starts; until that listens, anybody may take it."""
    with silent_port() as port:
        return port


@contextlib.contextmanager
def silent_port():
    """A port that refuses who connects, as long as the context lasts: bound, so that nobody else gets it, and no more."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]
