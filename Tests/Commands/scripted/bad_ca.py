"""What a bad CA does, or something bad between it and us: a proxy, a captive portal, a load balancer, a CDN.

Each way has a name, one sentence, and the end that it leads to. An end is RECOVERS, or the exit statuses that may be;
`but` says it for exchanges where it is another."""

import dataclasses
import functools
import gzip
import itertools

from faults import (bad_nonce, by_hand, chunked, cut_short, done_and, done_and_reset, done_but, drip, dropped, endless,
                    http_date, in_pieces, lost, raw, redirects, reset, rewritten, says, sleeps, with_headers)
from web import Answer

RECOVERS = (0,)
UNREACHABLE, NOT_NOW, BROKEN, REFUSED, A_PERSON = (69,), (75,), (76,), (77,), (78,)

# The exchanges. Those after which something has changed at the CA, though the answer may be lost:
CHANGING = ("new account", "new order", "challenge", "finalize", "revocation", "key change", "closing the account")
SIGNED_FETCHES = ("account look-up", "authorization", "authorization poll", "order poll", "issuing poll", "certificate")
PLAIN = ("directory", "newNonce")
NEEDED = (*PLAIN, *SIGNED_FETCHES, *CHANGING)
OPTIONAL = ("renewal information", "other chain")  # they are never worth a failure
EVERYWHERE = (*NEEDED, *OPTIONAL)
SIGNED = (*SIGNED_FETCHES, *CHANGING)
OF_JSON = tuple(sorted(set(EVERYWHERE) - {"newNonce", "certificate", "other chain", "revocation"}))
LOOKED_UP = ("challenge", "finalize", "key change", "closing the account")  # what has come of them, the CA tells later


@dataclasses.dataclass(frozen=True)
class Way:
    name: str
    sentence: str
    fault: object
    at: tuple  # the exchanges
    end: tuple
    but: dict = dataclasses.field(default_factory=dict)
    always: bool = True  # or the first time only
    budget: int = 20

    def ends_at(self, exchange):
        return RECOVERS if exchange in OPTIONAL else self.but.get(exchange, self.end)


def once(name, sentence, fault, at=EVERYWHERE, end=RECOVERS, **more):
    return Way(name, sentence, fault, at, end, always=False, **more)


def always(name, sentence, fault, end, at=EVERYWHERE, **more):
    return Way(name, sentence, fault, at, end, **more)


def ending(end, *exchanges):
    return dict.fromkeys(exchanges, end)


# Bytes that are not quite HTTP.

def in_head(old, new):
    """The right answer with this text in its head changed."""
    return by_hand(lambda head, body: head.replace(old, new, 1) + body)


def first(line):
    """An interim answer comes before the right one."""
    return by_hand(lambda head, body: line + b"\r\nX-Odd: 1\r\n\r\n" + head + body)


def with_length(change):
    """A Content-Length that isn't the body's."""
    def write(head, body):
        return head.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d" % change(len(body))) + body
    return by_hand(write)


def badly_chunked(pieces):
    def write(head, body):
        return head.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked") + pieces(body)
    return by_hand(write)


def endless_continues(request, go):
    def lines():
        while not request.stopped.wait(0.01):
            yield b"HTTP/1.1 100 Continue\r\n\r\n"
    return Answer(100, stream=lines(), headers={"Connection": None})


def middle(status, body=b"", content_type="text/html", **headers):
    """What somebody before the CA says, who has no nonces."""
    return says(status, body, content_type, **{"Replay_Nonce": None, "Link": None} | headers)


def page(status, **headers):
    return middle(status, f"<html><head><title>{status}</title></head><body><h1>proxy.example</h1></body></html>", **headers)


LOGIN = middle(200, {"error": "login required"}, "application/json")


def retry_after(value):
    return lambda request, go: says(503, Retry_After=value() if callable(value) else value)(request, go)


