"""Orders, authorizations and challenges in every state, tokens, and names nobody asked for (RFC 8555, 7.1.3 to 8.3)."""

from faults import changed, refuses, sleeps, with_members
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, at_least, fails, fine, shows, told

WRONG_ROOT = {"webroot": "/nonexistent"}
PROFILES = {"profiles": {"short": "six days"}}
COMPOUND = {"type": "urn:ietf:params:acme:error:compound", "status": 403, "detail": "some names were not proved",
            "subproblems": [
                {"type": "urn:ietf:params:acme:error:caa", "detail": "a CAA record forbids it",
                 "identifier": {"type": "dns", "value": "one.example"}},
                {"type": "urn:ietf:params:acme:error:dns", "detail": "there is no such name",
                 "identifier": {"type": "dns", "value": "two.example"}}]}


def order_turns(status, **members):
    """The order is seen like this from the time that the challenge was answered."""
    return ("order", EVERY, with_members(status=status, **members))


def http01(**members):
    """These members of the http-01 challenge changed, from the second look on."""
    def change(object):
        next(c for c in object["challenges"] if c["type"] == "http-01").update(members)
    return changed(change)


def tells(problem):
    """The problem document holds the CA's, whole."""
    return told(lambda document: document["problem"] == problem)


def each_on_its_line(test, journey):
    """A further line for each subproblem, with its identifier."""
    tool = journey.failed
    for name, words in ("one.example", "a CAA record forbids it"), ("two.example", "there is no such name"):
        test.assertRegex(journey.stderr, f"(?m)^{tool}:   .*{name}.*{words}|^{tool}:   .*{words}.*{name}")


