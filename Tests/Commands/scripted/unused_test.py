"""What nobody uses spoils nothing, and the CA's statuses decide; what is wanted and odd is said by its name."""

import json

from acme_objects import rfc3339
from faults import changed, http_date, refuses, says, with_headers, with_members
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, fails, fine, keeps, never_asked, shows, told
from scripted_ca import ScriptedCA

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"
FOREIGN = "https://localhost/challenge/1/dns-01"
ODD = {
    "null": None, "a number": 7, "a string": "dns-01", "an array": [], "an empty object": {},
    "no type": {"url": FOREIGN, "token": TOKEN}, "a number for its type": {"type": 7},
    "no token": {"type": "dns-01", "url": FOREIGN, "status": "pending"},
    "no url": {"type": "dns-01", "token": TOKEN},
    "a path for its token": {"type": "dns-01", "url": FOREIGN, "token": "../../etc/passwd"},
    "a number for its status": {"type": "dns-01", "url": FOREIGN, "token": TOKEN, "status": 7},
    "http for its url": {"type": "dns-01", "url": FOREIGN.replace("https", "http"), "token": TOKEN},
    "another origin": {"type": "dns-01", "url": FOREIGN, "token": TOKEN},
    "the account's own url": {"type": "dns-01", "url": "https://127.0.0.1/account/1", "token": TOKEN},
    "what documents add": {"type": "dns-01", "url": FOREIGN, "token": TOKEN, "chosen": True, "dns": 7, "http": "x"},
}
LISTS = {"null": None, "a string": "http-01", "an object": {"type": "http-01"}, "a number": 7, "too many": [{}] * 101}


def http01(**members):
    """These members of the http-01 challenge changed; None takes one away."""
    def change(object):
        challenge = next(c for c in object["challenges"] if c["type"] == "http-01")
        for name, value in members.items():
            challenge[name] = value
            if value is None:
                del challenge[name]
    return changed(change)


def challenges_are(value):
    return changed(lambda object: object.update(challenges=value))


def other_is(odd, at):
    """The challenge that isn't http-01 is this instead."""
    def change(object):
        object["challenges"] = [c for c in object["challenges"] if c["type"] == "http-01"]
        object["challenges"].insert(at, odd)
    return changed(change)


def authorization(fault):
    return ("authorization", EVERY, fault)


def orders(fault):
    return [(where, EVERY, fault) for where in ("new-order", "order", "finalize")]


def while_is(status, **members):
    """These members of an order, as long as it has one of these statuses."""
    return orders(changed(lambda object: object["status"] in status and object.update(members)))


