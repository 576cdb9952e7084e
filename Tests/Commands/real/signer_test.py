"""The account's key is elsewhere: a command signs for the whole pipeline, by way of a real ssh, too."""

import os
import shlex
import subprocess
import time
import urllib.parse

import pytest
from sshd import PASSPHRASE, Sshd
from terminal import Session
from testbed import PIPELINE, VERBS, PipelineTest, wait_until
from tools import LIMIT, quoted

NAME = "example.org"
FLEEING = "trap '' TERM; echo $$ >pids; setsid sleep 1000 & echo $! >>pids; sleep 1001 & echo $! >>pids; wait"
HOOK = """#!/bin/bash
echo "$1" >>calls
folder="$WEBROOT/$(dirname "$ACME_HTTP_PATH")"
case $1 in
present) mkdir -p "$folder"; printf %s "$ACME_KEY_AUTHORIZATION" >"$WEBROOT/$ACME_HTTP_PATH" ;;
cleanup) rm "$WEBROOT/$ACME_HTTP_PATH" ;;
esac
"""


class Elsewhere(PipelineTest):
    """The account's key lies in the folder `vault`, and its document here."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "vault").mkdir()
        self.vault = self.dir / "vault" / "account.key"
        (self.dir / "account.key").rename(self.vault)
        del self.env["ACME_ACCOUNT_KEY"]

    @property
    def signing(self):
        """The command that signs, for this CA alone."""
        url = urllib.parse.urlsplit(self.env["ACME_DIRECTORY"])
        return quoted("acme-key", "sign", "-k", self.vault, "--url-prefix", f"{url.scheme}://{url.netloc}")

    def program(self, name, text):
        (self.dir / name).write_text(text if text.startswith("#!") else f"#!/bin/bash\n{text}\n")
        (self.dir / name).chmod(0o755)


class WholePipeline(Elsewhere):

    def test_by_the_variable(self):
        self.env["ACME_SIGNER"] = self.signing
        for pipeline in PIPELINE, VERBS:
            self.issue(NAME, "www.example.org", pipeline=pipeline)

    def test_by_the_option(self):
        """It is stronger than the variable of the other kind."""
        self.env |= {"ACME_ACCOUNT_KEY": "nowhere.key", "SIGN": self.signing}
        self.ok(self.sh('''acme-csr -k site.key example.org | acme-challenge --signer "$SIGN" --webroot "$WEBROOT" |
            acme-finalize --signer "$SIGN" | acme-chain --signer "$SIGN" -o site.pem'''))
        self.good_chain("site.pem", [NAME])

    def test_a_key_beats_the_variable(self):
        self.env["ACME_SIGNER"] = "false"
        self.csr(NAME)
        self.ok(self.run_tool("acme-challenge", "order", "-k", self.vault, stdin=self.read("site.csr")))

    def test_both(self):
        self.csr(NAME)
        result = self.run_tool("acme-challenge", "order", "-k", self.vault, "--signer", "true", stdin=self.read("site.csr"))
        self.fails(result, 64, "-k and --signer contradict each other")
        env = self.env | {"ACME_SIGNER": "true", "ACME_ACCOUNT_KEY": str(self.vault)}
        result = self.run_tool("acme-challenge", "order", stdin=self.read("site.csr"), env=env)
        self.fails(result, 64, "ACME_ACCOUNT_KEY and ACME_SIGNER are both set")

    def test_a_new_account(self):
        self.ok(self.run_tool("acme-key", "--type", "rsa2048", "--force", "-o", self.vault))
        self.ok(self.run_tool("acme-key", "public", "-k", self.vault, "-o", "account.pub"))
        for options in ("--signer", self.signing), ():
            env = self.env | ({} if options else {"ACME_SIGNER": self.signing})
            self.ok(self.run_tool("acme-register", *options, "--public-key", "account.pub", "--agree-tos", "-o",
                                  "account.json", env=env))
        self.env["ACME_SIGNER"] = self.signing
        self.issue(NAME)

    def test_many_at_once(self):
        self.env["ACME_SIGNER"] = self.signing
        self.issue(*(f"n{number}.example.org" for number in range(20)))

    def test_with_a_hook(self):
        self.program("hook", HOOK)
        self.env["ACME_SIGNER"] = self.signing
        self.csr(NAME, "www.example.org")
        self.ok(self.sh("acme-challenge --hook ./hook --type http-01 <site.csr | acme-finalize | acme-chain -o site.pem"))
        self.good_chain("site.pem", [NAME, "www.example.org"])
        self.assertEqual(self.read("calls").split(), [b"present"] * 2 + [b"cleanup"] * 2)
        self.assertEqual(self.testbed.tokens(), [])

    def test_the_lesson(self):
        self.csr(NAME)
        result = self.run_tool("acme-challenge", "order", "--explain", "--signer", self.signing, stdin=self.read("site.csr"))
        self.assertEqual(result.status, 0, result)
        self.assertEqual(result.err.count("a key that is elsewhere"), 1)


class WhatElseIsSigned(Elsewhere):
    """The life of the account and of its certificates, too."""

    def test_from_certificate_to_another_key(self):
        self.env["ACME_SIGNER"] = self.signing
        self.issue(NAME)
        self.assertEqual(self.ok(self.run_tool("acme-revoke", stdin=self.read("site.pem"))).out, b"")
        url = self.load("account.json")["url"]
        self.ok(self.run_tool("acme-register", "update", "--contact", "mailto:me@example.org", "-o", "account.json"))
        self.assertEqual(self.load("account.json")["account"]["contact"], ["mailto:me@example.org"])
        self.assertEqual(self.ok(self.run_tool("acme-register", "orders")).text.count("\n"), 1)
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.ok(self.run_tool("acme-register", "rollover", "--new-key", "new.key", "-o", "account.json"))
        del self.env["ACME_SIGNER"]
        self.ok(self.run_tool("acme-register", "show", "-k", "new.key", "-o", "shown.json"))
        self.assertEqual(self.load("shown.json")["url"], url)

    def test_whose_signatures_nobody_says(self):
        del self.env["ACME_ACCOUNT"]
        for verb in "show", "orders", "update --no-contact", "deactivate --yes":
            with self.subTest(verb):
                self.fails(self.run_tool("acme-register", *verb.split(), "--signer", "touch signed"), 64,
                           "only an account document says which key --signer signs with, and it is missing")
        self.assertNotIn("signed", self.files())

    def test_beside_the_certificate_s_key(self):
        self.env["ACME_SIGNER"] = "touch signed"
        self.run_tool("acme-revoke", "--cert-key", "site.key", stdin="no certificate")
        self.fails(self.run_tool("acme-revoke", "--cert-key", "site.key", "--signer", "true", stdin="x"), 64,
                   "neither -k nor --signer nor -a")
        self.assertNotIn("signed", self.files())


class Faults(Elsewhere):
    """What is wrong with a signer is said before anything that it should have signed is sent."""

    def setup_method(self):
        super().setup_method()
        self.csr(NAME)

    def order(self, signer, *options):
        return self.run_tool("acme-challenge", "order", "--signer", signer, *options, stdin=self.read("site.csr"))

    def unheard(self, signer, message, *options, status=71):
        """The CA has heard of no order."""
        heard = len(self.testbed.requests())
        result = self.fails(self.order(signer, *options), status, f"^acme-challenge: error: {message}")
        self.assertEqual([r for r in self.testbed.requests(since=heard) if r.startswith("POST")], [])
        return result

    def test_none(self):
        heard = len(self.testbed.requests())
        self.fails(self.order("./nowhere"), 71, "can't run ./nowhere: no such file or directory")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_wrong_answers(self):
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        for name, script, message in (
                ("silent", "cat >/dev/null", "its answer isn't a line of base64url"),
                ("another key", "printf x >x; openssl dgst -sha256 -sign other.key x | base64 -w0 | tr +/ -_ | tr -d =",
                 "its answer is 7. octets, where a signature has 64"),
                ("64 octets", "head -c 64 /dev/urandom | base64 -w0 | tr +/ -_ | tr -d =",
                 "answered with a signature that isn't the key's"),
                ("a failure", "exit 9", "failed with status 9"),
                ("a flood", "yes", "answered with much more than a signature")):
            with self.subTest(name):
                self.program("signer", script)
                self.unheard("./signer", rf"\./signer:? {message}")

    def test_a_wrong_prefix(self):
        signer = quoted("acme-key", "sign", "-k", self.vault, "--url-prefix", "https://ca.example")
        result = self.order(signer)
        self.assertEqual(result.status, 71, result)
        self.assertIn("isn't at or below https://ca.example", result.err)

    def test_one_that_hangs(self):
        self.program("signer", FLEEING)
        self.unheard("./signer", r"the time allowed \(2 s\) is over while ./signer runs", "--timeout", "2", status=75)
        pids = [int(line) for line in self.read("pids").split()]
        self.assertEqual(len(pids), 3)
        for pid in pids:
            wait_until(lambda pid=pid: not os.path.exists(f"/proc/{pid}") or self.is_dead(pid), "the signer is gone")

    def is_dead(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    def test_one_that_fails_later(self):
        """What was put in place is taken away again, and the failure goes down the pipe."""
        self.program("hook", HOOK)
        self.program("signer", f"[ ! -e calls ] || exit 5; exec {self.signing}")
        result = self.sh("acme-challenge --signer ./signer --hook ./hook --type http-01 <site.csr | acme-finalize")
        self.fails(result, 71, "^acme-challenge: error: ./signer failed with status 5")
        self.assertEqual(self.testbed.tokens(), [])


@pytest.mark.xdist_group("sshd")
class OverSSH(Elsewhere):

    def setup_method(self):
        super().setup_method()
        self.sshd = Sshd.shared()
        self.env["PATH"] = f"{self.sshd.bin}:{self.env['PATH']}"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a file that it can't read")
    def test_a_key_that_the_pipeline_can_t_read(self):
        """Here root, without its right to read all files; over there, with it."""
        os.chown(self.vault, 65534, 65534)
        lost = "-dac_override,-dac_read_search"
        self.env |= {"LESS": f"setpriv --bounding-set={lost} --inh-caps={lost}",
                     "ACME_SIGNER": f"ssh web {shlex.quote(self.signing)}"}
        self.assertNotEqual(self.sh(f"$LESS cat {quoted(self.vault)}").status, 0)
        self.fails(self.sh(f"$LESS acme-key thumbprint -k {quoted(self.vault)}"), 66, "permission denied")
        self.ok(self.sh('$LESS bash -o pipefail -c "$PIPELINE"',
                        env=self.env | {"PIPELINE": PIPELINE.format(names=NAME, chain="site.pem")}))
        self.good_chain("site.pem", [NAME])

    def test_a_command_that_the_other_host_fixes(self):
        """As in acme-key(1): whatever is asked for there, only this is done."""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.dir / "signing"], check=True)
        public = (self.dir / "signing.pub").read_text()
        keys = self.sshd.dir / "more_keys"
        keys.write_text(f'restrict,command="{self.signing}" {public}')
        self.addCleanup(keys.unlink)
        self.env["ACME_SIGNER"] = "ssh -i signing web sign"
        self.issue(NAME)
        self.fails(self.sh(f"ssh -i signing web cat {quoted(self.vault)} </dev/null"), 65, "acme-key: error: nothing on stdin")

    def test_a_host_that_lets_nobody_in(self):
        self.csr(NAME)
        result = self.run_tool("acme-challenge", "order", "--signer", "ssh stranger true", stdin=self.read("site.csr"))
        self.fails(result, 71, "^acme-challenge: error: ssh stranger true failed with status 255")

    def test_ssh_asks_on_the_terminal(self):
        """The signer has the terminal that the pipeline has; each signature asks again."""
        self.ok(self.sh(f'''acme-csr -k site.key {NAME} | acme-challenge -k {quoted(self.vault)} --webroot "$WEBROOT" |
            acme-finalize -k {quoted(self.vault)} >valid.json'''))
        self.env["ACME_SIGNER"] = f"ssh asking {shlex.quote(self.signing)}"
        session = Session(self, "acme-chain -o site.pem <valid.json; exit").until("asking_key':").type(f"{PASSPHRASE}\n")
        self.assertEqual(session.end(), 0, session.err)
        self.assertEqual(session.said.count("Enter passphrase"), 1)
        self.good_chain("site.pem", [NAME])

    def test_interrupted_while_it_asks(self):
        self.csr(NAME)
        self.env["ACME_SIGNER"] = f"ssh asking {shlex.quote(self.signing)}"
        session = Session(self, "acme-challenge order <site.csr >order.json; echo $?; exit").until("asking_key':")
        began = time.monotonic()
        session.type("\x03")
        out, err = session.process.communicate(timeout=LIMIT)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual((session.process.returncode, out), (-2, b""), err)
        self.assertNotIn(b"error", err)
