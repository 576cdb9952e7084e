"""acme-challenge check among real name servers and web servers that are right, or wrong in one way or another."""

import json
import signal
import subprocess
import sys
import time

import pytest
from among_nameservers import DNSTest
from dns_messages import NameServer
from nameservers import NS1
from sites import Sites
from testbed import wait_until
from tools import LIMIT, REPO


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
        ("many", r"127\.0\.0\.32 \(A\) redirects to http://many.sites.example/\S+xxxxxxxxxx, which redirects to"
                 r" http://\S+xxxxxxxxxxx, which is one redirect too many"),
        ("big", r'127\.0\.0\.33 \(A\) answers 200 with something else \(nginx: "y{60} …"\)'),
        ("mute", r"127\.0\.0\.28 \(A\) closes the connection without an answer"),
        ("away", r"127\.0\.0\.24 \(A\) redirects to http://both.sites.example/\.well-known/acme-challenge/\S+, where"
                 r' fd00::5 answers 404 \(nginx: "404 Not Found"\)'),
    ]

    @pytest.mark.parametrize("name, sentence", WRONG, ids=[name for name, _ in WRONG])
    def test_what_is_wrong(self, name, sentence):
        self.assertRegex(self.wrong(name), f"^wrong: {sentence}$")

    def test_a_redirect_to_https_with_any_certificate(self):
        self.assertEqual(self.check("tls"), ["fine: http-01 at 127.0.0.23"])

    def test_servers_that_do_not_answer_in_ten_seconds(self):
        self.assertEqual(self.check("wall hang drip", status=77, error="refuse 3 of 3 names$"), [
            "wrong: 127.0.0.31 (A) doesn't answer within 10 s, as behind a firewall",
            "wrong: 127.0.0.34 (A) takes the connection and doesn't answer within 10 s",
            "wrong: 127.0.0.35 (A) takes the connection and doesn't answer within 10 s"])

    LATE = "unclear: 127.0.0.{} (A) wasn't looked at in the time allowed"

    def test_servers_that_had_less(self):
        """What --timeout was too short for is nothing that a CA would refuse."""
        self.assertEqual(self.check("wall hang drip", "--webroot root --timeout 2", status=75,
                                    error="3 of 3 names couldn't be looked at from here$"),
                         [self.LATE.format(address) for address in (31, 34, 35)])

    def test_more_than_there_is_time_for(self):
        began = time.monotonic()
        lines = self.check(" ".join(f"n{number}.hang" for number in range(60)), "--webroot root --timeout 3", status=75,
                           error="60 of 60 names couldn't be looked at from here$")
        self.assertLess(time.monotonic() - began, 7)
        self.assertEqual(lines, [self.LATE.format(34)] * 60)

    def test_redirects_to_what_there_is_no_time_to_look_up(self):
        _, line = self.check("hang away", "--webroot root --timeout 2", status=75, error="2 of 2 names couldn't be looked")
        # A look-up that takes a millisecond may still have had it.
        away = r"127\.0\.0\.24 \(A\) redirects to http://both.sites.example/\S+,"
        self.assertRegex(line, f"^unclear: {away} and both.sites.example wasn't looked up in the time allowed$|"
                               f"^unclear: {away} where fd00::5 wasn't looked at in the time allowed; "
                               rf"{away} where 127\.0\.0\.20 wasn't looked at in the time allowed$")
        line, = self.check("astray", "--webroot root --timeout 3", status=75, error="1 of 1 names couldn't be looked at")
        self.assertRegex(line, r"^unclear: 127\.0\.0\.37 \(A\) redirects to http://www.mum.sites.example/, and"
                               r" 127\.0\.0\.53:53 doesn't answer for the AAAA records of www.mum.sites.example$")

    def test_no_way_from_here_for_one_of_those_that_it_leads_to(self):
        line, = self.check("ends")
        self.assertRegex(line, r"^fine: http-01 at fd00::6, 127\.0\.0\.36; 127\.0\.0\.36 \(A\) redirects to"
                               r" http://far.sites.example/\S+, where 2001:db8::1 can't be reached from here, and wasn't"
                               " looked at$")

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

    def test_what_nobody_knows(self):
        """Without an account document the CA is asked by what names it goes, once, and only where that matters."""
        del self.env["ACME_ACCOUNT"]
        self.assertEqual(self.check("good deny", status=77, error="1 of 2 names")[0], "fine: http-01 at 127.0.0.20")
        self.csr("ours.sites.example")
        heard = len(self.testbed.requests())
        result = self.ok(self.run_tool("acme-challenge", "check", "--webroot", "root", stdin=self.read("site.csr")))
        self.assertEqual(result.text, "ours.sites.example: fine: http-01 at 127.0.0.20; the CAA records of"
                                      " ours.sites.example allow ca.example only; whether that is the CA isn't known\n")
        self.assertEqual(self.testbed.requests(since=heard), ["GET /dir"])

    def test_a_ca_that_cannot_be_asked(self):
        del self.env["ACME_ACCOUNT"]
        self.csr("ours.sites.example")
        result = self.run_tool("acme-challenge", "check", "--webroot", "root", "--directory", "https://127.0.0.1:1/dir",
                               stdin=self.read("site.csr"))
        self.assertEqual(result.status, 0, result)
        self.assertRegex(result.text, "^ours.sites.example: fine: .*; whether that is the CA isn't known\n$")
        self.assertRegex(result.err, "^acme-challenge: warning: CAA records can't be compared with the CA's names: .*\n$")

    def test_a_wildcard(self):
        self.csr("*.wild.sites.example")
        result = self.run_tool("acme-challenge", "check", "--hook", "true", stdin=self.read("site.csr"))
        self.fails(result, 77, "the CA would refuse 1 of 1 names")
        self.assertEqual(result.text, "*.wild.sites.example: wrong: ns1.example.org doesn't show"
                                      " _acme-challenge.wild.sites.example; the CAA records of wild.sites.example allow"
                                      " wildcards to nobody\n")


