"""The pipeline as the manual shows it, from two keys to a chain that a web server can use."""

import re
import stat

from testbed import PIPELINE, PipelineTest


class Certificates(PipelineTest):
    """What comes out of the pipeline, for every kind of name and key."""

    def test_two_names(self):
        self.issue("example.org", "www.example.org")
        for key in ("account.key", "site.key"):
            self.assertEqual(stat.S_IMODE((self.dir / key).stat().st_mode), 0o600)

    def test_nothing_but_certificates_is_in_the_chain(self):
        self.issue("example.org")
        text = self.read("site.pem").decode()
        labels = re.findall("-----BEGIN (.*)-----", text)
        self.assertEqual(labels, ["CERTIFICATE"] * 2, "leaf and intermediate")
        self.assertRegex(text, r"\A(-----BEGIN CERTIFICATE-----\n([\w+/=]+\n)+-----END CERTIFICATE-----\n)+\Z")

    def test_chain_on_stdout_is_the_same(self):
        self.issue("example.org")
        chain = self.ok(self.sh(PIPELINE.format(names="example.org", chain="-"))).text
        self.assertEqual(chain.count("BEGIN CERTIFICATE"), 2)

    def test_twenty_names(self):
        self.issue(*(f"host{n}.example.org" for n in range(20)))

    def test_unicode_name(self):
        self.ok(self.sh(PIPELINE.format(names="Bücher.example.org", chain="site.pem")))
        self.good_chain("site.pem", ["xn--bcher-kva.example.org"])

    def test_address(self):
        self.ok(self.sh(PIPELINE.format(names="127.0.0.1", chain="site.pem")))
        self.assertEqual(self.names_of("site.pem"), ["IP Address:127.0.0.1"])

    def test_a_web_root_for_one_of_the_names(self):
        """The bare --webroot would be the wrong one for it."""
        self.ok(self.sh("""
            acme-csr -k site.key example.org other.example.org |
              acme-challenge --webroot unused --webroot other.example.org="$WEBROOT" --webroot example.org="$WEBROOT" |
              acme-finalize | acme-chain -o site.pem"""))
        self.good_chain("site.pem", ["example.org", "other.example.org"])
        self.assertEqual([path for path in self.files() if path.startswith("unused/")], [])

    def test_wildcard_is_refused_before_the_ca_hears_of_it(self):
        """A web root proves nothing for a wildcard."""
        heard = len(self.testbed.requests())
        result = self.sh(PIPELINE.format(names="example.org '*.example.org'", chain="site.pem"))
        self.fails(result, 64, r"^acme-challenge: error: .*\*\.example\.org")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_the_key_of_the_account_is_not_a_site_s(self):
        self.site_key()
        (self.dir / "site.key").write_bytes(self.read("account.key"))
        heard = len(self.testbed.requests())
        result = self.sh(PIPELINE.format(names="example.org", chain="site.pem"))
        self.fails(result, 65, "^acme-challenge: error: .*key")
        self.assertNotIn("POST /order-plz", self.testbed.requests(since=heard))

    def test_four_at_once_with_one_account(self):
        pipelines = [PIPELINE.format(names=f"{n}.example.org", chain=f"{n}.pem") for n in range(4)]
        script = "".join(f"( {pipeline} ) & jobs+=($!)\n" for pipeline in pipelines)
        self.ok(self.sh(script + 'for job in "${jobs[@]}"; do wait "$job" || exit; done'))
        for n in range(4):
            self.good_chain(f"{n}.pem", [f"{n}.example.org"])
        self.assertEqual(self.testbed.tokens(), [])


class Keys(PipelineTest):
    """Each type of key, in both places. Pebble takes no ed25519 key for an account."""

    def test_account_keys(self):
        for kind in ("p256", "p384", "p521", "rsa2048", "rsa4096"):
            with self.subTest(kind):
                self.account(kind)
                self.issue("example.org")

    def test_site_keys(self):
        for kind in ("p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"):
            with self.subTest(kind):
                self.site_key(kind)
                self.issue("example.org")

    def test_account_key_that_the_ca_does_not_take(self):
        self.ok(self.run_tool("acme-key", "--type", "ed25519", "-o", "ed25519.key"))
        result = self.run_tool("acme-register", "-k", "ed25519.key", "--agree-tos", "-o", "ed25519.json")
        self.fails(result, 77, r"^acme-register: error: ")
        self.assertRegex(result.err, "no signature algorithms suitable for given key type")
        self.assertFalse((self.dir / "ed25519.json").exists())

    def test_encrypted_keys(self):
        """The passphrase comes from a file that each tool is told of by the environment."""
        (self.dir / "passphrase").write_text("correct horse\n")
        self.env["ACME_PASSPHRASE_FILE"] = "passphrase"
        for name in ("account.key", "site.key"):
            self.ok(self.run_tool("acme-key", "--encrypt", "--force", "-o", name))
            self.assertIn(b"BEGIN ENCRYPTED PRIVATE KEY", self.read(name))
        self.ok(self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "-o", "account.json"))
        self.ok(self.sh(PIPELINE.format(names="example.org", chain="site.pem")))
        self.assertEqual(self.names_of("site.pem"), ["DNS:example.org"])


class LongChains(PipelineTest):
    """A CA with more certificates between its root and ours."""

    SETTINGS = {"PEBBLE_CHAIN_LENGTH": 3}

    def test_all_of_it_is_written(self):
        self.issue("example.org")
        self.assertEqual(self.read("site.pem").count(b"BEGIN CERTIFICATE"), 4)
