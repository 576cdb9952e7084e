"""A hook of dehydrated's as Debian ships it: dehydrated-hook-ddns-tsig, through BIND."""

import re

from bind import Bind
from network import in_own_network
from testbed import PipelineTest
from tools import BIN

HOOK = "/usr/share/dehydrated-hook-ddns-tsig/dehydrated-hook-ddns-tsig.py"

# It looks for the record at the zone's name servers, which it finds through the system's resolver.
CONFIGURATION = """[DEFAULT]
name_server_ip = 127.0.0.1
key_name = test
key_secret = {secret}
key_algorithm = hmac-sha256
ttl = 60
wait = 5
"""


@in_own_network
class DdnsTsig(PipelineTest):
    """It knows no port but 53. Its interpreter is the first python3 in PATH, and dnspython is at home in Debian's."""

    @classmethod
    def setUpClass(cls):
        cls.bind = Bind(ports=[53])
        cls.SETTINGS = {"DNS_SERVER": cls.bind.address}
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.env["PATH"] = f"{BIN}:/usr/bin:/bin"
        secret = re.search('secret "(.+)"', (self.bind.dir / "tsig.key").read_text())[1]
        (self.dir / "hook.conf").write_text(CONFIGURATION.format(secret=secret))
        self.challenge = f"acme-challenge --hook-style dehydrated --hook '{HOOK} --config hook.conf'"

    def test_a_name_and_its_wildcard_and_another(self):
        names = ["example.org", "*.example.org", "www.example.org"]
        self.csr(*names)
        self.ok(self.sh(f"{self.challenge} <site.csr | acme-finalize | acme-chain -o site.pem"))
        self.good_chain("site.pem", names)
        self.assertEqual(self.bind.records(), self.bind.untouched)

    def test_a_key_that_the_server_does_not_know(self):
        conf = self.dir / "hook.conf"
        conf.write_text(conf.read_text().replace("key_name = test", "key_name = other"))
        self.csr("www.example.org")
        result = self.sh(f"{self.challenge} -o ready.json <site.csr")
        self.fails(result, 71, r"dehydrated-hook-ddns-tsig\.py .*failed with status 1 \(for www\.example\.org\)")
        self.assertIn("TXT record not added", result.err)
        self.assertEqual(self.bind.records(), self.bind.untouched)
