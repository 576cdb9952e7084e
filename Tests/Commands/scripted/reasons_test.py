"""What the CA has said of a failure, in the ways in which real CAs say it, reaches whoever reads the message."""

import json
import time

from faults import changed, dropped, refuses, says, with_headers, with_members
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, at_least, at_most, fails, fine, kit, shows, told
from sayings import BARE, Validation, of_name, of_type, only, stuck_until, when_invalid, words
from scripted_ca import URN, ScriptedCA, problem
from terminal import Session
from tools import ToolTest

WRONG_ROOT = {"webroot": "/nonexistent"}
LATE = 10**9  # polls: validation that doesn't end
PROOF = "is not the key authorization"
CLOSED = words("192.0.2.1: Connection refused")
BUSY = ("incorrectResponse", 400, "the file was not found")
GONE = {"status": "pending", "error": CLOSED}
TRYING = {"status": "processing", "error": CLOSED}
LOST = {"status": "invalid", "error": CLOSED}
RIGHT = {"status": "valid"}


def tells(problem):
    """The problem document holds the CA's, whole."""
    return told(lambda document: document["problem"] == problem)


def tells_of(*names):
    """A subproblem for each of these names, in any order."""
    return told(lambda document: sorted(p["identifier"]["value"] for p in document["problem"]["subproblems"])
                == sorted(names))


def never_shows(pattern):
    return lambda test, journey: test.assertNotRegex(journey.stderr, pattern)


def keeps_lists(test, journey):
    """The order in the problem has the names and authorizations that it had before it failed."""
    order = journey.document(journey.failed)["order"]["order"]
    test.assertEqual([len(order[name]) for name in ("identifiers", "authorizations")], [1, 1])
    test.assertEqual(order["status"], "invalid")


def stamped(ca):
    ca.ended = time.monotonic()


def ends_after(validation, most, least=0):
    """acme-challenge ended so many seconds after the CA had shown what is the end."""
    def check(test, journey):
        passed = journey.ca.ended - validation.seen
        test.assertLess(passed, most, journey)
        test.assertGreaterEqual(passed, least, journey)
    return check


def polite(test, journey):
    """No more than a handful of requests a second, over the whole of the wait."""
    asked = [r.at for r in journey.ca.requests if r.where in ("order", "authorization", "challenge")]
    for at in asked:
        test.assertLessEqual(len([a for a in asked if at <= a < at + 3]), 20, journey)


def failed_order(name, *script, **more):
    return fails(f"an order that has failed, with {name}", CHALLENGE, 77, PROOF, *script, habits=WRONG_ROOT | {
        "pending_polls": 1}, also=(keeps_lists, *more.pop("also", ())), **more)


