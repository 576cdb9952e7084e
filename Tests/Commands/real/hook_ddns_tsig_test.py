"""A hook of dehydrated's as Debian ships it: dehydrated-hook-ddns-tsig, through BIND."""

import re

from among_nameservers import DNSTest
from nameservers import NS1
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


class DdnsTsig(DNSTest):
    """It knows no port but 53. Its interpreter is the first python3 in PATH, and dnspython is at home in Debian's."""

    def setup_method(self):
        super().setup_method()
        self.env["PATH"] = f"{BIN}:/usr/bin:/bin"
        secret = re.search('secret "(.+)"', (self.names.dir / NS1 / "tsig.key").read_text())[1]
        (self.dir / "hook.conf").write_text(CONFIGURATION.format(secret=secret))
        self.hook = f"acme-challenge --hook-style dehydrated --hook '{HOOK} --config hook.conf'"

    def test_a_name_and_its_wildcard_and_another(self):
        names = ["acme.example", "*.acme.example", "www.acme.example"]
        self.csr(*names)
        self.ok(self.sh(f"{self.hook} -o out.json <site.csr"))
        self.issues(*names)

    def test_a_key_that_the_server_does_not_know(self):
        conf = self.dir / "hook.conf"
        conf.write_text(conf.read_text().replace("key_name = test", "key_name = other"))
        self.csr("www.acme.example")
        result = self.sh(f"{self.hook} -o ready.json <site.csr")
        self.fails(result, 71, r"dehydrated-hook-ddns-tsig\.py .*failed with status 1 \(for www\.acme\.example\)")
        self.assertIn("TXT record not added", result.err)
        self.assertEqual(self.names.added(), [])
