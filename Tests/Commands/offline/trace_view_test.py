"""scripts/trace-view: every message of a trace stands on the page, and nothing in a trace becomes more than text."""

import base64
import functools
import hashlib
import html
import html.parser
import importlib.machinery
import importlib.util
import json
import re
import sys

from browser import Browser
from clean import hidden
from tools import REPO, ToolTest

SCRIPT = REPO / "scripts" / "trace-view"
SCREENSHOTS = REPO / ".build" / "screenshots"  # kept for a person to look at; git doesn't see them
CA = "https://ca.example"
KID = f"{CA}/acct/1"
TOKEN = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"

# RFC 7638, 3.1: a key, and its thumbprint.
JWK = {"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29", "n": (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
    "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
    "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
    "nqDKgw")}
KEY_AUTHORIZATION = f"{TOKEN}.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

SECTIONS = {"the directory": "7.1.1", "a nonce": "7.2", "newAccount": "7.3", "newOrder": "7.4", "the order": "7.4",
            "finalize": "7.4", "the authorization": "7.5", "the challenge": "7.5.1", "the certificate": "7.4.2"}

HOSTILE = "</pre></script><img src=x onerror=alert(1)> \" ' & \u202e\u0007\u2028\u0000\ufeff\ud800 \U000e0041 {names}"

# As far as the browser knows, nothing reaches out of the window or of its own box.
TOO_WIDE = """
[document.documentElement, ...document.querySelectorAll("main *")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.left < 0 || box.right > document.documentElement.clientWidth || one.scrollWidth > one.clientWidth + 1 &&
    getComputedStyle(one).display != "inline";
}).map(one => one.outerHTML.slice(0, 200))
"""


class Trace:
    """A trace that grows as a tool's would: `say` adds an exchange."""

    def __init__(self):
        self.exchanges = []

    def say(self, tool, purpose, path, payload=None, status=200, body=None, *, method="POST", key=None, pid=None,
            **headers):
        pid = pid or 4000 + sum(map(ord, tool))
        n = 1 + sum(e["pid"] == pid for e in self.exchanges)
        url = CA + path
        request = {"method": method, "url": url}
        if payload is not None:
            request |= {"headers": {"user-agent": f"{tool}/1.0"}, "payload": payload, "protected": {"alg": "RS256", "url": url} | (key or {"kid": KID})}
        response = {"status": status, "headers": {n.replace("_", "-"): v for n, v in headers.items()}}
        if body is not None:
            response["body"] = body
        self.exchanges.append({"tool": tool, "pid": pid, "n": n, "time": "2026-11-24T03:00:00Z", "milliseconds": 12,
                               "purpose": purpose, "request": request, "response": response})
        if purpose in SECTIONS:
            self.exchanges[-1]["section"] = f"RFC 8555, section {SECTIONS[purpose]}"
        return self.exchanges[-1]

    def text(self):
        return "".join(json.dumps(e, sort_keys=True) + "\n" for e in self.exchanges)


def authorization(name, kind, status="pending", **more):
    challenge = {"type": kind, "url": f"{CA}/chall/{name}", "token": TOKEN, "status": status} | more
    return {"identifier": {"type": "dns", "value": name}, "status": status, "challenges": [challenge]}


def journey():
    """A whole pipeline, with a refusal, a lost answer, polls and three ways to prove a name."""
    trace, names = Trace(), ("a.example", "b.example", "c.example")
    trace.say("acme-register", "the directory", "/dir", method="GET", body={"newNonce": f"{CA}/nonce"})
    trace.say("acme-register", "a nonce", "/nonce", method="HEAD")
    trace.say("acme-register", "newAccount", "/new-account", {"termsOfServiceAgreed": True}, 201, {"status": "valid"},
              key={"jwk": JWK}, location=KID)
    order = {"status": "pending", "identifiers": [{"type": "dns", "value": n} for n in names],
             "finalize": f"{CA}/order/1/finalize", "authorizations": [f"{CA}/authz/{n}" for n in names]}
    trace.say("acme-challenge", "newOrder", "/new-order", {"identifiers": order["identifiers"]}, 400, {
        "type": "urn:ietf:params:acme:error:badNonce", "detail": "bad nonce HfbEjTJVkg-CMfBqWETD2g"})
    trace.say("acme-challenge", "newOrder", "/new-order", {"identifiers": order["identifiers"]}, 201, order,
              location=f"{CA}/order/1")
    for name, kind in zip(names, ("http-01", "dns-01", "tls-alpn-01")):
        trace.say("acme-challenge", "the authorization", f"/authz/{name}", "", body=authorization(name, kind))
        trace.say("acme-challenge", "the challenge", f"/chall/{name}", {},
                  body=authorization(name, kind, "processing")["challenges"][0])
    for second in range(6):
        shuffled = order | {"authorizations": order["authorizations"][::1 - second % 2 * 2]}
        trace.say("acme-challenge", "the order", "/order/1", "", body=shuffled, date=f"{second}", retry_after=f"{second}")
    lost = trace.say("acme-challenge", "the order", "/order/1", "")
    del lost["response"]
    lost["error"] = "the answer was lost: the connection was reset"
    trace.say("acme-challenge", "the authorization", "/authz/b.example", "", body=authorization(
        "b.example", "dns-01", "invalid", error={"detail": "no such record"}))
    trace.say("acme-finalize", "finalize", "/order/1/finalize", {"csr": "MIIBxyz"},
              body=order | {"status": "processing"})
    trace.say("acme-chain", "the certificate", "/cert/1", "",
              body="-----BEGIN CERTIFICATE-----\nMIIBleaf\n-----END CERTIFICATE-----\n" * 2)
    return trace


class Outline(html.parser.HTMLParser):
    """What a page consists of; to be built of elements that are closed in turn is the least."""

    void = {"meta", "input"}

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.policy = [], set(), set(), ""
        self.says = {}  # the text in elements of a class
        self.feed(page)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.add(tag)
        self.attributes |= found.keys()
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        if tag not in self.void:
            self.open.append((tag, found.get("class") or tag))
            self.says.setdefault(self.open[-1][1], []).append("")

    def handle_endtag(self, tag):
        assert self.open and self.open.pop()[0] == tag, f"</{tag}> within {self.open}"

    def handle_data(self, data):
        for _, name in self.open:
            self.says[name][-1] += data


