"""acme-register rollover: whatever becomes of the answer, it is found out which key is the account's."""

import dataclasses
import json
import os
import re
import shutil

import jose
from faults import (bad_nonce, changed, done_but, dropped, html, lost, refuses, rewritten, says, sleeps, with_members)
from journey import EVERY, kit, several
from scripted_ca import ScriptedCA
from tables import TableTest
from tools import ToolTest

KEEP_BOTH = "hint: .*keep both, and run the same again"
ROLLOVER = ("acme-register", "rollover", "-k", "account.key", "--new-key", "new.key")


@dataclasses.dataclass
class Row:
    """One run: what the CA does, how it ends, and whether the account then has the new key."""

    name: str
    status: tuple
    message: str
    script: tuple
    has_new: bool
    sent: int = 1  # keyChange requests
    also: str = "."  # what else is said
    budget: int = 20


def done(name, *script, **more):
    return Row(name, (0,), "", script, True, **more)


def fails(name, status, message, *script, has_new=False, **more):
    return Row(name, several(status), message, script, has_new, **more)


class Rollover(ToolTest):
    """A key for an account, an account for the key."""

    def setup_method(self):
        super().setup_method()
        shutil.copy(kit().folder / "account.key", self.dir)
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.new = json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "new.key")).text)

    def ca(self, script=(), budget=20, **habits):
        ca = self.enterContext(ScriptedCA(script, **habits))
        ca.open_account(kit().jwk, ["mailto:me@example.org"])
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": str(budget)}
        return ca

    def written(self, result, ca):
        """The new document, for the new key."""
        document = json.loads(result.text)
        self.assertEqual((document["jwk"], document["thumbprint"]), (self.new, jose.thumbprint(self.new)))
        self.assertEqual(document["url"], next(iter(ca.accounts)))
        self.assertEqual(document["format"], "acme-account/1")
        return document


class Answers(Rollover, TableTest):
    table = [
        done("nothing is wrong"),
        done("a nonce is refused", ("key-change", 1, bad_nonce()), sent=2),
        done("the answer is lost after it was done", ("key-change", 1, lost)),
        done("the answer is lost before it was done", ("key-change", 1, dropped), sent=2),
        done("500, and it was done", ("key-change", 1, done_but(500))),
        done("500, and it wasn't", ("key-change", 1, says(500)), sent=2),
        done("503", ("key-change", 1, says(503)), sent=2),
        done("no HTTP, and it was done", ("key-change", 1, rewritten(lambda b: b"x" * (2 << 20)))),
        done("lost, then refused, since it was done late", ("key-change", 1, dropped),
             ("key-change", 2, done_but(401)), sent=2),
        done("an answer without an account", ("key-change", 1, rewritten(lambda b: b""))),
        done("an answer that is a page", ("key-change", 1, rewritten(lambda b: b"<html>"))),
        done("an answer that is no account", ("key-change", 1, with_members(status=7))),

        fails("lost each time", 69, "the answer was lost", ("key-change", EVERY, dropped), sent=3, also=KEEP_BOTH),
        fails("lost, and then nobody is there", (69, 75), ".", ("key-change", 1, lost),
              ("new-account", 3, sleeps(60)), has_new=True, also=KEEP_BOTH, budget=4),
        fails("never answered", 75, "time allowed", ("key-change", EVERY, sleeps(60)), also=KEEP_BOTH, budget=3),
        fails("a conflict that only the CA sees", 77, "it has one", ("key-change", 1, refuses(
            "conflict", 409, "it has one", None, Location="https://ca.example/account/7")),
              also="hint: the CA names https://ca.example/account/7"),
        fails("a key that the CA doesn't take", 77, "no such keys", ("key-change", 1, refuses(
            "badPublicKey", 400, "no such keys"))),
        fails("401", 77, "not you", ("key-change", 1, refuses("unauthorized", 401, "not you"))),
        fails("a rate limit", 75, "not so often", ("key-change", EVERY, refuses("rateLimited", 429, "not so often"))),
        fails("a page of a proxy", 77, "404", ("key-change", EVERY, html(404))),
        fails("no keyChange", 77, "doesn't change the keys of accounts: its directory has no keyChange",
              ("directory", EVERY, with_members(keyChange=None)), sent=0),
        fails("plain http for keyChange", 76, "keyChange", ("directory", EVERY, changed(
            lambda object: object.update(keyChange="http://127.0.0.1/x"))), sent=0),
        fails("keyChange that is newAccount too", 76, "it is the CA's newAccount", ("directory", EVERY, changed(
            lambda object: object.update(keyChange=object["newAccount"]))), sent=0),
        fails("keyChange that is the account itself", 76, "it is the account itself", ("directory", EVERY, changed(
            lambda object: object.update(keyChange=object["newAccount"].replace("new-account", "account/1")))), sent=0),
    ]

    def check(self, row):
        ca = self.ca(row.script, row.budget)
        account, = ca.accounts.values()
        result = self.run_tool(*ROLLOVER)
        self.assertIn(result.status, row.status, result)
        self.assertEqual(ca.violations, [], result)
        self.assertEqual(account.jwk, self.new if row.has_new else kit().jwk)
        self.assertEqual(len(ca.asked("key-change")), row.sent, result)
        self.assertEqual(self.files(), ["account.key", "new.key"])
        if not result.status:
            document = self.written(self.ok(result), ca)
            self.assertEqual(document["account"]["status"], "valid")
            return
        self.fails(result, result.status, row.message)
        self.assertRegex(result.err, row.also)
        if row.has_new or row.also == KEEP_BOTH:
            ca.script.clear()
            self.written(self.ok(self.run_tool(*ROLLOVER)), ca)
            self.assertEqual(account.jwk, self.new)