LOST = [
    once("closed, nothing done", "The connection is closed before the CA has seen the request.", dropped),
    once("closed, and done", "The CA acts, and the connection is closed before its answer.", lost),
    once("reset, nothing done", "The connection is reset (RST) before the CA has seen the request.", reset),
    once("reset, and done", "The CA acts, and the connection is reset before its answer.", done_and_reset),
    once("half an answer", "The CA acts, and of its answer half arrives.", cut_short),
    once("500, nothing done", "The CA stumbles before it has acted.", says(500)),
    once("500, and done", "The CA acts, and stumbles over its answer.", done_but(500)),
    once("502 page, nothing done", "A proxy has lost the CA, and says so by a page.", page(502)),
    once("502 page, and done", "The CA acts, but its proxy has lost it by then.", done_and(page(502))),
    once("503, nothing done", "A load balancer has no machine free.", says(503, Retry_After="0")),
    once("504 page, and done", "The CA acts, too slowly for its load balancer.", done_and(page(504))),
    once("Retry-After in the past", "503 with a date that is over.", retry_after(lambda: http_date(-900))),
    once("a stale nonce", "badNonce, with a fresh one.", bad_nonce(), SIGNED),
    once("a stale nonce, and no other", "badNonce, without a nonce to go on with.", bad_nonce(Replay_Nonce=None), SIGNED),
]

ODD = [
    always("HTTP/1.0", "Each answer is HTTP/1.0, its end the connection's.", in_head(b"HTTP/1.1", b"HTTP/1.0"), RECOVERS),
    always("chunks", "Each answer comes in chunks, with extensions, and header names in lower case.", chunked, RECOVERS,
           at=tuple(set(EVERYWHERE) - {"newNonce"})),
    always("slow pieces", "Each answer comes in five pieces, without a length.", in_pieces, RECOVERS),
    always("100 Continue", "An interim answer comes first, though nobody expects one.", first(b"HTTP/1.1 100 Continue"),
           RECOVERS),
    always("103 Early Hints", "An interim answer with headers of its own comes first.", first(b"HTTP/1.1 103 Early Hints"),
           RECOVERS),
    always("closed after each", "Each connection ends after one answer.", with_headers(Connection="close"), RECOVERS),
    always("no nonces", "No answer but newNonce's has a nonce.", with_headers(Replay_Nonce=None), RECOVERS, at=SIGNED),
    always("nonces that are none", "Each answer's nonce holds characters that none may.",
           with_headers(Replay_Nonce="a nonce; \"or not\""), RECOVERS, at=SIGNED),
    always("another type", "Each body says that it is a web page, and isn't.", with_headers(Content_Type="text/html"),
           RECOVERS),
    always("no type", "No body says what it is.", with_headers(Content_Type=None), RECOVERS),
    always("a byte order mark", "Each body begins with one.", rewritten(lambda body: b"\xef\xbb\xbf" + body), RECOVERS,
           at=OF_JSON),
    always("an odd reason", "The status line's words are binary.", in_head(b" OK\r\n", b" \xff\xfe\x01\r\n"), RECOVERS),
]

SILENT = [
    always("closed for ever", "Each connection is closed before the CA has seen the request.", dropped, (69, 75),
           budget=2),
    always("silence", "Nothing comes, and the connection stays.", sleeps(60), NOT_NOW, budget=2),
    always("a trickle", "A blank comes every now and then, without end.", drip, NOT_NOW, budget=2,
           at=tuple(set(EVERYWHERE) - {"newNonce"})),
    always("100 Continue for ever", "Interim answers come, and no other.", endless_continues, (69, 75, 76), budget=2,
           at=("directory", "authorization", "finalize", "certificate")),
]

FAULTS = [
    always("500 for ever", "The CA stumbles each time.", says(500), NOT_NOW, budget=2),
    always("502 page for ever", "The proxy never finds the CA.", page(502), NOT_NOW, budget=2),
    always("503 for ever", "No machine is ever free.", says(503), NOT_NOW, budget=2),
    always("504 page for ever", "The CA is always too slow.", page(504), NOT_NOW, budget=2),
    always("503, come back in a year", "Retry-After is more than anybody waits.", says(503, Retry_After="31536000"), NOT_NOW),
    always("503, come back in 1970", "Retry-After is a date that is over, each time.",
           retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), NOT_NOW, budget=2),
    always("503, come back soon", "Retry-After is less than nothing.", retry_after("-1"), NOT_NOW, budget=2),
    always("503, come back some day", "Retry-After is words.", retry_after("some day"), NOT_NOW, budget=2),
    always("badNonce for ever", "Each nonce is refused, the next one too.", bad_nonce(), NOT_NOW, at=SIGNED, budget=3),
]