class Handshakes(Checking):
    """tls-alpn-01, with a server that shows what a hook has made."""

    HOOK = """#!/bin/sh
[ "$1" = present ] || { echo gone >cleaned; exit 0; }
digest=$(jq -r .tls.digest)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=probe -keyout shown.key -out shown.pem \\
    -addext "subjectAltName=DNS:$ACME_IDENTIFIER" -addext "1.3.6.1.5.5.7.1.31=critical,DER:0420${1:+$digest}" 2>/dev/null
"""
    SERVER = """
import socket, ssl
listener = socket.create_server(("127.0.0.30", 443))
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["acme-tls/1"])
    context.load_cert_chain("shown.pem", "shown.key")
    try:
        context.wrap_socket(connection, server_side=True).close()
    except OSError:
        pass
"""

    def setup_method(self):
        super().setup_method()
        (self.dir / "hook").write_text(self.HOOK)
        (self.dir / "hook").chmod(0o755)
        server = self.names.apart.start(sys.executable, "-c", self.SERVER, cwd=self.dir, stdout=subprocess.PIPE)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        self.assertEqual(server.stdout.readline(), b"ready\n")

    OPTIONS = "--hook ./hook --type tls-alpn-01"

    def test_one_address_shows_it(self):
        self.assertEqual(self.wrong("proof", self.OPTIONS),
                         "wrong: fd00::6 (AAAA) refuses the connection; fine: tls-alpn-01 at 127.0.0.30")
        self.assertTrue((self.dir / "cleaned").exists())

    def test_a_server_that_is_silent(self):
        self.assertEqual(self.wrong("slow", self.OPTIONS),
                         "wrong: 127.0.0.38 (A) takes the connection and doesn't go on within 10 s")
        line, = self.check("slow", f"{self.OPTIONS} --timeout 2", status=75, error="1 of 1 names couldn't be looked at")
        self.assertEqual(line, "unclear: 127.0.0.38 (A) wasn't looked at in the time allowed")

    def test_another_proof(self):
        (self.dir / "hook").write_text(self.HOOK.replace("$digest}", "$(echo $digest | tr 0-9 1-90)}"))
        self.assertRegex(self.wrong("proof", self.OPTIONS),
                         r"127\.0\.0\.30 \(A\) shows a validation certificate with another proof")

    def test_a_server_of_something_else(self):
        self.assertRegex(self.wrong("tls", self.OPTIONS),
                         r"^wrong: 127\.0\.0\.23 \(A\) (breaks off the handshake \(.*no application protocol\)|doesn't"
                         r" speak acme-tls/1 and shows a certificate for no name by CN=another\.example)$")