class TraceViewTest(ToolTest):

    def view(self, trace):
        """The page, and its outline."""
        page = self.ok(self.run_tool(SCRIPT, "-", stdin=trace if isinstance(trace, str) else trace.text())).text
        return page, Outline(page)

    def has(self, page, text):
        self.assertTrue(text in page, f"not on the page: {text}")

    def lacks(self, page, text):
        self.assertFalse(text in page, f"on the page: {text}")


class PageTest(TraceViewTest):

    def test_it_needs_nothing_else(self):
        page, outline = self.view(journey())
        self.assertFalse(outline.tags & {"script", "link", "img", "iframe", "object", "a", "base", "form", "svg"})
        self.assertFalse(outline.attributes & {"src", "href", "style", "action", "background"})
        self.assertNotRegex(page, r"url\(|@import")
        style = base64.b64encode(hashlib.sha256(outline.says["style"][0].encode()).digest()).decode()
        self.assertIn("default-src 'none';", outline.policy)
        self.assertIn(f"style-src 'sha256-{style}'", outline.policy)
        self.assertNotIn("unsafe", outline.policy)

    def test_every_message_is_there(self):
        page, outline = self.view(journey())
        exchanges, folded, looks, hands = len(journey().exchanges), 5, 3, 2
        self.assertEqual(len(outline.says["section"]), 4)
        self.assertEqual(len(outline.says["ask"]), exchanges - folded)
        answers = [text for name, texts in outline.says.items() if name.startswith("answer") for text in texts]
        self.assertEqual(len(answers), exchanges - folded)
        self.assertEqual(len(outline.says["inside"]), 2 * (exchanges - folded) + 1 + looks + hands)
        for section in ("§7.1.1", "§7.2", "§7.3", "§7.4", "§7.5, §6.3", "§7.5.1", "§7.4.2, §6.3", "§6.7, §6.5",
                        "§8.3", "§8.4"):
            self.assertIn(f"RFC 8555 {section}", outline.says["standard"])
        self.assertIn("RFC 8737 §3", outline.says["standard"])
        self.assertIn("orders a certificate for a.example, b.example, c.example", outline.says["says"])
        self.assertIn("hands in the certificate request for a.example, b.example, c.example", outline.says["says"])
        self.assertIn("2 certificates, the leaf first", outline.says["says"])
        self.has(page, "MIIBleaf\n-----END")

    def sections(self, trace):
        """What stands beside each request and its answer."""
        return re.findall(r'<b>(?:\d+\. )?([^<]+)</b>(?:<span class="standard">([^<]*)</span>)?', self.view(trace)[0])

    def test_the_section_is_the_one_in_the_trace(self):
        trace = Trace()
        trace.say("acme-renewal", "the renewal window", "/window", method="GET")["section"] = "RFC 9773, section 4.1"
        trace.say("acme-chain", "the alternate", "/cert/2", "")["section"] = "RFC 8555, section 7.4.2"
        trace.say("acme-odd", "the odd", "/odd", "")["section"] = "RFC 9999, section 1"
        trace.say("acme-odd", "the even", "/even", "")["section"] = "somewhere"
        self.assertEqual([found for found in self.sections(trace) if found[0] != "200 OK"], [
            ("the renewal window", "RFC 9773 §4.1"), ("the alternate", "RFC 8555 §7.4.2, §6.3"),
            ("the odd", "RFC 9999 §1, RFC 8555 §6.3"), ("the even", "somewhere, RFC 8555 §6.3")])

    def test_an_older_trace_has_no_sections(self):
        """The page then says only what it knows of itself."""
        trace = Trace()
        trace.say("acme-chain", "the directory", "/dir", method="GET", body={"newNonce": f"{CA}/nonce"})
        trace.say("acme-chain", "newOrder", "/new-order", {"identifiers": []}, 201, {"status": "pending"})
        trace.say("acme-chain", "the certificate", "/cert/1", "", 404, {})
        for e in trace.exchanges:
            del e["section"]
        self.assertEqual(self.sections(trace), [
            ("the directory", ""), ("200 OK", ""), ("newOrder", ""), ("201 Created", "RFC 8555 §7.1.6"),
            ("the certificate", "RFC 8555 §6.3"), ("404 Not Found", "RFC 8555 §6.7")])

    def test_what_failed_stands_out(self):
        says = self.view(journey())[1].says
        refused, invalid = says["answer bad"]
        self.assertRegex(refused, "400 Bad Request.*badNonce: bad nonce")
        self.assertRegex(invalid, "the authorization of b.example is invalid: no such record")
        self.assertRegex("".join(says["answer bad lost"]), "no answer.*the connection was reset")

    def test_what_the_ca_looks_at(self):
        page, outline = self.view(journey())
        self.assertEqual([re.sub(".*inferredRFC [0-9]+ §[0-9.]+", "", text) for text in outline.says["look"]], [
            f"looks at http://a.example/.well-known/acme-challenge/{TOKEN}, and is convinced",
            "asks the DNS for the TXT record of _acme-challenge.b.example, and is not convinced",
            "speaks TLS to c.example at port 443, asking for acme-tls/1, and is convinced"])
        digest = hashlib.sha256(KEY_AUTHORIZATION.encode())
        for proof in (KEY_AUTHORIZATION, base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="),
                      digest.hexdigest()):
            self.has(page, f"<pre>{proof}</pre>")

    def test_a_look_without_the_rest_of_the_story(self):
        trace = Trace()
        challenge = authorization("x", "http-01")["challenges"][0]
        trace.say("acme-challenge", "the challenge", "/chall/1", {}, body=challenge)
        trace.say("acme-challenge", "the challenge", "/chall/2", {}, body={"type": "odd-01", "status": "pending"})
        page, outline = self.view(trace)
        self.has(page, "http://NAME/.well-known/acme-challenge/")
        self.has(page, f"{TOKEN}.THUMBPRINT")
        self.assertIn("looks for the proof that odd-01 asks for", outline.says["says"])

    def test_what_is_done_to_the_web_server(self):
        """Put in place before the CA is told, and taken away at the end of a run that does all by itself."""
        page, outline = self.view(journey())
        self.assertEqual([re.sub(".*§3", "", text) for text in outline.says["hands"]], [
            "was to put the proofs of a.example, b.example, c.example in place",
            "takes the proofs of a.example, b.example, c.example away"])
        before, between, after = page.split('<details class="hands">')
        asked = [re.findall(r"<b>(\d+\. the (?:authorization|challenge))</b>", part) for part in (before, between)]
        self.assertEqual(asked[0], ["3. the authorization"])
        self.assertEqual(asked[1][0], "4. the challenge")
        self.assertNotRegex(after.partition("</section>")[0], 'class="(ask|answer)')
        for place in (f"http://a.example/.well-known/acme-challenge/{TOKEN}\n    {KEY_AUTHORIZATION}",
                      "the TXT record of _acme-challenge.b.example\n",
                      "a certificate for acme-tls/1 at port 443 of c."):
            self.assertEqual(page.count(place), 2, place)

    def hands(self, trace):
        return [re.sub("inferred(RFC [0-9]+ §[0-9.]+(, )?)*", "", text)
                for text in self.view(trace)[1].says.get("hands", [])]

    def test_what_is_done_depends_on_the_verb(self):
        """A run that only tells the CA takes nothing away; one that didn't get to its end may not have done so yet."""
        told = [("the challenge", "/chall/w", {}, authorization("w", "http-01")["challenges"][0])]
        poll = ("the order", "/order/1", "")
        ready, pending = ({"status": status, "finalize": f"{CA}/order/1/finalize",
                           "identifiers": [{"type": "dns", "value": "w"}], "authorizations": [f"{CA}/authz/w"]}
                          for status in ("ready", "pending"))
        put, was_to, away = ("puts the proof of *.w in place", "was to put the proof of *.w in place",
                             "takes the proof of *.w away")
        known = ("the authorization", "/authz/w", "", authorization("w", "http-01") | {"wildcard": True})
        persist = ("the challenge", "/chall/w", {}, authorization("w", "dns-persist-01")["challenges"][0])
        table = {
            "all": ([known, *told, (*poll, ready)], [put, away]),
            "respond": ([known, *told][1:], ["was to put the proof of NAME in place"]),
            "wait": ([(*poll, ready)], []),
            "not at its end": ([known, *told, (*poll, pending)], [was_to]),
            "a standing record": ([persist, (*poll, ready)], []),
        }
        for name, (said, wanted) in table.items():
            with self.subTest(name):
                trace = Trace()
                for purpose, path, payload, body in said:
                    trace.say("acme-challenge", purpose, path, payload, body=body)
                self.assertEqual(self.hands(trace), wanted)

    def test_a_key_that_was_changed_proves_what_came_before(self):
        trace, new = Trace(), JWK | {"n": "AAAA"}
        challenge = authorization("a", "http-01")["challenges"][0]
        trace.say("acme-challenge", "the challenge", "/chall/a", {}, body=challenge)
        trace.say("acme-register", "keyChange", "/change", {"payload": {"account": KID, "oldKey": JWK}})
        trace.say("acme-register", "the account look-up", "/new", {}, key={"jwk": new}, location=KID)
        trace.say("acme-chain", "the challenge", "/chall/b", {}, body=challenge)
        self.assertEqual(len(set(re.findall(f"<pre>({TOKEN}[^<]+)", self.view(trace)[0]))), 2)
        self.has(self.view(trace)[0], f"<pre>{KEY_AUTHORIZATION}</pre>")

    def test_polls_are_folded(self):
        page, outline = self.view(journey())
        self.assertEqual(len(outline.says["again"]), 1)
        self.assertIn("the same again, 5 times", outline.says["again"][0])
        self.assertEqual(re.findall(r"(\d+)\. at .*, 12 ms, retry-after: (\d)", page),
                         [(str(n), str(n - 9)) for n in range(10, 15)])

    def test_a_pid_that_is_given_away_again_is_another_run(self):
        trace = Trace()
        for path in "/dir", "/other":
            trace.say("acme-chain", "the directory", path, method="GET")["n"] = 1
        self.assertEqual(len(self.view(trace)[1].says["section"]), 2)

    def test_answers_may_overtake_each_other(self):
        trace = Trace()
        for path in "/1", "/2", "/3":
            trace.say("acme-challenge", "the authorization", path, "")
        trace.exchanges[:2] = trace.exchanges[1::-1]
        page, outline = self.view(trace)
        self.assertEqual(len(outline.says["section"]), 1)
        self.assertEqual(re.findall("<b>([0-9])[.]", page), ["2", "1", "3"])

    def test_runs_side_by_side_are_told_apart(self):
        trace = Trace()
        for pid in 1, 2, 1, 2:
            trace.say("acme-chain", "the certificate", f"/cert/{pid}", "", pid=pid)
        page = self.view(trace)[0]
        self.assertEqual(re.findall(r"Process (\d+), (\d) exchanges", page), [("1", "2"), ("2", "2")])


