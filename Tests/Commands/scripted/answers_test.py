"""What stands in the CA's JSON: broken, strange, or pointing elsewhere."""

import json

from faults import changed, replaced, rewritten, with_headers, with_members
from journey import CHALLENGE, EVERY, FINALIZE, STAGES, JourneyTest, fails, fine, keeps, never_asked

DEEP = 10_000


def body(text):
    """This text in place of the answer's body."""
    text = text if isinstance(text, bytes) else text.encode()
    return rewritten(lambda _: text)


def order_is(name, text):
    """The answer to newOrder is this text, and that is no order."""
    return fails(f"an order that is {name}", CHALLENGE, 76, "", ("new-order", EVERY, body(text)), sent={"new-order": 1})


def order_has(name, **members):
    """The order's members are of the wrong kind; whoever needs them says so."""
    fault = with_members(**members)
    return fails(f"an order with {name}", (CHALLENGE, FINALIZE), 76, "", ("new-order", EVERY, fault),
                 ("order", EVERY, fault))


def authorization_has(name, **members):
    return fails(f"an authorization with {name}", CHALLENGE, (76, 77), "",
                 ("authorization", EVERY, with_members(**members)), sent={"challenge": 0})


def without(member):
    return changed(lambda object: [challenge.pop(member) for challenge in object["challenges"]])


