"""An order whose authorizations couldn't all be fetched when it was placed: what each step does with its document."""

import json

from faults import refuses
from journey import EVERY, kit
import jose
from scripted_ca import ScriptedCA
from tools import ToolTest

NAMES = ("one.example", "two.example")
NOT_NOW = refuses("unauthorized", 403, "not that one")


class Incomplete(ToolTest):

    def begin(self, lacking, **habits):
        """`self.order`: what a problem document kept of an order, of which this many authorizations couldn't be had."""
        (self.dir / "web").mkdir()
        refused = [("authorization", nth, NOT_NOW) for nth in range(len(NAMES) - lacking + 1, len(NAMES) + 1)]
        self.ca = self.enterContext(ScriptedCA(refused, webroot=self.dir / "web", **habits))
        (self.dir / "account.json").write_text(self.ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(self.ca.bundle)}
        problem = json.loads(self.fails(self.challenge("order", stdin=kit().request(NAMES)), 77, "not that one").text)
        self.assertEqual(len(problem["order"]["authorizations"]), len(NAMES) - lacking)
        self.ca.script.clear()
        self.order = json.dumps(problem["order"])
        self.heard = len(self.ca.requests)

    def challenge(self, *words, stdin):
        return self.run_tool("acme-challenge", *words, stdin=stdin)

    def show_all(self):
        """What a web server does that needs no files: each token has its proof."""
        folder = self.dir / "web/.well-known/acme-challenge"
        folder.mkdir(parents=True)
        for authorization in self.ca.authorizations.values():
            token = authorization.tokens["http-01"]
            (folder / token).write_text(f"{token}.{jose.thumbprint(kit().jwk)}")

    def fetches(self):
        return [r.rest for r in self.ca.requests[self.heard:] if r.where == "authorization"]

    def test_what_talks_to_nobody_says_so(self):
        for lacking, what in (1, "lacks 1 of the 2"), (2, "holds none of the"):
            self.begin(lacking)
            url, = self.ca.orders
            for words in ("show",), ("publish", "--webroot", "web"), ("publish", "--hook", "false"), (
                    "clean", "--webroot", "web"), ("publish",):
                with self.subTest(words, lacking=lacking):
                    result = self.fails(self.challenge(*words, stdin=self.order), 65,
                                        f"error: the document {what} authorizations of the order {url}$")
                    self.assertIn(f"hint: this fetches what is missing: acme-challenge order --url {url} <REQUEST\n",
                                  result.err)
                    if words[0] != "show":
                        self.assertEqual(json.loads(result.text)["order"]["url"], url)
            self.assertEqual(list((self.dir / "web").iterdir()), [])
            self.assertEqual(len(self.ca.requests), self.heard)
            (self.dir / "web").rmdir()

    def test_the_hint_leads_on(self):
        self.begin(1)
        url, = self.ca.orders
        flow = kit().request(NAMES)
        for words in ("order", "--url", url), ("publish", "--webroot", "web"), ("respond",), ("wait",):
            flow = self.ok(self.challenge(*words, stdin=flow)).out
        self.assertEqual(json.loads(flow)["order"]["status"], "ready")

    def test_what_is_known_is_cleaned(self):
        """Before it is said that there may be more."""
        self.begin(1)
        self.show_all()
        self.fails(self.challenge("clean", "--webroot", "web", stdin=self.order), 65, "lacks 1 of the 2")
        self.assertEqual(len(list((self.dir / "web/.well-known/acme-challenge").iterdir())), 1)

    def test_a_problem_is_passed_on_without_a_word(self):
        """Nothing can have been published of what it doesn't know."""
        self.begin(2)
        problem = {"format": "acme-problem/1", "tool": "acme-challenge", "exit": 75, "message": "later",
                   "order": json.loads(self.order)}
        result = self.sh(f"echo '{json.dumps(problem)}' | acme-challenge clean --webroot web")
        self.assertEqual((result.status, result.err, json.loads(result.text)), (75, "", problem))

    def test_respond_fetches_what_is_missing(self):
        for lacking in 1, 2:
            with self.subTest(lacking=lacking):
                self.begin(lacking)
                self.show_all()
                told = self.ok(self.challenge("respond", "--type", "http-01", stdin=self.order)).out
                self.assertEqual(len(self.fetches()), lacking)
                self.assertEqual(len(self.ca.asked("challenge")), 2)
                ready = json.loads(self.ok(self.challenge("wait", stdin=told)).text)
                self.assertEqual((ready["order"]["status"], len(ready["authorizations"])), ("ready", 2))
                self.assertEqual([a["url"] for a in ready["authorizations"]], ready["order"]["authorizations"])
                self.assertEqual(self.ca.violations, [])
                self.sh("rm -r web")

    def test_which_of_them_is_for_the_user_to_say(self):
        """Of an authorization that is fetched only now nothing was chosen."""
        self.begin(2, zone=self.dir / "zone")
        self.fails(self.challenge("respond", stdin=self.order), 64, "no challenge is chosen for one.example")
        self.assertEqual(self.ca.asked("challenge"), [])

    def test_wait_fetches_what_is_missing(self):
        for lacking in 1, 2:
            with self.subTest(lacking=lacking):
                self.begin(lacking)
                for authorization in self.ca.authorizations.values():
                    authorization.status = "valid"
                ready = json.loads(self.ok(self.challenge("wait", stdin=self.order)).text)
                self.assertEqual((ready["order"]["status"], len(ready["authorizations"])), ("ready", 2))
                (self.dir / "web").rmdir()

    def test_what_can_t_be_had_isn_t_called_validated(self):
        self.begin(2)
        self.ca.script.append(("authorization", EVERY, NOT_NOW))
        self.fails(self.challenge("wait", stdin=self.order), 77, "refused the authorization .*: not that one")

    def test_nobody_has_told_the_ca_to_look(self):
        self.begin(2)
        result = self.fails(self.challenge("wait", "--timeout", "1", stdin=self.order), 75,
                            "the CA hasn't validated one.example, two.example yet")
        self.assertIn("acme-challenge respond does", result.err)

    def test_finalize_says_how_to_go_on(self):
        self.begin(1)
        url, = self.ca.orders
        result = self.fails(self.run_tool("acme-finalize", stdin=self.order), 75, "is still pending")
        self.assertIn(f"hint: this fetches what is missing: acme-challenge order --url {url} <REQUEST\n", result.err)

    def test_an_order_that_needs_none(self):
        """All were valid already, and nothing is to be published, or to be fetched."""
        self.begin(2, reuse=NAMES)
        for words in ("publish", "--webroot", "web"), ("respond",), ("wait",), ("clean", "--webroot", "web"):
            self.order = self.ok(self.challenge(*words, stdin=self.order)).out
        self.assertEqual(self.ok(self.challenge("show", stdin=self.order)).text, "")
        self.assertEqual(self.fetches(), [])
        self.ok(self.run_tool("acme-finalize", stdin=self.order))
