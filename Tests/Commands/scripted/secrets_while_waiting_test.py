"""A tool that signs with a key has it in memory once, as long as it does: in the form that OpenSSL counts with."""

import os
import pathlib
import threading

import jose
import pytest
from journey import kit
from memory import WRITE_TO_STDOUT, Held, Memory, at_call, lines, numbers, pieces
from scripted_ca import ScriptedCA
from tools import LIMIT, ToolTest

pytestmark = [pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the memory of a tool"),
              pytest.mark.unsanitized]

MAC_KEY = b"thirty-two octets for a binding!"


class Waiting:
    """A fault: the answer is there when somebody says so."""

    def __init__(self):
        self.asked, self.answered = threading.Event(), threading.Event()

    def __call__(self, request, go):
        self.asked.set()
        self.answered.wait(LIMIT)
        return go()


class SecretsWhileWaitingTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.pem = (kit().folder / "account.key").read_bytes()
        (self.dir / "account.key").write_bytes(self.pem)

    def ca(self, where, nth, **habits):
        """A CA that lets the nth request there wait."""
        self.answer = Waiting()
        self.addCleanup(self.answer.answered.set)
        ca = self.enterContext(ScriptedCA([(where, nth, self.answer)], **habits))
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
        return ca

    def while_it_waits(self, held):
        self.assertTrue(self.answer.asked.wait(LIMIT))
        memory = Memory(held.process.pid)
        self.answer.answered.set()
        return memory

    def has_the_key_once(self, memory):
        for number in numbers(self, self.pem):
            self.assertEqual(memory.count(pieces(number)), 0, "as it stands in files")
            self.assertEqual(memory.count(pieces(number[::-1])), 1, "as OpenSSL counts with it")
        self.assertEqual(memory.count(lines(self, self.pem)), 0, "PEM")

    def has_no_key(self, memory):
        for number in numbers(self, self.pem):
            self.assertEqual(memory.count(pieces(number) + pieces(number[::-1])), 0)
        self.assertEqual(memory.count(lines(self, self.pem)), 0, "PEM")

    def test_an_account_key(self):
        ca = self.ca("new-order", 1)
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        held = Held(self, "acme-challenge", "order", "-k", "account.key", "-a", "account.json", "--type", "dns-01",
                    stdin=kit().request(("a.example",)))
        self.has_the_key_once(self.while_it_waits(held))
        self.has_no_key(at_call(held.process, WRITE_TO_STDOUT))
        self.assertIn(b"acme-order/1", held.end())

    def test_a_mac_key_in_a_file(self):
        (self.dir / "eab.key").write_text(jose.b64(MAC_KEY) + "\n")
        self.register("--eab-key-file", "eab.key")

    def test_a_mac_key_in_a_variable(self):
        self.env["ACME_EAB_HMAC_KEY"] = jose.b64(MAC_KEY)
        self.register()

    def test_who_runs_a_signer_has_no_mac_key(self):
        """That process goes on as the tool was when it began."""
        self.env["ACME_EAB_HMAC_KEY"] = jose.b64(MAC_KEY)
        (self.dir / "account.pub").write_bytes(self.ok(self.run_tool("acme-key", "public", stdin=self.pem)).out)
        self.ca("new-account", 2, eab={"kid-1": MAC_KEY})
        held = Held(self, "acme-register", "--agree-tos", "--eab-kid", "kid-1", "--public-key", "account.pub",
                    "--signer", "acme-key sign -k account.key")
        self.assertTrue(self.answer.asked.wait(LIMIT))
        tool = held.process.pid
        child, = pathlib.Path(f"/proc/{tool}/task/{tool}/children").read_text().split()
        for process, times in (tool, 1), (child, 0):
            self.assertEqual(Memory(process).count(pieces(MAC_KEY)), times)
            self.assertEqual(Memory(process).count(pieces(jose.b64(MAC_KEY).encode())), 0)
        self.answer.answered.set()
        self.assertIn(b"acme-account/1", held.end())

    def register(self, *options):
        """The key of an external account is needed until the account is there: the CA may want another binding."""
        self.ca("new-account", 2, eab={"kid-1": MAC_KEY})
        held = Held(self, "acme-register", "--agree-tos", "--eab-kid", "kid-1", *options, stdin=self.pem)
        memory = self.while_it_waits(held)
        self.has_the_key_once(memory)
        self.assertEqual(memory.count(pieces(MAC_KEY)), 1)
        self.assertEqual(memory.count(pieces(jose.b64(MAC_KEY).encode())), 0)
        memory = at_call(held.process, WRITE_TO_STDOUT)
        self.has_no_key(memory)
        self.assertEqual(memory.count(pieces(MAC_KEY) + pieces(jose.b64(MAC_KEY).encode())), 0)
        self.assertIn(b"acme-account/1", held.end())