PROBLEM = "urn:ietf:params:acme:error:"
OK, PENDING, READY, INVALID = ({"status": status} for status in ("valid", "pending", "ready", "invalid"))
LOOK_UP = ("the account look-up", "/new-account", 400, {"type": f"{PROBLEM}accountDoesNotExist", "detail": "unknown"})

# What a run says and hears: the tool, its exchanges (purpose, path, status and body), and its heading.
RUNS = [
    ("acme-register", [LOOK_UP, ("newAccount", "/new-account", 201, OK)], "acme-register gets the account"),
    ("acme-register", [LOOK_UP], "failed: acme-register asks for the account"),
    ("acme-register", [("the account look-up", "/new-account", 200, OK)], "acme-register asks for the account"),
    ("acme-register", [("the account look-up", "/new-account", 200, OK), ("the list of orders", "/orders", 200, {})],
     "acme-register orders asks which orders the account has"),
    ("acme-register", [("the update of the account", "/acct/1", 200, OK)],
     "acme-register update changes what the CA keeps of the account"),
    ("acme-register", [("the deactivation of the account", "/acct/1", 200, {"status": "deactivated"})],
     "acme-register deactivate closes the account for good"),
    ("acme-register", [LOOK_UP, ("the account look-up", "/new-account", 200, OK), ("keyChange", "/change", 200, None)],
     "acme-register rollover gives the account a new key"),
    ("acme-challenge", [("newOrder", "/new-order", 201, PENDING), ("the authorization", "/authz/1", 200, PENDING)],
     "acme-challenge orders a certificate"),
    ("acme-challenge", [("newOrder", "/new-order", 201, READY)], "acme-challenge orders a certificate"),
    ("acme-challenge", [("newOrder", "/new-order", 400, {"type": f"{PROBLEM}rejectedIdentifier", "detail": "never"})],
     "failed: acme-challenge orders a certificate"),
    ("acme-challenge", [("newOrder", "/new-order", 400, {"type": f"{PROBLEM}badNonce"}),
                        ("newOrder", "/new-order", 201, PENDING)], "acme-challenge orders a certificate"),
    ("acme-challenge", [("the challenge", "/chall/1", 200, PENDING)],
     "acme-challenge respond says that the proofs are in place"),
    ("acme-challenge", [("the challenge", "/chall/1", 403, {}), ("the challenge", "/chall/2", 200, PENDING)],
     "failed: acme-challenge respond says that the proofs are in place"),
    ("acme-challenge", [("the order", "/order/1", 200, PENDING), ("the order", "/order/1", 200, READY)],
     "acme-challenge wait asks until the CA has looked"),
    ("acme-challenge", [("the order", "/order/1", 200, INVALID), ("the authorization", "/authz/1", 200, OK)],
     "failed: acme-challenge wait asks until the CA has looked"),
    ("acme-challenge", [("the order", "/order/1", 200, PENDING)], "acme-challenge wait asks until the CA has looked"),
    ("acme-challenge", [("the challenge", "/chall/1", 400, {}), ("the order", "/order/1", 200, READY)],
     "acme-challenge proves the names of an order"),
    ("acme-challenge", [("the deactivation of the authorization", "/authz/1", 200, {"status": "deactivated"}),
                        ("the order", "/order/1", 200, INVALID)], "acme-challenge cancel gives proofs up"),
    ("acme-challenge", [("the directory", "/dir", 200, {})], "acme-challenge asks the CA before there is an order"),
    ("acme-finalize", [("finalize", "/final", 403, {"type": f"{PROBLEM}orderNotReady"}),
                       ("the order", "/order/1", 200, OK)], "acme-finalize has the certificate made"),
    ("acme-finalize", [("finalize", "/final", 403, {"type": f"{PROBLEM}orderNotReady"}),
                       ("the order", "/order/1", 200, PENDING)], "failed: acme-finalize has the certificate made"),
    ("acme-finalize", [("finalize", "/final", 200, {"status": "processing"})],
     "acme-finalize has the certificate made"),
    ("acme-chain", [("the certificate", "/cert/1", 404, None)],
     "failed: acme-chain fetches the certificate and its chain"),
    ("acme-renewal", [("the renewal information", "/ari/1", 404, {})],
     "acme-renewal asks when certificates are to be renewed"),
    ("acme-revoke", [("revokeCert", "/revoke", 400, {"type": f"{PROBLEM}alreadyRevoked"})],
     "acme-revoke has a certificate revoked"),
    ("acme-odd", [("the odd", "/odd", 500, None)], "failed: acme-odd "),
]


