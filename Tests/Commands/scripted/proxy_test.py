"""A proxy between the tools and the CA that doesn't let them through."""

import re
import socket
import threading

from ports import silent_port
from tools import LIMIT, ToolTest


class ProxyTest(ToolTest):

    def refusing(self, answer):
        """The port of a proxy that says `answer` to each CONNECT; and how often it was asked."""
        server = socket.create_server(("127.0.0.1", 0))
        asked = []

        def serve():
            while True:
                try:
                    one, _ = server.accept()
                except OSError:
                    return
                with one:
                    asked.append(one.recv(4096).split(b"\r\n")[0])
                    one.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join, LIMIT)
        self.addCleanup(server.close)
        self.addCleanup(server.shutdown, socket.SHUT_RDWR)
        return server.getsockname()[1], asked

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "account.key"))

    def register(self, **variables):
        return self.run_tool("acme-register", "-k", "account.key", "--directory", "https://ca.example/dir",
                             env=self.env | variables)

    def says(self, variables, message):
        """What fails by the proxy in these variables is said so, and no password of it."""
        result = self.register(**variables)
        self.fails(result, 69, message)
        self.assertRegex(result.err, r"hint: is that the proxy, and does it let this host through to the CA\? NO_PROXY")
        for secret in "mickey", "secret":
            self.assertNotIn(secret, result.err + result.text)

    def test_its_refusal_is_named(self):
        for status in 403, 407, 502:
            with self.subTest(status):
                port, asked = self.refusing(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)
                self.says({"HTTPS_PROXY": f"http://127.0.0.1:{port}"},
                          f"HTTPS_PROXY is http://127.0.0.1:{port}: the proxy answered with status {status}")
                self.assertEqual(set(asked), {b"CONNECT ca.example:443 HTTP/1.1"})

    def test_one_that_hangs_up(self):
        port, _ = self.refusing(b"")
        self.says({"HTTPS_PROXY": f"http://127.0.0.1:{port}"},
                  f"HTTPS_PROXY is http://127.0.0.1:{port}: the proxy doesn't answer: ")

    def test_one_that_is_not_there(self):
        port = self.enterContext(silent_port())
        for name in "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY":
            for start in "", "http://", "socks5://":
                with self.subTest(name, start=start):
                    self.says({name: f"{start}mickey:secret@127.0.0.1:{port}", "NO_PROXY": "other.example"},
                              f": {name} is {start}127.0.0.1:{port}: ")

    def test_played_again(self):
        """The proxy is in the trace, by name: without it, and without its variable, the same is said."""
        refusing = self.refusing(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")[0]
        for port in refusing, self.enterContext(silent_port()):
            with self.subTest(port):
                (self.dir / "trace").unlink(missing_ok=True)
                first = self.register(HTTPS_PROXY=f"http://mickey:secret@127.0.0.1:{port}", ACME_TRACE="trace")
                self.fails(first, 69, f"HTTPS_PROXY .*127.0.0.1:{port}.*proxy")
                trace = (self.dir / "trace").read_text()
                self.assertEqual(set(re.findall(r'"errorKind":"(\w+)"', trace)), {"noWayThrough"})
                self.assertNotRegex(trace, "mickey|secret")
                again = self.register(ACME_REPLAY="trace")
                self.assertEqual((again.status, again.err), (first.status, first.err))

    def test_which_of_two(self):
        port = self.enterContext(silent_port())
        self.says({"https_proxy": f"127.0.0.1:{port}", "HTTPS_PROXY": "nowhere.invalid", "all_proxy": "nowhere.invalid"},
                  f"https_proxy is 127.0.0.1:{port}: the proxy can't be reached: ")

    def test_a_name_that_is_none(self):
        self.says({"HTTPS_PROXY": "http://mickey:secret@nowhere.invalid:3128"},
                  "HTTPS_PROXY is http://nowhere.invalid:3128: could not resolve proxy: nowhere.invalid")

    def test_values_that_are_none(self):
        for value in ("odd://mickey:secret@proxy.example", "http://mickey:sec ret@[", "http://mickey:secret@proxy.example:99999999",
                      "http://mickey:pa@secret/word@proxy.example:3129", "http://mickey:secret", "proxy.example:1/?mickey:secret"):
            with self.subTest(value):
                self.says({"HTTPS_PROXY": value}, "HTTPS_PROXY names no proxy in a way that is understood")

    def test_a_ca_that_is_reached_without_it(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        result = self.run_tool("acme-register", "-k", "account.key", "--directory", f"https://127.0.0.1:{port}/",
                               env=self.env | {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"})
        self.fails(result, 69, "failed to connect to 127.0.0.1 port")
        self.assertNotIn("proxy can't", result.err)
