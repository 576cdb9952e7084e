"""acme-renewal --served: what a server shows, whatever protocol it speaks, and a reload that was forgotten."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import schemas
from apart import Apart
from certificates import certificate, certificate_id, renumbered
from issuer import issuer
from tools import ToolTest

SERVER = pathlib.Path(__file__).parents[1] / "support" / "tls_server.py"
SHOWN = certificate(90, 0, ("shown.example",))


class ServedTest(ToolTest):
    """In a network of its own, where the ports of mail are free."""

    @classmethod
    def setup_class(cls):
        cls.apart = Apart("127.0.0.1", ())
        cls.folder = tempfile.TemporaryDirectory(prefix="acme-served-")

    @classmethod
    def teardown_class(cls):
        cls.folder.cleanup()

    def run_tool(self, *argv, **options):
        return super().run_tool(*self.apart.enter, *argv, **options)

    def serve(self, address, port, *kind):
        """Shows the certificate at a port until the test ends; gives back the address, and the file with the names."""
        (self.dir / "shown.pem").write_text(SHOWN + issuer().pem("intermediate"))
        names = self.dir / f"names.{port}"
        process = self.apart.start(sys.executable, SERVER, address, str(port), self.dir / "shown.pem",
                                   issuer().path("stranger.key"), names, *kind, stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        port = process.stdout.readline().split()[1].decode()
        return (f"[{address}]:{port}" if ":" in address else f"{address}:{port}"), names

    def look(self, *argv):
        return self.run_tool("acme-renewal", "--served", *argv)

    def test_what_is_shown(self):
        for address, port, kind in [("127.0.0.1", 0, None), ("::1", 0, None), ("127.0.0.1", 993, None),
                                    ("127.0.0.1", 25, "smtp"), ("127.0.0.1", 587, "smtp"), ("127.0.0.1", 143, "imap"),
                                    ("127.0.0.1", 110, "pop3")]:
            with self.subTest((address, port)):
                at, _ = self.serve(address, port, *[kind] * (kind is not None))
                result = self.look(at)
                self.assertEqual((result.status, result.err), (1, ""), result)
                document = json.loads(result.out)
                self.assertEqual(schemas.complaints(document), [])
                self.assertNotIn("file", document)
                self.assertEqual(document["certID"], certificate_id(SHOWN))
                self.assertEqual(document["served"]["address"], at)
                self.assertEqual(document["served"]["certID"], certificate_id(SHOWN))

    def test_the_name_is_sent_along(self):
        at, names = self.serve("127.0.0.1", 0)
        self.assertEqual(self.look(at.replace("127.0.0.1", "LocalHost")).status, 1)
        self.assertEqual(names.read_text(), "localhost\n")

    def test_a_proxy_is_passed_by(self):
        self.env |= {"HTTPS_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
        self.assertEqual(self.look(self.serve("127.0.0.1", 0)[0]).status, 1)

    def test_beside_a_file(self):
        at, _ = self.serve("127.0.0.1", 0)
        files = {"same.pem": (SHOWN, 1, ""), "newer.pem": (renumbered(SHOWN, 7), 1, "was the server told to reload"),
                 "due.pem": (certificate(90, 80, ("shown.example",)), 0, "is that file the server's")}
        for name, (pem, status, warning) in files.items():
            with self.subTest(name):
                (self.dir / name).write_text(pem)
                result = self.look(at, name)
                document = json.loads(result.out)
                self.assertEqual(schemas.complaints(document), [])
                self.assertEqual((result.status, document["file"]), (status, name), result)
                self.assertEqual(document["certID"], certificate_id(pem))
                self.assertEqual(document["served"]["isFile"], not warning)
                if warning:
                    self.assertRegex(result.err, f"^acme-renewal: warning: {at} shows another certificate than the one in "
                                                 f"{name}: valid until .+Z, and that until .+Z; {warning}.*\n$")
                else:
                    self.assertEqual(result.err, "")

    def test_a_file_that_is_missing(self):
        result = self.look(self.serve("127.0.0.1", 0)[0], "nowhere.pem")
        self.assertEqual((result.status, json.loads(result.out)["reason"], result.err), (0, "missing", ""), result)

    def test_nothing_to_be_seen(self):
        self.fails(self.look("127.0.0.1:1"), 69, "127.0.0.1:1: the certificate can't be looked at: ")
        (self.dir / "site.pem").write_text(SHOWN)
        result = self.look("127.0.0.1:1", "site.pem")
        self.assertEqual((result.status, "served" in json.loads(result.out)), (1, False), result)
        self.assertRegex(result.err, "^acme-renewal: warning: 127.0.0.1:1: the certificate can't be looked at: .+\n$")

    def test_an_hour_of_silence(self):
        for port in 0, 25:
            with self.subTest(port):
                at, _ = self.serve("127.0.0.1", port, "silent")
                began = time.monotonic()
                self.fails(self.look(at, "--timeout", "2"), 69, "the certificate can't be looked at: ")
                self.assertLess(time.monotonic() - began, 12)

    def test_what_doesn_t_go_together(self):
        for argv in [("example.org:443", "a.pem", "b.pem"), ("example.org:443", "--offline"), ("example.org",),
                     ("example.org:0",), ("example.org:65536",), ("::1:443",), ("[::1]",), ("a b:443",), ("x/y:443",),
                     ("u@example.org:443",), (":443",), ("[127.0.0.1:443",), ("example.org:443", "--replay", "trace")]:
            with self.subTest(argv):
                self.fails(self.look(*argv), 64, ".")
