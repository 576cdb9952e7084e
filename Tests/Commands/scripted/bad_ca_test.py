"""Every exchange with the CA, spoiled in every way (see bad_ca.py): it recovers, and what comes out is right; or it
stops within its time and a few requests, with one message and the contract's status, and every file is as it was."""

import dataclasses
import itertools
import json
import shutil
import time

import issuer
from acme_objects import Order, rfc3339
from bad_ca import ALWAYS_PLAYED, OPTIONAL, WAYS, Way, from_the
from certificates import DAY, certificate
from faults import with_headers
from journey import CHAIN, CHALLENGE, EARLIER, EVERY, FINALIZE, STAGES, JourneyTest, Row, kit, told_once
from scripted_ca import ScriptedCA
from tables import TableTest
from tools import LIMIT

MOST = 60  # requests, with forty nonces refused among them


@dataclasses.dataclass(frozen=True)
class Exchange:
    """One that a pipeline has."""

    name: str
    where: str
    by: str  # who asks
    nth: int = 1
    before: str = CHALLENGE  # the tool from whose start on the requests are counted
    more: dict = dataclasses.field(default_factory=dict)  # of the row, for the exchange to take place

    def row(self, way):
        fault = from_the(self.nth, way)

        def begin(ca):
            ca.script.append((self.where, EVERY, fault))
        more = dict(self.more)
        more.setdefault("script", ())
        return Bad(f"{self.name}: {way.name}", way.ends_at(self.name), (CHALLENGE, FINALIZE, CHAIN), "",
                   budget=way.budget, before={self.before: begin}, way=way, exchange=self, also=(goes_on,), **more)


def goes_on(test, journey):
    """What a failure has taken along leads to the certificate later, and to no second order."""
    tool, ca = journey.failed, journey.ca
    if not tool or not ca.orders:
        return
    if tool == CHAIN:
        # Its nonce was used.
        flow = json.dumps({m: v for m, v in journey.document(FINALIZE).items() if m != "replayNonce"})
    else:
        problem = journey.document(tool)
        if "order" not in problem:
            test.assertEqual([r.status for r in ca.asked("authorization")], [], "the order was known")
            return
        flow = json.dumps(problem["order"])
    ca.script.clear()
    test.env["ACME_TIMEOUT"] = "60"
    orders = len(ca.orders)
    for stage, more in zip(STAGES, (("--webroot", "web"), (), ("-o", "site.pem"))):
        if STAGES.index(stage) >= STAGES.index(tool):
            result = test.run_tool(stage, *more, stdin=flow)
            if any(order.status() == "invalid" for order in ca.orders.values()):
                # The CA has looked only when the proof was taken away already.
                test.fails(result, 77, "could not validate")
                return
            flow = test.ok(result).out
    test.leaves_no_trace(journey)
    test.assertNotEqual((test.dir / "site.pem").read_text(), EARLIER)
    test.assertEqual((len(ca.orders), ca.violations), (orders, []))


@dataclasses.dataclass
class Bad(Row):
    way: Way = None
    exchange: object = None

    @property
    def spoils(self):
        return self.exchange.name, self.way.sentence

    @property
    def takes_longer(self):
        return self.exchange.name not in ALWAYS_PLAYED[self.way.name]


def offers_another(request, go):
    """The chain has an alternate."""
    if request.rest.endswith("/other"):
        request.path = request.path.removesuffix("/other")
        answer = go()
        leaf, _ = issuer.certificates(answer.bytes().decode())
        answer.body = (leaf + issuer.issuer().cross("intermediate", "other-root")).encode()
        return answer
    return with_headers(Link=f'<https://{request.headers["Host"]}{request.path}/other>;rel="alternate"')(request, go)


