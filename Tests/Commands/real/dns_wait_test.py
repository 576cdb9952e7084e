"""--dns-wait, --resolver and --dns-follow among real name servers, one of which may be behind."""

import signal

import pytest
from among_nameservers import DNSTest
from nameservers import NS1
from terminal import Session
from testbed import wait_until
from tools import LIMIT, REPO, quoted

HOOK = f"--hook {REPO}/scripts/hooks/nsupdate"


@pytest.mark.begun_first
class Waiting(DNSTest):

    def test_the_ca_hears_of_it_when_every_server_has_it(self):
        self.csr("late.example.org", "*.late.example.org")
        heard = len(self.testbed.requests())
        process = self.start(f"{HOOK} --dns-wait 60 -v -o out.json")
        name = "_acme-challenge.late.example.org"
        wait_until(lambda: len(self.names.texts(name, NS1)) == 2, "both values are at the first server")
        # It has looked by now, or does so in a moment; the second server has nothing before it is let in.
        self.assertFalse(self.told(heard))
        self.names.let_in()
        _, said = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, said)
        self.assertIn(f"all 2 name servers show {name}", said.decode())
        self.assertTrue(self.told(heard))
        self.issues("late.example.org", "*.late.example.org")

    def test_a_server_that_never_has_it(self):
        self.csr("never.example.org")
        heard = len(self.testbed.requests())
        result = self.challenge(f"{HOOK} --dns-wait 3")
        self.fails(result, 75, r"the time of --dns-wait \(3 s\) is over: ns2.example.org doesn't show"
                               " _acme-challenge.never.example.org")
        self.assertNotIn("ns1", result.err)
        self.assertIn("hint: allow more with --dns-wait", result.err)
        self.assertRegex(self.load("out.json")["retryAt"], "^20..-")
        self.assertFalse(self.told(heard))
        self.assertEqual(self.names.added(), [])

    def test_who_waits_is_told_for_what(self):
        self.csr("shown.example.org")
        session = Session(self, f"{quoted(*self.names.apart.enter)} acme-challenge {HOOK} --dns-wait 600 <site.csr"
                                " 2>/dev/tty >out.json")
        session.until("acme-challenge: waiting for ns2.example.org to show _acme-challenge.sh").type("\x03")
        self.assertIn(session.end(), (-signal.SIGINT, 128 + signal.SIGINT))
        self.assertTrue(session.said.endswith("\r\x1b[K"), session.said)
        self.assertEqual(self.names.added(), [])

    def test_all_are_awaited_together(self):
        self.csr(*(f"n{n}.example.org" for n in range(8)))
        result = self.challenge(f"{HOOK} --dns-wait 3")
        self.fails(result, 75, "n0.example.org, .*n4.example.org, and 3 more")
        self.assertEqual(self.names.added(), [])

    def test_its_time_is_not_that_of_the_tool(self):
        self.csr("time.example.org")
        result = self.challenge(f"{HOOK} --dns-wait 4 --timeout 3")
        self.fails(result, 75, r"the time of --dns-wait \(4 s\) is over")

    def test_a_signal_ends_it(self):
        self.csr("signal.example.org")
        process = self.start(f"{HOOK} --dns-wait 600")
        wait_until(lambda: self.names.texts("_acme-challenge.signal.example.org", NS1), "the record is there")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertEqual(self.names.added(), [])

    def test_one_server_instead_of_all(self):
        """The second one lacks it, but isn't asked."""
        self.tells_the_ca("alone.example.org", f"--dns-wait 30 --resolver {NS1}")

    def test_an_answer_too_long_for_a_datagram(self):
        self.tells_the_ca("many.acme.example", "--dns-wait 30")

    def tells_the_ca(self, name, options):
        """What the CA makes of it, which may ask the other server or by UDP alone, is another matter."""
        self.csr(name)
        self.order("--type dns-01")
        self.ok(self.challenge(HOOK, "order.json", "publish"))
        self.ok(self.challenge(options, "order.json", "respond"))
        self.ok(self.challenge(HOOK, "order.json", "clean"))
        self.assertEqual(self.names.added(), [])

    def test_step_by_step(self):
        self.csr("steps.example.org")
        self.order("--type dns-01")
        self.fails(self.challenge("--dns-wait 2", "order.json", "respond"), 75, "ns1.example.org doesn't show")
        self.ok(self.challenge(HOOK, "order.json", "publish"))
        self.names.let_in()
        self.ok(self.challenge("--dns-wait 60", "order.json", "respond"))
        self.ok(self.sh(f"acme-challenge wait <order.json | acme-challenge clean {HOOK} >ready.json"))
        (self.dir / "ready.json").rename(self.dir / "out.json")
        self.issues("steps.example.org")

    def test_servers_that_do_not_answer(self):
        self.csr("dead.example.org", "lame.example.org")
        result = self.challenge("--hook true --dns-wait 4")
        self.fails(result, 75, "_acme-challenge.dead.example.org.*_acme-challenge.lame.example.org")

    def test_names_that_are_not_proved_by_dns(self):
        self.csr("example.org")
        # Pebble finds no address for the name, but waiting for records isn't what failed.
        self.fails(self.challenge(f"--webroot {self.testbed.webroot} --dns-wait 30"), 77, "example.org by http-01")

    def test_a_circle(self):
        self.csr("round.example.org")
        self.fails(self.challenge("--hook true --dns-wait 60"), 78, "leads in a circle")


