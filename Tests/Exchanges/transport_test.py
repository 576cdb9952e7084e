"""Lines that break, servers that stumble, answers that never end, and redirects (RFC 8555, 6.1 and 6.2)."""

from faults import (bad_nonce, chunked, cut_short, done_but, drip, dropped, endless, html, http_date, in_pieces, lost,
                    raw, redirects, refuses, rewritten, says, sleeps, with_headers, with_status)
from journey import (CHAIN, CHALLENGE, EVERY, FINALIZE, JourneyTest, at_least, at_most, fails, fine, never_asked, shows,
                     story, told)
from retries import much_later, retry_at, waited

EVERYTHING = ("new-nonce", "new-order", "order", "authorization", "challenge", "finalize", "certificate")


def padded(size):
    """The same JSON with blanks around it, `size` bytes in all."""
    return rewritten(lambda body: body + b" " * (size - len(body)))


def stop(ca):
    ca.stop()


def everywhere(fault):
    return [(where, EVERY, fault) for where in EVERYTHING]


class TroubleTest(JourneyTest):
    """5xx and broken lines: what is safe to repeat is repeated, and what isn't is looked up first."""

    table = [
        fine("503 for the nonce", ("new-nonce", 1, says(503))),
        fine("503 for the order", ("new-order", 1, says(503)), sent={"new-order": 2}),
        fine("503 for the authorization", ("authorization", 1, says(503)), also=at_least("authorization", 2)),
        fine("503 for the challenge", ("challenge", 1, says(503)), sent={"challenge": 2}),
        fine("503 for finalize", ("finalize", 1, says(503)), sent={"finalize": 2}),
        fine("503 for the processing order", ("order", 1, says(503)), habits={"processing_polls": 2}),
        fine("500 for the certificate", ("certificate", 1, html(500)), sent={"certificate": 2}),
        fine("serverInternal twice", ("certificate", 1, refuses("serverInternal", 500)),
             ("certificate", 2, refuses("serverInternal", 500)), sent={"certificate": 3}),
        fine("a nonce refused after 503", ("authorization", 1, says(503)), ("authorization", 2, bad_nonce())),

        fine("nonce: cut off", ("new-nonce", 1, dropped), sent={"new-nonce": 2}),
        fine("order: cut off", ("new-order", 1, dropped), sent={"new-order": 2}),
        fine("authorization: cut off", ("authorization", 1, dropped)),
        fine("challenge: cut off", ("challenge", 1, dropped),
             sent={"challenge": 2}, also=story("authorization", "challenge", "authorization", "challenge")),
        fine("finalize: cut off", ("finalize", 1, dropped), also=story("order", "finalize", "order", "finalize")),
        fine("certificate: cut off", ("certificate", 1, dropped), sent={"certificate": 2}),
        fine("certificate: half of it", ("certificate", 1, cut_short), sent={"certificate": 2}),
        fine("authorization: half of it", ("authorization", 1, cut_short)),

        # Done, but the answer never came. On a connection in use too, where libcurl would send it again by itself.
        fine("new order: lost", ("new-order", 1, lost), sent={"new-order": 2}),
        fine("challenge: lost", ("challenge", 1, lost), sent={"challenge": 1}),
        fine("challenge: lost while at work", ("challenge", 1, lost), sent={"challenge": 1},
             habits={"pending_polls": 2}),
        fine("finalize: lost", ("finalize", 1, lost), sent={"finalize": 1}, also=story("order", "finalize", "order")),
        fine("finalize: lost while processing", ("finalize", 1, lost), sent={"finalize": 1},
             habits={"processing_polls": 2}),
        fine("finalize: lost on a used connection", ("order", EVERY, with_headers(Replay_Nonce=None)),
             ("authorization", EVERY, with_headers(Replay_Nonce=None)), ("finalize", 1, lost), sent={"finalize": 1}),
        fine("finalize: half of its answer", ("finalize", 1, cut_short), sent={"finalize": 1}),
        fine("new order: done, but 500", ("new-order", 1, done_but(500)), sent={"new-order": 2}),
        fine("challenge: done, but 500", ("challenge", 1, done_but(500)), sent={"challenge": 1}),
        fine("finalize: done, but 500", ("finalize", 1, done_but(500)), also=at_most("finalize", 2)),
        fine("finalize: done, but 503, while processing", ("finalize", 1, done_but(503)), also=at_most("finalize", 2),
             habits={"processing_polls": 3}),
        fails("new order: lost for ever", CHALLENGE, (69, 75), "new-?order", ("new-order", EVERY, lost),
              budget=5, sent={"new-order": 2}),

        fails("503 for ever", CHALLENGE, 75, "503", ("authorization", EVERY, says(503)),
              budget=3, also=at_least("authorization", 2)),
        fails("500 for every order", CHALLENGE, 75, "out of order", ("new-order", EVERY, refuses(
              "serverInternal", 500, "the database is out of order")), budget=4, also=at_most("new-order", 2)),
        fails("a proxy's 502 page for ever", CHALLENGE, 75, "502", ("new-order", EVERY, html(502)), budget=4),
        fails("an odd 599", CHALLENGE, 75, "599", ("authorization", EVERY, says(599)), budget=3),
        fails("finalize: 500 for ever", FINALIZE, 75, "500", ("finalize", EVERY, says(500)), budget=4),
        fails("certificate: 504 for ever", CHAIN, 75, "504", ("certificate", EVERY, html(504)), budget=3),
        fails("a page that forbids", CHALLENGE, 77, "403", ("new-order", EVERY, html(403)), sent={"new-order": 1}),
        fails("a page that finds nothing", CHALLENGE, 77, "404", ("authorization", EVERY, html(404))),
        fails("cut off for ever", CHALLENGE, (69, 75), "", ("authorization", EVERY, dropped), budget=3),
        fails("gone before finalize", FINALIZE, 69, "refused|connect", before={FINALIZE: stop}, budget=5),
        fails("gone before the certificate", CHAIN, 69, "refused|connect", before={CHAIN: stop}, budget=5),
        fails("not trusted", CHALLENGE, 69, "certificate|verif", habits={"trusted": "other-root"},
              sent={"new-nonce": 0}),
        fails("a certificate for another host", CHALLENGE, 69, "certificate|host|match|verif",
              habits={"certificate": "elsewhere"}, sent={"new-nonce": 0}),
    ]


