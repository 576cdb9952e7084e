"""A trace of a wait in which the CA had something to say is played again to the same end."""

from journey import CHALLENGE, fails, fine
from replay_test import Replayed
from sayings import Validation, stuck_until, words

LATE = {"pending_polls": 10**9}
CLOSED = words("192.0.2.1: Connection refused")
GONE, LOST = {"status": "pending", "error": CLOSED}, {"status": "invalid", "error": CLOSED}
BUSY = ("incorrectResponse", 400, "the file was not found")


def waited(name, message, validation):
    return fails(name, CHALLENGE, 77, message, *validation.script, habits=LATE)


class ReasonsReplayTest(Replayed):
    table = [
        waited("pending, with an error for ever", "one.example by http-01: .*Connection refused", Validation(GONE)),
        waited("pending, with an error that comes later", "http-01: .*Connection refused", Validation(GONE, after=1)),
        waited("invalid at last", "http-01: .*Connection refused", Validation(LOST, after=5)),
        waited("refused, and pending", "the file was not found", Validation({"status": "pending"}, refusals=(BUSY,))),
        waited("refused, and pending with an error", "not found .*Connection refused", Validation(GONE, refusals=(BUSY,))),
        fine("the third answer helps", *stuck_until(3, CLOSED), sent={"challenge": 3}),
        fails("three names are invalid at last", CHALLENGE, 77, "could not validate 3 of 3 names",
              *Validation(LOST, after=3).script, names=("one.example", "three.example", "two.example"), habits=LATE),
    ]
