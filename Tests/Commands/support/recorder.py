"""Stands between the tools and a CA, and keeps what they say to each other."""

import http.client
import json
import ssl
import urllib.parse

from tools import LIMIT
from web import Answer, Server

HOP = {"connection", "content-length", "transfer-encoding"}  # they belong to one connection, not to the message


class Recorder:
    """Answers in the place of a testbed's CA, with its certificate. `exchanges` are pairs of request and answer."""

    def __init__(self, testbed):
        self.certificate, self.key = testbed.dir / "ca-api.pem", testbed.dir / "ca-api.key"
        self.upstream = urllib.parse.urlsplit(testbed.env["ACME_DIRECTORY"])
        self.trust = ssl.create_default_context(cafile=self.certificate)
        self.exchanges, self.faults = [], []

    def __enter__(self):
        self.server = Server(self.certificate, self.key, self.forward, self.faults.append)
        self.directory = f"https://127.0.0.1:{self.server.port}{self.upstream.path}"
        return self

    def __exit__(self, *_):
        self.server.stop()
        assert not self.faults, self.faults

    def forward(self, request):
        """The CA's own answer. It sees our address as the tool's Host, so the URLs that it hands out lead here too."""
        connection = http.client.HTTPSConnection(self.upstream.netloc, context=self.trust, timeout=LIMIT)
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        with connection.getresponse() as came:
            headers = {n: v for n, v in came.getheaders() if n.lower() not in HOP}
            answer = Answer(came.status, body=came.read(), headers=headers)
        connection.close()
        self.exchanges.append((request, answer))
        return answer


def is_fetch(request):
    """A POST-as-GET: signed, with an empty payload."""
    return request.method == "POST" and json.loads(request.body)["payload"] == ""


def status_in(answer):
    """The `status` of the object that the CA sent, if it sent one."""
    try:
        return json.loads(answer.body).get("status")
    except ValueError:
        return None