class BrokenJSONTest(JourneyTest):
    """76, and nobody stumbles."""

    table = [
        order_is("nothing", ""),
        order_is("a brace", "{"),
        order_is("a web page", "<html><body>welcome to the guest network</body></html>"),
        order_is("an array", "[]"),
        order_is("null", "null"),
        order_is("a string", '"pending"'),
        order_is("a number", "1"),
        order_is("an empty object", "{}"),
        order_is("two objects", "{} {}"),
        order_is("not UTF-8", b'{"status":"\xff\xfe"}'),
        order_is("UTF-16", '{"status":"pending"}'.encode("utf-16")),
        order_is("binary", bytes(range(256))),
        order_is("deep in arrays", "[" * DEEP),
        order_is("deep in objects", '{"a":' * DEEP + "1" + "}" * DEEP),
        order_is("full of blanks", " " * 100_000),
        fails("half a character", CHALLENGE, (0, 76), "", ("authorization", EVERY, replaced(
              '"status"', r'"odd":"\ud800","status"'))),
        fails("half an order", CHALLENGE, 76, "", ("new-order", EVERY, rewritten(lambda b: b[:len(b) // 2]))),
        fails("an order and more", CHALLENGE, 76, "", ("new-order", EVERY, rewritten(lambda b: b + b"}"))),
        fails("a raw NUL", CHALLENGE, 76, "", ("new-order", EVERY, replaced("pending", "pen\0ding"))),
        fails("half an authorization", CHALLENGE, 76, "", ("authorization", EVERY, rewritten(lambda b: b[:-2]))),
        fails("half an answer to finalize", FINALIZE, (0, 76), "", ("finalize", EVERY, rewritten(lambda b: b[:-2])),
              sent={"finalize": 1}),
    ]


class WrongTypesTest(JourneyTest):
    """Members that are missing or of another kind than RFC 8555, 7.1 says."""

    table = [
        order_has("no status", status=None),
        order_has("a number for its status", status=7),
        order_has("no identifiers", identifiers=None),
        order_has("an object for its identifiers", identifiers={"type": "dns", "value": "one.example"}),
        order_has("strings for its identifiers", identifiers=["one.example"]),
        order_has("no authorizations", authorizations=None),
        order_has("a string for its authorizations", authorizations="https://127.0.0.1/authorization/1"),
        order_has("numbers for its authorizations", authorizations=[1, 2, 3]),
        order_has("no finalize", finalize=None),
        order_has("a number for finalize", finalize=7),
        authorization_has("no status", status=None),
        authorization_has("no identifier", identifier=None),
        authorization_has("a string for its identifier", identifier="one.example"),
        authorization_has("a number for its name", identifier={"type": "dns", "value": 7}),
        authorization_has("no challenges", challenges=None),
        authorization_has("no challenge in them", challenges=[]),
        authorization_has("strings for its challenges", challenges=["http-01"]),
        fails("challenges without a url", CHALLENGE, 76, "", ("authorization", EVERY, without("url"))),
        fails("challenges without a type", CHALLENGE, 76, "", ("authorization", EVERY, without("type"))),
        fails("challenges without a token", CHALLENGE, 76, "", ("authorization", EVERY, without("token"))),
        fails("a valid order without a certificate", FINALIZE, 76, "",
              *[(where, EVERY, with_members(certificate=None)) for where in ("finalize", "order")]),
        fails("a number for the certificate", STAGES, 76, "",
              *[(where, EVERY, with_members(certificate=7)) for where in ("finalize", "order")]),
    ]


class OpenSetsTest(JourneyTest):
    """What a CA may add is kept, text for text, and disturbs nobody (RFC 8555, 7.1 and 9.7)."""

    table = [
        fine("unknown members", ("new-order", EVERY, with_members(odd={"b": [1, None, "ü/€"], "a": True})),
             ("order", EVERY, with_members(odd={"b": [1, None, "ü/€"], "a": True})),
             also=keeps('"odd":{"a":true,"b":[1,null,"ü/€"]}')),
        fine("numbers of any size", ("authorization", EVERY, replaced(
             '"status"', '"big":12345678901234567890123456789.50,"tiny":-0,"far":1E+999,"status"')),
             also=keeps('"big":12345678901234567890123456789.50', '"tiny":-0', '"far":1E+999')),
        fine("escaped NUL and quotes", ("authorization", EVERY, replaced('"status"', r'"nul":"\u0000\"\\","status"')),
             also=keeps(r'"nul":"\u0000\"\\"')),
        fine("fifty arrays deep", ("new-order", EVERY, with_members(deep=json.loads("[" * 50 + "]" * 50)))),
        fine("a doubled key: its last value counts", ("new-order", EVERY, replaced(
             '"status": "pending"', '"status": "invalid", "status": "pending"'))),
        fine("challenges of unknown types", ("authorization", EVERY, changed(lambda o: o["challenges"].insert(
             0, {"type": "pigeon-02", "url": "https://127.0.0.1/x", "status": "resting", "feathers": 7}))),
             also=keeps('"feathers":7')),
        fine("a challenge without a token", ("authorization", EVERY, changed(lambda o: o["challenges"].insert(
             0, {"type": "dns-persist-01", "url": o["challenges"][0]["url"], "status": "pending",
                 "issuer-domain-names": ["ca.example"]}))), also=keeps('"issuer-domain-names":["ca.example"]')),
        fine("another challenge's unknown status", ("authorization", EVERY, changed(
             lambda o: o["challenges"][0].update(status="resting")))),
        fine("fractions and zones", ("authorization", EVERY, with_members(expires="2099-01-05T14:09:07.99Z")),
             ("new-order", EVERY, with_members(expires="2099-01-05T14:09:07.987+02:00"))),
        fine("each authorization ten times", *((where, EVERY, changed(lambda o: o["authorizations"].extend(
             o["authorizations"] * 9))) for where in ("new-order", "order", "finalize")), sent={"authorization": 1}),
        fine("a later order without its finalize", ("order", EVERY, with_members(finalize=None)),
             also=keeps("/finalize/1")),
        fine("a processing order without its finalize", ("order", EVERY, with_members(finalize=None)),
             habits={"processing_polls": 2}),
        fine("finalize without a Location", ("finalize", EVERY, with_headers(Location=None)),
             habits={"processing_polls": 2}),
        fine("finalize with another's Location", ("finalize", EVERY, with_headers(Location="/order/7")),
             habits={"processing_polls": 2}, also=never_asked("/order/7")),
        fine("names in upper case", ("new-order", EVERY, replaced("one.example", "ONE.Example")),
             ("authorization", EVERY, replaced("one.example", "One.EXAMPLE"))),
        fine("names in another order", names=("one.example", "two.example", "three.example"), habits={"reversed": True},
             sent={"challenge": 3}),
        fine("an unknown Link", ("certificate", EVERY, with_headers(Link='<http://x/>;rel="odd", nonsense;;,<'))),
        fine("alternates that can't be had", ("certificate", EVERY, with_headers(
             Link='<https://127.0.0.1:1/other>;rel="alternate"'))),
    ] + [
        fails(f"an order's status beyond RFC 8555's: {status}", (CHALLENGE, FINALIZE), outcome, message,
              *[(where, EVERY, with_members(status=status)) for where in ("new-order", "order")], budget=3)
        for status, outcome, message in (
            ("canceled", 77, "the order .* is canceled"), ("resting", 76, 'a status that isn\'t known here: "resting"'),
            ("READY", 76, 'a status that isn\'t known here: "READY"'), ("", 76, 'a status that isn\'t known here: ""'))
    ] + [
        fails(f"an authorization's unknown status: {status}", CHALLENGE, (75, 76, 77), "",
              ("authorization", EVERY, with_members(status=status)), budget=3) for status in ("parked", "")
    ]