REFUSALS = [
    always(f"{status} page", sentence, page(status), REFUSED) for status, sentence in {
        401: "A proxy wants a password.", 403: "A firewall forbids it.", 404: "A server knows no such place.",
        405: "A server knows no such method.", 407: "A proxy that nobody has named wants a password.",
        408: "A proxy was too impatient.", 411: "A proxy wants a length that is there.",
        413: "A proxy finds the request too large.", 421: "A CDN finds itself the wrong one.",
        451: "A censor forbids it.", 499: "A status that nobody has defined."}.items()
] + [
    always(f"429 page{words}", f"A proxy finds us too fast{words}.", page(429, **headers), NOT_NOW)
    for words, headers in {
        "": {}, ", come back in a second": {"Retry_After": "1"}, ", come back in a year": {"Retry_After": "31536000"},
        ", come back some day": {"Retry_After": "some day"}, ", come back before": {"Retry_After": "-1"}}.items()
] + [
    always(f"{status} elsewhere", f"A redirect ({status}), which no signed request follows.",
           redirects("/elsewhere", status), BROKEN) for status in (300, 301, 302, 303, 305, 307, 308)
] + [
    always("304", "A cache has nothing new.", middle(304), BROKEN),
    always("a foreign portal", "A captive portal redirects to its own host, in the clear.",
           redirects("http://portal.example/login"), BROKEN),
]

RECOVERED = ending(RECOVERS, *LOOKED_UP)

IN_ITS_PLACE = [
    always("a portal's page", "A captive portal answers 200, with a page, and the CA hears nothing.", page(200), BROKEN),
    once("a portal's page, once", "The same, but only the first time.", page(200), CHANGING, BROKEN,
         but=RECOVERED | ending(RECOVERS, "revocation")),
    once("a portal's page, and done", "The CA acts, and a page comes in its answer's place.", done_and(page(200)), CHANGING,
         BROKEN, but=RECOVERED | ending(RECOVERS, "revocation")),
    once("nothing, once", "The first answer is 200 with nothing in it, and the CA hears nothing.", middle(200), CHANGING,
         BROKEN, but=RECOVERED | ending(RECOVERS, "revocation") | ending(NOT_NOW, "challenge"), budget=4),
    once("nothing, and done", "The CA acts, and 200 with nothing in it comes in its answer's place.", done_and(middle(200)),
         CHANGING, BROKEN, but=RECOVERED | ending(RECOVERS, "revocation")),
    once("a firewall's page, and done", "The CA acts, and 403 with a page comes in its answer's place.",
         done_and(page(403)), CHANGING, REFUSED, but=RECOVERED),
    once("a limiter's page, and done", "The CA acts, and 429 with a page comes in its answer's place.",
         done_and(page(429)), CHANGING, NOT_NOW, but=ending(RECOVERS, "key change", "closing the account")),
    once("elsewhere, and done", "The CA acts, and a redirect comes in its answer's place.",
         done_and(redirects("/elsewhere")), CHANGING, BROKEN, but=ending(RECOVERS, "key change", "closing the account")),
    always("a portal's JSON", "A captive portal answers 200, with an object of its own.", LOGIN, BROKEN,
           but=ending(NOT_NOW, "challenge"), budget=4),
    always("nothing", "200, and nothing in it.", middle(200), BROKEN, but=ending(NOT_NOW, "challenge"), budget=4),
    always("204", "204, which says that there is nothing.", middle(204), BROKEN, but=ending(NOT_NOW, "challenge"), budget=4),
    always("a problem that is well", "A problem document with 200.", middle(
        200, {"type": "urn:ietf:params:acme:error:serverInternal", "detail": "all is lost", "status": 500},
        "application/problem+json"), BROKEN, but=ending(NOT_NOW, "challenge"), budget=4),
]