class StatesTest(JourneyTest):
    table = [
        # The way it goes when all is well, in each of its shapes.
        fine("three names", names=("one.example", "two.example", "three.example"), sent={"challenge": 3}),
        fine("an address", names=("192.0.2.7",)),
        fine("a name and an IPv6 address", names=("one.example", "2001:DB8:0:0:0:0:0:7")),
        fine("proved before", habits={"reuse": ["one.example"]}, sent={"challenge": 0, "finalize": 1}),
        fine("one of two proved before", names=("one.example", "two.example"), habits={"reuse": ["two.example"]},
             sent={"challenge": 1}),
        fine("validation takes a while", habits={"pending_polls": 3}, sent={"challenge": 1}),
        fine("issuing takes a while", habits={"processing_polls": 3}, sent={"finalize": 1}),
        fine("processing, with an error that passes", ("challenge", 1, with_members(status="processing")),
             ("authorization", 2, http01(status="processing", error={"detail": "not yet"})),
             habits={"pending_polls": 2}, sent={"challenge": 1}),
        fine("not ready when it should be", ("finalize", 1, refuses("orderNotReady", 403)), also=at_least("order", 1)),
        fine("a profile that is advertised", arguments=("--profile", "short"), habits={"meta": PROFILES}),

        # The names are not proved.
        fails("the wrong web root", CHALLENGE, 77, "is not the key authorization", habits=WRONG_ROOT,
              also=(shows("http://one.example/"), shows("one.example")), sent={"challenge": 1, "finalize": 0}),
        fails("the wrong web root, found late", CHALLENGE, 77, "is not the key authorization",
              habits=WRONG_ROOT | {"pending_polls": 2}),
        fails("the wrong web root, order pending for ever", CHALLENGE, 77, "is not the key authorization",
              habits=WRONG_ROOT | {"lenient": True}, budget=20),
        fails("one of two is not proved", CHALLENGE, 77, "two.example", names=("one.example", "two.example"),
              habits={"unproved": ["two.example"]}),
        fails("validation never ends", CHALLENGE, 75, "", habits={"pending_polls": 10**9}, budget=3),
        fails("no http-01 to choose", CHALLENGE, 77, "dns-01", ("authorization", EVERY, changed(
              lambda o: o["challenges"].pop())), sent={"challenge": 0}),
        fails("the answer is refused", CHALLENGE, 77, "no such luck", ("challenge", EVERY, refuses(
              "malformed", 400, "no such luck")), sent={"challenge": 1}),
        fails("the answer comes too late", CHALLENGE, 75, "", ("challenge", EVERY, sleeps(60)), budget=3,
              sent={"challenge": 1}),
        fails("the time ends while many are answered", CHALLENGE, 75, "", ("challenge", EVERY, sleeps(0.5)), budget=3,
              names=tuple(f"n{n}.example" for n in range(30))),
    ] + [
        fails(f"an authorization that is {status}", CHALLENGE, 77, "one.example",
              ("authorization", EVERY, with_members(status=status)), sent={"challenge": 0})
        for status in ("invalid", "deactivated", "expired", "revoked")
    ] + [
        # The order is lost.
        fails("an order that is invalid at once", CHALLENGE, 77, "some names were not proved",
              ("new-order", EVERY, with_members(status="invalid", error=COMPOUND)), also=each_on_its_line),
        fails("an order that turns invalid", (CHALLENGE, FINALIZE), 77, "some names were not proved",
              order_turns("invalid", error=COMPOUND), also=(each_on_its_line, tells(COMPOUND))),
        fails("an order that is invalid for no reason", (CHALLENGE, FINALIZE), 77, "invalid", order_turns("invalid")),
        fails("invalid by finalize", FINALIZE, 77, "some names were not proved",
              ("finalize", EVERY, with_members(status="invalid", error=COMPOUND)), also=each_on_its_line),
        fails("invalid while processing", (CHALLENGE, FINALIZE), 77, "some names were not proved",
              ("finalize", EVERY, with_members(status="processing", certificate=None)),
              order_turns("invalid", error=COMPOUND, certificate=None), habits={"reuse": ["one.example"]}),
        fails("a request that is refused", FINALIZE, 77, "a weak key", ("finalize", EVERY, refuses(
              "badCSR", 400, "a weak key")), sent={"finalize": 1, "certificate": 0}),
        fails("a request that is refused for each name", FINALIZE, 77, "some names", ("finalize", EVERY, refuses(
              "compound", 403, COMPOUND["detail"], {"subproblems": COMPOUND["subproblems"]})), also=each_on_its_line),
        fails("never ready", FINALIZE, 75, "", ("finalize", EVERY, refuses("orderNotReady", 403)), budget=5),
        fails("issuing never ends", FINALIZE, 75, "", habits={"processing_polls": 10**9}, budget=3,
              sent={"finalize": 1, "certificate": 0}),
        fails("a profile that isn't advertised", CHALLENGE, 77, "long", arguments=("--profile", "long"),
              habits={"meta": PROFILES}, sent={"new-order": 0}),
        fails("a wildcard, for a web root", CHALLENGE, 64, r"\*\.one\.example", names=("*.one.example",),
              sent={"new-order": 0}),

        # Not what was asked for.
        fails("a name more in the order", CHALLENGE, 76, "", ("new-order", EVERY, changed(
              lambda o: o["identifiers"].append({"type": "dns", "value": "two.example"}))), sent={"challenge": 0}),
        fails("another name in the order", CHALLENGE, 76, "", ("new-order", EVERY, changed(
              lambda o: o["identifiers"][0].update(value="two.example"))), sent={"challenge": 0}),
        fails("names that change", (CHALLENGE, FINALIZE), 76, "", ("order", EVERY, with_members(
              identifiers=[{"type": "dns", "value": "two.example"}]))),
        fails("authorizations that change", (CHALLENGE, FINALIZE), 76, "", ("order", EVERY, changed(
              lambda o: o["authorizations"].append(o["authorizations"][0] + "0")))),
        fails("an authorization for another name", CHALLENGE, 76, "two.example", ("authorization", EVERY, with_members(
              identifier={"type": "dns", "value": "two.example"})), sent={"challenge": 0}),
        fails("an authorization for the parent", CHALLENGE, 76, "example", ("authorization", EVERY, with_members(
              identifier={"type": "dns", "value": "example"})), sent={"challenge": 0}),
        fails("an authorization for a wildcard", CHALLENGE, 76, "", ("authorization", EVERY, with_members(
              wildcard=True)), sent={"challenge": 0}),
        fails("an authorization of another type", CHALLENGE, 76, "", ("authorization", EVERY, with_members(
              identifier={"type": "permanent-identifier", "value": "one.example"})), sent={"challenge": 0}),
        fails("an authorization that changes its name", CHALLENGE, 76, "name",
              *[("authorization", nth, with_members(identifier={"type": "dns", "value": "two.example"}))
                for nth in range(2, 9)], habits={"pending_polls": 10**9}),
    ]


GOOD = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"
TOKENS = {
    "a path": "../../../etc/cron.d/" + GOOD, "a slash in it": GOOD + "/" + GOOD, "two dots": "..",
    "dots in it": GOOD + ".." + GOOD, "padding": GOOD + "==", "a plus sign": GOOD + "+", "a line break": GOOD + "\n",
    "a NUL": GOOD + "\0.html", "nothing": "", "a blank": GOOD + " ", "a backslash": GOOD + "\\" + GOOD,
    "a letter beyond ASCII": GOOD + "Ä", "a digit beyond ASCII": GOOD + "٣", "shell in it": "$(touch x)" + GOOD,
    "300 characters": "a" * 300, "too few bits": GOOD[:21], "null": None, "a number": 7, "an array": [GOOD],
}


class TokensTest(JourneyTest):
    """A token is base64url of at least 128 bits (8.3), or it reaches neither path nor answer."""

    table = [fails(f"a token that is or has {name}", CHALLENGE, 76, "", ("authorization", EVERY, http01(token=token)),
                   sent={"challenge": 0}) for name, token in TOKENS.items()]