class Ends(Checking):
    """However it ends, nothing is left."""

    def test_by_a_signal(self):
        for number in signal.SIGINT, signal.SIGTERM:
            with self.subTest(number):
                self.csr("wall.sites.example")
                process = self.start("check --webroot root")
                wait_until(self.sites.files, "the probe is there")
                process.send_signal(number)
                _, said = process.communicate(timeout=LIMIT)
                self.assertEqual((process.returncode, said), (-number, b""))
                self.assertEqual(self.sites.files(), [])

    def test_a_web_root_that_is_not_there(self):
        self.csr("good.sites.example")
        result = self.run_tool("acme-challenge", "check", "--webroot", "nowhere", stdin=self.read("site.csr"))
        self.fails(result, 73, "can't use the web root nowhere")
        self.assertEqual(result.out, b"")

    def test_a_hook_that_fails(self):
        self.csr("good.sites.example")
        result = self.run_tool("acme-challenge", "check", "--hook", "false", stdin=self.read("site.csr"))
        self.fails(result, 71, "good.sites.example")
        self.assertEqual(result.out, b"")

    def test_into_a_file(self):
        self.csr("both.sites.example")
        result = self.run_tool("acme-challenge", "check", "--webroot", "root", "-o", "report",
                               stdin=self.read("site.csr"))
        self.fails(result, 77, "the CA would refuse 1 of 1 names")
        self.assertEqual(result.out, b"")
        self.assertRegex(self.read("report").decode(), r"^both.sites.example: wrong: .*\n$")

    def test_an_address(self):
        self.csr("127.0.0.20", "fd00::5")
        result = self.run_tool("acme-challenge", "check", "--webroot", "root", stdin=self.read("site.csr"))
        self.fails(result, 77, "the CA would refuse 1 of 2 names")
        self.assertEqual(result.text, "127.0.0.20: fine: http-01 at 127.0.0.20\n"
                                      'fd00::5: wrong: fd00::5 answers 404 (nginx: "404 Not Found")\n')

    def test_what_is_explained_and_said(self):
        self.csr("good.sites.example")
        result = self.run_tool("acme-challenge", "check", "--webroot", "root", "--explain", "-v",
                               stdin=self.read("site.csr"))
        self.assertEqual(result.status, 0, result)
        for text in ("looking as the CA would, before it is asked", "the probe for good.sites.example by http-01 (RFC"
                     " 8555, section 8.3)", "put in place: ", "at 127.0.0.20: shows the probe", "taken away: "):
            self.assertIn(text, " ".join(result.err.replace("acme-challenge: ", "").split()))

    def test_a_record_that_is_to_stand(self):
        account = self.load("account.json")
        account["endpoints"]["meta"]["issuerDomainNames"] = ["ca.example"]
        (self.dir / "account.json").write_text(json.dumps(account))
        self.assertEqual(self.wrong("good", "--persist"),
                         "wrong: ns1.example.org doesn't show _validation-persist.good.sites.example")
        del self.env["ACME_ACCOUNT"]
        self.csr("good.sites.example")
        result = self.run_tool("acme-challenge", "check", "--persist", stdin=self.read("site.csr"))
        self.fails(result, 64, "the record of dns-persist-01 names the account, and the account document is missing")

    def test_nowhere_to_put_it(self):
        self.csr("good.sites.example")
        result = self.run_tool("acme-challenge", "check", stdin=self.read("site.csr"))
        self.fails(result, 64, "it isn't said where the probes go")

    def test_not_from_a_trace(self):
        self.csr("good.sites.example")
        self.ok(self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "--trace", "trace"))
        result = self.run_tool("acme-challenge", "check", "--webroot", "root", "--replay", "trace",
                               stdin=self.read("site.csr"))
        self.fails(result, 64, "of which a trace has nothing")


