"""Writing fails when there is something to lose: what was there stays whole, and what the CA has issued is got back by
the line that is said."""

import json
import os
import re
import shutil
import signal
import subprocess

import pytest
import sandbox
from journey import EARLIER, kit
from scripted_ca import EVERY, ScriptedCA
from testbed import wait_until
from tools import LIMIT, Result, ToolTest

# Where a quota is used up the kernel says so at the one or at the other.
QUOTA = {"syncing": ("fsync",), "renaming": ("rename", "renameat")}


class NoRoom(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()
        for name in "account", "site":
            shutil.copy(kit().folder / f"{name}.key", self.dir)
        (self.dir / "site.csr").write_bytes(kit().request(("one.example",)))
        self.ca = self.at()

    def at(self, *script, **habits):
        ca = self.enterContext(ScriptedCA(script, webroot=self.dir / "web", **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key", "ACME_CA_BUNDLE": str(ca.bundle),
                     "ACME_DIRECTORY": ca.directory, "ACME_TIMEOUT": "60"}
        return ca

    def saved(self, *commands):
        """What these leave for the next, in order.json."""
        flow = (self.dir / "site.csr").read_bytes()
        for command in commands:
            flow = self.ok(self.run_tool(*command.split(), stdin=flow)).out
        (self.dir / "order.json").write_bytes(flow)

    def earlier(self, *names):
        for name in names:
            (self.dir / name).write_text(EARLIER)

    def comes_back(self, result):
        """By the very line that was said, with the names of the two files put in."""
        line = re.search(r"(?m)^acme-[a-z]+: hint: (?:.*; then: )?(acme-challenge order --url .*)$", result.err)
        self.assertIsNotNone(line, result)
        self.ok(self.sh(line[1].replace("REQUEST", "site.csr").replace("FILE", "back.pem")))
        order, = self.ca.orders.values()
        self.assertEqual((self.dir / "back.pem").read_text(), order.chain)
        self.assertEqual((len(self.ca.asked("finalize")), self.ca.violations), (1, []))

    def no_rest(self):
        self.assertEqual([name for name in self.files() if re.search(r"(^|/)\.(?!well-known)", name)], [])
        self.assertEqual([path for path in (self.dir / "web").rglob("*") if path.is_file()], [])


class Quota(NoRoom):

    def refused(self, how, *argv, stdin=None):
        before = sandbox.refusing("EDQUOT", *QUOTA[how])
        return self.run_tool(*before, *argv, stdin=stdin or (self.dir / "order.json").read_bytes())

    def test_an_order_document(self):
        for how in QUOTA:
            with self.subTest(how):
                self.saved("acme-challenge --webroot web")
                self.earlier("valid.json")
                result = self.refused(how, "acme-finalize", "-o", "valid.json")
                self.fails(result, 74, "valid.json failed: .*[Qq]uota")
                self.assertEqual((self.dir / "valid.json").read_text(), EARLIER)
                self.no_rest()
                self.comes_back(result)
                self.ca = self.at()

    def test_a_chain(self):
        for how in QUOTA:
            with self.subTest(how):
                self.saved("acme-challenge --webroot web", "acme-finalize")
                self.earlier("site.pem")
                result = self.refused(how, "acme-chain", "-o", "site.pem")
                self.fails(result, 74, "site.pem failed: .*[Qq]uota")
                self.assertEqual((self.dir / "site.pem").read_text(), EARLIER)
                self.no_rest()
                self.comes_back(result)
                self.ca = self.at()

    def test_an_account_document(self):
        for how in QUOTA:
            with self.subTest(how):
                self.earlier("new.json")
                result = self.refused(how, "acme-register", "-k", "account.key", "-o", "new.json", stdin=b"x")
                self.fails(result, 74, "new.json failed: .*[Qq]uota")
                self.assertIn("hint: run acme-register again", result.err)
                self.assertEqual((self.dir / "new.json").read_text(), EARLIER)
                self.no_rest()

    def test_a_key(self):
        result = self.refused("syncing", "acme-key", "-o", "new.key", stdin=b"x")
        self.fails(result, 74, "new.key failed: .*[Qq]uota")
        self.assertFalse((self.dir / "new.key").exists())
        self.no_rest()


@pytest.mark.unsanitized
class LimitedFiles(NoRoom):
    """SIGXFSZ would end a tool that doesn't look out for it."""

    def limited(self, blocks, *argv, stdin):
        return self.run_tool("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *argv, stdin=stdin)

    def test_a_proof(self):
        """There is no room for it: nothing is left, and the order is taken along."""
        result = self.limited(0, "acme-challenge", "--webroot", "web", stdin=(self.dir / "site.csr").read_bytes())
        self.assertIn(result.status, (73, 74), result)
        self.fails(result, result.status, "too large")
        self.no_rest()
        self.assertEqual(self.ca.asked("challenge"), [])
        order = json.dumps(json.loads(result.text)["order"])
        self.ok(self.run_tool("acme-challenge", "--webroot", "web", stdin=order))

    def test_a_chain_is_not_even_asked_for(self):
        self.saved("acme-challenge --webroot web", "acme-finalize")
        self.earlier("site.pem")
        seen = len(self.ca.requests)
        result = self.limited(1, "acme-chain", "-o", "site.pem", stdin=(self.dir / "order.json").read_bytes())
        self.fails(result, 73, "too large")
        self.assertEqual((len(self.ca.requests), (self.dir / "site.pem").read_text()), (seen, EARLIER))
        self.no_rest()


class Meanwhile(NoRoom):
    """The file is another thing when it is written than it was when the tool began."""

    def meanwhile(self, happens, path="site.pem"):
        """acme-chain, to which this happens while it waits for the CA."""
        self.ca = self.at(("certificate", EVERY, lambda request, go: (happens(), go())[1]))
        self.saved("acme-challenge --webroot web", "acme-finalize")
        return self.run_tool("acme-chain", "-o", path, stdin=(self.dir / "order.json").read_bytes())

    def test_it_is_a_folder(self):
        result = self.meanwhile(lambda: (self.dir / "site.pem").mkdir(exist_ok=True))
        self.fails(result, 73, "site.pem: is a directory")
        self.comes_back(result)

    def test_its_folder_is_gone(self):
        (self.dir / "tls").mkdir()
        result = self.meanwhile(lambda: shutil.rmtree(self.dir / "tls", ignore_errors=True), "tls/site.pem")
        self.fails(result, 73, "tls/site.pem: no such file or directory")
        self.comes_back(result)

    def test_it_is_a_key(self):
        """Somebody has put a private key there."""
        result = self.meanwhile(lambda: shutil.copy(self.dir / "site.key", self.dir / "site.pem"))
        self.fails(result, 73, "site.pem.* private key")
        self.assertEqual((self.dir / "site.pem").read_bytes(), (self.dir / "site.key").read_bytes())
        self.comes_back(result)

    def test_it_is_a_link(self):
        """A link is followed, as ever."""
        self.earlier("old.pem")

        def linked():
            if not (self.dir / "site.pem").is_symlink():
                (self.dir / "site.pem").symlink_to("old.pem")
        self.ok(self.meanwhile(linked))
        self.assertTrue((self.dir / "site.pem").is_symlink())
        order, = self.ca.orders.values()
        self.assertEqual((self.dir / "old.pem").read_text(), order.chain)


class GoneReader(NoRoom):

    def finalizing(self, **habits):
        """acme-finalize on its own, with a pipe for stdout, once the CA has heard it."""
        self.ca = self.at(**habits)
        self.saved("acme-challenge --webroot web")
        with open(self.dir / "order.json", "rb") as order:
            process = subprocess.Popen(["acme-finalize"], cwd=self.dir, env=self.env, stdin=order, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        return process

    def test_it_goes_while_the_ca_is_at_work(self):
        """The certificate is on its way by then, and not lost."""
        process = self.finalizing(processing_polls=3)
        wait_until(lambda: self.ca.asked("finalize"), "finalize")
        process.stdout.close()
        said = process.stderr.read().decode()
        self.assertEqual(process.wait(LIMIT), 74)
        self.assertEqual(len(re.findall(": error: ", said)), 1, said)
        self.comes_back(Result(74, b"", said.encode()))

    def test_a_signal_while_the_ca_is_at_work(self):
        """The document that was saved before leads to it."""
        process = self.finalizing(processing_polls=3)
        wait_until(lambda: self.ca.asked("finalize"), "finalize")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.ok(self.sh("acme-finalize <order.json | acme-chain -o site.pem"))
        self.assertEqual([r.status for r in self.ca.asked("finalize")].count(200), 1)
        self.assertEqual(len(self.ca.asked("new-order")), 1)


class Options(NoRoom):

    def test_what_they_said_is_said_again(self):
        """By the line that is pasted into the same shell, in which no variable says it."""
        self.saved("acme-challenge --webroot web")
        shutil.copy(self.env["ACME_CA_BUNDLE"], self.dir / "its root")
        (self.dir / "account.key").rename(self.dir / "a key")
        for name in "ACCOUNT", "ACCOUNT_KEY", "CA_BUNDLE", "DIRECTORY":
            del self.env[f"ACME_{name}"]
        words = "-k 'a key' -a account.json --ca-bundle 'its root'"
        result = self.sh(f"acme-finalize {words} <order.json >/dev/full")
        self.comes_back(self.fails(result, 74, "no space left"))


class ReadOnly(NoRoom):

    def test_folder(self):
        """Nothing is asked for that could not be kept."""
        self.saved("acme-challenge --webroot web")
        (self.dir / "tls").mkdir()
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        script = 'mount --bind tls tls && mount -o remount,bind,ro tls && exec "$@"'
        result = self.run_tool("unshare", *root, "--mount", "sh", "-c", script, "sh", "acme-finalize", "-o", "tls/valid.json",
                               stdin=(self.dir / "order.json").read_bytes())
        self.fails(result, 73, "tls/valid.json: read-only file system")
        self.assertEqual(self.ca.asked("finalize"), [])
