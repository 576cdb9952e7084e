"""How nonces are had, kept and given up (RFC 8555, 6.5)."""

from faults import bad_nonce, dropped, refuses, says, with_headers, with_status
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, at_least, at_most, fails, fine, resigned

WORDS = "that nonce is not one of ours"
POSTS = ("new-order", "order", "authorization", "challenge", "finalize", "certificate")


def bad(where, times):
    return [(where, nth, bad_nonce()) for nth in range(1, times + 1)]


def few_requests(test, journey):
    test.assertLessEqual(len(journey.ca.requests), 8, journey)


def one_connection_each(test, journey):
    for tool, requests in journey.requests.items():
        test.assertEqual(len({r.connection for r in requests}), 1, f"{tool}\n{journey}")


def says_who_asks(test, journey):
    for tool, requests in journey.requests.items():
        test.assertEqual({r.tool for r in requests}, {tool})


class NoncesTest(JourneyTest):
    table = [
        fine("nothing is wrong", also=(few_requests, one_connection_each, says_who_asks),
             sent={"directory": 0, "new-nonce": 1, "new-order": 1, "challenge": 1, "finalize": 1, "certificate": 1}),

        # badNonce: once more, signed anew, with the nonce of that very answer.
        fine("refused for the order", *bad("new-order", 1), sent={"new-nonce": 1}, also=resigned("new-order")),
        fine("refused for the authorization", *bad("authorization", 1), also=resigned("authorization")),
        fine("refused for the challenge", *bad("challenge", 1), sent={"challenge": 2}, also=resigned("challenge")),
        fine("refused for finalize", *bad("finalize", 1), sent={"finalize": 2}, also=resigned("finalize")),
        fine("refused for the certificate", *bad("certificate", 1), also=resigned("certificate")),
        fine("refused nine times everywhere", *bad("new-order", 9), *bad("challenge", 9), *bad("finalize", 9),
             *bad("certificate", 9), sent={"new-order": 10, "challenge": 10, "finalize": 10, "certificate": 10}),
        fine("refused without a new one", ("new-order", 1, bad_nonce(Replay_Nonce=None)), sent={"new-nonce": 2}),
        fine("refused with an empty one", ("new-order", 1, bad_nonce(Replay_Nonce="")), sent={"new-nonce": 2}),
        fine("refused while the order is processing", *bad("order", 2), habits={"processing_polls": 3}),
        fails("refused for ever", CHALLENGE, 75, WORDS, ("new-order", EVERY, bad_nonce()),
              budget=10, also=(at_least("new-order", 5), at_most("new-order", 41))),
        fails("refused for ever at finalize", FINALIZE, 75, WORDS, ("finalize", EVERY, bad_nonce()),
              budget=10, also=at_most("finalize", 41)),
        fails("refused for ever without a new one", CHALLENGE, 75, WORDS,
              ("new-order", EVERY, bad_nonce(Replay_Nonce=None)), budget=10, also=at_most("new-order", 41)),
        fails("refused for ever without a word", CHALLENGE, 75, "badNonce|nonce",
              ("new-order", EVERY, refuses("badNonce", 400, members={"detail": None})), budget=5),

        # Answers without a nonce, or with something that isn't one (6.5.1).
        fine("none in any answer", *[(where, EVERY, with_headers(Replay_Nonce=None)) for where in POSTS]),
        fine("one with a blank", ("new-order", 1, with_headers(Replay_Nonce="not a nonce")), sent={"new-nonce": 2}),
        fine("one with padding", ("new-order", 1, with_headers(Replay_Nonce="bm9uY2U=")), sent={"new-nonce": 2}),
        fine("one that is a path", ("new-order", 1, with_headers(Replay_Nonce="../../etc")), sent={"new-nonce": 2}),
        fine("new-nonce answers 204", ("new-nonce", EVERY, with_status(204))),
        fine("new-nonce is cut off at first", ("new-nonce", 1, dropped), sent={"new-nonce": 2}),
        fails("new-nonce never gives one", CHALLENGE, (75, 76), "Nonce",
              ("new-nonce", EVERY, with_headers(Replay_Nonce=None)), budget=5, sent={"new-order": 0}),
        fails("new-nonce is not there", CHALLENGE, (76, 77), "404", ("new-nonce", EVERY, says(404)), budget=5),
    ]
