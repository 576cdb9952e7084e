"""acme-csr --signer: the request is signed by a command that has the key; what it answers is not believed unseen."""

import pathlib
import shlex
import time

import pytest
from keys_test import TYPES
from testbed import wait_until
from tools import ToolTest

# Well-behaved, and what it does besides.
HONEST = "acme-key sign --csr -k site.key"


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class SignerTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.key("p256")

    def key(self, kind):
        self.ok(self.run_tool("acme-key", "--type", kind, "--force", "-o", "site.key"))
        self.ok(self.run_tool("acme-key", "public", "-k", "site.key", "-o", "site.pub"))

    def signer(self, script, name="signer"):
        (self.dir / name).write_text(f"#!/bin/bash\n{script}\n")
        (self.dir / name).chmod(0o755)

    def csr(self, *options, signer="./signer", names=("one.example",), **more):
        return self.run_tool("acme-csr", "--signer", signer, "--public-key", "site.pub", *options, *names, **more)


class Honest(SignerTest):

    def test_each_type(self):
        """What openssl verifies; and where the signature is always the same, so is the request."""
        for kind in TYPES:
            with self.subTest(kind):
                self.key(kind)
                made = self.ok(self.csr(signer=HONEST)).out
                self.openssl("req", "-verify", "-noout", stdin=made)
                if kind.startswith(("rsa", "ed")):
                    self.assertEqual(made, self.ok(self.run_tool("acme-csr", "-k", "site.key", "one.example")).out)

    def test_every_last_octet(self):
        """A signature whose last bits are zero is as long as another."""
        self.key("ed25519")
        for number in range(40):
            made = self.ok(self.csr(signer=HONEST, names=[f"n{number}.example"])).out
            self.openssl("req", "-verify", "-noout", stdin=made)

    def test_what_it_is_given(self):
        self.signer(f"env >env; tee input | {HONEST}; echo a word >&2")
        env = self.env | {"ACME_EAB_HMAC_KEY": "secret", "MINE": "yes"}
        result = self.csr("-o", "site.csr", env=env)
        self.assertEqual((result.status, result.err), (0, "a word\n"))
        der = self.openssl("req", "-in", "site.csr", "-outform", "DER").out
        self.assertIn((self.dir / "input").read_bytes(), der)
        given = (self.dir / "env").read_text()
        self.assertIn("MINE=yes", given)
        self.assertNotIn("ACME_EAB_HMAC_KEY", given)

    def test_line_ends(self):
        for end in "", "\\n", "\\r\\n":
            with self.subTest(end):
                self.signer(f'printf "%s{end}" "$({HONEST})"')
                self.ok(self.csr())

    def test_the_variable_beside_a_public_key(self):
        env = self.env | {"ACME_SIGNER": HONEST}
        self.ok(self.run_tool("acme-csr", "--public-key", "site.pub", "one.example", env=env))
        self.ok(self.run_tool("acme-csr", "one.example", stdin=(self.dir / "site.key").read_bytes(), env=env))
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "one.example", env=env | {"ACME_SIGNER": "false"}))

    def test_the_lesson(self):
        result = self.csr("--explain", signer=HONEST)
        self.assertEqual(result.status, 0, result)
        self.assertIn("The private key isn't here.", " ".join(result.err.replace("acme-csr:", "").split()))