class RetryAfterTest(JourneyTest):
    """Retry-After as seconds, as a date, and as nonsense."""

    table = [
        fine("503 with seconds", ("authorization", 1, says(503, Retry_After="2")), also=waited("authorization", 2)),
        fine("503 with a date", ("authorization", 1, lambda r, go: says(503, Retry_After=http_date(3))(r, go)),
             also=waited("authorization", 2)),
        fine("503 with a date in the past", ("authorization", 1, says(503, Retry_After=http_date(-1000)))),
        fine("503 with nonsense", ("authorization", 1, says(503, Retry_After="when it suits"))),
        fine("503 with nothing", ("authorization", 1, says(503, Retry_After=""))),
        fine("503 with less than nothing", ("authorization", 1, says(503, Retry_After="-5"))),
        fine("the order takes its time", ("finalize", 1, with_headers(Retry_After="1")),
             habits={"processing_polls": 1}),
        fine("an order at work, with a date in the past", ("order", EVERY, with_headers(Retry_After=http_date(-9))),
             habits={"processing_polls": 2}),
        fine("an order at work, with nonsense", ("order", EVERY, with_headers(Retry_After="1e9")),
             habits={"processing_polls": 2}),
        fine("a valid order that says to come back", ("finalize", 1, with_headers(Retry_After="86400"))),
        fails("503 for thirty years", CHALLENGE, 75, "503", ("authorization", EVERY, says(503, Retry_After=str(10**9))),
              budget=300, sent={"authorization": 1}, also=told(much_later)),
        fails("503 till 2286", CHALLENGE, 75, "503", ("authorization", EVERY, says(503, Retry_After=str(10**30))),
              budget=300, sent={"authorization": 1}, also=told(much_later)),
        fails("an order at work for thirty years", FINALIZE, 75, "", ("finalize", 1, with_headers(
              Retry_After=str(10**9))), budget=300, habits={"processing_polls": 9}, also=told(much_later)),
        fails("503 past the budget", CHALLENGE, 75, "503", ("new-order", EVERY, says(503, Retry_After="600")),
              budget=30, sent={"new-order": 1}, also=told(retry_at(600))),
        fails("too many orders", CHALLENGE, 75, "too many", ("new-order", EVERY, refuses(
              "rateLimited", 429, "too many orders", Retry_After="1", Link='<https://ca.example/limits>;rel="help"')),
              sent={"new-order": 1}, also=(told(retry_at(1)), shows("https://ca.example/limits"))),
        fails("too many orders, a day to wait", CHALLENGE, 75, "too many",
              ("new-order", EVERY, lambda r, go: refuses("rateLimited", 429, "too many", Retry_After=http_date(86400))(
                  r, go)), sent={"new-order": 1}, also=told(retry_at(86400))),
        fails("too many answers", CHALLENGE, 75, "slow down", ("challenge", EVERY, refuses(
              "rateLimited", 429, "slow down")), sent={"challenge": 1}),
        fails("too many certificates", FINALIZE, 75, "slow down", ("finalize", EVERY, refuses(
              "rateLimited", 429, "slow down", Retry_After="2")), sent={"finalize": 1}, also=told(retry_at(2))),
        fails("too many downloads", CHAIN, 75, "slow down", ("certificate", EVERY, refuses(
              "rateLimited", 429, "slow down")), sent={"certificate": 1}),
        fails("rateLimited with a 503", CHALLENGE, 75, "slow down", ("new-order", EVERY, refuses(
              "rateLimited", 503, "slow down", Retry_After="1")), sent={"new-order": 1}),
    ]