class FailedOrderTest(JourneyTest):
    """Its authorizations tell why; what else is missing in it, or wrong, nobody needs (RFC 8555, 7.1.3)."""

    table = [
        failed_order("its status alone", ("order", EVERY, only("status"))),
        failed_order("status and expires alone, as of django-ca", ("order", EVERY, only(*BARE))),
        failed_order("null for its authorizations, as of OpenBao", ("order", EVERY, when_invalid(authorizations=None))),
        failed_order("an empty array for them", ("order", EVERY, when_invalid(authorizations=[]))),
        failed_order("other authorizations", ("order", EVERY, when_invalid(authorizations=["https://ca.example/x"]))),
        failed_order("an array of nulls for its names", ("order", EVERY, when_invalid(identifiers=[None]))),
        failed_order("another name", ("order", EVERY, when_invalid(identifiers=[{"type": "dns", "value": "x.example"}]))),
        failed_order("a number for finalize", ("order", EVERY, when_invalid(finalize=7))),
        failed_order("finalize elsewhere", ("order", EVERY, when_invalid(finalize="https://elsewhere.example/f"))),
        failed_order("an array for expires", ("order", EVERY, when_invalid(expires=[]))),
        failed_order("a number for the certificate", ("order", EVERY, when_invalid(certificate=7))),
        failed_order("a string for its error", ("order", EVERY, when_invalid(error="no"))),
        failed_order("null for its error", ("order", EVERY, when_invalid(error=None))),
        failed_order("no authorizations, and none that has its challenges' tokens", ("order", EVERY, only(*BARE)), (
            "authorization", EVERY, changed(lambda o: o["status"] == "invalid" and [
                c.pop("token", None) for c in o["challenges"]]))),
        fails("a failed order whose authorizations are gone", CHALLENGE, 77, "is invalid: not all names are proved",
              *[("authorization", look, refuses("malformed", 404, "no such thing")) for look in (2, 3, 4)],
              habits=WRONG_ROOT | {"pending_polls": 1}),
        fails("a failed order that never tells why", CHALLENGE, 77, "the order .* is invalid",
              ("order", EVERY, with_members(status="invalid", error=None)), ("order", EVERY, only(*BARE))),
        fails("an order that is born failed", CHALLENGE, 77, "the order .* is invalid: no more",
              ("new-order", EVERY, with_members(status="invalid", error=words("no more", "caa"))),
              ("new-order", EVERY, only("status", "error"))),
        fails("an order that fails when it is to be issued", FINALIZE, 77, "invalid: no more", (
            "finalize", EVERY, with_members(status="invalid", error=words("no more", "caa"), identifiers=None,
                                            authorizations=None, finalize=None))),
        fails("an order that fails while it is issued", FINALIZE, 77, "the order .* is invalid",
              ("finalize", EVERY, with_members(status="processing", certificate=None)),
              ("order", EVERY, with_members(status="invalid", certificate=None)), ("order", EVERY, only(*BARE)),
              habits={"reuse": ["one.example"]}),
        fails("an order without its authorizations that hasn't failed", (CHALLENGE, FINALIZE), 76, "authorizations",
              ("order", EVERY, with_members(authorizations=None))),
    ]


def refusal(detail):
    return {"type": URN + "incorrectResponse", "status": 400, "detail": detail}


def done_but_refused(request, go):
    """It is done, but the client hears that it was refused."""
    go()
    return problem(*BUSY)


def statuses(document):
    return [authorization["status"] for authorization in document["order"]["authorizations"]]


def ends_soon(test, journey):
    """After a refusal nobody waits for long."""
    test.assertLess(journey.ca.ended - journey.ca.asked("challenge")[-1].at, 4, journey)


def wait_of(name, status, message, validation, *script, **more):
    also = more.pop("also", ())
    also = (polite, *(also if isinstance(also, tuple) else (also,)))
    return fails(name, CHALLENGE, status, message, *validation.script, *script, habits={"pending_polls": LATE} | more.pop(
        "habits", {}), also=also, before={FINALIZE: stamped}, **more)


STUCK, STUBBORN, ASYNC = Validation(GONE), Validation(GONE, refusals=(None, BUSY)), Validation(GONE, after=1)
INVALID, OVER, LATE_ONE = Validation(LOST), Validation(LOST, authorization={"status": "invalid"}), Validation(LOST, after=6)
LATE_TWO = Validation(LOST, authorization={"status": "invalid"}, after=4)
ORDERED = Validation({"status": "processing"})


def order_invalid_after(seconds):
    def fault(request, go):
        answer = go()
        if ORDERED.posts and time.monotonic() > ORDERED.posts[0] + seconds:
            ORDERED.end = getattr(ORDERED, "end", None) or time.monotonic()
            answer.json = answer.json | {"status": "invalid", "error": CLOSED}
        return answer
    return fault


def order_ends(test, journey):
    test.assertLess(journey.ca.ended - ORDERED.end, 2.5, journey)


