"""The pages for web servers that are installed, each in the real server: from no certificate to the next."""

import dataclasses
import re
import subprocess
import textwrap

from ports import silent_port
from tables import TableTest
from testbed import wait_until
from tools import LIMIT, REPO
from web_servers import Apache, Caddy, Haproxy, Nginx, WebServerTest, taken

PAGES = REPO / "scripts" / "share" / "web-servers"
REST = "# With the certificate:\n"
MAIL = ("postfix.cf", "dovecot.conf")

# systemctl as make finds it: it leaves a note, and asks whoever runs the server.
SYSTEMCTL = '#!/bin/sh\necho "$@" >>reloads\n'


class CaddyWithItsInterface(Caddy):
    """By which it is told to read its file anew; Debian's unit does it in the same way."""

    def write(self, sites):
        options, site = re.fullmatch(r"(?s)((?:#.*?\n)*)\{\n(.*)", sites).groups()
        (self.dir / "Caddyfile").write_text(
            f"{options}{{\n\tadmin unix/{self.dir}/admin.sock\n\tdefault_bind 127.0.0.1\n{site}")

    def reload(self):
        subprocess.run([self.program, "reload", "--force", "--adapter", "caddyfile", "--config", self.dir / "Caddyfile",
                        "--address", f"unix/{self.dir}/admin.sock"], env=self.env, check=True, timeout=LIMIT,
                       capture_output=True)


@dataclasses.dataclass
class Row:
    page: str
    server: type
    is_stateless: bool

    @property
    def name(self):
        return f"{self.page} {'by itself' if self.is_stateless else 'as it stands'}"


class Page:
    """What a page says, with the places and ports of a test."""

    def __init__(self, test, name):
        self.test, self.text = test, (PAGES / name).read_text()

    def here(self, text):
        places = {"/etc/ssl/acme": self.test.dir / "acme", "/var/www/acme": self.test.dir / "www",
                  "/var/www/html": self.test.dir / "html", "/usr/local/share/acme-tools": REPO / "scripts",
                  "127.0.0.1:8402": "127.0.0.1:" + str(self.test.standalone)}
        for there, place in places.items():
            text = text.replace(there, str(place))
        return text

    def makefile(self):
        found, = re.findall(r"(?m)(?:^#     .*\n)+", self.text)
        return self.here(textwrap.dedent(found.replace("#", "", 1).replace("\n#", "\n")))

    def server_answers_itself(self):
        """The page with its other choice: what is commented out there in place of what stands before it."""
        choice = r"(?ms)^[ \t]*# By .*?^[ \t]*# Or .*?\bprints:\n((?:^[ \t]+#.*?\n)+)"
        thumbprint = self.test.load("account.json")["thumbprint"]
        self.text, count = re.subn(choice, lambda found: re.sub(r"(?m)^([ \t]+)# ?", r"\1", found[1]).replace(
            "THUMBPRINT", thumbprint), self.text)
        assert count == 1

    @property
    def first(self):
        return self.here(self.text.partition(REST)[0])

    @property
    def whole(self):
        return self.here(self.text)


class Pages(TableTest, WebServerTest):
    """A reader who follows a page: the server, make, the rest; and the next certificate."""

    table = [Row(page, server, is_stateless) for page, server in [
        ("nginx.conf", Nginx), ("apache.conf", Apache), ("haproxy.cfg", Haproxy), ("Caddyfile", CaddyWithItsInterface)]
        for is_stateless in (False, True)]

    def test_no_page_is_left_out(self):
        self.assertEqual({path.name for path in PAGES.iterdir()}, {row.page for row in self.table} | set(MAIL))

    def with_ports(self, text):
        """On this machine's loopback, which need not have IPv6."""
        text = re.sub(r"(?m)^ *listen \[::\]:.*\n", "", text)
        for there, here in {
                "listen 80;": f"listen 127.0.0.1:{self.http};", "listen 443 ": f"listen 127.0.0.1:{self.tls} ",
                "<VirtualHost *:80>": f"Listen 127.0.0.1:{self.http}\n<VirtualHost *:{self.http}>",
                "<VirtualHost *:443>": f"Listen 127.0.0.1:{self.tls}\n<VirtualHost *:{self.tls}>",
                "bind :80": f"bind 127.0.0.1:{self.http}", "bind :443": f"bind 127.0.0.1:{self.tls}",
                "http://example.org {": f"http://example.org:{self.http} {{",
                "https://example.org {": f"https://example.org:{self.tls} {{"}.items():
            text = text.replace(there, here)
        return text

    def check(self, row):
        self.standalone = self.enterContext(silent_port())
        for folder in "acme", "www", "html", "bin":
            (self.dir / folder).mkdir(mode=0o755)
        (self.dir / "bin" / "systemctl").write_text(SYSTEMCTL)
        (self.dir / "bin" / "systemctl").chmod(0o755)
        self.env |= {"PATH": f"{self.dir}/bin:{self.env['PATH']}", "ACME_AGREE_TOS": "yes",
                     "ACME_ACCOUNT": str(self.dir / "account.json"), "ACME_ACCOUNT_KEY": str(self.dir / "account.key")}
        page = Page(self, row.page)
        makefile = page.makefile()
        if row.is_stateless:
            page.server_answers_itself()
            makefile = re.sub("(?m)^(WEBROOT|ACME_CHALLENGE) = .*", "ACME_CHALLENGE = --type http-01", makefile)
        (self.dir / "acme" / "Makefile").write_text(makefile)
        server = row.server(self)

        server.start(self.with_ports(page.first), self.http)
        self.assertFalse(taken(self.tls))
        self.assertEqual(self.make(), 1)
        link = self.dir / "acme" / "example.org.pem.key"
        if row.server is Haproxy:
            link.symlink_to("example.org.key")
        server.write(self.with_ports(page.whole))
        server.reload()
        server.listens(self.http, self.tls)
        self.assertEqual(self.served(), self.chain())
        self.assertEqual(self.make(), 1, "nothing has changed")

        (self.dir / "acme" / "example.org.csr").touch()
        before = self.chain()
        self.assertEqual(self.make(), 2)
        self.assertNotEqual(self.chain(), before)
        server.reload()
        wait_until(lambda: self.served() == self.chain(), "the new chain is served")
        self.assertEqual(self.read("acme/reloads").decode(), f"reload {row.server.name}\n" * 2)
        self.assertEqual([path for path in (self.dir / "www").rglob("*") if path.is_file()], [])

    def make(self):
        """Runs make as the page says; how often a reload was asked for until now."""
        self.assertEqual(self.ok(self.run_tool("make", "-s", "-C", "acme")).out, b"")
        return len((self.dir / "acme" / "reloads").read_text().splitlines())

    def chain(self):
        return (self.dir / "acme" / "example.org.pem").read_text()

    def served(self):
        """The chain as a client gets it that asks for the name."""
        shown = self.run_tool("openssl", "s_client", "-connect", f"127.0.0.1:{self.tls}", "-servername", "example.org",
                              "-showcerts").text
        return "".join(re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", shown, re.S))