def as_text(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class UnusedChallengeTest(JourneyTest):
    """A challenge that isn't chosen: whatever it is, it is kept, and never asked for."""

    table = [
        fine(f"pending, {name}, {place} the chosen one", authorization(other_is(odd, at)),
             also=(keeps(*[] if name == "what documents add" else [as_text(odd)]), never_asked("/challenge/1/dns-01")))
        for name, odd in ODD.items() for place, at in (("before", 0), ("after", 1))
    ] + [
        fine(f"valid, {name}", authorization(challenges_are([odd])), habits={"reuse": ["one.example"]})
        for name, odd in ODD.items()
    ] + [
        fine(f"valid, with {name} for its challenges", authorization(challenges_are(value)),
             habits={"reuse": ["one.example"]}, sent={"challenge": 0}) for name, value in LISTS.items()
    ] + [
        fine("one of two is valid, without tokens", authorization(changed(
             lambda o: o["status"] == "valid" and [c.pop("token") for c in o["challenges"]])),
             names=("one.example", "two.example"), habits={"reuse": ["two.example"]}, sent={"challenge": 1}),
        fine("another of the same type, odd", authorization(changed(
             lambda o: o["challenges"].insert(0, {"type": "http-01", "status": "pending"}))), sent={"challenge": 1}),
    ]


def chosen(name, message, **members):
    message = rf"the CA's http-01 for one\.example can't be met: {message} \(order https://\S+\)$"
    return fails(f"chosen, with {name}", CHALLENGE, 76, message, authorization(http01(**members)),
                 sent={"challenge": 0})


class ChosenChallengeTest(JourneyTest):
    """What is wrong with the chosen one is said, before anything is published."""

    table = [
        chosen("no token", '"token" is missing', token=None),
        chosen("a path for its token", "a challenge's token is not base64url", token="../../etc/" + TOKEN),
        chosen("no url", '"url" is missing', url=None),
        chosen("a number for its status", '"status" is not a string', status=7),
        chosen("http for its url", "http://localhost/c is not an https URL", url="http://localhost/c"),
        chosen("another origin", f"{FOREIGN} is on another server than .*", url=FOREIGN),
        fails("no challenge that says its type", CHALLENGE, 76, r"""(?x)the\ CA\ offers\ no\ http-01\ for\ one\.example,
              \ but\ dns-01,\ one\ that\ can't\ be\ used\ \("type"\ is\ missing\)\ \(order""",
              authorization(http01(type=None))),
        fails("odd only when it is looked at again", CHALLENGE, 76, "http-01 for one.example: \"token\" is missing",
              *[("authorization", nth, http01(token=None)) for nth in range(2, 99)], habits={"pending_polls": 10**9}),
    ]


class UnusedMembersTest(JourneyTest):
    """Of orders, accounts and directories only what is asked for has to be right."""

    table = [
        fine("no certificate yet, as an empty string", *while_is(("pending", "ready", "processing"), certificate=""),
             habits={"processing_polls": 1}),
        fine("no certificate yet, as a number", *while_is(("pending", "ready", "processing"), certificate=7),
             habits={"processing_polls": 1}),
        fine("finalize only while it is needed", *while_is(("processing", "valid"), finalize=""),
             habits={"processing_polls": 1}),
        fine("a string for an account's contact", account={"account": {"status": "valid", "contact": "me"}}),
        fails("a certificate that is a number", FINALIZE, 76, "certificate", *while_is(("valid",), certificate=7)),
    ] + [
        fine(f"a document with {value!r} for {endpoint}", endpoints={endpoint: lambda _, value=value: value})
        for endpoint in ("revokeCert", "keyChange", "newAccount")
        for value in ("", 7, "http://127.0.0.1/x", "/x", [], "https://127.0.0.1/x#y")
    ] + [
        fine(f"a directory with {value!r} for renewalInfo", ("directory", EVERY, with_members(
             renewalInfo=value, newAuthz=value, meta=value)), account={"endpointsAt": rfc3339(-2 * 86400)})
        for value in ("", 7, "http://127.0.0.1/x", [])
    ] + [
        fine(f"a document with {value!r} for endpointsAt", account={"endpointsAt": value}, sent={"directory": 1})
        for value in ("yesterday", 7, "0001-01-01T00:00:00Z")
    ] + [
        fails(f"a directory with {value!r} for newOrder", CHALLENGE, 76, f"directory https://.*: newOrder: {message}",
              ("directory", EVERY, with_members(newOrder=value)), account={"endpointsAt": rfc3339(-2 * 86400)})
        for value, message in ((None, "there is none"), (7, '"newOrder" is not a string'),
                               ("/new-order", "/new-order is not an https URL"))
    ]


class ForbiddenAllTheSameTest(JourneyTest):
    """An endpoint that can't be used is no place for an order."""

    table = [
        fails(f"finalize at the revokeCert that is {name}", CHALLENGE, 76, "it is the CA's revokeCert",
              *orders(changed(lambda o: o.update(finalize=o["finalize"].replace("/finalize/1", "/revoke-cert")))),
              endpoints={"revokeCert": change}, sent={"finalize": 0, "challenge": 0})
        for name, change in {
            "http": lambda url: url.replace("https", "http"), "a path": lambda url: "/revoke-cert",
            "with a fragment": lambda url: url + "#x", "a user's": lambda url: url.replace("//", "//me@")}.items()
    ]


class ProblemsTest(JourneyTest):
    """A problem that is half right tells what it can."""

    table = [
        fails("subproblems of several kinds", CHALLENGE, 77, "some names", ("new-order", EVERY, refuses(
              "compound", 403, "some names", {"subproblems": [
                  None, 7, [], "of no name", {"identifier": "one.example", "detail": "as text"},
                  {"identifier": {"type": "dns", "value": 7}, "type": 7, "status": "403", "title": "a title"}]})),
              also=(shows("(?m)^acme-challenge:   of no name$"), shows("(?m)^acme-challenge:   one.example: as text$"),
                    shows("(?m)^acme-challenge:   a title$"))),
        fails("an object for subproblems", CHALLENGE, 77, "no luck", ("new-order", EVERY, refuses(
              "malformed", 400, "no luck", {"subproblems": {"detail": "x"}, "status": "400", "instance": 7}))),
        fails("a number for its type", CHALLENGE, 77, "no luck", ("new-order", EVERY, refuses(
              "malformed", 400, "no luck", {"type": 7})), also=told(lambda document: document["problem"]["type"] == 7)),
    ]


TIMES = {"passed": rfc3339(-2 * 86400), "Go's zero time": "0001-01-01T00:00:00Z", "far": "9999-12-31T23:59:59-23:59",
         "nonsense": "tomorrow", "empty": "", "a number": 0, "null": None}


class ExpiresTest(JourneyTest):
    """The CA's statuses decide, not our clock."""

    table = [
        fine(f"expires that is {name}", *orders(changed(lambda o, time=time: o.update(expires=time))),
             authorization(changed(lambda o, time=time: o.update(expires=time))), habits={"processing_polls": 1},
             sent={"new-order": 1, "finalize": 1})
        for name, time in TIMES.items()
    ] + [
        fine(f"a Retry-After by a clock that is {days} days off, {where}", (where, nth, fault(
             Date=http_date(86400 * days), Retry_After=http_date(86400 * days + 1))), habits={"pending_polls": 1})
        for days in (-2, 2) for where, nth, fault in (
            ("order", EVERY, with_headers), ("new-order", 1, lambda **headers: says(503, **headers)))
    ]


class Repeating(ScriptedCA):
    """A proxy before it says each header twice: in two lines, or in one."""

    between = None

    def finished(self, request, answer):
        answer = super().finished(request, answer)
        for name in ("Content-Type", "Location", "Link", "Retry-After", "Replay-Nonce", "Date"):
            if value := answer.headers.get(name):
                answer.headers[name] = value + self.between.format(name) + value
        return answer


class RepeatedHeadersTest(JourneyTest):

    table = [
        fine(f"{name}, {where} Retry-After", (where, EVERY, with_headers(Retry_After="1")), sent={"new-nonce": 1},
             habits={"between": between, "pending_polls": 1, "processing_polls": 1})
        for name, between in (("in two lines", "\r\n{}: "), ("in one line", ", "), ("in one, without blanks", ","))
        for where in ("order", "finalize")
    ]

    def authority(self, row):
        habits = dict(row.habits)
        ca = Repeating(row.script, webroot=self.dir / "web", **{n: v for n, v in habits.items() if n != "between"})
        ca.between = habits["between"]
        return ca
