"""From a site on port 80 to a page over https, with the README's lines in a real nginx and a real Apache."""

import http.server
import re
import threading

from browser import Browser
from readme import alternative, example
from testbed import PIPELINE
from tools import REPO
from web_servers import Apache, Nginx, WebServerTest, taken

NAMES = ("example.org", "www.example.org")
PAGE = """<!DOCTYPE html>
<title>Hello</title>
<h1>Hello from the web root</h1>
<script>document.write("<p>You are at " + location.href + "</p>")</script>
"""
SCREENSHOTS = REPO / ".build" / "screenshots"  # kept for a person to look at; git doesn't see them

RELOAD = example("site.reloaded", "systemctl reload")

# The `systemctl` of the line that reloads: it asks the server of the test, which is not the system's.
SYSTEMCTL = '#!/bin/sh\necho "$@" >>reloads\nexec {again} 2>reload.log\n'


class Application(http.server.BaseHTTPRequestHandler):
    """It answers every path, the one of the proofs too."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello from the application\n")

    def log_message(self, *_):
        pass


class Site:
    """The tests; a subclass names a server and says how the README's lines for it get the paths and ports of a test."""

    def setup_method(self):
        super().setup_method()
        self.www = self.dir / "www"
        self.www.mkdir(mode=0o755)
        (self.www / "index.html").write_text(PAGE)
        self.env["WEBROOT"] = str(self.www)
        self.server = self.program(self)
        (self.dir / "root.pem").write_bytes(self.testbed.manage("/roots/0"))

    # What a person does, in its steps

    def start(self, site):
        """The server runs with nothing but a site on port 80."""
        self.server.start(site, self.http)
        self.assertFalse(taken(self.tls))

    def certificate(self):
        self.assertEqual(self.ok(self.sh(PIPELINE.format(names=" ".join(NAMES), chain="site.pem"))).out, b"")
        self.good_chain("site.pem", NAMES)
        self.assertEqual(sorted(path.name for path in self.www.rglob("*") if path.is_file()), ["index.html"])

    def add_https(self, site):
        self.server.write(site + self.here(self.https))
        self.server.reload()
        self.server.listens(self.http, self.tls)

    # What visitors see

    def curl(self, url, *options):
        """What curl gets, which trusts the CA's root alone."""
        resolve = [word for name in NAMES for port in (self.http, self.tls)
                   for word in ("--resolve", f"{name}:{port}:127.0.0.1")]
        return self.run_tool("curl", "-sS", "--fail", "--cacert", "root.pem", *resolve, *options, url)

    def shows(self, url, text, *options):
        self.assertEqual(self.ok(self.curl(url, *options)).text, text)

    def chromium(self, *trusted):
        """A browser that trusts these root certificates too. It is its own home's database that says so."""
        home = self.dir / "-".join(["browser", *trusted])
        (home / ".pki" / "nssdb").mkdir(parents=True)
        certutil = "certutil", "-d", f"sql:{home}/.pki/nssdb"
        self.ok(self.run_tool(*certutil, "-N", "--empty-password"))
        for root in trusted:
            self.ok(self.run_tool(*certutil, "-A", "-n", root, "-t", "C,,", "-i", root))
        return Browser("--host-resolver-rules=MAP * 127.0.0.1", home=home)

    def chromium_shows_the_page(self, url, picture):
        """Wherever `url` leads, it ends at the page over https."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        with self.chromium("root.pem") as browser:
            browser.open(url, width=800, height=400)
            browser.screenshot(SCREENSHOTS / f"{self.server.name}-{picture}.png")
            page = browser.dom()
        self.assertIn("<h1>Hello from the web root</h1>", page)
        self.assertIn(f"<p>You are at https://example.org:{self.tls}/</p>", page)

    def chromium_refuses(self, url):
        """As the CA is a stranger to it."""
        with self.chromium() as browser, self.assertRaisesRegex(AssertionError, "ERR_CERT_AUTHORITY_INVALID"):
            browser.open(url)

    def handshake(self):
        """What openssl says of the chain as it is served, and that chain; only the CA's root is known to it."""
        result = self.run_tool("openssl", "s_client", "-connect", f"127.0.0.1:{self.tls}", "-servername", NAMES[0],
                               "-verify_hostname", NAMES[0], "-CAfile", "root.pem", "-no-CApath", "-no-CAstore",
                               "-showcerts")
        return result.text, re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", result.text, re.S)

    def distinguished(self, certificate, what):
        line = self.openssl("x509", "-noout", f"-{what}", "-nameopt", "RFC2253", stdin=certificate).text
        return line.partition("=")[2]

    # The tests

    def test_from_plain_files_to_https(self):
        site = self.here(self.plain)
        self.start(site)
        self.shows(f"http://example.org:{self.http}/", PAGE)
        self.certificate()
        self.add_https(site)
        for name in NAMES:
            self.shows(f"https://{name}:{self.tls}/", PAGE)
        self.chromium_shows_the_page(f"https://example.org:{self.tls}/", "https")
        self.chromium_refuses(f"https://example.org:{self.tls}/")

    def test_with_http_redirected_to_https(self):
        site = self.here(self.redirecting)
        self.start(site)
        self.certificate()
        self.add_https(site)
        answer = self.ok(self.curl(f"http://example.org:{self.http}/a?b=c", "-i")).text.split("\r\n")
        self.assertEqual(answer[0], "HTTP/1.1 301 Moved Permanently")
        self.assertIn(f"Location: https://example.org:{self.tls}/a?b=c", answer)
        self.shows(f"http://example.org:{self.http}/", PAGE, "-L")
        self.chromium_shows_the_page(f"http://example.org:{self.http}/", "redirected")
        self.certificate()

    def test_with_an_application_behind_it(self):
        application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
        self.addCleanup(application.server_close)
        self.addCleanup(application.shutdown)
        threading.Thread(target=application.serve_forever, args=(0.02,), daemon=True).start()
        site = alternative(self.redirecting).replace("127.0.0.1:8080", f"127.0.0.1:{application.server_port}")
        self.start(self.here(site))
        self.shows(f"http://example.org:{self.http}/a", "Hello from the application\n")
        self.certificate()

    def test_the_trial_before_the_ca_is_asked(self):
        self.start(self.here(self.redirecting))
        trial = example("acme-challenge/test").replace("/var/www/html", str(self.www))
        trial = trial.replace("curl http://example.org", f"curl -sS --resolve example.org:{self.http}:127.0.0.1 "
                              f"http://example.org:{self.http}")
        self.assertEqual(self.ok(self.sh(trial)).text, "hello\n")

    def test_chain_as_served(self):
        site = self.here(self.plain)
        self.start(site)
        self.certificate()
        self.add_https(site)
        said, chain = self.handshake()
        self.assertIn("Verify return code: 0 (ok)", said)
        self.assertEqual("".join(chain), self.read("site.pem").decode(), "the file is served as it is, in its order")
        self.assertEqual(len(chain), 3, "leaf and two intermediates")
        subjects = [self.distinguished(certificate, "subject") for certificate in chain[1:]]
        subjects.append(self.distinguished(self.read("root.pem"), "subject"))
        self.assertEqual([self.distinguished(certificate, "issuer") for certificate in chain], subjects,
                         "each signed by the next, the last by the root")
        self.assertNotIn(self.read("root.pem").decode().strip(), "".join(chain))

        (self.dir / "site.pem").write_text(chain[0])
        self.server.reload()
        said, chain = self.handshake()
        self.assertEqual(len(chain), 1)
        self.assertRegex(said, "Verify return code: 2[01] ")
        result = self.curl(f"https://example.org:{self.tls}/")
        self.assertEqual(result.status, 60, result)
        self.assertIn("unable to get local issuer certificate", result.err)

    def test_reload_only_when_the_chain_changed(self):
        site = self.here(self.plain)
        self.start(site)
        self.certificate()
        self.add_https(site)
        (self.dir / "bin").mkdir()
        (self.dir / "bin" / "systemctl").write_text(SYSTEMCTL.format(again=" ".join(map(str, [
            self.server.program, *self.server.again]))))
        (self.dir / "bin" / "systemctl").chmod(0o755)
        self.env["PATH"] = f"{self.dir}/bin:{self.env['PATH']}"
        self.reloads("first run", 1)
        self.reloads("nothing has happened", 1)
        self.read_again(self.read("site.pem"))
        self.reloads("the same chain again", 1)
        self.certificate()
        self.reloads("a new certificate", 2)
        self.assertEqual("".join(self.handshake()[1]), self.read("site.pem").decode())
        self.reloads("nothing has happened", 2)
        self.assertEqual(self.read("reloads").decode().split("\n")[0], f"reload {self.unit}")

    def read_again(self, chain):
        self.ok(self.run_tool("acme-chain", "--if-changed", "-o", "site.pem", stdin=chain))

    def reloads(self, why, count):
        """The README's line has led to so many reloads now; a new one is waited for."""
        before, workers = self.count(), self.server.workers()
        self.ok(self.run_tool("sh", "-c", RELOAD.replace("nginx", self.unit)))
        self.assertEqual(self.count(), count, why)
        if count > before:
            self.server.settled(workers)

    def count(self):
        return len(self.read("reloads").splitlines()) if (self.dir / "reloads").exists() else 0


    @staticmethod
    def replaced(lines, words):
        for there, here in words.items():
            lines = lines.replace(there, here)
        return lines