def proved(status, challenge, **more):
    """An authorization, whose challenge is /chall/x."""
    shown = authorization("x", "http-01", challenge, **more)
    return ("the authorization", "/authz/x", 200, shown | {"status": status}, "")


def account(*contact, **more):
    return {"status": "valid", "contact": [f"mailto:{one}@x.example" for one in contact]} | more


TOLD, TOLD_IN_VAIN, UNHEARD = (("the challenge", "/chall/x", status, body) for status, body in [
    (200, authorization("x", "http-01", "processing")["challenges"][0]), (403, {}), (None, None)])
NEW_ORDER, POLL = ("newOrder", "/new-order", 201, PENDING), ("the order", "/order/1", 200, PENDING)
DIRECTORY, NONCE = ("the directory", "/dir", 200, {}), ("a nonce", "/nonce", 200, None)
CHAIN = ("the certificate", "/cert/1", 200, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
UPDATED, CLOSED = ((f"the {what} of the account", "/acct/1", None, None) for what in ("update", "deactivation"))
KEY_CHANGED = ("keyChange", "/change", None, None)
GIVEN_UP = ("the deactivation of the authorization", "/authz/x", 403, {})
HAS, HAS_NOT = ("the account look-up", "/new-account", 200, OK), LOOK_UP
RESPOND, WAIT = "acme-challenge respond", "acme-challenge wait"
ORDER, WHOLE, OWN, HAVING = ("acme-challenge orders a certificate",
                             "acme-challenge orders a certificate and proves",
                             "acme-challenge proves the names of an order",
                             "acme-challenge has the names of an order proved")
FAILED, DONE, OPEN, UNTOLD = "It failed at", "", "doesn't have its end", "doesn't tell how it ended"

# What a run says and hears (an answer without a status is lost), what it is headed as, and how it ended.
ENDS = [
    ("heard after all", [UNHEARD, proved("pending", "processing")], RESPOND, DONE),
    ("proved meanwhile", [UNHEARD, proved("valid", "valid")], RESPOND, DONE),
    ("heard, as it complains", [UNHEARD, proved("pending", "pending", error={"detail": "no"})], RESPOND, DONE),
    ("not heard", [UNHEARD, proved("pending", "pending")], RESPOND, FAILED),
    ("refused, and at work", [TOLD_IN_VAIN, proved("pending", "processing")], RESPOND, DONE),
    ("refused, and idle", [TOLD_IN_VAIN, proved("pending", "pending")], RESPOND, FAILED),
    ("refused, and not proved", [TOLD_IN_VAIN, proved("invalid", "invalid")], RESPOND, FAILED),
    ("not proved, which is for wait", [UNHEARD, proved("invalid", "invalid")], RESPOND, DONE),
    ("failed before", [proved("invalid", "invalid"), TOLD], RESPOND, FAILED),
    ("lost in a whole run", [NEW_ORDER, UNHEARD, proved("pending", "processing")], WHOLE, OPEN),
    ("a challenge alone is invalid", [NEW_ORDER, TOLD, proved("pending", "invalid")], WHOLE, FAILED),
    ("an older challenge is", [NEW_ORDER, ("the challenge", "/chall/y", 200, PENDING), proved("pending", "invalid")],
     WHOLE, OPEN),
    ("wait sees it, too", [POLL, proved("pending", "invalid")], WAIT, FAILED),
    ("an authorization is over", [POLL, proved("expired", "valid")], WAIT, FAILED),
    ("told before the order is asked for", [POLL, proved("pending", "pending"), TOLD, POLL], OWN, OPEN),
    ("told again", [POLL, proved("pending", "pending", error={"detail": "no"}), TOLD, POLL], HAVING, OPEN),
    ("given up before", [GIVEN_UP, proved("deactivated", "valid")], "acme-challenge cancel", DONE),
    ("not given up", [GIVEN_UP, proved("valid", "valid")], "acme-challenge cancel", FAILED),
    ("updated after all", [HAS, (*UPDATED, {"contact": ["mailto:a@x.example"]}),
                           ("the account look-up", "/new-account", 200, account("a"))], "acme-register update", DONE),
    ("not updated", [HAS, (*UPDATED, {"contact": ["mailto:a@x.example"]}), HAS], "acme-register update", FAILED),
    ("terms that never show", [HAS, (*UPDATED, {"termsOfServiceAgreed": True}), HAS], "acme-register update", FAILED),
    ("closed after all", [HAS, CLOSED, ("the account look-up", "/new-account", 200, {"status": "deactivated"})],
     "acme-register deactivate", DONE),
    ("closed, and unknown", [HAS, CLOSED, HAS_NOT], "acme-register deactivate", DONE),
    ("not closed", [HAS, CLOSED, HAS], "acme-register deactivate", FAILED),
    ("changed after all", [HAS_NOT, HAS, KEY_CHANGED, HAS], "acme-register rollover", DONE),
    ("changed at last", [HAS_NOT, HAS, KEY_CHANGED, HAS_NOT, ("keyChange", "/change", 200, None)],
     "acme-register rollover", DONE),
    ("not changed", [HAS_NOT, HAS, KEY_CHANGED, HAS_NOT], "acme-register rollover", FAILED),
    ("no issuer further up", [CHAIN, ("the issuer's certificate", "/root", 404, None)], "acme-chain", UNTOLD),
    ("no issuer", [("the issuer's certificate", "/root", None, None)], "acme-chain", UNTOLD),
    ("no other chain", [CHAIN, ("the certificate", "/cert/2", 404, None)], "acme-chain", UNTOLD),
    ("no chain", [("the certificate", "/cert/1", 404, None)], "acme-chain", FAILED),
    ("ordered, or no further for a hook", [NEW_ORDER, proved("pending", "pending")], ORDER, UNTOLD),
    ("ordered, and looked at", [NEW_ORDER, POLL], ORDER, UNTOLD),
    ("ordered, and proved already", [("newOrder", "/new-order", 201, READY), proved("valid", "valid")], ORDER, DONE),
    ("nothing ordered", [DIRECTORY, NONCE], "acme-challenge asks the CA", UNTOLD),
    ("no account asked for", [DIRECTORY], "acme-register asks for the account", UNTOLD),
    ("no certificate asked for", [NONCE, POLL], "acme-chain fetches", UNTOLD),
    ("a chain", [NONCE, CHAIN], "acme-chain fetches", DONE),
    ("nothing revoked", [DIRECTORY, NONCE, HAS], "acme-revoke has", UNTOLD),
    ("no renewal information", [DIRECTORY], "acme-renewal asks", DONE),
    ("revoked by what was lost", [("revokeCert", "/revoke", None, None),
                                  ("revokeCert", "/revoke", 400, {"type": f"{PROBLEM}alreadyRevoked"})],
     "acme-revoke", DONE),
]


class HeadingTest(TraceViewTest):

    def test_each_run_is_headed_as_what_it_was(self):
        trace = Trace()
        for pid, (tool, said, _) in enumerate(RUNS, 1):
            for purpose, path, status, body in said:
                trace.say(tool, purpose, path, {}, status, body, pid=pid)
        page, outline = self.view(trace)
        headings = [html.unescape(re.sub("<[^>]*>", "", found)) for found in re.findall("<h2>(.*)</h2>", page)]
        self.assertEqual(headings, [heading for _, _, heading in RUNS])
        failed = sum(heading.startswith("failed") for heading in headings)
        self.assertIn(f"{len(RUNS)} runs of a tool, {failed} failed; ", "".join(outline.says["p"]))
        self.assertEqual(len(outline.says["why"]), failed)
        self.assertEqual(len(re.findall("The trace doesn't have its end", page)), 2)

    def ended(self, *runs):
        """The page of these runs, each of a tool and what it says and hears."""
        trace = Trace()
        for pid, (tool, exchanges) in enumerate(runs, 1):
            for purpose, path, status, body, *payload in exchanges:
                e = trace.say(tool, purpose, path, *payload or [{}], status, body, pid=pid, location=KID)
                if status is None:
                    del e["response"]
                    e["error"] = "the answer was lost"
        return self.view(trace)

    def test_how_each_run_ended(self):
        page, _ = self.ended(*((heading.split()[0], exchanges) for _, exchanges, heading, _ in ENDS))
        for (name, _, heading, end), section in zip(ENDS, page.split("<section>")[1:], strict=True):
            with self.subTest(name):
                said = html.unescape(re.sub("<[^>]*>", "", section))
                self.assertRegex(said, rf"\A\s*{'failed: ' * (end == FAILED)}{heading}")
                self.assertEqual([words for words in (FAILED, OPEN, UNTOLD) if words in said], [end] * bool(end))
                self.assertEqual("takes the proof" in said, heading in (WHOLE, OWN) and end == FAILED)

    def test_a_proof_that_is_looked_at_for_a_while(self):
        """A challenge, too, can be processing (RFC 8555, 7.1.6), and fail then."""
        said = self.ended(("acme-challenge", [
            NEW_ORDER, TOLD, proved("pending", "processing"), proved("pending", "invalid")]))[1].says
        self.assertRegex(said["look"][0], "and is not convinced$")
        self.assertRegex("".join(said["hands"]), "was to put the proof")

    def test_an_order_that_fails_when_its_names_are_proved(self):
        order = {"finalize": f"{CA}/f", "authorizations": [f"{CA}/authz/x"], "identifiers": [{"type": "dns", "value": "x"}]}
        said = self.ended(("acme-challenge", [proved("pending", "pending"), TOLD, *(
            ("the order", "/order/1", 200, order | {"status": status}) for status in ("ready", "invalid"))]))[1].says
        self.assertRegex(said["look"][0], "and is convinced$")

    def test_of_how_many_it_is_not_told(self):
        """What fails on this machine alone is in no trace, so nothing on the page says that none did."""
        other_chain = ("acme-chain", [CHAIN, ("the certificate", "/cert/2", 404, None)])
        ordered, unfinished = ("acme-challenge", [NEW_ORDER]), ("acme-challenge", [NEW_ORDER, TOLD, POLL])
        for runs, wanted in [
            ((other_chain,), "1 run of a tool, none seen to fail; of 1 the trace doesn't tell; "),
            ((ordered, unfinished), "2 runs of a tool, none seen to fail; of 2 the trace doesn't tell; "),
            ((("acme-chain", [CHAIN]),), "1 run of a tool, none seen to fail; 1 exchange, "),
        ]:
            with self.subTest(wanted):
                page, outline = self.ended(*runs)
                self.assertIn(wanted, "".join(outline.says["p"]))
                self.lacks(page, "none failed")

    def test_why_it_failed(self):
        why = self.view(journey())[1].says["why"]
        self.assertEqual(why, ["It failed at 15, the order: the answer was lost: the connection was reset"])
        trace = Trace()
        trace.say("acme-challenge", "the order", "/order/1", "", body=INVALID)
        trace.say("acme-challenge", "the authorization", "/authz/1", "", body=authorization(
            "x.example", "http-01", "invalid", error={"detail": "no such file"}))
        self.assertEqual(self.view(trace)[1].says["why"], [
            "It failed at 2, the authorization: the authorization of x.example is invalid: no such file"])

    def test_an_account_that_isn_t_there_yet_is_no_refusal(self):
        trace = Trace()
        for purpose, path, status, body in RUNS[0][1]:
            trace.say("acme-register", purpose, path, {}, status, body)
        self.assertNotIn("answer bad", self.view(trace)[1].says)


class DecodedTest(TraceViewTest):
    """What stands in certificates and requests, beside what openssl says of them."""

    SUBJECT = "/C=DE/O=Ünï & Söhne <b>/CN=a.example"
    NAMES = "DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1,email:me@a.example"
    SHOWN = "a.example, *.b.example, 192.0.2.1, 2001:db8::1, (a name of another kind)"

    def made(self, kind="ec", *options):
        """The DER of a request and of a certificate."""
        key = {"ec": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"), "rsa": ("-newkey", "rsa:2048"),
               "ed25519": ("-newkey", "ed25519")}[kind]
        common = ("req", *key, "-nodes", "-keyout", "key", "-utf8", "-outform", "DER", "-subj", self.SUBJECT, *options)
        return [self.openssl(*common, "-addext", f"subjectAltName={self.NAMES}", *more).out
                for more in ((), ("-x509", "-days", "40000", "-set_serial", "0xabcdef0123"))]

    def trace(self, requests=(), certificates=()):
        trace = Trace()
        encoded = lambda der: base64.urlsafe_b64encode(der).decode().rstrip("=")
        for der in requests:
            trace.say("acme-finalize", "finalize", "/final", {"csr": encoded(der)}, body=OK)
        for der in certificates:
            pem = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"
            trace.say("acme-chain", "the certificate", "/cert/1", "", body=pem)
            trace.say("acme-revoke", "revokeCert", "/revoke", {"certificate": encoded(der)})
        return trace

    def test_what_openssl_has_made(self):
        for kind, key in {"ec": "EC, P-384", "rsa": "RSA, 2048 bits", "ed25519": "Ed25519"}.items():
            with self.subTest(kind):
                request, certificate = self.made(kind)
                page = html.unescape(self.view(self.trace([request], [certificate]))[0])
                subject = "C=DE, O=Ünï & Söhne <b>, CN=a.example"
                self.has(page, f"<pre>subject: {subject}\nnames:   {self.SHOWN}\nkey:     {key}</pre>")
                end, = re.findall(r"notAfter=(\S+ \S+)", self.openssl(
                    "x509", "-inform", "DER", "-noout", "-enddate", "-dateopt", "iso_8601", stdin=certificate).text)
                self.assertEqual(len(re.findall(
                    rf"<pre>subject:       {subject}\nnames:         {re.escape(self.SHOWN)}\n"
                    rf"issuer:        {subject}\n"
                    rf"valid from:    20\S+Z\nvalid until:   {end.replace(' ', 'T')}\n"
                    rf"serial number: 00abcdef0123\nkey:           {key}</pre>", page)), 2)
                self.has(page, f"1 certificate, the leaf first: for {self.SHOWN}, until 2")

    def test_what_is_cut_short_is_refused(self):
        for reader, der in self.readers():
            self.assertEqual([reader(der[:n]) for n in range(len(der))], [None] * len(der))
            self.assertIsNone(reader(der + b"\0"))

    def test_what_is_changed_is_refused_or_read(self):
        for reader, der in self.readers():
            found = [reader(der[:n] + bytes([der[n] ^ bit]) + der[n + 1:]) for n in range(len(der))
                     for bit in (0x01, 0x20, 0x80)]
            self.assertTrue(all(type(value) is str for facts in filter(None, found) for value in facts.values()))
            self.assertGreater(found.count(None), len(der) // 4)

    def readers(self):
        """The readers, and what each of them reads."""
        loader = importlib.machinery.SourceFileLoader("trace_view", str(SCRIPT))
        script = importlib.util.module_from_spec(importlib.util.spec_from_loader("trace_view", loader))
        sys.modules["trace_view"] = script  # where a data class looks for its own
        self.addCleanup(sys.modules.pop, "trace_view")
        loader.exec_module(script)
        return [(functools.partial(script.decoded, reader), der) for reader, der in zip(
            (script.request_facts, script.certificate_facts), self.made())]

    def test_what_is_no_certificate_at_all(self):
        odd = [b"", b"0", b"0\x80\0\0", b"0\x84\xff\xff\xff\xff", b"0\x81\x05hello", b"0" * 3000, b"\x1f" * 9,
               b"0\x82\x10\x00" * 1000, bytes(75_001)]
        page = self.view(self.trace(odd, odd))[0]
        self.assertEqual(page.count("This page can't read it"), 3 * len(odd))
        trace = self.trace([b""] * 4, [b"x"])
        for e, value in zip(trace.exchanges, ["no base64 !", 7, ["x"], {"x": 1}]):
            e["request"]["payload"]["csr"] = value
        self.assertEqual(self.view(trace)[0].count("This page can't read it"), 6)

    def test_a_chain_without_end(self):
        trace = Trace()
        trace.say("acme-chain", "the certificate", "/cert/1", "", body=(
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" * 20_000))
        page = self.view(trace)[0]
        self.has(page, "20000 certificates")
        self.assertEqual(page.count("This page can't read it"), 10)


class HostileTest(TraceViewTest):

    def test_text_stays_text(self):
        tame = self.view(journey())[1]
        wild = journey()

        def poisoned(value):
            if isinstance(value, dict):
                return {n + HOSTILE if "." in n else n: poisoned(v) for n, v in value.items()} | {HOSTILE: HOSTILE}
            return [poisoned(v) for v in value] if isinstance(value, list) else value + HOSTILE if isinstance(
                value, str) else value
        for e in wild.exchanges:
            for member in "tool", "purpose", "section", "error":
                if member in e:
                    e[member] += HOSTILE
            e["request"] = poisoned(e["request"])
            if "response" in e:
                e["response"] = poisoned(e["response"]) | {"status": e["response"]["status"]}
        for trace in (wild, *map(self.replaced, ("body", "payload", "protected"))):
            page, outline = self.view(trace)
            self.assertLessEqual(outline.tags, tame.tags | {"em"})
            self.assertLessEqual(outline.attributes, tame.attributes)
            self.assertEqual(hidden(page), [])
            self.lacks(page, "<img")
            self.has(page, "&lt;img src=x onerror=alert(1)&gt;")
            self.has(page, "\\u{202e}")

    def replaced(self, member):
        """Every kind of JSON in the place of what is expected there."""
        trace = Trace()
        odd = [1, True, [], {},
               {"status": 1, "challenges": True, "identifiers": 3, "type": [], "detail": {}, "kty": {}},
               {"challenges": [1, {"error": 5}], "identifier": {"value": 7}, "identifiers": [1, {}], "error": "x"},
               {"jwk": 1, "kid": {}, "alg": []}, {"jwk": {"kty": "EC", "crv": 1}, "kid": None}]
        for number, value in enumerate(odd):
            for purpose in ("the challenge", "the order", "newOrder", "odd " + HOSTILE):
                for status in (200, 404, 999):
                    e = trace.say("acme-challenge", purpose, f"/{number}", {}, status)
                    if member == "body":
                        e["response"]["body"] = value
                    elif isinstance(value, dict):
                        e["request"][member] = value
        return trace

    def test_what_no_page_may_show_is_dropped(self):
        trace = journey()
        for e in trace.exchanges:
            e["nonce"] = e["signature"] = "SECRET"
            e["request"]["headers"] = {"Replay-Nonce": "SECRET"}
            if "payload" in e["request"]:
                e["request"]["protected"] |= {"nonce": "SECRET", "jwk": JWK | {"d": "SECRET", "p": "SECRET"}}
                e["request"]["signature"] = "SECRET"
            if e["request"].get("payload"):
                e["request"]["payload"] |= {"externalAccountBinding": {"protected": "SECRET", "signature": "SECRET"}}
            if "response" in e:
                e["response"]["headers"]["replay-nonce"] = "SECRET"
                if isinstance(e["response"].get("body"), dict):
                    e["response"]["body"] |= {"Nonce": "SECRET", "replayNonce": "SECRET"}
        page = self.view(trace)[0]
        self.lacks(page, "SECRET")
        self.lacks(page, "HfbEjTJVkg")  # the nonce in a CA's refusal of it
        self.has(page, "bad nonce [the nonce]")
        self.has(page, "newNonce")

    def test_what_is_huge_is_cut(self):
        trace = Trace()
        trace.say("acme-chain", "the certificate" + "x" * 100_000, "/cert/" + "y" * 100_000, "", body="z" * 1_000_000)
        trace.say("acme-chain", "the order", "/order/1", "", body={"status": "v" * 100_000, "n": ["w" * 100_000]})
        page = self.view(trace)[0]
        self.has(page, "(cut here: 980000 more characters)")
        self.assertLess(len(page), 200_000)
        deep = "[" * 300 + '"the innermost"' + "]" * 300
        page = self.view(trace.text().replace(json.dumps("z" * 1_000_000), deep))[0]
        self.has(page, "too deep to be shown")
        self.lacks(page, "the innermost")

    def test_numbers_keep_their_text(self):
        trace = Trace()
        trace.say("acme-chain", "the order", "/order/1", "", body={"number": 4711})
        for number in ("1.0", "1e999", "-0", "9" * 5000):
            self.has(html.unescape(self.view(trace.text().replace("4711", number))[0]), f'"number": {number}\n')


class StatusTest(TraceViewTest):

    def test_help(self):
        for option in "--help", "-h":
            self.assertIn("usage: trace-view", self.ok(self.run_tool(SCRIPT, option)).text)

    def test_a_file_by_name(self):
        (self.dir / "trace").write_text(journey().text() + "\n\n")
        self.assertEqual(self.ok(self.run_tool(SCRIPT, "trace")).text, self.view(journey())[0])

    def test_wrong_usage(self):
        for words in (["--odd"], ["a", "b"], ["-x"]):
            result = self.run_tool(SCRIPT, *words)
            self.assertEqual((result.status, result.out), (64, b""))
            self.assertEqual(result.err, "usage: trace-view [FILE] >page.html\n")

    def test_no_file(self):
        for name in "nowhere", ".", "no\nwhere":
            result = self.fails(self.run_tool(SCRIPT, name), 66, "^trace-view: error: .*can't be read: ")
            self.assertEqual((result.out, result.err.count("\n")), (b"", 1))

    def test_no_room(self):
        (self.dir / "trace").write_text(journey().text())
        for out in ">/dev/full", ">&-":
            result = self.fails(self.sh(f"{SCRIPT} trace {out}"), 74, "writing to stdout failed")
            self.assertEqual(result.err.count("\n"), 1, result)

    def test_what_is_no_trace(self):
        good = journey().exchanges[2]
        line = json.dumps(good)

        def without(*path):
            copy = json.loads(line)
            inner = copy
            for name in path[:-1]:
                inner = inner[name]
            del inner[path[-1]]
            return json.dumps(copy)
        table = {
            "no exchange is in it": "",
            "line 2 is not JSON": f"{line}\nnotes",
            "line 3 is not JSON": f"{line}\n\n#{line}\n{line}",
            "line 1 is not JSON   ": line[:-5],
            "line 1 is not JSON": b"\xff" + line.encode(),
            "line 1 is not JSON ": '{"a": NaN}',
            "line 1 is not JSON  ": "[" * 100_000,
            "line 1 is not an exchange": "[]",
            "line 1 is not an exchange: no good time": line.replace("03:00:00Z", "3 o'clock"),
            "line 1 is not an exchange: no good pid": re.sub(r'"pid": \d+', '"pid": "7"', line),
            "line 1 is not an exchange: no good section": line.replace('"RFC 8555, section 7.3"', "7.3"),
            "line 1 is not an exchange: no good n": line.replace('"n": 3', '"n": 3.5'),
            "line 1 is not an exchange: no good request.headers":
                line.replace('"user-agent": "acme-register/1.0"', '"user-agent": 3'),
        } | {f"line 1 is not an exchange: no good {'.'.join(path)}": without(*path) for path in (
            ("tool",), ("purpose",), ("milliseconds",), ("request", "method"), ("request", "url"),
            ("response", "status"))} | {
            "line 1 is not an exchange: no good response.status": without("response")}
        for message, trace in table.items():
            with self.subTest(message):
                result = self.run_tool(SCRIPT, "-", stdin=trace)
                self.fails(result, 65, f"^trace-view: error: stdin is not a trace: {re.escape(message.strip())}")
                self.assertEqual((result.out, result.err.count("\n")), (b"", 1))

    def test_lines_that_are_cut_off(self):
        """As a full disk or a lost machine leaves them: the page is of the others."""
        line = json.dumps(journey().exchanges[2])
        zeros = "\0" * 5000  # in the place of what never got onto the disk
        for numbers, trace in {(2,): f"{line}\n{{", (3,): f"{line}\n\n{line[:-5]}\n{line}\n",
                               (1,): f"{line[:-20]}{line}\n{line}\n", (2, 3): f"{line}\n{zeros}{line}\n{zeros}",
                               (): f"{line}\n{line}"}.items():
            with self.subTest(numbers):
                result = self.run_tool(SCRIPT, "-", stdin=trace)
                self.assertEqual((result.status, result.err), (0, "".join(
                    f"trace-view: warning: line {number} is cut off, and left out\n" for number in numbers)))
                self.assertEqual(re.findall("Line ([0-9]+) is cut off", result.text), [str(n) for n in numbers])

    def test_many_lines_that_are_cut_off(self):
        line = json.dumps(journey().exchanges[2])
        result = self.run_tool(SCRIPT, "-", stdin=f"{line}\n" + f"{line[:-5]}\n" * 9)
        self.assertEqual(result.status, 0)
        self.assertEqual(result.err, "".join(
            f"trace-view: warning: line {number} is cut off, and left out\n" for number in range(2, 7)) +
            "trace-view: warning: 4 more lines are cut off, and left out\n")
        self.assertIn("<strong>4 more lines are cut off</strong>, and left out.", result.text)

    def test_what_the_ca_wants_of_a_new_account(self):
        for meta, wanted in {
            '{"termsOfService": "https://ca.example/terms"}': "agreement to its terms of service",
            '{"externalAccountRequired": true}': "an external account",
            '{"externalAccountRequired": true, "termsOfService": "https://ca.example/terms"}':
                "agreement to its terms of service and an external account",
        }.items():
            with self.subTest(meta):
                trace = Trace()
                trace.say("acme-register", "the directory", "/dir", method="GET", body={"meta": json.loads(meta)})
                trace.say("acme-register", "the account look-up", "/new-account", {"onlyReturnExisting": True}, 400,
                          LOOK_UP[3])
                (self.dir / "trace").write_text(trace.text())
                page = self.ok(self.run_tool(SCRIPT, "trace")).text
                self.assertIn('<p class="why">It ended after 2, the account look-up: there is no account of this key '
                              f"yet, and for a new one the CA wants {wanted}</p>", page)
                self.lacks(page, "answer bad")  # it is a "no" like any other

    def test_an_account_that_was_closed_is_no_missing_one(self):
        trace = Trace()
        trace.say("acme-register", "the directory", "/dir", method="GET", body={"meta": {"termsOfService": "x"}})
        trace.say("acme-register", "the account look-up", "/new-account", {"onlyReturnExisting": True}, 403, {
            "type": f"{PROBLEM}unauthorized", "detail": "closed"})
        self.assertEqual(self.view(trace)[1].says["why"],
                         ["It failed at 2, the account look-up: problem: unauthorized: closed"])

    def test_a_byte_order_mark(self):
        line = json.dumps(journey().exchanges[2])
        self.assertEqual(self.ok(self.run_tool(SCRIPT, "-", stdin=b"\xef\xbb\xbf" + line.encode())).out,
                         self.ok(self.run_tool(SCRIPT, "-", stdin=line)).out)


class BrowserTest(TraceViewTest):
    """The page as it is seen on a wall, on a phone and on paper."""

    def trace(self):
        trace = journey()
        long = "x" * 300
        trace.say("acme-challenge", "the challenge", f"/chall/{long}", {}, 403, {
            "type": f"urn:ietf:params:acme:error:{long}", "detail": long * 2})
        trace.say("acme-" + "w" * 200, "purpose" * 20, f"/{long}?" + "%20" * 90, {"identifiers": [{"value": long}]},
                  body={long: {long: [long]}}, link=long)["section"] = long
        return trace

    def test_it_fits_every_window_and_the_paper(self):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (self.dir / "page.html").write_text(self.view(self.trace())[0])
        with Browser() as browser:
            for width in (1280, 400):
                browser.open(f"file://{self.dir}/page.html", width)
                browser.screenshot(SCREENSHOTS / f"trace-{width}.png", whole=True)
                self.assertEqual(browser.evaluate(TOO_WIDE), [], width)
                self.assertEqual(browser.evaluate("document.querySelector('.inside').checkVisibility()"), False)
                browser.evaluate("document.querySelector('summary').click()")
                self.assertEqual(browser.evaluate("document.querySelector('.inside').checkVisibility()"), True)
                browser.evaluate("document.getElementById('all').click()")
                self.assertEqual(browser.evaluate(
                    "[...document.querySelectorAll('.inside')].filter(one => !one.checkVisibility()).length"), 0)
                self.assertEqual(browser.evaluate(TOO_WIDE), [], f"{width}, opened")
            self.marks(browser)
            browser.open(f"file://{self.dir}/page.html")
            browser.pdf(SCREENSHOTS / "trace.pdf")
        printed = " ".join(self.ok(self.run_tool("pdftotext", "-layout", SCREENSHOTS / "trace.pdf", "-")).text.split())
        for words in ("Protected header", '"csr": "MIIBxyz"', KEY_AUTHORIZATION[:60], "MIIBleaf", "What is signed is",
                      "the same again, 5 times"):
            self.assertIn(words, printed)
        self.assertNotIn("open every message", printed)

    def marks(self, browser):
        """The triangle before a title points down where the message can be read, and to the right where it can't."""
        mark = "getComputedStyle(document.querySelector('summary b'), '::before').content"
        right, down = '"▸\xa0"', '"▾\xa0"'
        browser.open(f"file://{self.dir}/page.html")
        for pressed, wanted in ("", right), ("summary", down), ("summary", right), ("#all", down), ("#all", right):
            if pressed:
                browser.evaluate(f"document.querySelector('{pressed}').click()")
            self.assertEqual(browser.evaluate(mark), wanted, pressed)
            self.assertEqual(browser.evaluate("document.querySelector('.inside').checkVisibility()"), wanted == down)
