"""acme-challenge cancel: all of an order's authorizations, or those of some names."""

import json

from faults import dropped, lost, refuses
from journey import kit
from scripted_ca import EVERY, ScriptedCA
from tools import ToolTest

NAMES = ("one.example", "*.one.example", "two.example", "192.0.2.1")


class CancelTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()
        self.begin()

    def begin(self, *script):
        self.ca = self.enterContext(ScriptedCA(script, webroot=self.dir / "web", reuse=("two.example",)))
        (self.dir / "account.json").write_text(self.ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(self.ca.bundle)}
        self.order = self.ok(self.run_tool("acme-challenge", "order", stdin=kit().request(NAMES))).out

    def cancel(self, *names):
        return self.run_tool("acme-challenge", "cancel", *names, stdin=self.order)

    def given_up(self):
        return {a.name for a in self.ca.authorizations.values() if a.status == "deactivated"}


class Cancel(CancelTest):

    def test_all(self):
        document = json.loads(self.ok(self.cancel()).text)
        self.assertEqual({a["status"] for a in document["authorizations"]}, {"deactivated"})
        self.assertEqual(self.given_up(), set(NAMES))

    def test_some(self):
        for names in (("one.example",), ("*.ONE.example",), ("two.example", "192.0.2.1")):
            with self.subTest(names):
                before = self.given_up()
                document = json.loads(self.ok(self.cancel(*names)).text)
                self.assertEqual(self.given_up(), before | {name.lower() for name in names})
                self.assertEqual(document["order"]["status"], "invalid")

    def test_one_that_is_given_up_already(self):
        for _ in range(2):
            self.ok(self.cancel("one.example"))
        self.assertEqual(self.given_up(), {"one.example"})

    def test_what_is_refused_after_an_answer_was_lost(self):
        """The first try may have given it up, or not."""
        no = refuses("malformed", 400, "it is deactivated already")
        for first, given_up in (lost, {"192.0.2.1"}), (dropped, set()):
            with self.subTest(first):
                # Each is fetched once when the order is placed, and once more before.
                before = 2 * len(NAMES)
                self.begin(("authorization", before + 1, first), ("authorization", before + 2, no))
                result = self.cancel("192.0.2.1")
                self.assertEqual(self.given_up(), given_up)
                self.ok(result) if given_up else self.fails(result, 77, "it is deactivated already")

    def test_a_name_that_the_order_hasn_t(self):
        heard = len(self.ca.requests)
        for name in "three.example", "*.two.example", "192.0.2.2":
            with self.subTest(name):
                self.fails(self.cancel("one.example", name), 65, "is none of the names of the order .*: one.example, ")
        self.fails(self.cancel("one..example"), 65, "neither a DNS name nor an address")
        self.assertEqual((len(self.ca.requests), self.given_up()), (heard, set()))


class Kept(CancelTest):
    """What the CA doesn't give up is no reason to keep the rest."""

    def refusing(self, *names, whole=False):
        """The CA doesn't let go of these; nor does it show them, if `whole`."""
        def no(request, go):
            authorization = self.ca.authorizations.get(self.ca.url("authorization", request.rest))
            refused = authorization and authorization.name in names and (whole or request.payload)
            return refuses("unauthorized", 403, "not that one")(request, go) if refused else go()
        self.ca.script.append(("authorization", EVERY, no))

    def lines(self, result):
        """Of the error."""
        return [line for line in result.err.splitlines() if not line.startswith("acme-challenge: hint: ")]

    def test_one(self):
        for whole in False, True:
            with self.subTest(whole=whole):
                self.begin()
                self.refusing("one.example", whole=whole)
                result = self.fails(self.cancel(), 77, "error: one.example is not given up: the CA refused .*not that one")
                self.assertEqual(self.given_up(), set(NAMES) - {"one.example"})
                document = json.loads(result.text)["order"]
                self.assertEqual([a["status"] for a in document["authorizations"]], ["pending"] + 3 * ["deactivated"])
                self.assertEqual(document["order"]["status"], "invalid")

    def test_several(self):
        self.refusing("one.example", "two.example")
        result = self.fails(self.cancel(), 77, "error: 2 of 4 names are not given up")
        self.assertEqual(self.lines(result)[1:], [
            f"acme-challenge:   {name}: not that one (unauthorized)" for name in ("one.example", "two.example")])
        self.assertEqual(self.given_up(), {"*.one.example", "192.0.2.1"})

    def test_of_those_that_are_named(self):
        self.refusing("one.example", "two.example")
        self.fails(self.cancel("one.example", "192.0.2.1"), 77, "error: one.example is not given up: ")
        self.assertEqual(self.given_up(), {"192.0.2.1"})
        self.ok(self.cancel("*.one.example"))

    def test_one_that_nobody_has_seen(self):
        """The document lacks it, and the CA doesn't show it: it says so, when the others are given up."""
        document = json.loads(self.order)
        del document["authorizations"][0]
        self.order = json.dumps(document)
        self.refusing("one.example", whole=True)
        self.ok(self.cancel("two.example"))
        self.fails(self.cancel(), 77, "the CA refused the authorization .*: not that one")
        self.assertEqual(self.given_up(), set(NAMES) - {"one.example"})

    def test_one_that_has_ended_in_another_way(self):
        """It was invalid before the CA was asked to give it up."""
        first = next(iter(self.ca.authorizations.values()))

        def too_late(request, go):
            if self.ca.url("authorization", request.rest) != first.url or not request.payload:
                return go()
            first.status = "invalid"
            return refuses("malformed", 400, "it is invalid")(request, go)
        self.ca.script.append(("authorization", EVERY, too_late))
        self.ok(self.cancel())
        self.assertEqual(self.given_up(), set(NAMES) - {first.name})

    def test_the_order_is_gone_then(self):
        self.ca.script.append(("order", EVERY, refuses("malformed", 404, "no such order")))
        result = self.ok(self.cancel(), quiet=False)
        self.assertRegex(result.err, r"\Aacme-challenge: warning: how the order stands now can't be said: .*no such order.*\n\Z")
        self.assertEqual({a["status"] for a in json.loads(result.text)["authorizations"]}, {"deactivated"})
        self.assertEqual(self.given_up(), set(NAMES))
