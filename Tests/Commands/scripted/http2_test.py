"""Many requests side by side on one HTTP/2 connection, with a CA in trouble at its other end (RFC 9113, 5.1.2, 6.8)."""

import contextlib
import threading
import time

from faults import bad_nonce, says, sleeps
from front import connections, put_before
from journey import CHALLENGE, EVERY, JourneyTest, at_least, at_most, fine
from retries import looked_up_between

NAMES = tuple(f"host{n}.example" for n in range(30))
STREAMS = 10  # as many are under way at once, and as many nonces
SIGNED = ("new-order", "order", "authorization", "challenge", "finalize", "certificate")


class Gathered:
    """A fault: holds the first requests until `count` are under way at once, or a second is over. `most` is how many
    there were. Then `fault` is played with each."""

    def __init__(self, count, fault=lambda request, go: go()):
        self.count, self.fault = count, fault
        self.now, self.most, self.end = 0, 0, None
        self.change = threading.Condition()

    def __call__(self, request, go):
        with self.change:
            self.end = self.end or time.monotonic() + 1
            self.now += 1
            self.most = max(self.most, self.now)
            self.change.notify_all()
            self.change.wait_for(lambda: self.most >= self.count, self.end - time.monotonic())
        try:
            return self.fault(request, go)
        finally:
            with self.change:
                self.now -= 1

    def side_by_side(self, test, journey):
        test.assertIn(self.most, range(2, STREAMS + 1), journey)


def once_each(where, fault):
    """The fault is played with the first request to each URL there."""
    seen = set()

    def first(request, go):
        if request.path in seen:
            return go()
        seen.add(request.path)
        return fault(request, go)
    return where, EVERY, first


def later(where, fault):
    """With all requests there but the first."""
    return [(where, nth, fault) for nth in range(2, 200)]


def on_one_connection(test, journey):
    for tool, requests in journey.requests.items():
        test.assertEqual([version for version, _ in connections(requests)], ["HTTP/2.0"], f"{tool}\n{journey}")


def on_several(test, journey):
    test.assertGreater(len(connections(journey.requests[CHALLENGE])), 1, journey)


def many(name, *script, **more):
    """A journey with all the names that arrives, and answers no challenge blindly twice."""
    also = (looked_up_between, *more.pop("also", ()))
    return fine(name, *script, names=NAMES, also=also, **more)


class FrontedTest(JourneyTest):
    settings = ""  # of the nginx before the CA

    @contextlib.contextmanager
    def authority(self, row):
        with super().authority(row) as ca:
            put_before(ca, self, self.settings)
            yield ca


class SideBySideTest(FrontedTest):
    held = Gathered(STREAMS + 1)

    table = [
        many("all is well", ("authorization", EVERY, held), ("challenge", EVERY, held),
             sent={"new-order": 1, "authorization": 30, "challenge": 30},
             also=(on_one_connection, held.side_by_side, at_most("new-nonce", STREAMS))),

        # What is asked for only to be faster is not missed.
        many("further nonces are refused for a minute", *later("new-nonce", says(503, Retry_After="60")),
             also=(at_least("new-nonce", 2),)),
        many("further nonces never come", *later("new-nonce", sleeps(60)), also=(at_least("new-nonce", 2),)),

        # All wait at once: there is no time for two waits.
        many("502 for each challenge once", once_each("challenge", says(502, Retry_After="6")), budget=11,
             sent={"challenge": 60}),
        many("503 for ten at once", *[("authorization", nth, ten) for ten in [Gathered(STREAMS, says(503))]
                                      for nth in range(1, STREAMS + 1)], sent={"authorization": 40}),
        many("each nonce refused once", *[once_each(where, bad_nonce()) for where in SIGNED],
             sent={"new-order": 2, "authorization": 60, "challenge": 60, "finalize": 2, "certificate": 2}),
    ]


class OneStreamTest(FrontedTest):
    settings = "http2_max_concurrent_streams 1;"
    held = Gathered(2)

    table = [many("one stream at a time", ("authorization", EVERY, held), sent={"authorization": 30, "challenge": 30},
                  also=(on_one_connection, lambda test, journey: test.assertEqual(test.held.most, 1, journey)))]


class GoAwayTest(FrontedTest):
    settings = "keepalive_requests 20;"

    table = [many("the connection ends in the midst", sent={"challenge": 30}, also=(on_several,))]