OLD = {"account": {"endpointsAt": rfc3339(-2 * DAY)}}
EXCHANGES = [
    Exchange("directory", "directory", CHALLENGE, more=OLD),
    Exchange("newNonce", "new-nonce", CHALLENGE),
    Exchange("new order", "new-order", CHALLENGE),
    Exchange("authorization", "authorization", CHALLENGE),
    Exchange("challenge", "challenge", CHALLENGE),
    Exchange("authorization poll", "authorization", CHALLENGE, nth=2, more={"habits": {"pending_polls": 8}}),
    Exchange("order poll", "order", CHALLENGE),
    Exchange("finalize", "finalize", FINALIZE),
    Exchange("issuing poll", "order", FINALIZE, before=FINALIZE, more={"habits": {"processing_polls": 2}}),
    Exchange("certificate", "certificate", CHAIN),
    Exchange("other chain", "certificate", CHAIN, nth=2, more={
        "script": (("certificate", EVERY, offers_another),), "chain_arguments": ("--prefer", "Throwaway other-root"),
        "warns": True}),
]


def rows(exchanges):
    for way in WAYS:
        for exchange in exchanges:
            if exchange.name in way.at:
                yield exchange.row(way)


class Pipeline(JourneyTest):
    table = list(rows(EXCHANGES))

    def check(self, row):
        began = time.monotonic()
        journey = super().check(row)
        within_bounds(self, row, journey.ca, time.monotonic() - began, len(journey.stages))
        if journey.failed:
            told_once(self, journey.stderr)
        return journey

    def names_its_order(self, row, journey):
        """A failure that has an order shows the order's URL, unless the answer with that URL was spoiled."""
        if row.exchange.name not in ("directory", "newNonce", "new order"):
            super().names_its_order(row, journey)


def within_bounds(test, row, ca, seconds, tools):
    test.assertLess(seconds, tools * row.budget + LIMIT)
    test.assertLessEqual(len(ca.requests), MOST)


@dataclasses.dataclass
class Spoiled:
    """A row of a single tool."""

    name: str
    status: tuple
    way: Way
    errand: object
    budget: int

    @property
    def exchange(self):
        return self.errand

    @property
    def takes_longer(self):
        return self.errand.name not in ALWAYS_PLAYED[self.way.name]


class Errand:
    """What a single tool does, with one exchange in it that is spoiled. `stdin` may be there."""

    name, where, nth = "", "", 1
    result = ""  # what comes of it, when all goes well
    stdin = b""
    writes = "document"

    def habits(self):
        return {}

    def prepare(self, test, ca):
        """Before the tool runs."""

    def arrived(self, test, ca, text):
        """It says that all went well."""

    def after_failure(self, test, ca, again):
        """`again` runs it once more, with a CA that is right by now."""


class LookUp(Errand):
    name, where, result = "account look-up", "new-account", "the account"
    argv = ("acme-register", "-k", "account.key", "--agree-tos")

    def arrived(self, test, ca, text):
        document = json.loads(text)
        test.assertEqual((document["format"], document["url"]), ("acme-account/1", *ca.accounts))


class NewAccount(LookUp):
    name, nth = "new account", 2

    def after_failure(self, test, ca, again):
        """The key has the account that was made, and gets no other."""
        self.arrived(test, ca, test.ok(again()).text)


class KeyChange(Errand):
    name, where, result = "key change", "key-change", "the new key"
    argv = ("acme-register", "rollover", "-k", "account.key", "--new-key", "site.key")

    def prepare(self, test, ca):
        ca.open_account(kit().jwk, [])

    def arrived(self, test, ca, text):
        account, = ca.accounts.values()
        test.assertEqual(json.loads(text)["jwk"], account.jwk)
        test.assertNotEqual(account.jwk, kit().jwk)

    def after_failure(self, test, ca, again):
        """Whatever has become of it, the next run finds out."""
        self.arrived(test, ca, test.ok(again()).text)


