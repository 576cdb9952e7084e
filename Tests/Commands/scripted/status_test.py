"""Every problem type of ACME, and unknown ones, against the contract's table of exit statuses."""

from faults import refuses
from journey import CHAIN, CHALLENGE, EVERY, FINALIZE, JourneyTest, at_most, fails, told
from scripted_ca import URN

REFUSED, NOT_NOW, A_PERSON = 77, 75, 78

# RFC 8555, 6.7, and what was registered or drafted later, each with the HTTP status that it usually comes with.
TYPES = {
    "accountDoesNotExist": (400, A_PERSON), "alreadyRevoked": (400, REFUSED), "badCSR": (400, REFUSED),
    "badNonce": (400, NOT_NOW), "badPublicKey": (400, REFUSED), "badRevocationReason": (400, REFUSED),
    "badSignatureAlgorithm": (400, REFUSED), "caa": (403, REFUSED), "compound": (400, REFUSED),
    "connection": (400, REFUSED), "dns": (400, REFUSED), "externalAccountRequired": (403, A_PERSON),
    "incorrectResponse": (400, REFUSED), "invalidContact": (400, REFUSED), "malformed": (400, REFUSED),
    "orderNotReady": (403, NOT_NOW), "rateLimited": (429, NOT_NOW), "rejectedIdentifier": (400, REFUSED),
    "serverInternal": (500, NOT_NOW), "tls": (400, REFUSED), "unauthorized": (403, REFUSED),
    "unsupportedContact": (400, REFUSED), "unsupportedIdentifier": (400, REFUSED),
    "userActionRequired": (403, A_PERSON),
    "alreadyReplaced": (409, REFUSED), "invalidProfile": (400, REFUSED), "autoRenewalCanceled": (403, REFUSED),
    "autoRenewalExpired": (403, REFUSED), "autoRenewalCancellationInvalid": (400, REFUSED),
    "autoRenewalRevocationNotSupported": (403, REFUSED), "unknownDelegation": (400, REFUSED),
    "onionCAARequired": (403, REFUSED), "conflict": (409, REFUSED), "somethingNew": (418, REFUSED),
}

# The HTTP status decides where the type doesn't; a type that decides does so with any of them.
ODD = [
    ("about:blank", 400, REFUSED), ("about:blank", 503, NOT_NOW), ("https://ca.example/errors/odd", 404, REFUSED),
    ("https://ca.example/errors/odd", 502, NOT_NOW), ("urn:acme:error:rateLimited", 403, REFUSED),
    ("urn:ietf:params:acme:error:RATELIMITED", 403, REFUSED), ("somethingNew", 401, REFUSED),
    ("somethingNew", 405, REFUSED), ("somethingNew", 409, REFUSED), ("somethingNew", 410, REFUSED),
    ("somethingNew", 415, REFUSED), ("somethingNew", 451, REFUSED), ("somethingNew", 499, REFUSED),
    ("somethingNew", 500, NOT_NOW), ("somethingNew", 501, NOT_NOW), ("somethingNew", 599, NOT_NOW),
    ("malformed", 404, REFUSED), ("unauthorized", 401, REFUSED), ("rejectedIdentifier", 403, REFUSED),
    ("unauthorized", 500, NOT_NOW), ("rateLimited", 400, NOT_NOW), ("rateLimited", 403, NOT_NOW),
    ("malformed", 429, NOT_NOW), ("unauthorized", 429, NOT_NOW), ("userActionRequired", 429, A_PERSON),
    ("rateLimited", 503, NOT_NOW), ("serverInternal", 400, NOT_NOW), ("userActionRequired", 401, A_PERSON),
    ("accountDoesNotExist", 401, A_PERSON), ("externalAccountRequired", 400, A_PERSON),
]


def answered(where, by, kind, http, status):
    """This problem for each request there: its status, its words shown, its object whole in the document."""
    words = f"the words for {kind.rsplit(':', 1)[-1]}"
    object = {"type": kind if ":" in kind else URN + kind, "status": http, "detail": words}
    whole = [told(lambda document: document["problem"] == object)] if by != CHAIN else []
    once = [at_most(where, 2)] if status != NOT_NOW else []
    return fails(f"{where}: {kind} with {http} is {status}", by, status, words,
                 (where, EVERY, refuses(kind, http, words)), budget=2, also=(*whole, *once))


class NewOrderTest(JourneyTest):
    table = [answered("new-order", CHALLENGE, kind, http, status) for kind, (http, status) in TYPES.items()] + [
        answered("new-order", CHALLENGE, *odd) for odd in ODD]


class ElsewhereTest(JourneyTest):
    """The same at the other steps, for one type of each status."""

    table = [answered(where, by, kind, *TYPES[kind])
             for where, by in (("authorization", CHALLENGE), ("challenge", CHALLENGE), ("finalize", FINALIZE),
                               ("certificate", CHAIN))
             for kind in ("rejectedIdentifier", "rateLimited", "serverInternal", "userActionRequired")]
