"""Orders and authorizations that go backwards, double, shrink, or change what was settled."""

import itertools

from faults import changed, sleeps, with_members
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, at_most, fails, fine

NAMES = ("one.example", "two.example")
LATE = {"pending_polls": 10**9}


def orders(fault):
    return [(where, EVERY, fault) for where in ("new-order", "order", "finalize")]


def after(count, fault):
    """From so many requests on."""
    numbers = itertools.count(1)
    return lambda request, go: fault(request, go) if next(numbers) > count else go()


def http01(**members):
    return changed(lambda object: next(c for c in object["challenges"] if c["type"] == "http-01").update(members))


def fragment(url):
    return url + "#x"


class Backwards(JourneyTest):
    table = [
        fails("finalize says pending", FINALIZE, (75, 77), "pending", ("finalize", EVERY, with_members(
              status="pending", certificate=None)), ("order", EVERY, after(1, with_members(
                  status="pending", certificate=None))), also=at_most("finalize", 3)),
        fails("finalize says ready, for ever", FINALIZE, 75, "orderNotReady", ("finalize", EVERY, with_members(
              status="ready", certificate=None)), ("order", EVERY, after(1, with_members(
                  status="ready", certificate=None))), also=at_most("finalize", 3)),
        fails("issuing goes back to ready", FINALIZE, (75, 77), ".", ("order", EVERY, after(1, with_members(
              status="ready"))), habits={"processing_polls": 10**9}, also=at_most("finalize", 3)),
        fails("issuing goes back to pending", FINALIZE, (75, 77), "pending", ("order", EVERY, after(1, with_members(
              status="pending"))), habits={"processing_polls": 10**9}, also=at_most("finalize", 1)),
        fails("issuing that has been, for ever", FINALIZE, 75, "issuing", *orders(changed(
              lambda o: o["status"] == "valid" and o.update(status="processing"))), budget=3),
        fails("an order processing from the start", FINALIZE, 75, "issuing", *orders(with_members(status="processing")),
              budget=3, sent={"finalize": 0}),
        fails("valid from the start, without a certificate", (CHALLENGE, FINALIZE), 76, "certificate",
              *orders(with_members(status="valid"))),
        fails("valid without a certificate", FINALIZE, 76, "certificate", *orders(with_members(certificate=None))),
        fails("valid with an empty certificate", FINALIZE, 76, "is not an https URL", *orders(changed(
              lambda o: o["status"] == "valid" and o.update(certificate="")))),
        fails("proved, and the order pending for ever", CHALLENGE, 75, "isn't ready yet", *orders(with_members(
              status="pending")), budget=3, sent={"finalize": 0}),
        fails("silence at a look for the proof", CHALLENGE, 75, "hasn't validated .* yet .*: the time allowed", (
              "order", EVERY, after(2, sleeps(60))), ("authorization", EVERY, after(1, sleeps(60))), habits=LATE, budget=3),
        fails("silence at a look for the certificate", FINALIZE, 75, "is issuing the order .*: the time allowed", (
              "order", EVERY, after(3, sleeps(60))), habits={"processing_polls": 10**9}, budget=3),
    ]


class Changing(JourneyTest):
    table = [
        fine("the same authorization twice", *orders(changed(
             lambda o: o.update(authorizations=o["authorizations"] * 2))), sent={"challenge": 1}),
        fails("two names and one authorization", CHALLENGE, 75, "isn't ready yet", *orders(changed(
              lambda o: o["authorizations"].pop())), names=NAMES, budget=3, sent={"challenge": 1}),
        fails("no authorization", CHALLENGE, 76, "no authorization", *orders(with_members(authorizations=[]))),
        fine("two authorizations for one name", ("authorization", EVERY, with_members(
             identifier={"type": "dns", "value": "one.example"})), names=NAMES),
        fine("a name twice", *orders(changed(lambda o: o.update(identifiers=o["identifiers"] * 2)))),
        fails("a name that goes", (CHALLENGE, FINALIZE), 76, "changed the names", ("order", EVERY, changed(
              lambda o: o["identifiers"].pop())), names=NAMES),
        fails("an authorization that goes", (CHALLENGE, FINALIZE), 76, "changed the authorizations", ("order", EVERY, changed(
              lambda o: o["authorizations"].pop())), names=NAMES),
        fails("another token by then", CHALLENGE, (75, 76), ".", ("authorization", EVERY, after(1, http01(
              token="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"))), habits=LATE, budget=3),
        fails("no challenges by then", CHALLENGE, (75, 76), ".", ("authorization", EVERY, after(1, with_members(
              challenges=[]))), habits=LATE, budget=3),
        fails("a fragment in finalize", CHALLENGE, 76, "fragment|#x", *orders(changed(
              lambda o: o.update(finalize=fragment(o["finalize"])))), sent={"finalize": 0}),
        fails("a fragment in an authorization", CHALLENGE, 76, "fragment|#x", *orders(changed(
              lambda o: o.update(authorizations=[fragment(u) for u in o["authorizations"]]))), sent={"authorization": 0}),
        fails("a user in an authorization", CHALLENGE, 76, "user|@", *orders(changed(lambda o: o.update(
              authorizations=[u.replace("//", "//me:you@") for u in o["authorizations"]]))), sent={"authorization": 0}),
        fails("a user in the certificate", FINALIZE, 76, "user|@", *orders(changed(
              lambda o: "certificate" in o and o.update(certificate=o["certificate"].replace("//", "//me@")))),
              sent={"certificate": 0}),
    ]
