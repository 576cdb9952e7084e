"""Account keys of the kinds that other clients make: they are taken as they are, and lead to the same account. The clients
themselves are in coming_over_test."""

from testbed import PipelineTest

# How each client makes its key, or one that looks like that.
KEYS = {
    "acme.sh": "openssl ecparam -name prime256v1 -genkey -out {key}",
    "acme.sh, RSA": "openssl genrsa -out {key} 2048",
    "acme-tiny": "openssl genrsa -traditional -out {key} 4096",
    "dehydrated": "openssl genrsa -out {key} 4096",
    "lego": "openssl ecparam -name secp384r1 -genkey -noout -out {key}",
    "lego, P-256": "openssl ecparam -name prime256v1 -genkey -noout -out {key}",
    "lego, RSA": "openssl genrsa -traditional -out {key} 2048",
    "uacme": "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {key}",
    "uacme, EC": "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}",
}


class ForeignAccounts(PipelineTest):

    def test_keys_of_each_kind(self):
        """The account of a key goes on with these tools: the document is got back, and a certificate is had."""
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "foreign.key"}
        for name, command in KEYS.items():
            with self.subTest(name):
                self.openssl(*command.format(key="foreign.key").split()[1:])
                self.ok(self.run_tool("acme-register", "-k", "foreign.key", "--agree-tos"))
                self.ok(self.run_tool("acme-register", "show", "-k", "foreign.key", "-o", "account.json"))
                self.issue("example.org")
