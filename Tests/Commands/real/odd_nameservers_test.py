"""--dns-wait where the zone's name servers are odd ones, which the machine's resolver (BIND) has to ask as well."""

import pathlib
import subprocess
import sys

import odd_nameservers
from among_nameservers import DNSTest

SERVERS = {"127.0.0.10": "few", "127.0.0.11": "right", "127.0.0.12": "refusing", "127.0.0.13": "up",
           "127.0.0.14": "bare"}
ZONES = """few.example.org NS fewns.example.org
half.example.org NS rightns.example.org
half.example.org NS refusingns.example.org
up.example.org NS rightns.example.org
up.example.org NS upns.example.org
gone.example.org NS rightns.example.org
gone.example.org NS ns1.dead.example
bare.example.org NS barens.example.org
"""
HOOK = '#!/bin/sh\n[ "$1" != present ] || echo "$ACME_DNS_NAME TXT $ACME_DNS_VALUE" >>records\n'


class Odd(DNSTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "hook").write_text(HOOK)
        (self.dir / "hook").chmod(0o755)
        (self.dir / "records").write_text(ZONES)
        server = pathlib.Path(odd_nameservers.__file__)
        process = self.names.apart.start(
            sys.executable, server, self.dir / "records", *(f"{a}={o}" for a, o in SERVERS.items()),
            stdout=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"ready\n")

    def is_shown(self, name):
        self.csr(name)
        self.ok(self.challenge("--hook ./hook --dns-wait 60"))
        self.issues(name)

    def is_not_shown(self, name, message):
        self.csr(name)
        heard = len(self.testbed.requests())
        self.fails(self.challenge("--hook ./hook --dns-wait 4"), 75, message)
        self.assertFalse(self.told(heard))

    def test_one_that_knows_nothing_but_txt(self):
        """The resolver answers SERVFAIL for NS up to where the zone begins; the zone above refers to it."""
        self.is_shown("few.example.org")

    def test_one_that_names_no_zone_and_no_empty_place(self):
        self.is_shown("a.b.bare.example.org")

    def test_one_of_two_that_refuses(self):
        self.is_not_shown("half.example.org",
                          r"over: refusingns.example.org answers REFUSED for _acme-challenge.half.example.org \(order")

    def test_one_of_two_that_lacks_the_zone(self):
        self.is_not_shown("up.example.org", "over: upns.example.org isn't authoritative for _acme-challenge.up.example.org")

    def test_one_of_two_whose_address_is_not_to_be_had(self):
        self.is_not_shown("gone.example.org",
                          "over: the address of ns1.dead.example, which is to show _acme-challenge.gone.example.org, can't"
                          " be found out; 127.0.0.53:53 (answers SERVFAIL|doesn't answer) for the A records of ns1.dead")

    def test_what_is_said_on_the_way(self):
        (self.dir / "hook").write_text("#!/bin/sh\n")
        self.is_not_shown("few.example.org",
                          "over: fewns.example.org doesn't show _acme-challenge.few.example.org; 127.0.0.53:53 answers"
                          " SERVFAIL for the CNAME records of _acme-challenge.few.example.org")
