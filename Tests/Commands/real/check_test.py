"""acme-challenge check among real name servers and web servers that are right, or wrong in one way or another."""

import json

import pytest
from among_nameservers import DNSTest
from sites import Sites


class Checking(DNSTest):

    def setup_method(self):
        super().setup_method()
        self.sites = Sites(self)
        self.env |= {"ACME_ACCOUNT_KEY": "nowhere"}

    def check(self, names, options="--webroot root", status=0, error=None):
        """The line of each name; nothing is left, and the CA has heard nothing."""
        self.csr(*(f"{name}.sites.example" for name in names.split()))
        heard = len(self.testbed.requests())
        result = self.run_tool("acme-challenge", "check", *options.split(), stdin=self.read("site.csr"))
        if error is None:
            self.ok(result)
        else:
            self.fails(result, status, error)
            self.assertEqual(len(result.err.splitlines()), 1, result)
        self.assertEqual(self.sites.files(), [])
        self.assertEqual(self.testbed.requests(since=heard), [])
        lines = result.text.splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], [f"{name}.sites.example" for name in names.split()])
        return [line.partition(".sites.example: ")[2] for line in lines]

    def wrong(self, name, *options):
        line, = self.check(name, *options, status=77, error="error: the CA would refuse 1 of 1 names$")
        return line


class Sights(Checking):

    def test_what_is_right(self):
        self.assertEqual(self.check("good alias six"), [
            "fine: http-01 at 127.0.0.20", "fine: http-01 at 127.0.0.20", "fine: http-01 at fd00::6"])

    def test_an_old_server_at_the_aaaa(self):
        lines = self.check("both good", status=77, error="error: the CA would refuse 1 of 2 names$")
        self.assertEqual(lines, ['wrong: fd00::5 (AAAA) answers 404 (nginx: "404 Not Found"); '
                                 "fine: http-01 at 127.0.0.20", "fine: http-01 at 127.0.0.20"])

    WRONG = [
        ("closed", r"127\.0\.0\.29 \(A\) refuses the connection"),
        ("bare", "bare.sites.example has neither A nor AAAA records"),
        ("gone", "there is no gone.sites.example in the DNS"),
        ("catch", r'127\.0\.0\.21 \(A\) answers 200 with something else \(nginx: "Somebody else"\)'),
        ("loop", r"127\.0\.0\.22 \(A\) redirects to http://loop.sites.example/round, which redirects to"
                 " http://loop.sites.example/round, and so in a circle"),
        ("port", r"127\.0\.0\.25 \(A\) redirects to http://good.sites.example:8080/, and CAs go to the ports 80 and 443"
                 " alone"),
        ("lost", r"127\.0\.0\.26 \(A\) redirects to http://gone.sites.example/, and there is no gone.sites.example in"
                 " the DNS"),
        ("ftp", r"127\.0\.0\.27 \(A\) redirects to ftp://good.sites.example/, where no CA goes"),
        ("mute", r"127\.0\.0\.28 \(A\) closes the connection without an answer"),
        ("away", r"127\.0\.0\.24 \(A\) redirects to http://both.sites.example/\.well-known/acme-challenge/\S+, where"
                 r' fd00::5 answers 404 \(nginx: "404 Not Found"\)'),
    ]

    @pytest.mark.parametrize("name, sentence", WRONG, ids=[name for name, _ in WRONG])
    def test_what_is_wrong(self, name, sentence):
        self.assertRegex(self.wrong(name), f"^wrong: {sentence}$")

    def test_a_redirect_to_https_with_any_certificate(self):
        self.assertEqual(self.check("tls"), ["fine: http-01 at 127.0.0.23"])

    def test_a_wall(self):
        self.assertRegex(self.wrong("wall", "--webroot root --timeout 2"),
                         r"^wrong: 127\.0\.0\.31 \(A\) doesn't answer within \d s, as behind a firewall$")

    def test_no_way_from_here(self):
        self.assertEqual(self.check("far"), ["fine: http-01 at 127.0.0.20; 2001:db8::1 (AAAA) can't be reached from"
                                             " here, and wasn't looked at"])
        self.assertEqual(self.check("away-only", status=75, error="error: 1 of 1 names couldn't be looked at from here"),
                         ["unclear: 2001:db8::1 (AAAA) can't be reached from here"])


class Permissions(Checking):

    def setup_method(self):
        super().setup_method()
        account = self.load("account.json")
        account["endpoints"]["meta"]["caaIdentities"] = ["ca.example"]
        (self.dir / "account.json").write_text(json.dumps(account))

    FORBIDDEN = [
        ("deny", "allow nobody"),
        ("other", "allow other.example only, and the CA goes by ca.example"),
        ("bound", "bind ca.example to the account https://ca.example/another, and this one is https://\\S+"),
        ("method", "allow ca.example the methods dns-01 only"),
        ("critical", "have the critical tag tbs, which no CA may pass over that doesn't know it"),
    ]

    @pytest.mark.parametrize("name, reason", FORBIDDEN, ids=[name for name, _ in FORBIDDEN])
    def test_what_is_forbidden(self, name, reason):
        self.assertRegex(self.wrong(name), f"^wrong: the CAA records of {name}.sites.example {reason}; "
                                           r"fine: http-01 at 127\.0\.0\.20$")

    def test_what_is_allowed(self):
        allowed = "fine: http-01 at 127.0.0.20; the CAA records of {}.sites.example allow it"
        self.assertEqual(self.check("wild ours below.ours"),
                         [allowed.format(name) for name in ("wild", "ours", "ours")])