class Closing(Errand):
    name, where, result = "closing the account", "account", "the account is closed"
    argv = ("acme-register", "deactivate", "--yes", "-k", "account.key", "-a", "account.json")

    def prepare(self, test, ca):
        (test.dir / "account.json").write_text(ca.account_document(kit().jwk))

    def arrived(self, test, ca, text):
        account, = ca.accounts.values()
        test.assertEqual((json.loads(text)["account"]["status"], account.status), ("deactivated",) * 2)


class Revocation(Errand):
    name, where, result, writes = "revocation", "revoke-cert", "it is revoked", None
    argv = ("acme-revoke", "--cert-key", "site.key")

    def prepare(self, test, ca):
        account = ca.open_account(kit().jwk, [])
        order = Order(ca, ca.url("order", 1), account, [("dns", "one.example")], {})
        order.finalize(kit().request_der(("one.example",)))
        ca.orders[order.url] = order
        self.stdin, self.der = order.chain, issuer.der(order.chain)

    def arrived(self, test, ca, text):
        test.assertEqual(list(ca.revoked), [self.der])

    def after_failure(self, test, ca, again):
        test.assertEqual(again().status, 0)
        self.arrived(test, ca, "")


class Renewal(Errand):
    """Never worth a failure: the lifetime decides."""

    name, where, result = "renewal information", "renewal-info", "the lifetime or the window decides"
    argv = ("acme-renewal",)

    def habits(self):
        return {"renewal": (DAY, 2 * DAY)}

    def prepare(self, test, ca):
        self.stdin = certificate()

    def arrived(self, test, ca, text):
        test.assertEqual(json.loads(text)["due"], False)


class Single(TableTest):
    table = [Spoiled(f"{errand.name}: {way.name}", way.ends_at(errand.name), way, errand, way.budget)
             for way in WAYS for errand in (LookUp, NewAccount, KeyChange, Closing, Revocation, Renewal)
             if errand.name in way.at]

    def check(self, row):
        """Its result goes down a pipe, and then over a file."""
        for output in (False, True) if row.errand.writes else (False,):
            errand, fault = row.errand(), from_the(row.errand.nth, row.way)
            with ScriptedCA([(errand.where, EVERY, fault)], **errand.habits()) as ca:
                self.play(row, errand, ca, ["-o", "out.json"] if output else [])

    def play(self, row, errand, ca, output):
        for name in "account", "site":
            shutil.copy(kit().folder / f"{name}.key", self.dir)
        (self.dir / "out.json").write_text(EARLIER)
        errand.prepare(self, ca)
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": str(row.budget)}
        before, began = self.contents(), time.monotonic()
        result = self.run_tool(*errand.argv, *output, stdin=errand.stdin)
        within_bounds(self, row, ca, time.monotonic() - began, 1)
        self.assertEqual(ca.violations, [], result)
        if errand.name in OPTIONAL:
            self.assertIn(result.status, (0, 1), result)
        else:
            self.assertIn(result.status, row.status, result)
        failed = result.status and errand.name not in OPTIONAL
        came = f"{result.status}, {result.err.splitlines()[0][:120]}" if failed else errand.result
        self.outcome = [errand.name, row.way.sentence, came]
        if output:
            self.assertEqual(result.out, b"")
        if failed:
            told_once(self, result.err)
            self.assertEqual(self.contents(), before)
            if not output and errand.writes:
                document = json.loads(result.text)
                self.assertEqual([document[m] for m in ("format", "tool", "exit")],
                                 ["acme-problem/1", errand.argv[0], result.status])
            ca.script.clear()
            errand.after_failure(self, ca, lambda: self.run_tool(*errand.argv, stdin=errand.stdin))
        else:
            self.assertLessEqual(len(result.err.splitlines()), 1, result)
            errand.arrived(self, ca, (self.dir / "out.json").read_text() if output else result.text)
            self.assertEqual(list(self.contents()), list(before))

    def contents(self):
        return {name: (self.dir / name).read_bytes() for name in self.files()}