class ErrorsInTheWaitTest(JourneyTest):
    """A challenge may have an error before it has an end (RFC 8555, 8.2)."""

    table = [
        wait_of("processing, with an error until time is up", 75, "hasn't validated one.example yet.*Connection refused",
                Validation(TRYING), budget=4, also=(tells(CLOSED),), sent={"challenge": 1}),
        wait_of("pending, with an error, and time is up", 75, "hasn't validated one.example yet.*Connection refused",
                Validation(GONE), budget=4, also=(tells(CLOSED),)),
        wait_of("pending, with an error for ever", 77, "one.example by http-01: 192.0.2.1: Connection refused", STUCK,
                also=(tells(CLOSED), ends_after(STUCK, 15, least=4), at_least("challenge", 3), at_most("challenge", 6))),
        wait_of("pending, with an error that comes later", 77, "one.example by http-01: .*Connection refused", ASYNC,
                also=(tells(CLOSED), ends_after(ASYNC, 15, least=4), at_least("challenge", 3))),
        wait_of("pending, with an error, and no further answer is taken", 77, "http-01: .*Connection refused",
                STUBBORN, also=(tells(CLOSED), ends_after(STUBBORN, 15), at_least("challenge", 2))),
        wait_of("an invalid challenge of a pending authorization", 77, "Connection refused", INVALID,
                also=(tells(CLOSED), ends_after(INVALID, 2)), sent={"challenge": 1}),
        wait_of("an invalid authorization of a pending order", 77, "Connection refused", OVER,
                also=(tells(CLOSED), ends_after(OVER, 2)), sent={"challenge": 1}),
        wait_of("a challenge that turns invalid late", 77, "Connection refused", LATE_ONE,
                also=(tells(CLOSED), ends_after(LATE_ONE, 2)), sent={"challenge": 1}),
        wait_of("an authorization that turns invalid late, of an order that is to be left alone", 77,
                "Connection refused", LATE_TWO, ("order", EVERY, with_headers(Retry_After="20")), budget=60,
                also=(tells(CLOSED), ends_after(LATE_TWO, 3)), sent={"challenge": 1}),
        wait_of("an order that turns invalid late", 77, "Connection refused", ORDERED,
                ("order", EVERY, order_invalid_after(6)), also=(order_ends,)),
        wait_of("an error that comes and goes", 75, "hasn't validated one.example yet", Validation({
            "status": "processing", "error": None}), budget=3, also=(never_shows("last words"),)),
        wait_of("the CA goes away", (69, 75), "Connection refused", Validation(TRYING),
                *[("order", nth, dropped) for nth in range(5, 99)], budget=6, also=(tells(CLOSED),)),
        wait_of("the CA is out of order", 75, "Connection refused", Validation(TRYING),
                *[("order", nth, says(503)) for nth in range(5, 99)], budget=6),
        wait_of("a wait that the CA wants to be too long", 75, "Connection refused", Validation(TRYING, after=0.001), (
            "order", EVERY, with_headers(Retry_After="3600")), budget=30, also=(tells(CLOSED),)),
        wait_of("the order itself has an error", 75, "yet.*last words: 192.0.2.1: Connection refused", Validation({
            "status": "processing"}), ("order", EVERY, with_members(error=CLOSED)), budget=3, also=(tells(CLOSED),)),
        fails("an order with an error is issued too slowly", FINALIZE, 75, "issuing.*a human has to look", (
            "order", EVERY, with_members(error=words("a human has to look", "caa"))), ("finalize", EVERY, with_members(
                error=words("a human has to look", "caa"))), habits={"processing_polls": LATE}, budget=3,
              also=tells(words("a human has to look", "caa"))),
    ] + [
        wait_of(f"an error that is {name}", 75, message, Validation({"status": "processing", "error": error}), budget=3)
        for name, error, message in (
            ("a string", "no route", "no route"), ("a word", "no", "on one.example: no\n"), ("null", None, "hasn't validated"), ("empty", {}, "hasn't validated"),
            ("an array", [words("one"), words("two")], "two"), ("a number", 7, "hasn't validated"),
            ("an array of odd things", [None, [], 7, ""], "hasn't validated"),
            ("a problem of odd things", {"type": 7, "detail": ["x"], "subproblems": {}}, "gave no detail"),
            ("without a type", {"detail": "no route"}, "no route"))
    ] + [
        fine("pending, with an error, and the second answer helps", *stuck_until(2, CLOSED), sent={"challenge": 2}),
        fine("pending, with an error, and the third answer helps", *stuck_until(3, CLOSED), sent={"challenge": 3}),
    ]


