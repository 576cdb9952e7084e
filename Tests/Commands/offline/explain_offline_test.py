"""What --explain teaches where no CA is asked: of keys, thumbprints, requests and chains."""

from lessons import Lessons
from tools import ToolTest

KINDS = {"p256": "an ECDSA key on the curve P-256", "p384": "an ECDSA key on the curve P-384",
         "p521": "an ECDSA key on the curve P-521", "rsa2048": "an RSA key of 2048 bits", "ed25519": "an Ed25519 key"}
# The private JSON Web Key of RFC 8037, appendix A.
JWK = """{"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
          "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"""


class ExplainTest(Lessons, ToolTest):
    def lesson(self, *command, stdin=b""):
        """What is said beside a product that is the same as without."""
        done = self.run_tool(*command, "--explain", stdin=stdin)
        self.assertEqual(done.status, 0, done)
        self.readable(done.err)
        return done

    def same(self, *command, stdin=b""):
        done = self.lesson(*command, stdin=stdin)
        self.assertEqual(done.out, self.ok(self.run_tool(*command, stdin=stdin)).out)
        return done

    def key(self, kind="p256"):
        self.ok(self.run_tool("acme-key", "--type", kind, "--force", "-o", "site.key"))

    def secrets(self):
        """The lines of the key's PEM, which no lesson may hold."""
        return [line for line in (self.dir / "site.key").read_text().splitlines() if "-----" not in line]

    def test_a_new_key(self):
        for kind, words in KINDS.items():
            with self.subTest(kind):
                done = self.lesson("acme-key", "--type", kind, "--force", "-o", "site.key")
                self.assertIn(f"It is {words}, made of", self.plain(done.err))
                self.assertIn("It goes to site.key. A new file gets the mode 0600", self.plain(done.err))
                self.assertFalse([line for line in self.secrets() if line in done.err])
                (command,) = self.commands(done.err)
                self.assertIn("pub", self.ok(self.bash(command)).text.lower())

    def test_an_encrypted_key(self):
        (self.dir / "words").write_text("open sesame\n")
        done = self.lesson("acme-key", "--encrypt", "--passphrase-file", "words", "-o", "site.key")
        self.assertIn("encrypted with AES-256", self.plain(done.err))
        self.assertNotIn("sesame", done.err)

    def test_a_thumbprint_by_hand(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.key(kind)
                done = self.same("acme-key", "thumbprint", "-k", "site.key")
                self.assertIn("RFC 7638, section 3", done.err)
                (command,) = self.commands(done.err)
                self.assertEqual(self.ok(self.bash(command)).out, done.out)
                self.assertFalse([line for line in self.secrets() if line in done.err])

    def test_public_forms(self):
        for kind, words in KINDS.items():
            with self.subTest(kind):
                self.key(kind)
                self.assertIn(words, self.plain(self.same("acme-key", "jwk", "-k", "site.key").err))
                done = self.same("acme-key", "public", "-k", "site.key")
                (command,) = self.commands(done.err)
                self.assertEqual(self.ok(self.bash(command.replace("-noout -text", ""))).out, done.out)

    def test_an_imported_key(self):
        done = self.same("acme-key", "import", stdin=JWK)
        self.assertIn("the thumbprint stays kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", self.plain(done.err))
        self.assertNotIn("nWGxne", done.err)

    def test_a_request(self):
        self.key()
        for options in (), ("-o", "site.csr"):
            done = self.lesson("acme-csr", "-k", "site.key", "one.example", "*.two.example", "192.0.2.1", *options)
            self.assertIn("names: one.example, *.two.example, 192.0.2.1, in the extension", self.plain(done.err))
            (command,) = self.commands(done.err)
            looked = self.bash(command)
            self.assertEqual(looked.status, 0, looked)
            self.assertIn("verify OK", looked.text + looked.err)
            self.assertIn("DNS:one.example, DNS:*.two.example, IP Address:192.0.2.1", looked.text)

    def test_a_file_with_an_odd_name(self):
        self.key()
        name = "it's a request; $(touch oops).csr"
        done = self.lesson("acme-csr", "-k", "site.key", "one.example", "-o", name)
        (command,) = self.commands(done.err)
        self.assertEqual(self.bash(command).status, 0, command)
        self.assertEqual(self.files(), sorted([name, "site.key"]))

    def test_the_variable_does_the_same(self):
        for value, speaks in (("1", True), ("0", False), ("no", False), ("false", False), ("off", False), ("", False)):
            done = self.run_tool("acme-key", env=self.env | {"ACME_EXPLAIN": value})
            self.assertEqual(done.status, 0, done)
            self.assertEqual(done.err != "", speaks, value)
        self.ok(self.run_tool("acme-key", "-q", env=self.env | {"ACME_EXPLAIN": "1"}))

    def test_it_contradicts_silence(self):
        self.fails(self.run_tool("acme-key", "-q", "--explain"), 64, "-q and --explain contradict each other")

    def test_an_error_is_said_as_ever(self):
        self.fails(self.run_tool("acme-csr", "--explain", "-k", "none.key", "one.example"), 66, "none.key")
