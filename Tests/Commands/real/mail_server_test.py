"""The pages for a mail server: Debian's Postfix and Dovecot with a certificate that acme-challenge proved by itself."""

import os
import re
import signal

from apart import Apart, ApartTestbed
from roots import Root
from testbed import wait_until
from tools import ToolTest
from web_server_pages_test import Page

NAME = "mail.example.org"
SYSTEMCTL = '#!/bin/sh\necho "$@" >>reloads\n'
HERE = """
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_peername_lookup = no
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
"""


class MailServer(ToolTest):
    """A root of its own has the servers, at their own ports in a network of its own."""

    @classmethod
    def setup_class(cls):
        super().setup_class()
        cls.apart = Apart("127.0.0.1", ())
        cls.testbed = ApartTestbed(cls.apart)
        os.kill(cls.testbed.pid("nginx"), signal.SIGTERM)

    def test_both(self):
        self.env |= self.testbed.env | {"ACME_AGREE_TOS": "yes", "PATH": f"{self.dir}/bin:{self.env['PATH']}"}
        self.standalone = 0
        for folder in "acme", "bin":
            (self.dir / folder).mkdir()
        (self.dir / "bin" / "systemctl").write_text(SYSTEMCTL)
        (self.dir / "bin" / "systemctl").chmod(0o755)
        pages = {name: Page(self, name) for name in ("postfix.cf", "dovecot.conf")}
        (self.dir / "acme" / "Makefile").write_text(pages["postfix.cf"].makefile().replace(
            "--standalone 80", f"--standalone {self.testbed.env['HTTP_PORT']}"))
        self.make()

        self.root = Root(self.dir, enter=self.apart.enter)
        self.addCleanup(self.root.stop)
        with open(self.root.path("/etc/postfix/main.cf"), "a") as main:
            main.write(HERE + pages["postfix.cf"].whole)
        self.root.path("/etc/dovecot/conf.d/10-ssl.conf").write_text(pages["dovecot.conf"].whole)
        for command in "postfix start", "dovecot":
            self.inside(command)
        first = self.both_show_it()

        (self.dir / "acme" / f"{NAME}.csr").touch()
        self.make()
        for command in "postfix reload", "doveadm reload":
            self.inside(command)
        self.assertNotEqual(self.both_show_it(), first)
        self.assertEqual((self.dir / "acme" / "reloads").read_text(), "reload postfix dovecot\n" * 2)

    def make(self):
        done = self.run_tool(*self.apart.enter, "make", "-s", "-C", self.dir / "acme")
        self.assertEqual(self.ok(done).out, b"")

    def inside(self, command):
        """A server that it starts would keep a pipe."""
        done = self.root.run("sh", "-c", f"{command} >/tmp/said 2>&1")
        self.assertEqual(done.returncode, 0, self.root.path("/tmp/said").read_text())

    def both_show_it(self):
        """The chain, once both do."""
        chain = (self.dir / "acme" / f"{NAME}.pem").read_text()
        for port, protocol in (25, "smtp"), (143, "imap"), (993, None):
            wait_until(lambda: self.shown(port, protocol) == chain, f"port {port} shows the chain")
        return chain

    def shown(self, port, protocol):
        starting = ["-starttls", protocol] if protocol else []
        done = self.run_tool(*self.apart.enter, "openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername",
                             NAME, "-showcerts", *starting, stdin="QUIT\n")
        return "".join(re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", done.text, re.S))
