"""acme-coming-over(7): what a line of the page says was typed for another client is run with that client, and what is
typed in its place with these tools: the same account, the same names, the same hooks."""

import os
import re
import shlex
import urllib.request

from hook_acme_sh_test import ACME_SH
from hook_style_test import CERTBOT_AUTH, CERTBOT_CLEANUP, DEHYDRATED, HEAD, LEGO, UACME
from manual import literal, literal_blocks, section
from testbed import PipelineTest
from tools import REPO, quoted

PAGE = "acme-coming-over.7"
LETS_ENCRYPT = "acme-v02.api.letsencrypt.org"
NAMES = ("example.org", "www.example.org")
MAIL = "mail.example.org"  # a host without a web server

# A module for acme.sh's dns_cf, which speaks to the name server that the CA asks.
DNS_CF = """#!/usr/bin/env sh
dns_cf_add() { curl -sf -d "{\\"host\\":\\"$1.\\",\\"value\\":\\"$2\\"}" "$DNS_MANAGEMENT/set-txt"; }
dns_cf_rm() { curl -sf -d "{\\"host\\":\\"$1.\\"}" "$DNS_MANAGEMENT/clear-txt"; }
"""

# uacme's TLS knows no variable for roots, so those of the system are others for it.
UACME_TRUST = 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec /usr/bin/uacme "$@"'


class ComingOver(PipelineTest):
    """Clients wait for the CA with pauses of seconds, so each has a class, which a worker of its own may take."""

    def setup_method(self):
        super(PipelineTest, self).setup_method()
        self.dns("add-a", f'{{"host": "{MAIL}", "addresses": ["127.0.0.2"]}}')
        self.addCleanup(self.dns, "clear-a", f'{{"host": "{MAIL}"}}')
        self.proofs = self.testbed.webroot / ".well-known" / "acme-challenge"
        self.proofs.mkdir(parents=True, exist_ok=True)
        self.http, self.tls = (f"127.0.0.2:{self.env[port]}" for port in ("HTTP_PORT", "TLS_PORT"))
        self.places = {"/var/www/html": str(self.testbed.webroot), "--standalone 80": f"--standalone {self.http}",
                       "--alpn 443": f"--alpn {self.tls}",
                       "/usr/local/share/acme-tools/hooks/": f"{REPO}/scripts/hooks/"}
        trusts = ("CURL_CA_BUNDLE", "LEGO_CA_CERTIFICATES", "REQUESTS_CA_BUNDLE")
        self.env |= {"PATH": f"{self.dir}/bin:{self.env['PATH']}"} | dict.fromkeys(trusts, self.env["ACME_CA_BUNDLE"])

    def dns(self, change, record):
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(f"{self.env['DNS_MANAGEMENT']}/{change}", record.encode()).close()

    def client(self, name, *options, by=()):
        """Debian's finds this CA where Let's Encrypt would be, and its files are below the test's folder."""
        self.script(f"bin/{name}", f'#!/bin/sh\nexec {quoted(*by or [f"/usr/bin/{name}"], *options)} "$@"\n')

    def script(self, path, text):
        (self.dir / path).parent.mkdir(exist_ok=True, parents=True)
        (self.dir / path).write_text(text)
        (self.dir / path).chmod(0o755)

    def typed(self, lines, quiet=False):
        """Runs what the page says, in the test's places."""
        for there, here in self.places.items():
            lines = lines.replace(there, here)
        return self.ok(self.run_tool("bash", "-e", "-o", "pipefail", "-c", lines), quiet)

    def comes_over(self, client, *begun):
        """Goes through the section as it stands, after what is typed for the rows `begun` has made account and chain.
        Without any, they are there, and the client isn't."""
        text = section(PAGE, f"FROM {client}")
        rows = [(theirs, literal(ours)) for theirs, ours in
                re.findall(r"^\.It Ql ([^\n]+)\n\.Bd -literal -compact\n(.*?)^\.Ed$", text, re.M | re.S)]
        self.assertEqual(text.count("\n.It "), len(rows))
        for row in begun:
            self.typed(rows[row][0])
        accounts = self.accounts()
        along, *after = literal_blocks(text)
        self.typed(along, quiet=True)
        self.typed("".join(literal_blocks(section(PAGE, "THE WAY"))), quiet=True)
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}
        self.good("site.pem", NAMES)
        for number, (theirs, ours) in enumerate(rows):
            with self.subTest(theirs):
                if begun and number not in begun:
                    self.typed(theirs)
                self.typed(ours, quiet=True)
                if issued := re.search(r"acme-csr -k site.key (.*?) \|.* -o (\w+.pem)", ours, re.S):
                    self.good(issued[2], shlex.split(issued[1]))
        for lines in after:
            self.typed(lines, quiet=True)
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual(self.accounts(), accounts, "the account is the one that was there")

    def ca(self):
        return re.search("//(.*?)/", self.env["ACME_DIRECTORY"])[1]

    def good(self, chain, names):
        """And nothing else ends with .pem than what the page has put there."""
        self.good_chain(chain, names)
        (self.dir / "root.pem").unlink()

    def accounts(self):
        """How many the CA has."""
        return re.findall(r"There are now (\d+) accounts", self.testbed.log())[-1]