class Dishonest(SignerTest):

    def wrong(self, script, message, status=71):
        self.signer(script)
        result = self.fails(self.csr("-o", "site.csr"), status, f"^acme-csr: error: {message}")
        self.assertFalse((self.dir / "site.csr").exists())
        return result

    def test_another_key(self):
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        self.signer("acme-key sign --csr -k other.key")
        self.assertEqual(self.csr().status, 71)
        self.wrong("openssl dgst -sha256 -sign other.key >der; head -c 64 der | base64 -w0 | tr +/ -_ | tr -d =",
                   "./signer answered with a signature that isn't the key's")

    def test_something_else_that_it_signs(self):
        self.key("ed25519")
        self.wrong("echo other >other; openssl pkeyutl -sign -rawin -in other -inkey site.key | base64 -w0 | tr +/ -_ | tr -d =",
                   "./signer answered with a signature that isn't the key's")

    def test_nonsense(self):
        for name, script, message in (
                ("nothing", "", "its answer isn't a line of base64url"),
                ("words", "echo no such key", "its answer isn't a line of base64url"),
                ("padding", f"echo $({HONEST})=", "its answer isn't a line of base64url"),
                ("two lines", f"{HONEST}; echo", "its answer isn't a line of base64url"),
                ("a word before", f"echo hello; {HONEST}", "its answer isn't a line of base64url"),
                ("short", f"{HONEST} | head -c 80", "its answer is 60 octets, where a signature has 64"),
                ("DER", "openssl dgst -sha256 -sign site.key | base64 -w0 | tr +/ -_ | tr -d =",
                 "its answer is 7. octets, where a signature has 64"),
                ("NUL", "printf 'abc\\0'", "its answer isn't a line of base64url")):
            with self.subTest(name):
                self.wrong(script, f"./signer: {message}")

    def test_failures(self):
        result = self.wrong("echo the vault is shut >&2; exit 3", "./signer failed with status 3")
        self.assertEqual(result.err.splitlines()[0], "the vault is shut")
        self.wrong("kill -9 $$", "./signer was killed by signal 9")
        self.wrong(f"{HONEST}; exit 1", "./signer failed with status 1")

    def test_escapes(self):
        result = self.wrong("printf '\\e[31mred\\n' >&2; exit 3", "./signer failed")
        self.assertNotIn("\x1b", result.err)

    def test_a_flood(self):
        began = time.monotonic()
        self.wrong("yes", "./signer answered with much more than a signature")
        self.wrong("yes >&2 & yes", "./signer answered with much more than a signature")
        self.assertLess(time.monotonic() - began, 30)

    def test_one_that_isn_t_there(self):
        for signer in "./nowhere", "nowhere-at-all", str(self.dir):
            with self.subTest(signer):
                self.fails(self.csr(signer=shlex.quote(signer)), 71, "can't run ")


class UsageTest(SignerTest):

    def test_contradictions(self):
        for options, message in (
                (("-k", "site.key", "--signer", "true", "--public-key", "site.pub"), "-k and --signer contradict"),
                (("-k", "site.key", "--public-key", "site.pub"), "-k and --public-key contradict"),
                (("--signer", "true"), "--signer needs --public-key FILE here"),
                (("--public-key", "site.pub"), "nobody signs"),
                (("--signer", "", "--public-key", "site.pub"), "--signer : there is no command"),
                (("--signer", "a 'b", "--public-key", "site.pub"), "a quotation mark isn't closed")):
            with self.subTest(message):
                self.fails(self.run_tool("acme-csr", *options, "one.example"), 64, message)
        env = self.env | {"ACME_SIGNER": "'"}
        self.fails(self.run_tool("acme-csr", "--public-key", "site.pub", "one.example", env=env), 64, "ACME_SIGNER is no command")

    def test_the_public_key(self):
        for name, status, message in (("site.key", 65, "no PEM public key"), ("nowhere", 66, "can't read nowhere"),
                                      ("signer", 65, "no PEM public key")):
            with self.subTest(name):
                self.signer("true")
                result = self.run_tool("acme-csr", "--signer", "true", "--public-key", name, "one.example")
                self.fails(result, status, message)


class EndsTest(SignerTest):

    @pytest.mark.begun_first
    def test_a_signal_ends_it_with_all_that_it_started(self):
        self.signer("trap '' TERM; echo $$ >pids; setsid sleep 1000 & echo $! >>pids; sleep 1001 & echo $! >>pids; wait")
        self.sh("acme-csr --signer ./signer --public-key site.pub one.example & "
                "until [ -e pids ] && [ $(wc -l <pids) = 3 ]; do sleep 0.05; done; kill -TERM $!; wait $!")
        pids = [int(line) for line in (self.dir / "pids").read_text().split()]
        wait_until(lambda: not [pid for pid in pids if alive(pid)], "all that the signer started is gone")
