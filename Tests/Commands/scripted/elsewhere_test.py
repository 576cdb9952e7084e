"""A CA of several machines, of which one doesn't know yet what another has made; and one that moves, or is old."""

from faults import done_but, html, refuses, says, sleeps, with_headers, with_members
from journey import CHAIN, CHALLENGE, EVERY, FINALIZE, JourneyTest, fails, fine, told


def knows_no_head(request, go):
    return says(405)(request, go) if request.method == "HEAD" else go()


def old_profiles(_):
    return {"profiles": {"classic": "as ever"}}


NEW = {"meta": {"profiles": {"classic": "as ever", "short": "six days"}}}


class ElsewhereTest(JourneyTest):
    table = [
        fine("an authorization", ("authorization", 1, says(404))),
        fine("an authorization, twice", ("authorization", 1, refuses("malformed", 404)),
             ("authorization", 2, html(404))),
        fine("the order", ("order", 1, refuses("malformed", 404, "no such order"))),
        fine("the certificate", ("certificate", 1, refuses("malformed", 404, "no such certificate")),
             sent={"certificate": 2}),
        fails("an order that is gone for good", CHALLENGE, 77, "no such order",
              ("order", EVERY, refuses("malformed", 404, "no such order")), sent={"order": 3}),
        fails("a certificate that is gone for good", CHAIN, 77, "no such certificate",
              ("certificate", EVERY, refuses("malformed", 404, "no such certificate")), sent={"certificate": 3}),
        fails("a challenge is asked for once", CHALLENGE, 77, "no such challenge",
              ("challenge", EVERY, refuses("malformed", 404, "no such challenge")), sent={"challenge": 1}),

        fine("newNonce knows no HEAD", ("new-nonce", EVERY, knows_no_head)),
        fails("newNonce knows neither", CHALLENGE, 77, "405", ("new-nonce", EVERY, says(405)), sent={"new-order": 0}),

        fine("a profile that is newer than the account document", arguments=("--profile", "short"), habits=NEW,
             endpoints={"meta": old_profiles}, sent={"directory": 1}),
        fine("a profile that was there before", arguments=("--profile", "classic"), habits=NEW,
             endpoints={"meta": old_profiles}, sent={"directory": 0}),
        fails("a profile that is in neither", CHALLENGE, 77,
              "the CA has no profile long\n.*hint: it has classic \\(as ever\\), short \\(six days\\)", arguments=("--profile", "long"), habits=NEW,
              endpoints={"meta": old_profiles}, sent={"directory": 1, "new-order": 0}),
    ]


class PausesTest(JourneyTest):
    """What the CA says of time is kept to wherever it says it, and what took the time is named."""

    table = [
        fails("of the order, after finalize was lost", FINALIZE, 75, "issuing", ("finalize", 1, done_but(500)),
              habits={"processing_polls": 10**9}, before={FINALIZE: lambda ca: ca.script.append(
                  ("order", EVERY, with_headers(Retry_After="100")))}, budget=5,
              also=told(lambda document: "retryAt" in document)),
        fails("of a challenge", CHALLENGE, 75, "", ("challenge", EVERY, with_headers(Retry_After="100")), budget=5,
              sent={"challenge": 1, "order": 0}),
        fails("finalize takes all of it", FINALIZE, 75, "finalize", ("finalize", 1, sleeps(60)), budget=3,
              sent={"finalize": 1}),
        fails("a challenge takes all of it", CHALLENGE, 75, "the challenge", ("challenge", 1, sleeps(60)), budget=3,
              sent={"challenge": 1}),
        fails("a header that is longer than libcurl takes", CHALLENGE, 76, "too large",
              ("new-order", EVERY, with_headers(X="a" * 200_000)), sent={"new-order": 1}),
    ]