class Again(Rollover):
    """Runs that come after another."""

    def test_a_second_run_changes_nothing(self):
        ca = self.ca()
        first = self.written(self.ok(self.run_tool(*ROLLOVER)), ca)
        (self.dir / "account.json").write_text(json.dumps(first))
        for words in ((), ("-a", "account.json"), ("-a", "account.json", "-o", "account.json")):
            with self.subTest(words):
                result = self.ok(self.run_tool(*ROLLOVER, *words))
                if "-o" not in words:
                    self.assertEqual(self.written(result, ca)["account"], first["account"])
        self.assertEqual(len(ca.asked("key-change")), 1)

    def test_with_the_old_document(self):
        ca = self.ca()
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.written(self.ok(self.run_tool(*ROLLOVER, "-a", "account.json")), ca)
        self.written(self.ok(self.run_tool(*ROLLOVER, "-a", "account.json")), ca)
        self.assertEqual(len(ca.asked("key-change")), 1)

    def test_the_new_document_is_there(self):
        """The old key may be gone, or elsewhere; and which one a command has, nothing says any more."""
        ca = self.ca()
        self.ok(self.run_tool(*ROLLOVER, "-o", "account.json"))
        (self.dir / "account.key").unlink()
        for old in (), ("-k", "account.key"), ("--signer", "acme-key sign -k account.key"):
            with self.subTest(old):
                again = "acme-register", "rollover", *old, "--new-key", "new.key", "-a", "account.json"
                self.written(self.ok(self.run_tool(*again)), ca)
                self.assertEqual(len(ca.asked("key-change")), 1)
        ca.script[:] = [("new-account", EVERY, refuses("accountDoesNotExist", 400, "no account has this key"))]
        self.fails(self.run_tool(*again), 78, "no account has this key")

    def test_what_a_proxy_says_of_the_old_key(self):
        """It isn't that the new key's account was the old one's."""
        ca = self.ca()
        ca.open_account(self.new, [])
        ca.script[:] = [("new-account", 2, html(403))]
        self.fails(self.run_tool(*ROLLOVER), 77, "403")

    def test_the_new_key_has_another_account(self):
        ca = self.ca()
        ca.open_account(self.new, [])
        result = self.fails(self.run_tool(*ROLLOVER), 77, "the new key has an account already, .*/account/2, and can't")
        self.assertIn("hint: acme-key makes a new one", result.err)
        self.assertEqual(ca.asked("key-change"), [])

    def test_the_new_key_has_another_account_than_the_document_s(self):
        """Which has got a third key meanwhile."""
        ca = self.ca()
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        ca.open_account(self.new, [])
        next(iter(ca.accounts.values())).jwk = kit().jwk | {"x": "none"}
        self.fails(self.run_tool(*ROLLOVER, "-a", "account.json"), 77, "/account/2, and can't be given to .*/account/1 too")

    def test_neither_key_has_an_account(self):
        ca = self.ca()
        ca.accounts.clear()
        self.fails(self.run_tool(*ROLLOVER), 78, "no account has this key")

    def test_an_account_that_is_closed(self):
        ca = self.ca()
        next(iter(ca.accounts.values())).status = "deactivated"
        self.fails(self.run_tool(*ROLLOVER), 78, "is deactivated")
        self.assertEqual(ca.asked("key-change"), [])


