"""Accounts that other clients have made: their keys are taken as they are, and lead to the same account."""

import json

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

CERTBOT = """
import base64, json, re, subprocess
text = subprocess.run(["openssl", "rsa", "-in", "rsa.key", "-noout", "-text"], capture_output=True, text=True).stdout
words = {name: int(re.sub("[^0-9a-f]", "", body), 16)
         for name, body in re.findall(r"(?m)^(\\w+):\\s*\\n((?:    .*\\n)+)", text)}
words["e"] = 65537
names = {"n": "modulus", "e": "e", "d": "privateExponent", "p": "prime1", "q": "prime2", "dp": "exponent1",
         "dq": "exponent2", "qi": "coefficient"}
def b64(number):
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
print(json.dumps({member: b64(words[name]) for member, name in names.items()} | {"kty": "RSA"}))
"""


class ForeignAccounts(PipelineTest):

    def found(self, key):
        """The account of `key` goes on with these tools: the document is got back, and a certificate is had."""
        self.ok(self.run_tool("acme-register", "show", "-k", key, "-o", "account.json"))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": key}
        self.issue("example.org")
        return self.load("account.json")

    def test_keys_of_each_kind(self):
        for name, command in KEYS.items():
            with self.subTest(name):
                self.openssl(*command.format(key="foreign.key").split()[1:])
                self.ok(self.run_tool("acme-register", "-k", "foreign.key", "--agree-tos"))
                self.found("foreign.key")

    def test_certbot(self):
        self.openssl("genrsa", "-out", "rsa.key", "2048")
        (self.dir / "private_key.json").write_text(self.ok(self.run_tool("python3", "-c", CERTBOT)).text)
        self.ok(self.run_tool("acme-register", "-k", "rsa.key", "--agree-tos"))
        self.ok(self.run_tool("acme-key", "import", "-o", "imported.key", stdin=self.read("private_key.json")))
        self.found("imported.key")

    def test_dehydrated_itself(self):
        (self.dir / "config").write_text(f"CA={self.env['ACME_DIRECTORY']}\nBASEDIR={self.dir}/base\n")
        (self.dir / "base").mkdir()
        env = self.env | {"CURL_CA_BUNDLE": self.env["ACME_CA_BUNDLE"]}
        self.ok(self.run_tool("dehydrated", "--config", "config", "--register", "--accept-terms", env=env), quiet=False)
        key, = self.dir.glob("base/accounts/*/account_key.pem")
        registered, = self.dir.glob("base/accounts/*/registration_info.json")
        document = self.found(str(key))
        self.assertEqual(json.loads(registered.read_text())["key"]["n"], document["jwk"]["n"])

    def test_uacme_s_own_key(self):
        """It makes its key before it speaks to the CA, which it doesn't trust here."""
        self.run_tool("uacme", "-c", self.dir / "uacme", "-y", "-a", self.env["ACME_DIRECTORY"], "new")
        key = self.dir / "uacme" / "private" / "key.pem"
        self.ok(self.run_tool("acme-register", "-k", key, "--agree-tos"))
        self.found(str(key))