class NginxSite(Site, WebServerTest):
    program, unit = Nginx, "nginx"
    plain = "server { listen 80; server_name example.org www.example.org; root /var/www/html; }\n"
    redirecting = example("listen 80;")
    https = example("listen 443 ssl;")

    def here(self, lines):
        """IPv6 is left out, since not every machine's loopback has it."""
        lines = re.sub(r"^ *listen \[::\]:.*\n", "", lines, flags=re.M)
        return self.replaced(lines, {
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ": f"listen 127.0.0.1:{self.tls} ",
            "https://$host": f"https://$host:{self.tls}",
            "/var/www/html": str(self.www),
            "/etc/ssl/acme": str(self.dir),
        })


class ApacheSite(Site, WebServerTest):
    program, unit = Apache, "apache2"
    plain = "<VirtualHost *:80>\nServerName example.org\nServerAlias www.example.org\n" \
            "DocumentRoot /var/www/html\n</VirtualHost>\n"
    redirecting = example("<VirtualHost *:80>")
    https = example("<VirtualHost *:443>")

    def here(self, lines):
        """With what Debian has for every site: where to listen, and that the default web root may be shown."""
        granted = f"<Directory {self.www}>\nRequire all granted\n</Directory>"
        return self.replaced(lines, {
            "<VirtualHost *:80>": f"Listen 127.0.0.1:{self.http}\n<VirtualHost *:{self.http}>",
            "<VirtualHost *:443>": f"Listen 127.0.0.1:{self.tls}\n<VirtualHost *:{self.tls}>",
            "https://example.org": f"https://example.org:{self.tls}",
            "DocumentRoot /var/www/html": f"DocumentRoot {self.www}\n{granted}",
            "/var/www/html": str(self.www),
            "/etc/ssl/acme": str(self.dir),
        })