class RefusedAnswersTest(JourneyTest):
    """A CA that looks within the request refuses the answer that wasn't true (RFC 8555, 7.5.1)."""

    table = [
        wait_of("refused, and pending", 77, "one.example: .*the file was not found", Validation(
            {"status": "pending"}, refusals=(BUSY,)), also=(ends_soon, tells(refusal("the file was not found"))),
            sent={"challenge": 1, "order": 0}),
        wait_of("refused, and pending with an error, as of OpenBao", 77,
                "the file was not found .*Connection refused", Validation(GONE, refusals=(BUSY,)), also=ends_soon,
                sent={"challenge": 1}),
        wait_of("refused, and processing with an error, as of serles-acme", 77, "the file was not found", Validation(
            TRYING, refusals=(BUSY,)), also=ends_soon, sent={"challenge": 1}),
        wait_of("refused, and invalid", 77, "could not validate one.example by http-01: 192.0.2.1: Connection refused",
                Validation(LOST, refusals=(BUSY,), authorization={"status": "invalid"}),
                also=(ends_soon, tells(CLOSED)), sent={"challenge": 1}),
        wait_of("refused, and invalid for no reason", 77, "the file was not found", Validation(
            {"status": "invalid"}, refusals=(BUSY,), authorization={"status": "invalid"}), also=ends_soon),
        wait_of("refused by a page without a problem", 77, "HTTP status 403: Forbidden by policy", Validation(
            {"status": "pending"}), ("challenge", EVERY, says(403, "<h1>Forbidden by policy</h1>", "text/html")),
            also=ends_soon),
        wait_of("refused, with little time", 77, "the file was not found", Validation(
            {"status": "pending"}, refusals=(BUSY,)), budget=1),
        fine("refused, and valid all the same", ("challenge", 1, done_but_refused), sent={"challenge": 1}),
        fine("refused, and processing", ("challenge", 1, done_but_refused), habits={"pending_polls": 3},
             sent={"challenge": 1}),
        fine("refused, and pending for a moment only", ("challenge", 1, done_but_refused),
             ("authorization", 2, of_type("http-01", status="pending")), habits={"pending_polls": 3},
             sent={"challenge": 1}),
        fails("one of two is refused", CHALLENGE, 77, "one.example: .*no such luck", ("challenge", 1, refuses(
              "incorrectResponse", 400, "no such luck")), names=("one.example", "two.example"),
              sent={"challenge": 2}, also=told(lambda d: sorted(statuses(d)) == ["pending", "valid"])),
        fails("one of two is refused, and the other is wrong", CHALLENGE, 77, "could not validate 2 of 2 names",
              ("challenge", 1, refuses("incorrectResponse", 400, "no such luck")), habits=WRONG_ROOT,
              names=("one.example", "two.example"), sent={"challenge": 2},
              also=(shows("(?m)^acme-challenge:   .*no such luck"), shows(f"(?m)^acme-challenge:   .*{PROOF}"),
                    tells_of("one.example", "two.example"))),
        fails("both of two are refused", CHALLENGE, 77, "could not validate 2 of 2 names", ("challenge", 1, refuses(
              "incorrectResponse", 400, "not the first")), ("challenge", 2, refuses(
                  "incorrectResponse", 400, "nor the second")), names=("one.example", "two.example"),
              sent={"challenge": 2}, also=(shows("not the first"), shows("nor the second"))),
        fails("one of two is refused, and the other lost", CHALLENGE, 77, "no such luck", ("challenge", 1, refuses(
              "incorrectResponse", 400, "no such luck")), ("challenge", 2, says(500)),
              names=("one.example", "two.example"), sent={"challenge": 3}),
    ]


BOTH = ("one.example", "*.one.example")