class FromCertbot(ComingOver):

    def test_each_row(self):
        self.client("certbot", "--server", self.env["ACME_DIRECTORY"], "--non-interactive", "--agree-tos",
                    "--register-unsafely-without-email", "--no-random-sleep-on-renew", "--http-01-address", "127.0.0.2",
                    "--http-01-port", self.env["HTTP_PORT"], "--config-dir", self.dir / "letsencrypt",
                    "--work-dir", self.dir / "work", "--logs-dir", self.dir / "logs")
        self.script("auth", HEAD + CERTBOT_AUTH)
        self.script("cleanup", HEAD + CERTBOT_CLEANUP)
        self.places |= {"/etc/letsencrypt": f"{self.dir}/letsencrypt", LETS_ENCRYPT + "/directory": f"{self.ca()}/dir"}
        self.comes_over("CERTBOT", 0)


class FromAcmeSh(ComingOver):

    def test_each_row(self):
        """Debian has none: what it would have left is made here."""
        home = self.dir / "home" / ".acme.sh"
        account, site = home / "ca" / LETS_ENCRYPT / "directory" / "account.key", home / "example.org_ecc"
        self.env["HOME"] = str(home.parent)
        self.script(home / "acme.sh", ACME_SH)
        self.script(home / "dnsapi" / "dns_cf.sh", DNS_CF)
        (home / "account.conf").touch()
        account.parent.mkdir(parents=True)
        site.mkdir()
        for key in account, site / "example.org.key":
            self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", key)
        self.ok(self.run_tool("acme-register", "-k", account, "--agree-tos", "-o", "first.json"))
        self.ok(self.sh(f"""
            export ACME_ACCOUNT=first.json ACME_ACCOUNT_KEY={account}
            acme-csr -k {site}/example.org.key {" ".join(NAMES)} | acme-challenge --webroot "$WEBROOT" |
              acme-finalize | acme-chain -o {site}/fullchain.cer"""))
        self.comes_over("ACME.SH")


class FromDehydrated(ComingOver):

    def test_each_row(self):
        self.client("dehydrated", "--config", self.dir / "config")
        (self.dir / "config").write_text(
            f"CA={self.env['ACME_DIRECTORY']}\nBASEDIR={self.dir}/base\nWELLKNOWN={self.proofs}\nKEYSIZE=2048\n")
        (self.dir / "base").mkdir()
        self.script("hook", HEAD + DEHYDRATED)
        self.places |= {"/var/lib/dehydrated": f"{self.dir}/base"}
        self.comes_over("DEHYDRATED", 0, 1)
        theirs, ours = re.findall(r"(?m)^\S+ (deploy_cert .*)$", self.read("calls").decode())
        self.assertRegex(ours, r"^deploy_cert example\.org site\.key leaf\.pem site\.pem issuers\.pem \d+$")
        self.assertEqual(len(theirs.split()), len(ours.split()))
        self.assertEqual(self.read("leaf.pem") + self.read("issuers.pem"), self.read("site.pem"))


class FromLego(ComingOver):

    def test_each_row(self):
        dns = re.search(r":(\d+)$", self.env["DNS_MANAGEMENT"])[1]
        self.client("lego", "--server", self.env["ACME_DIRECTORY"], "--accept-tos", "--http.port", self.http,
                    "--tls.port", self.tls, "--dns.disable-cp", "--dns.resolvers", f"127.0.0.1:{int(dns) - 1}")
        self.script("hook", HEAD + LEGO)
        self.places |= {LETS_ENCRYPT: self.ca().replace(":", "_")}
        self.comes_over("LEGO", 0)


class FromUacme(ComingOver):

    def test_each_row(self):
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.client("uacme", "--yes", "--confdir", self.dir / "uacme", "--acme-url", self.env["ACME_DIRECTORY"],
                    by=["unshare", *root, "--mount", "sh", "-c", UACME_TRUST, self.env["ACME_CA_BUNDLE"]])
        self.env["UACME_CHALLENGE_PATH"] = str(self.proofs)
        self.script("hook", HEAD + UACME)
        self.places |= {"/etc/ssl/uacme": f"{self.dir}/uacme"}
        self.comes_over("UACME", 0, 1)


class ToMake(ComingOver):

    def test_what_is_there_make_takes_up(self):
        """Account and site keep the keys that another client has made, and get a new chain."""
        self.account()
        self.site_key()
        self.issue("example.org")
        for old, new in ("site.key", "example.org.key"), ("site.pem", "example.org.pem"):
            (self.dir / old).rename(self.dir / new)
        (self.dir / "account.json").unlink()
        del self.env["ACME_ACCOUNT"], self.env["ACME_ACCOUNT_KEY"]
        kept = {name: self.read(name) for name in ("account.key", "example.org.key")}
        accounts = self.accounts()
        (self.dir / "Makefile").write_text(
            f"NAMES = example.org\nWEBROOT = {self.testbed.webroot}\ninclude {REPO}/scripts/acme.mk\n")
        self.ok(self.run_tool("make", "-s"))
        self.assertEqual({name: self.read(name) for name in kept}, kept)
        (self.dir / "site.key").symlink_to("example.org.key")
        self.good_chain("example.org.pem", ["example.org"])
        self.assertEqual(self.accounts(), accounts)
