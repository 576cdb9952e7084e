"""--standalone and --alpn: acme-challenge itself answers while the CA looks."""

import os
import signal
import socket
import ssl
import subprocess

import pytest
from testbed import PipelineTest, wait_until
from tools import LIMIT


def has_ipv6():
    """Whether this machine's loopback speaks IPv6."""
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
        return True
    except OSError:
        return False


class Listening(PipelineTest):
    """The CA's ports for http-01 and tls-alpn-01 are free: this testbed's web server has been ended."""

    SETTINGS = {"WEB_SERVER": "none"}

    @classmethod
    def setup_class(cls):
        super().setup_class()
        cls.http, cls.tls = int(cls.testbed.env["HTTP_PORT"]), int(cls.testbed.env["TLS_PORT"])
        if (cls.testbed.dir / "nginx.pid").exists():
            os.kill(cls.testbed.pid("nginx"), signal.SIGTERM)
            wait_until(lambda: not cls.taken(cls.http) and not cls.taken(cls.tls), "nginx ended")
            (cls.testbed.dir / "nginx.pid").unlink()

    @staticmethod
    def taken(port):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    def pipeline(self, names, solver):
        self.ok(self.sh(f"acme-csr -k site.key {names} | acme-challenge {solver} | acme-finalize | acme-chain -o site.pem"))
        self.assertFalse(self.taken(self.http))
        self.assertFalse(self.taken(self.tls))

    def challenge(self, *options, source="site.csr"):
        with open(self.dir / source, "rb") as stdin:
            process = subprocess.Popen(["acme-challenge", *options], stdin=stdin, cwd=self.dir, env=self.env,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def while_the_ca_is_silent(self, *options, names=("example.org",)):
        """acme-challenge as it listens, at a CA that doesn't look and gives no answer more."""
        self.csr(*names)
        process = self.challenge("order", "-o", "order.json")
        process.communicate(timeout=LIMIT)
        process = self.challenge(*options, source="order.json")
        port = self.http if "--standalone" in options else self.tls
        self.testbed.freeze(self, "dns")
        wait_until(lambda: self.taken(port), "it listens")
        self.testbed.freeze(self, "pebble")  # or it would give up, as it hears nothing of the DNS
        return process

    def test_standalone(self):
        self.pipeline("example.org www.example.org 127.0.0.1", f"--standalone {self.http}")
        self.assertEqual(self.names_of("site.pem"), ["DNS:example.org", "DNS:www.example.org", "IP Address:127.0.0.1"])

    def test_standalone_on_one_address(self):
        self.pipeline("example.org", f"--standalone 127.0.0.1:{self.http}")

    def test_alpn(self):
        self.pipeline("example.org www.example.org 127.0.0.1", f"--alpn {self.tls}")
        self.assertEqual(self.names_of("site.pem"), ["DNS:example.org", "DNS:www.example.org", "IP Address:127.0.0.1"])

    def test_a_mapped_address_is_an_ipv4_address(self):
        """As it is typed, where is listened, and in a request of another's making, where it has 16 octets."""
        for solver in (f"--standalone [::ffff:127.0.0.1]:{self.http}", f"--alpn {self.tls}"):
            with self.subTest(solver):
                self.pipeline("::ffff:127.0.0.1", f"'{solver.split()[0]}' '{solver.split()[1]}'")
                self.assertEqual(self.names_of("site.pem"), ["IP Address:127.0.0.1"])
        self.openssl("req", "-new", "-key", "site.key", "-subj", "/", "-addext", "subjectAltName=IP:::ffff:127.0.0.1",
                     "-out", self.dir / "site.csr")
        self.assertIn("FFFF:7F00:1", self.openssl("req", "-noout", "-text", "-in", "site.csr").text)
        self.ok(self.sh(f"acme-challenge --standalone {self.http} <site.csr | acme-finalize --csr site.csr |"
                        " acme-chain --csr site.csr -o site.pem"))
        self.assertEqual(self.names_of("site.pem"), ["IP Address:127.0.0.1"])

    @pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine's loopback")
    def test_an_ipv6_address(self):
        for solver in (f"--standalone [::1]:{self.http}", f"--alpn {self.tls}"):
            with self.subTest(solver):
                self.pipeline("::1", f"'{solver.split()[0]}' '{solver.split()[1]}'")
                self.assertEqual(self.names_of("site.pem"), ["IP Address:0:0:0:0:0:0:0:1"])

    def test_each_name_goes_to_the_first_that_serves_it(self):
        self.pipeline("example.org", f"--alpn {self.tls} --standalone {self.http}")

    def test_a_port_in_use_is_known_before_the_ca_hears(self):
        self.csr("example.org")
        for option, port in (("--standalone", self.http), ("--alpn", self.tls)):
            heard = len(self.testbed.requests())
            with self.subTest(option), socket.create_server(("127.0.0.1", port)):
                result = self.sh(f"acme-challenge {option} 127.0.0.1:{port} <site.csr | cat >/dev/null")
                self.fails(result, 73, rf"can't listen on 127\.0\.0\.1:{port}: address already in use")
                self.assertEqual(self.testbed.requests(since=heard), [])

    def test_a_wildcard_is_for_neither(self):
        self.csr("*.example.org")
        for option in ("--standalone", "--alpn"):
            result = self.sh(f"acme-challenge {option} {self.http} <site.csr | cat >/dev/null")
            self.fails(result, 64, r"\*\.example\.org")

    def test_no_verb_listens(self):
        for option in ("--standalone", "--alpn"):
            for verb in self.verbs("acme-challenge"):
                result = self.sh(f"acme-challenge {verb} {option} {self.http} </dev/null | cat >/dev/null")
                self.fails(result, 64, f"unknown option '{option}'")

    def test_only_what_it_was_told_is_answered(self):
        process = self.while_the_ca_is_silent("--standalone", str(self.http))
        token = next(c for c in self.load("order.json")["authorizations"][0]["challenges"] if c["type"] == "http-01")
        answers = [
            (f"GET {token['http']['path']} HTTP/1.1", "200 OK", token["keyAuthorization"]),
            (f"HEAD {token['http']['path']} HTTP/1.0", "200 OK", ""),
            (f"\r\n\r\nGET {token['http']['path']} HTTP/1.1", "200 OK", token["keyAuthorization"]),
            (f"GET HTTP://example.org:80{token['http']['path']} HTTP/1.1", "200 OK", token["keyAuthorization"]),
            ("GET http://example.org HTTP/1.1", "404 Not Found", ""),
            (f"GET {token['http']['path']}x HTTP/1.1", "404 Not Found", ""),
            (f"GET {token['http']['path']}?x HTTP/1.1", "404 Not Found", ""),
            ("GET /.well-known/acme-challenge/<script> HTTP/1.1", "404 Not Found", ""),
            ("GET / HTTP/1.1", "404 Not Found", ""),
            (f"POST {token['http']['path']} HTTP/1.1", "405 Method Not Allowed", ""),
            ("nonsense", "400 Bad Request", ""),
        ]
        for request, status, body in answers:
            with self.subTest(request), socket.create_connection(("127.0.0.1", self.http), LIMIT) as one:
                one.sendall(f"{request}\r\nHost: example.org\r\n\r\n".encode())
                answer = b"".join(iter(lambda: one.recv(4096), b"")).decode()
                self.assertEqual(answer.split("\r\n")[0], f"HTTP/1.1 {status}")
                self.assertEqual(answer.partition("\r\n\r\n")[2], body)
        with socket.create_connection(("127.0.0.1", self.http), LIMIT) as one:
            one.sendall(b"GET /" + b"x" * 100_000)
            self.assertEqual(self.read_to_the_end(one), b"")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertFalse(self.taken(self.http))

    def test_those_who_only_sit_there_keep_nobody_out(self):
        process = self.while_the_ca_is_silent("--standalone", str(self.http))
        path = next(c for c in self.load("order.json")["authorizations"][0]["challenges"]
                    if c["type"] == "http-01")["http"]["path"]
        silent = [socket.create_connection(("127.0.0.1", self.http), LIMIT) for _ in range(100)]
        self.addCleanup(lambda: [one.close() for one in silent])
        with socket.create_connection(("127.0.0.1", self.http), LIMIT) as one:
            one.sendall(f"GET {path} HTTP/1.1\r\nHost: example.org\r\n\r\n".encode())
            self.assertTrue(self.read_to_the_end(one).startswith(b"HTTP/1.1 200 OK\r\n"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT)

    @staticmethod
    def read_to_the_end(one):
        try:
            return b"".join(iter(lambda: one.recv(4096), b""))
        except ConnectionResetError:
            return b""

    def test_the_certificate_is_shown_to_acme_tls_alone(self):
        process = self.while_the_ca_is_silent("--alpn", str(self.tls))
        digest = next(c for c in self.load("order.json")["authorizations"][0]["challenges"]
                      if c["type"] == "tls-alpn-01")["tls"]["digest"]
        shown = self.handshake("example.org", ["h2", "acme-tls/1"])
        text = self.openssl("x509", "-inform", "DER", "-noout", "-text", stdin=shown).text
        self.assertRegex(text, r"Subject Alternative Name: critical\s+DNS:example\.org\n")
        # RFC 8737, section 3: critical, an OCTET STRING of the 32 octets.
        self.assertIn(bytes.fromhex("06082b060105050701" + "1f" + "0101ff" + "0422" + "0420" + digest), shown)
        for name, protocols in (("example.org", ["http/1.1"]), ("example.org", []), ("other.example", ["acme-tls/1"])):
            with self.subTest((name, protocols)), self.assertRaises(ssl.SSLError):
                self.handshake(name, protocols)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -signal.SIGINT)
        self.assertFalse(self.taken(self.tls))

    def test_for_an_address_the_ca_need_not_give_a_name(self):
        """RFC 8738, section 6, wants the reverse name, but some CAs send none."""
        one, two = "127.0.0.1", "127.0.0.2"
        shown = {
            ("example.org",): {one: "DNS:example.org"},
            (one,): {one: f"IP Address:{one}", two: f"IP Address:{one}"},
            ("example.org", two): {one: f"IP Address:{two}", two: f"IP Address:{two}"},
            ("example.org", one, two): {one: f"IP Address:{one}", two: f"IP Address:{two}", "127.0.0.3": None},
            ("example.org", "www.example.org"): {one: None},
        }
        for names, expected in shown.items():
            with self.subTest(names):
                self.account()  # of one that has proved the name before, the CA wants no proof once in a hundred times
                process = self.while_the_ca_is_silent("--alpn", str(self.tls), names=names)
                self.addCleanup(process.kill)
                for authorization in self.load("order.json")["authorizations"]:
                    tls = next(c["tls"] for c in authorization["challenges"] if c["type"] == "tls-alpn-01")
                    wait_until(lambda: self.name_shown(tls["name"]), "every certificate is there")
                for address, name in expected.items():
                    self.assertEqual(self.name_shown(None, address), name)
                for server in "pebble", "dns":
                    self.testbed.thaw(server)
                process.kill()
                process.communicate(timeout=LIMIT)

    def name_shown(self, name, address="127.0.0.1"):
        """The name in the certificate that is shown; None where none is."""
        try:
            shown = self.handshake(name, ["acme-tls/1"], address)
        except ssl.SSLError:
            return None
        text = self.openssl("x509", "-inform", "DER", "-noout", "-ext", "subjectAltName", stdin=shown).text
        return text.splitlines()[1].strip()

    def handshake(self, name, protocols, address="127.0.0.1"):
        """The certificate in DER that is shown for this name."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if protocols:
            context.set_alpn_protocols(protocols)
        with socket.create_connection((address, self.tls), LIMIT) as one, \
                context.wrap_socket(one, server_hostname=name) as session:
            self.assertEqual(session.selected_alpn_protocol(), "acme-tls/1")
            return session.getpeercert(binary_form=True)