class Zones(Checking):

    HOOK = f"--hook {REPO}/scripts/hooks/nsupdate"

    def check_zone(self, options, *names, **more):
        self.csr(*names)
        result = self.run_tool("acme-challenge", "check", *options.split(), stdin=self.read("site.csr"), **more)
        self.assertEqual(self.names.added(), [])
        return result

    def test_a_name_server_that_lags(self):
        result = self.check_zone(self.HOOK, "late.example.org", "*.late.example.org")
        self.fails(result, 77, "the CA would refuse 2 of 2 names")
        self.assertEqual(result.text, "".join(
            f"{name}: wrong: ns2.example.org doesn't show _acme-challenge.late.example.org\n"
            for name in ("late.example.org", "*.late.example.org")))

    def test_one_that_is_waited_for(self):
        self.csr("soon.example.org")
        process = self.start(f"check {self.HOOK} --dns-wait 60 -o report")
        wait_until(lambda: self.names.texts("_acme-challenge.soon.example.org", NS1), "it is at the first server")
        self.names.let_in()
        _, said = process.communicate(timeout=LIMIT)
        self.assertEqual((process.returncode, said), (0, b""))
        self.assertEqual(self.read("report"),
                         b"soon.example.org: fine: dns-01 at ns1.example.org, ns2.example.org\n")

    def test_a_cname(self):
        result = self.ok(self.check_zone(f"{self.HOOK} --dns-follow", "www.example.org"))
        self.assertEqual(result.text, "www.example.org: fine: dns-01 at ns1.example.org\n")
        result = self.fails(self.check_zone("--hook true", "www.example.org"), 77, "1 of 1")
        self.assertEqual(result.text, "www.example.org: wrong: ns1.example.org doesn't show"
                                      " _acme-challenge.www.example.org (which leads to www.acme.example); with"
                                      " --dns-follow the record is put where the CNAME leads\n")

    def test_a_cname_in_a_circle(self):
        result = self.fails(self.check_zone("--hook true", "round.example.org", "www.example.org"), 77, "2 of 2")
        self.assertRegex(result.text, "round.example.org: wrong: the CNAME at _acme-challenge.round.example.org leads in"
                                      " a circle, by _acme-challenge.round.example.org\nwww.example.org: wrong: ns1")

    def test_one_server_instead(self):
        """That it wants to say nothing of other zones is no matter of these."""
        result = self.ok(self.check_zone(f"{self.HOOK} --resolver {NS1}", "only.example.org"))
        self.assertEqual(result.text, f"only.example.org: fine: dns-01 at {NS1}:53; whether there are CAA records isn't"
                                      f" known: {NS1}:53 answers REFUSED for the CAA records of org\n")

    def test_name_servers_that_choke_on_caa(self):
        result = self.fails(self.check_zone("--hook true", "dead.example"), 77, "1 of 1")
        self.assertRegex(result.text, r"answers SERVFAIL for the CAA records of dead\.example, and no CA may issue that"
                                      " can't see them")

    def test_a_resolver_that_is_silent(self):
        with NameServer(lambda query: [], host="127.0.0.99") as server:
            pass  # nobody is there any more
        result = self.check_zone(f"--webroot root --resolver {server.address}", "good.sites.example")
        self.fails(result, 75, "1 of 1 names couldn't be looked at from here")
        self.assertRegex(result.text, "^good.sites.example: unclear: 127.0.0.99:.* doesn't answer for the AAAA records of"
                                      " good.sites.example; whether there are CAA records isn't known: 127.0.0.99:")