class SlowAndEndlessTest(JourneyTest):
    """Answers that come in odd ways arrive; those that never end are given up."""

    table = [
        fine("in pieces, the end shown by closing", *everywhere(in_pieces)),
        fine("chunked, header names in lower case", *everywhere(chunked)),
        fine("closed after each answer", *everywhere(with_headers(Connection="close"))),
        fine("a second late", ("new-order", 1, sleeps(1)), sent={"new-order": 1}),
        fine("a body of just 1 MiB", ("authorization", 1, padded(1 << 20))),
        fine("JSON that says it is text", *[(where, EVERY, with_headers(Content_Type="text/plain")) for where in (
             "new-order", "order", "authorization", "challenge", "finalize")]),
        fine("JSON with a charset", ("new-order", 1, with_headers(Content_Type="application/json; charset=utf-8"))),
        fine("200 for a new order", ("new-order", 1, with_status(200))),
        fails("no answer at all", CHALLENGE, 75, "", ("authorization", EVERY, sleeps(60)), budget=2),
        fails("no answer to new-nonce", CHALLENGE, 75, "", ("new-nonce", EVERY, sleeps(60)), budget=2),
        fails("no answer to finalize", FINALIZE, 75, "", ("finalize", EVERY, sleeps(60)), budget=2,
              sent={"finalize": 1}),
        fails("a blank now and then", CHALLENGE, 75, "", ("authorization", EVERY, drip), budget=2),
        fails("a blank now and then for a chain", CHAIN, 75, "", ("certificate", EVERY, drip), budget=2),
        fails("a body without an end", CHALLENGE, 76, "", ("authorization", EVERY, endless())),
        fails("an order without an end", CHALLENGE, 76, "", ("new-order", EVERY, endless(before=b'{"status":"'))),
        fails("a chain without an end", CHAIN, 76, "", ("certificate", EVERY, endless(
              content_type="application/pem-certificate-chain"))),
        fails("an error page without an end", CHALLENGE, (75, 76), "", ("new-order", EVERY, endless(
              status=502, content_type="text/html")), budget=5),
        fails("a byte more than 1 MiB", CHALLENGE, 76, "", ("authorization", EVERY, padded((1 << 20) + 1))),
        fails("more than 4 MiB of chain", CHAIN, 76, "", ("certificate", EVERY, rewritten(
              lambda body: body * ((4 << 20) // len(body) + 1)))),
        fails("headers without an end", CHALLENGE, (69, 75, 76), "", ("authorization", EVERY, raw(
              b"HTTP/1.1 200 OK\r\n" + b"X-Filler: 0123456789\r\n" * 200000)), budget=5),
        fails("something that isn't HTTP", CHALLENGE, 76, "", ("authorization", EVERY, raw(b"SSH-2.0-OpenSSH\r\n"))),
    ]


def redirected(name, by, where, status=302, to="/elsewhere", **more):
    return fails(name, by, 76, "redirect", (where, EVERY, redirects(to, status)), sent={where: 1},
                 also=never_asked("/elsewhere"), **more)


class RedirectTest(JourneyTest):
    """A signed request is never sent to where a redirect points (its url would be another)."""

    table = [
        redirected("301 for an order", CHALLENGE, "new-order", 301),
        redirected("302 for an authorization", CHALLENGE, "authorization", 302),
        redirected("303 for an order", CHALLENGE, "new-order", 303),
        redirected("307 for an order", CHALLENGE, "new-order", 307),
        redirected("308 for an order", CHALLENGE, "new-order", 308),
        redirected("307 for a challenge", CHALLENGE, "challenge", 307),
        redirected("307 for finalize", FINALIZE, "finalize", 307),
        redirected("302 for the certificate", CHAIN, "certificate", 302),
        redirected("to plain http", CHALLENGE, "new-order", 307, "http://127.0.0.1:1/elsewhere"),
        redirected("to another host", CHALLENGE, "new-order", 308, "https://elsewhere.example/elsewhere"),
        fails("without a Location", CHALLENGE, 76, "redirect|307", ("new-order", EVERY, says(307))),
        fails("new-nonce to plain http", CHALLENGE, 76, "",
              ("new-nonce", EVERY, redirects("http://127.0.0.1:1/elsewhere")), budget=5),
    ]
