"""http-01 by a web server that knows the thumbprint: the lines of acme-key(1), in the servers that they are for."""

import http.client
import string

from manual import literal_blocks, section
from tools import LIMIT, REPO
from web_servers import Apache, Caddy, Nginx, WebServerTest

THUMBPRINT, NGINX, APACHE, CADDY, PIPELINE = literal_blocks(section("acme-key.1", "STATELESS HTTP-01"))

# The rest of a site, which redirects everything else to https.
NGINX_SITE = """
server {{
    listen 127.0.0.1:{port};
    {lines}
    location / {{ return 301 https://$host$request_uri; }}
}}
"""
APACHE_SITE = r"""
Listen 127.0.0.1:{port}
<VirtualHost *:{port}>
    {lines}
    RedirectMatch permanent "^/(?!\.well-known/acme-challenge/)(.*)" "https://example.org/$1"
</VirtualHost>
"""
CADDY_SITE = """
http://:{port} {{
    {lines}
    handle {{
        redir https://{{host}}{{uri}} permanent
    }}
}}
"""

WELL_KNOWN = "/.well-known/acme-challenge/"
TOKENS = ["a", "-", "_", string.ascii_letters + string.digits + "-_", "x" * 1000]
NO_TOKENS = ["", ".", "a.b", "a+b", "a=", "a/", "a/b", "a%2Fb", "a%20b", "<b>", "%3Cb%3E", "%C3%A9", "%FF", "a%00",
             "a%0A", "%0Aa", "a%0D%0ASet-Cookie:%20x=y", "a%0D%0A%0D%0Ab", "$1", "$host", "%25%7Benv:PATH%7D",
             "{env.PATH}"]
OTHER_PATHS = ["/", "/a", "/.well-known/acme-challengea", "/x/.well-known/acme-challenge/a",
               "/xwell-known/acme-challenge/a", "/.well-known/acme-challenge/a/.well-known/acme-challenge/b"]


class Stateless(WebServerTest):
    """No file is written, and nothing is told to the server but the thumbprint."""

    def test_nginx(self):
        self.answers(Nginx, NGINX_SITE, NGINX)

    def test_apache(self):
        self.answers(Apache, APACHE_SITE, APACHE)

    def test_caddy(self):
        self.answers(Caddy, CADDY_SITE, CADDY)

    def answers(self, server, site, lines):
        self.thumbprint = self.ok(self.sh(THUMBPRINT)).text.strip()
        lines = lines.replace("THUMBPRINT", self.thumbprint)
        server(self).start(site.format(port=self.http, lines=lines), self.http)
        self.every_token_is_answered()
        self.nothing_else_is()
        self.make_needs_no_web_root()
        self.assertEqual(self.ok(self.sh(PIPELINE)).out, b"")
        self.good_chain("site.pem", ["example.org"])

    def make_needs_no_web_root(self):
        (self.dir / "Makefile").write_text(
            "NAMES = www.example.org\nACME_CHALLENGE = --type http-01\n"
            f"ACME_ACCOUNT = {self.env['ACME_ACCOUNT']}\nACME_ACCOUNT_KEY = {self.env['ACME_ACCOUNT_KEY']}\n"
            f"include {REPO}/scripts/acme.mk\n")
        self.assertEqual(self.ok(self.run_tool("make", "-s")).out, b"")
        self.openssl("x509", "-in", "www.example.org.pem", "-noout", "-checkhost", "www.example.org")
        self.assertEqual(self.testbed.tokens(), [])

    def every_token_is_answered(self):
        for token in TOKENS:
            with self.subTest(token):
                answer, body = self.ask(WELL_KNOWN + token)
                self.assertEqual((answer.status, answer.reason), (200, "OK"))
                self.assertRegex(answer.headers["Content-Type"], r"^text/plain\b")
                self.assertEqual(len(answer.headers.get_all("Content-Type")), 1)
                self.assertEqual(body, f"{token}.{self.thumbprint}")

    def nothing_else_is(self):
        for path in [WELL_KNOWN + token for token in NO_TOKENS] + OTHER_PATHS:
            with self.subTest(path):
                answer, body = self.ask(path)
                self.assertGreaterEqual(answer.status, 300)
                self.assertNotIn(self.thumbprint, str(answer.headers) + body)
                self.assertNotIn("Set-Cookie", answer.headers)

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=LIMIT)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers={"Host": "example.org"})
        answer = connection.getresponse()
        return answer, answer.read().decode()