class NamesTest(JourneyTest):
    """Each name has its own words, and those that are valid none."""

    table = [
        fails("only one of three is awaited", CHALLENGE, 75, "hasn't validated two.example yet",
              ("authorization", EVERY, of_name("two.example", with_members(status="pending"))),
              ("authorization", EVERY, of_name("two.example", of_type("http-01", **TRYING))),
              ("order", EVERY, with_members(status="pending")),
              names=("one.example", "three.example", "two.example"), budget=4,
              also=(never_shows("one.example"), never_shows("three.example"), shows("words on two.example: 192.0.2.1"),
                    tells(CLOSED))),
        fails("two of three have an error", CHALLENGE, 75, "hasn't validated three.example, two.example yet",
              *[("authorization", EVERY, of_name(f"{name}.example", fault))
                for name in ("three", "two") for fault in (with_members(status="pending"), of_type(
                    "http-01", status="processing", error=words(f"{name} is closed")))],
              ("order", EVERY, with_members(status="pending")), names=("one.example", "three.example", "two.example"),
              budget=4, also=(shows(r"(?m)^acme-challenge:   three.example: three is closed \(connection\)$"),
                              shows(r"(?m)^acme-challenge:   two.example: two is closed \(connection\)$"),
                              tells_of("three.example", "two.example"))),
        fails("another challenge's error", CHALLENGE, 75, "hasn't validated one.example yet",
              ("authorization", EVERY, of_type("dns-01", status="pending", error=CLOSED)), habits={
                  "pending_polls": LATE}, budget=3, also=never_shows("Connection refused")),
        fails("another challenge that is invalid", CHALLENGE, 75, "hasn't validated one.example yet",
              ("authorization", EVERY, of_type("dns-01", **LOST)), habits={"pending_polls": LATE}, budget=3,
              also=never_shows("Connection refused")),
        fails("another challenge's error besides the chosen one's", CHALLENGE, 77, "one.example by http-01: .*" + PROOF,
              ("authorization", EVERY, of_type("dns-01", **LOST)), habits=WRONG_ROOT,
              also=never_shows("Connection refused")),
        fails("one is lost, another has an error", CHALLENGE, 77, "could not validate 2 of 3 names",
              ("authorization", EVERY, of_name("two.example", of_type("http-01", **TRYING))),
              ("authorization", EVERY, of_name("two.example", with_members(status="pending"))),
              ("authorization", EVERY, of_name("three.example", of_type("http-01", **LOST))),
              ("authorization", EVERY, of_name("three.example", with_members(status="pending"))),
              ("order", EVERY, with_members(status="pending")), names=("one.example", "three.example", "two.example"),
              also=tells_of("two.example", "three.example")),
    ]