class Following(DNSTest):

    def test_the_end_of_a_cname(self):
        self.csr("www.example.org")
        self.ok(self.challenge(f"{HOOK} --dns-follow --dns-wait 30"))
        (challenge,) = [c for a in self.load("out.json")["authorizations"] for c in a["challenges"] if "chosen" in c]
        self.assertEqual((challenge["dns"]["name"], challenge["dns"]["target"]),
                         ("_acme-challenge.www.example.org", "www.acme.example"))
        self.issues("www.example.org")

    def test_two_names_that_lead_to_one_place(self):
        self.csr("mail.example.org", "ftp.example.org", "*.ftp.example.org")
        self.ok(self.challenge(f"{HOOK} --dns-follow --dns-wait 30"))
        self.issues("mail.example.org", "ftp.example.org", "*.ftp.example.org")

    def test_no_cname(self):
        self.csr("plain.example.org")
        self.ok(self.challenge("--type dns-01 --dns-follow", verb="order"))
        self.assertNotIn("target", self.read("out.json").decode())

    def test_step_by_step(self):
        """The document says where, but whoever publishes looks for himself."""
        self.csr("split.example.org")
        self.order("--type dns-01 --dns-follow")
        shown = self.ok(self.sh("acme-challenge show <order.json")).text
        self.assertRegex(shown, "^split.acme.example TXT [A-Za-z0-9_-]{43}\n$")
        self.fails(self.challenge(HOOK, "order.json", "publish"), 64, "split.acme.example")
        self.ok(self.challenge(f"{HOOK} --dns-follow", "order.json", "publish"))
        self.assertEqual([f"split.acme.example TXT {v}\n" for v in self.names.texts("split.acme.example", NS1)], [shown])
        self.ok(self.challenge("--dns-wait 30", "order.json", "respond"))
        self.ok(self.sh("acme-challenge wait <order.json >out.json"))
        self.ok(self.sh(f"acme-challenge clean {HOOK} --dns-follow <order.json >/dev/null"))
        self.issues("split.example.org")

    def test_publish_and_clean_follow_too(self):
        self.csr("www.example.org")
        self.order("--type dns-01")
        self.ok(self.challenge(f"{HOOK} --dns-follow", "order.json", "publish"))
        self.assertEqual(len(self.names.texts("www.acme.example", NS1)), 1)
        self.ok(self.challenge(f"{HOOK} --dns-follow", "order.json", "clean"))
        self.assertEqual(self.names.added(), [])

    def test_lego_s_hooks_get_the_end(self):
        (self.dir / "hook").write_text('#!/bin/sh\necho "$1 $2" >>calls\n')
        (self.dir / "hook").chmod(0o755)
        self.csr("www.example.org")
        self.order("--type dns-01")
        self.ok(self.challenge("--hook ./hook --hook-style lego-exec --dns-follow", "order.json", "publish"))
        self.assertEqual(self.read("calls").decode(), "present www.acme.example.\n")

    def test_cnames_that_lead_nowhere(self):
        for name, message in ("round", "leads in a circle"), ("long", "more than 10"), ("odd", "can't be used"):
            with self.subTest(name):
                self.csr(f"{name}.example.org")
                result = self.challenge("--hook false --dns-follow")
                self.fails(result, 78, message)
                self.assertEqual(self.load("out.json")["exit"], 78)
