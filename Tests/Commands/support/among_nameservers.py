"""Pipelines where real name servers are, in a network of their own."""

import functools
import subprocess

import pytest
from apart import ApartTestbed
from nameservers import CA_RESOLVER, NameServers
from testbed import PipelineTest


@functools.cache
def testbed():
    """Looks names up where everybody there does."""
    return ApartTestbed(NameServers.shared().apart, DNS_SERVER=f"{CA_RESOLVER}:53")


@pytest.mark.xdist_group("nameservers")
class DNSTest(PipelineTest):
    """Each test runs where the name servers are, and leaves the zones as they were."""

    @classmethod
    def setup_class(cls):
        cls.names = NameServers.shared()
        cls.testbed = testbed()

    def setup_method(self):
        super().setup_method()
        self.env |= self.names.settings

    def run_tool(self, *argv, **options):
        return super().run_tool(*self.names.apart.enter, *argv, **options)

    def challenge(self, options, source="site.csr", verb=""):
        return self.sh(f"acme-challenge {verb} {options} <{source} >out.json")

    def order(self, options):
        """Leaves `order.json`."""
        self.ok(self.challenge(options, verb="order"))
        (self.dir / "out.json").rename(self.dir / "order.json")

    def start(self, options, **more):
        with open(self.dir / "site.csr", "rb") as stdin:
            process = subprocess.Popen([*self.names.apart.enter, "acme-challenge", *options.split()], stdin=stdin,
                                       cwd=self.dir, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       **more)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def told(self, since):
        """Whether the CA has been told to look."""
        return any("/chalZ/" in request for request in self.testbed.requests(since=since))

    def issues(self, *names):
        """The order that the challenges were met for leads to a certificate, and nothing is left of them."""
        self.ok(self.sh("acme-finalize <out.json | acme-chain -o site.pem"))
        self.good_chain("site.pem", names)
        self.assertEqual(self.names.added(), [])