class Steps(ToolTest):

    def at(self, *script, names=("one.example",), **habits):
        """A CA with this script, and an order at it in order.json, its proof published."""
        (self.dir / "web").mkdir()
        ca = self.enterContext(ScriptedCA(script, webroot=self.dir / "web", **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": "30"}
        (self.dir / "site.csr").write_bytes(kit().request(names))
        self.step("order --webroot web", "site.csr", "order.json")
        self.step("publish --webroot web", "order.json", "order.json")
        return ca

    def step(self, verb, source, target):
        done = self.ok(self.run_tool("acme-challenge", *verb.split(), stdin=(self.dir / source).read_bytes()))
        (self.dir / target).write_bytes(done.out)
        return json.loads(done.out)

    def refused(self, verb, source, message, status=77):
        done = self.run_tool("acme-challenge", *verb.split(), stdin=(self.dir / source).read_bytes())
        self.fails(done, status, message)
        (self.dir / "problem.json").write_bytes(done.out)
        return json.loads(done.out)


class VerbsTest(Steps):
    """The same, step by step."""

    def test_a_refused_answer_is_the_end_of_respond(self):
        ca = self.at(("challenge", EVERY, refuses(*BUSY)))
        problem = self.refused("respond", "order.json", "one.example: .*the file was not found")
        self.assertEqual(problem["problem"]["type"].rsplit(":", 1)[-1], "incorrectResponse")
        self.assertEqual(len(ca.asked("challenge")), 1)
        self.assertLess(ca.requests[-1].at - ca.asked("challenge")[0].at, 3)

    def test_a_retry_may_be_asked_for(self):
        """A challenge that was answered before is answered again where the CA leaves it with an error (8.2)."""
        for status in "pending", "processing":
            with self.subTest(status):
                ca = self.at(*Validation({"status": status, "error": CLOSED}).script, pending_polls=LATE)
                self.step("respond", "order.json", "answered.json")
                document = self.step("respond", "answered.json", "again.json")
                self.assertEqual(len(ca.asked("challenge")), 2)
                challenge = next(c for c in document["authorizations"][0]["challenges"] if c.get("chosen"))
                self.assertEqual((challenge["status"], challenge["error"]), (status, CLOSED))
                (self.dir / "web").rename(self.dir / f"web-{status}")

    def test_a_retry_is_not_asked_for_without_need(self):
        ca = self.at(pending_polls=LATE)
        self.step("respond", "order.json", "answered.json")
        self.step("respond", "answered.json", "again.json")
        self.assertEqual((len(ca.asked("challenge")), ca.violations), (1, []))

    def test_wait_says_the_same_of_what_respond_has_left(self):
        ca = self.at(*Validation(GONE).script, pending_polls=LATE)
        self.step("respond", "order.json", "answered.json")
        problem = self.refused("wait", "answered.json", "one.example by http-01: 192.0.2.1: Connection refused")
        self.assertEqual(problem["problem"], CLOSED)
        self.assertIn(len(ca.asked("challenge")), range(3, 7))

    def test_wait_on_an_order_that_has_failed(self):
        """Its problem is kept; what it says is said again where the order in it is gone on with."""
        self.at(("order", EVERY, only(*BARE)), unproved=["one.example"])
        self.step("respond", "order.json", "answered.json")
        order = self.refused("wait", "answered.json", PROOF)["order"]
        (self.dir / "failed.json").write_text(json.dumps(order))
        for verb in "wait", "respond", "":
            self.refused(verb, "failed.json", PROOF)
        self.refused(f"order --url {order['url']}", "site.csr", "the order .* is invalid")
        done = self.run_tool("acme-finalize", stdin=json.dumps(order))
        self.fails(done, 77, PROOF)
        self.step("clean --webroot web", "failed.json", "cleaned.json")

    def test_an_order_that_was_cancelled(self):
        for status, members in ("invalid", BARE), ("deactivated", ("status",)), ("pending", ("status", "finalize")):
            with self.subTest(status):
                self.at(("order", EVERY, with_members(status=status)), ("order", EVERY, only(*members, when=status)))
                document = self.step("cancel", "order.json", "cancelled.json")
                self.assertEqual(document["order"]["status"], status)
                self.assertEqual([len(document["order"][list]) for list in ("identifiers", "authorizations")], [1, 1])
                self.step("clean --webroot web", "cancelled.json", "cleaned.json")
                (self.dir / "web").rename(self.dir / f"web-{status}")

    def test_a_wildcard_beside_its_base_name(self):
        hook = self.dir / "hook"
        hook.write_text("#!/bin/sh\n")
        hook.chmod(0o755)
        complaint = {"status": "processing", "error": words("the wildcard's record is missing", "dns")}
        ca = self.at(("authorization", EVERY, of_name("*.one.example", of_type("dns-01", **complaint))),
                     pending_polls=LATE)
        done = self.run_tool("acme-challenge", "--hook", "./hook", "--timeout", "3", stdin=kit().request(BOTH))
        self.fails(done, 75, r"hasn't validated .*; the CA's last words on \*\.one\.example: the wildcard's record")
        self.assertEqual(json.loads(done.out)["problem"], complaint["error"])
        self.assertEqual(len(ca.asked("challenge")), 2)


class TerminalTest(Steps):
    """While it waits, what the CA has said stands on the terminal."""

    def test_progress(self):
        names = ("one.example", "two.example")
        trying = of_type("http-01", status="processing", error=words("closed"))
        ca = self.at(("authorization", EVERY, of_name("two.example", trying)), names=names, pending_polls=LATE)
        session = Session(self, "acme-challenge --webroot web --timeout 20 <site.csr >problem.json 2>/dev/tty")
        session.until("two.example: closed (connection)")
        self.assertLess(time.monotonic() - ca.asked("challenge")[-1].at, 4)
        session.until("awaiting one.example, two.example").type("\x03")
        session.end()
        self.assertTrue(session.said.rstrip().endswith("\x1b[K"), session.said)

    def test_progress_of_issuing(self):
        slow = with_members(error=words("a human has to look", "caa"))
        self.at(("order", EVERY, slow), ("finalize", EVERY, slow), reuse=["one.example"], processing_polls=LATE)
        session = Session(self, "acme-finalize --timeout 20 <order.json >problem.json 2>/dev/tty")
        session.until("a human has to look (caa)").type("\x03")
        session.end()
