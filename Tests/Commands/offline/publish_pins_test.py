"""publish, clean and the whole on a document that was elsewhere: where a record goes, and whose order it is."""

import json

from bench import bench
from tools import ToolTest

ELSEWHERE = "victim.example"


class PinsTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "hook").write_text("#!/bin/sh\necho called >>calls\n")
        (self.dir / "hook").chmod(0o755)
        (self.dir / "web").mkdir()
        self.account = json.loads((bench().folder / "account.json").read_bytes())
        self.order = json.loads((bench().folder / "order.json").read_bytes())
        self.name = self.order["authorizations"][0]["identifier"]["value"]

    def with_target(self, is_chosen=False):
        for authorization in self.order["authorizations"]:
            for challenge in authorization["challenges"]:
                if is_chosen:
                    challenge.pop("chosen", None)
                if challenge["type"] == "dns-01":
                    challenge["dns"] = challenge.get("dns", {}) | {"target": ELSEWHERE}
                    challenge |= {"chosen": True} if is_chosen else {}

    def run_verb(self, *argv):
        return self.run_tool("acme-challenge", *argv, stdin=json.dumps(self.order))

    def save_account(self, **changes):
        (self.dir / "account.json").write_text(json.dumps(self.account | changes))


class AfterTheFact(PinsTest):
    """What was published is named, and can be taken away, whatever became of the document or of the key."""

    def published(self):
        return [path for path in (self.dir / "web").rglob("*") if path.is_file()]

    def test_a_document_that_is_lost(self):
        (self.dir / "order.json").write_text(json.dumps(self.order))
        result = self.fails(self.sh("acme-challenge publish --webroot web <order.json >/dev/full"), 74, "no space left")
        self.assertIn("hint: what was published stays; acme-challenge clean, on the document that was read, takes it away\n",
                      result.err)
        self.ok(self.sh("acme-challenge clean --webroot web <order.json"))
        self.assertEqual(self.published(), [])

    def test_what_fails_keeps_the_order(self):
        """A program that reads the problem finds in it what is still to be published, or to be taken away."""
        for verb in "publish", "clean":
            for words, status in ((("--hook", "false"), 71), ((), 64), (("--webroot", "nowhere"), 73),
                                  (("--webroot", "web", "-a", "account.json"), 65)):
                with self.subTest(verb, words=words):
                    self.save_account(url=self.order["accountURL"] + "0")
                    result = self.fails(self.run_verb(verb, *words), status, f"[ (]{self.order['url']}\\b")
                    kept = json.loads(result.text)["order"]
                    self.assertEqual({**self.order, "replayNonce": None}, {**kept, "replayNonce": None})

    def test_what_nobody_was_told_of_is_not_left(self):
        result = self.run_tool("setsid", "-w", "acme-challenge", "publish", "--manual", "--type", "dns-01",
                               stdin=json.dumps(self.order))
        self.fails(result, 78, "--manual has no terminal")
        self.assertNotIn("warning: ", result.err)

    def test_another_key_of_the_account(self):
        """clean goes by the account; what publish would show, the CA no longer takes."""
        self.ok(self.run_verb("publish", "--webroot", "web"))
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        jwk = json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "new.key")).out)
        thumbprint = self.ok(self.run_tool("acme-key", "thumbprint", "-k", "new.key")).text.strip()
        self.save_account(jwk=jwk, thumbprint=thumbprint)
        self.fails(self.run_verb("publish", "--webroot", "web", "-a", "account.json"), 65, "is of another key of the account")
        self.assertEqual(len(self.published()), 1)
        self.ok(self.run_verb("clean", "--webroot", "web", "-a", "account.json"))
        self.assertEqual(self.published(), [])


class Target(PinsTest):

    def test_no_hook_is_told_another_s_name(self):
        self.with_target()
        for verb in "publish", "clean":
            with self.subTest(verb):
                result = self.fails(self.run_verb(verb, "--hook", "./hook"), 64, f"_acme-challenge.*{ELSEWHERE}")
                self.assertIn("hint: give --dns-follow", result.err)
                self.assertNotIn("calls", self.files())

    def test_nor_is_a_person(self):
        self.with_target()
        self.fails(self.run_verb("clean", "--manual", "--type", "dns-01"), 64, ELSEWHERE)

    def test_what_is_served_by_another_way_is_no_matter(self):
        self.with_target(is_chosen=True)
        for verb in "publish", "clean":
            with self.subTest(verb):
                self.ok(self.run_verb(verb, "--webroot", "web"))

    def test_clean_after_a_failure_is_no_way_round(self):
        self.with_target()
        self.order = {"format": "acme-problem/1", "tool": "acme-challenge", "exit": 77, "message": "x", "order": self.order}
        result = self.run_verb("clean", "--hook", "./hook")
        self.assertEqual(result.status, 77)
        self.assertRegex(result.err, f"warning: .*{ELSEWHERE}")
        self.assertNotIn("calls", self.files())


class Account(PinsTest):

    def test_its_own(self):
        self.save_account(url=self.order["accountURL"])
        for verb in "publish", "clean":
            self.ok(self.run_verb(verb, "--webroot", "web", "-a", "account.json"))

    def test_another_s_document_is_refused(self):
        for what in {"url": self.order["accountURL"] + "0"}, {"directory": "https://other.example/directory"}:
            self.save_account(**what)
            for verb in "publish", "clean":
                with self.subTest(verb, what=what):
                    self.fails(self.run_verb(verb, "--webroot", "web", "-a", "account.json"), 65,
                               "order document is of .*account")
                    self.env["ACME_ACCOUNT"] = "account.json"
                    self.fails(self.run_verb(verb, "--webroot", "web"), 65, "order document is of .*account")
                    del self.env["ACME_ACCOUNT"]
        self.assertEqual(list((self.dir / "web").iterdir()), [])
