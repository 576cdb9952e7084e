"""A proxy between the tools and the CA that doesn't let them through."""

import socket
import threading

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

    def test_its_refusal_is_named(self):
        port, asked = self.refusing(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        self.ok(self.run_tool("acme-key", "-o", "account.key"))
        result = self.run_tool("acme-register", "-k", "account.key", "--directory", "https://ca.example/dir",
                               env=self.env | {"HTTPS_PROXY": f"http://127.0.0.1:{port}"})
        self.fails(result, 69, "the proxy answered with status 403")
        self.assertEqual(set(asked), {b"CONNECT ca.example:443 HTTP/1.1"})