class BeforeTheCA(Rollover):
    """What is wrong with the keys is said before the CA hears of it."""

    def refused(self, status, message, *argv):
        ca = self.ca()
        self.fails(self.run_tool("acme-register", "rollover", *argv), status, message)
        self.assertEqual(ca.requests, [])

    def test_no_new_key(self):
        self.refused(64, "--new-key", "-k", "account.key")

    def test_no_old_key(self):
        self.refused(64, "the account's key is missing", "--new-key", "new.key")

    def test_a_new_key_that_isn_t_there(self):
        self.refused(66, "missing.key", "-k", "account.key", "--new-key", "missing.key")

    def test_the_same_key(self):
        shutil.copy(self.dir / "account.key", self.dir / "same.key")
        for name in "account.key", "same.key":
            self.refused(65, "is the one that is to be replaced", "-k", "account.key", "--new-key", name)

    def test_a_new_key_that_would_be_gone(self):
        ca = self.ca()
        os.mkfifo(self.dir / "pipe")
        for new in "<(cat new.key)", "pipe", "/dev/null":
            with self.subTest(new):
                result = self.sh(f"acme-register rollover -k account.key --new-key {new}")
                self.fails(result, 65, "is no file that stays")
        self.assertEqual(ca.requests, [])

    def test_what_stands_in_a_pipe_stays_there(self):
        self.ca()
        os.mkfifo(self.dir / "pipe")
        result = self.sh("exec 3<>pipe; cat new.key >&3; acme-register rollover -k account.key --new-key pipe; "
                         "status=$?; head -c $(wc -c <new.key) <&3 | cmp - new.key && exit $status")
        self.fails(result, 65, "is no file that stays")

    def test_a_passphrase_from_a_pipe_is_that_of_both_keys(self):
        ca = self.ca()
        (self.dir / "word").write_text("a secret\n")
        for name in "account.key", "new.key":
            self.ok(self.sh(f"openssl pkcs8 -topk8 -in {name} -out new.pem -passout file:word && mv new.pem {name}"))
        result = self.sh("acme-register rollover -k account.key --new-key new.key --passphrase-file <(cat word)")
        self.written(self.ok(result), ca)

    def test_a_document_of_neither_key(self):
        self.ok(self.run_tool("acme-key", "-o", "third.key"))
        third = json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "third.key")).text)
        ca = self.ca()
        (self.dir / "account.json").write_text(ca.account_document(third))
        result = self.fails(self.run_tool(*ROLLOVER, "-a", "account.json"), 65, "isn't that of the account document")
        self.assertIn("acme-register show", result.err)
        self.assertEqual(ca.requests, [])


