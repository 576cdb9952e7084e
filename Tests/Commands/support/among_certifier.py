"""Tests with acme2certifier as the CA, in the network of the name servers."""

from among_nameservers import DNSTest
from certifier import KEY_ID, MAC_KEY, Certifier
from nameservers import NameServers


class CertifierTest(DNSTest):

    @classmethod
    def setup_class(cls):
        cls.names = NameServers.shared()
        cls.testbed = Certifier.shared()

    def account(self, kind="p256"):
        self.ok(self.run_tool("acme-key", "--type", kind, "-o", "account.key"))
        self.ok(self.register("account", KEY_ID))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}

    def register(self, name, key_id=None):
        """With the contact that this CA insists on; it has no terms."""
        (self.dir / "mac").write_text(MAC_KEY)
        bound = ["--eab-kid", key_id, "--eab-key-file", "mac"] if key_id else []
        return self.run_tool("acme-register", "-k", f"{name}.key", "--contact", "mailto:me@example.org", *bound, "-o",
                             f"{name}.json")