# The CA has acted, and what becomes of its answer is no HTTP, or no JSON.
GARBAGE = [
    always(name, sentence, fault, *end, at=OF_JSON, **{"but": RECOVERED} | more) for name, sentence, fault, end, more in (
        ("gzip", "The body is compressed, which nobody asked for.", rewritten(gzip.compress), [BROKEN], {}),
        ("gzip that says so", "The same, with Content-Encoding.", lambda request, go: with_headers(
            Content_Encoding="gzip")(request, functools.partial(rewritten(gzip.compress), request, go)), [BROKEN], {}),
        ("HTTP/9.9", "A version that nobody knows.", in_head(b"HTTP/1.1", b"HTTP/9.9"), [BROKEN], {}),
        ("chunks that are none", "The chunks' lengths are words.", badly_chunked(lambda body: b"many\r\n" + body),
         [(69, 75)], {"budget": 2}),
        ("chunks without end", "The last chunk never comes.", badly_chunked(lambda body: b"%x\r\n%s\r\n" % (
            len(body), body)), [(69, 75)], {"budget": 2}),
        ("a length too short", "Content-Length cuts the body.", with_length(lambda length: length // 2), [BROKEN], {}),
        ("a length too long", "Content-Length promises more than comes.", with_length(lambda length: length + 10),
         [(69, 75)], {"budget": 2}),
        ("a length that is words", "Content-Length is no number.", in_head(b"Content-Length: ", b"Content-Length: x"),
         [BROKEN], {}),
        ("a header of 200 kB", "One header is longer than any has to be.", with_headers(X="a" * 200_000), [BROKEN], {}),
        ("NUL bytes", "The body is a megabyte of them.", rewritten(lambda _: bytes(1 << 20)), [BROKEN], {}),
        ("invalid UTF-8", "There are bytes in the JSON that are no text.", rewritten(
            lambda body: body.replace(b'": ', b'\xc0\x80": ', 1)), [BROKEN], {}),
        ("UTF-16", "The JSON is in another encoding.", rewritten(lambda body: body.decode().encode("utf-16")), [BROKEN], {}),
        ("depth", "The JSON is ten thousand arrays deep.", rewritten(lambda _: b"[" * 10_000), [BROKEN], {}),
        ("an array", "The JSON is an array of what should be there.", rewritten(lambda body: b"[" + body + b"]"), [BROKEN], {}),
        ("half a body", "The body is half of what it should be, and says that it is whole.", rewritten(
            lambda body: body[:len(body) // 2]), [BROKEN], {}),
    )
] + [
    always("a mail server", "What answers is no web server.", raw(b"220 mail.example ESMTP\r\n"), BROKEN),
    always("headers without end", "Header after header comes.", raw(b"HTTP/1.1 200 OK\r\n" + b"X: 0123456789\r\n" * 100_000),
           (69, 75, 76), budget=3),
    always("a body without end", "Blank after blank comes.", endless(), BROKEN, at=OF_JSON),
]

def each_in_turn(ways):
    """Those exchanges, of all that a way has, that are played in every run: the next one for each way."""
    turn = itertools.count()
    for way in ways:
        yield way.name, {way.at[next(turn) % len(way.at)]}


WAYS = [*LOST, *ODD, *SILENT, *FAULTS, *REFUSALS, *IN_ITS_PLACE, *GARBAGE]

# In every run: where an answer may be lost, all that may happen to it, and else each way at one exchange.
ALWAYS_PLAYED = dict(each_in_turn(ODD + SILENT + FAULTS + REFUSALS + GARBAGE)) | {
    way.name: set(CHANGING) | {"certificate"} for way in LOST + IN_ITS_PLACE}


def from_the(nth, way):
    """The way's fault with the nth request from now, or from that on."""
    numbers = itertools.count(1)

    def play(request, go):
        number = next(numbers)
        met = number >= nth if way.always else number == nth
        return way.fault(request, go) if met else go()
    return play