class Afterwards(Rollover):
    """Old and new things that don't belong together are told apart."""

    def setup_method(self):
        super().setup_method()
        self.rolled = self.ca()
        (self.dir / "old.json").write_text(self.rolled.account_document(kit().jwk))
        self.ok(self.run_tool(*ROLLOVER, "-o", "new.json"))
        self.env |= {"ACME_ACCOUNT": "old.json"}

    def order(self, key, document):
        return self.run_tool("acme-challenge", "order", "-k", key, "-a", document, stdin=kit().request(("one.example",)))

    def test_new_key_and_old_document(self):
        result = self.fails(self.order("new.key", "old.json"), 65, "isn't that of the account document")
        self.assertIn("hint: acme-register show -k KEY -o FILE writes the document of KEY's account", result.err)

    def test_old_key_and_new_document(self):
        result = self.fails(self.order("account.key", "new.json"), 65, "isn't that of the account document")
        self.assertIn("hint: acme-register show", result.err)

    def test_what_the_hint_says_helps(self):
        self.ok(self.run_tool("acme-register", "show", "-k", "new.key", "-o", "shown.json"))
        self.ok(self.order("new.key", "shown.json"))

    def test_old_key_and_old_document(self):
        """Nothing here is wrong with them: the CA says it, in words of its own."""
        hint = "hint: has the account got another key by now? acme-register show -k KEY"
        self.assertIn(hint, self.fails(self.order("account.key", "old.json"), 77, "the signature is wrong").err)
        for words, is_said in {
            "JWS verification error": True, "Unable to verify the signature": True, "no such names": False,
        }.items():
            self.rolled.script[:] = [("new-order", EVERY, refuses("malformed", 400, words))]
            self.assertEqual(hint in self.fails(self.order("new.key", "new.json"), 77, words).err, is_said)

    def test_an_order_of_the_old_key(self):
        self.rolled.script.clear()
        other = self.enterContext(ScriptedCA())
        (self.dir / "account.json").write_text(other.account_document(kit().jwk))
        self.env["ACME_CA_BUNDLE"] = str(other.bundle)
        order = json.loads(self.ok(self.order("account.key", "account.json")).text)
        self.ok(self.run_tool(*ROLLOVER, "-a", "account.json", "-o", "rolled.json"))
        take = f"after a rollover, the new key takes the order up anew: acme-challenge order --url {order['url']} <REQUEST"
        for words, message in [
            (("-k", "new.key", "-a", "rolled.json"), "is of another key of the account .*: its thumbprint is "),
            (("-k", "new.key", "-a", "account.json"), "the account key isn't that of the order document"),
        ]:
            result = self.fails(self.run_tool("acme-challenge", "wait", *words, stdin=json.dumps(order)), 65, message)
            self.assertIn(f"hint: {take}", result.err)
        taken = self.run_tool("acme-challenge", "order", "--url", order["url"], "-k", "new.key", "-a", "rolled.json",
                              stdin=kit().request(("one.example",)))
        self.assertEqual(json.loads(self.ok(taken).text)["jwk"], self.new)

    def test_the_way_back_helps(self):
        """Pasted into the same shell, in which no variable says which CA it is, or another."""
        ca = self.ca()
        shutil.copy(self.env.pop("ACME_CA_BUNDLE"), self.dir / "its root")
        del self.env["ACME_DIRECTORY"]
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        (self.dir / "a word").write_text("a secret\n")
        self.ok(self.run_tool("acme-key", "--encrypt", "--passphrase-file", "a word", "-o", "it's new"))
        self.new = json.loads(self.ok(
            self.run_tool("acme-key", "jwk", "-k", "it's new", "--passphrase-file", "a word")).text)
        command = "acme-register rollover -k account.key --new-key \"it's new\" --ca-bundle 'its root' {} >/dev/full"
        other = self.enterContext(ScriptedCA())
        (self.dir / "other.json").write_text(other.account_document(kit().jwk))
        for variable in None, "other.json":
            self.env |= {"ACME_ACCOUNT": variable} if variable else {}
            for words in "-a account.json --passphrase-file 'a word'", "-a account.json --passphrase-file <(cat 'a word')":
                with self.subTest(words, variable=variable):
                    result = self.fails(self.sh(command.format(words)), 74, "no space left")
                    line = re.search("hint: (.*) writes the document of the account, which has the new key\n$", result.err)[1]
                    self.assertIn(f" --directory {ca.directory}", line)
                    again = line if "<(" not in words else f"{line} --passphrase-file 'a word'"
                    self.written(self.ok(self.sh(again)), ca)

    def test_the_old_key_has_no_account(self):
        result = self.fails(self.run_tool("acme-register", "show", "-k", "account.key"), 78, "no account has this key")
        self.assertRegex(result.err, "hint: .*after a rollover the new key alone has it")
