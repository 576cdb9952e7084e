"""A front before a testbed's CA that is out of sorts: it loses requests and answers, stumbles, and takes its time."""

import collections
import http.client
import random
import ssl
import threading
import urllib.parse

from faults import html, in_pieces, says
from recorder import HOP
from tools import LIMIT
from web import Answer, Reset, Server

# How likely each is, of a hundred requests.
WEATHER = {"502 before": 3, "502 after": 2, "503": 4, "503 for a second": 1, "reset before": 1, "reset after": 1,
           "slow body": 3}


class FoulWeather:
    """`directory` is what the tools are to ask; `fell` counts what they met."""

    def __init__(self, testbed, seed):
        self.certificate, self.key = testbed.dir / "ca-api.pem", testbed.dir / "ca-api.key"
        self.upstream = urllib.parse.urlsplit(testbed.env["ACME_DIRECTORY"])
        self.trust = ssl.create_default_context(cafile=self.certificate)
        self.random, self.lock, self.kept = random.Random(seed), threading.Lock(), threading.local()
        self.fell, self.broken = collections.Counter(), []

    def __enter__(self):
        self.server = Server(self.certificate, self.key, self.answer, self.broken.append)
        self.directory = f"https://127.0.0.1:{self.server.port}{self.upstream.path}"
        return self

    def __exit__(self, *_):
        self.server.stop()
        assert not self.broken, self.broken

    def answer(self, request):
        with self.lock:
            calm = 100 - sum(WEATHER.values())
            kind, = self.random.choices([*WEATHER, "nothing"], [*WEATHER.values(), calm])
            self.fell[kind] += 1
        if kind == "502 before":
            return html(502)(request, None)
        if kind == "503":
            return says(503)(request, None)
        if kind == "503 for a second":
            return says(503, Retry_After="1")(request, None)
        if kind == "reset before":
            raise Reset
        answer = self.forward(request)
        if kind == "502 after":
            return html(502)(request, None)
        if kind == "reset after":
            raise Reset
        return in_pieces(request, lambda: answer) if kind == "slow body" and request.method != "HEAD" else answer

    def forward(self, request):
        """The CA's own answer, over a connection that each thread keeps."""
        connection = getattr(self.kept, "connection", None)
        if connection is None:
            connection = self.kept.connection = http.client.HTTPSConnection(
                self.upstream.netloc, context=self.trust, timeout=LIMIT)
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        with connection.getresponse() as came:
            headers = {n: v for n, v in came.getheaders() if n.lower() not in HOP}
            return Answer(came.status, body=came.read(), headers=headers)
