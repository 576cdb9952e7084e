"""Every kind of document is as its JSON Schema says, and what is spoiled isn't."""

import copy
import dataclasses
import json
import shutil

import jsonschema
import schemas
from certificates import DAY, certificate, lasting
from dns_types_test import PERSIST
from faults import dropped, refuses
from journey import kit
from scripted_ca import EVERY, ScriptedCA
from tables import TableTest
from tools import ToolTest

# Keeps what it is told, and puts the records where the CA looks.
HOOK = """#!/bin/sh -e
cat >>hook.jsonl
[ "$1 ${ACME_DNS_NAME-}" = "present " ] || echo "$ACME_DNS_NAME $ACME_DNS_VALUE" >>zone
"""


class SchemaTest(ToolTest):
    """What the tools write beside a scripted CA is looked at with the schemas."""

    def setup_method(self):
        super().setup_method()
        for part in "account", "site":
            shutil.copy(kit().folder / f"{part}.key", self.dir)
        (self.dir / "hook").write_text(HOOK)
        (self.dir / "hook").chmod(0o755)
        (self.dir / "zone").touch()
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key", "ACME_TRACE": "trace.jsonl"}

    def ca(self, *script, **habits):
        ca = self.enterContext(ScriptedCA(list(script), zone=self.dir / "zone", webroot=self.dir, **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_CA_BUNDLE": str(ca.bundle), "ACME_DIRECTORY": ca.directory}
        return ca

    def challenge(self, *words, names=("one.example",), source=None):
        return self.run_tool("acme-challenge", *words, stdin=source or kit().request(names))

    def good(self, result, name=None):
        """Each line of what was written is as its schema says; gives the last one back."""
        lines = result.text.splitlines()
        self.assertTrue(lines, result)
        for line in lines:
            self.assertEqual(schemas.complaints(json.loads(line), name), [], line)
        return json.loads(lines[-1])

    def good_lines(self, file, name):
        lines = [json.loads(line) for line in (self.dir / file).read_text().splitlines()]
        self.assertTrue(lines)
        for line in lines:
            self.assertEqual(schemas.complaints(line, name), [], line)
        return lines


class Kinds(SchemaTest):

    def test_the_schemas(self):
        """Each is one, of the draft that it names, and there are no others."""
        files = {path.stem for path in schemas.FOLDER.iterdir()}
        self.assertEqual(files, {*schemas.NAMES, "common"})
        for name in files:
            self.assertEqual(schemas.load(name)["$schema"], jsonschema.Draft202012Validator.META_SCHEMA["$schema"])
            jsonschema.Draft202012Validator.check_schema(schemas.load(name))

    def test_accounts(self):
        for kind, terms in [("p256", True), ("p384", True), ("p521", False), ("rsa2048", True), ("ed25519", True)]:
            with self.subTest(kind):
                self.ca(terms=terms)
                self.ok(self.run_tool("acme-key", "--type", kind, "-o", f"{kind}.key"))
                account = self.good(self.ok(self.run_tool(
                    "acme-register", "-k", f"{kind}.key", "--agree-tos", "--contact", "mailto:me@example.org")))
                (self.dir / "account.json").write_text(json.dumps(account))
                self.good(self.ok(self.run_tool("acme-register", "show", "-k", f"{kind}.key")))
        self.good_lines("trace.jsonl", "acme-trace")

    def test_from_order_to_chains(self):
        """Every state of an order, of names and addresses, and the list of its chains."""
        self.ca(processing_polls=1)
        source = kit().request(("one.example", "192.0.2.1"))
        for words in ["order"], ["publish", "--webroot", "."], ["respond"], ["wait"], ["clean", "--webroot", "."]:
            done = self.ok(self.challenge(*words, source=source))
            self.good(done)
            source = done.out
        done = self.ok(self.run_tool("acme-finalize", stdin=source))
        self.assertEqual(self.good(done)["order"]["status"], "valid")
        chains = json.loads(self.ok(self.run_tool("acme-chain", "--list", stdin=done.out)).text)
        self.assertEqual(schemas.complaints(chains, "acme-chain-list"), [])
        purposes = {line["purpose"] for line in self.good_lines("trace.jsonl", "acme-trace")}
        self.assertLess({"newOrder", "the authorization", "the challenge", "finalize", "the certificate"}, purposes)

    def test_what_is_asked(self):
        """A renewal, honoured or not, a profile, and when it is to be valid."""
        (self.dir / "old.pem").write_text(certificate())
        for name, script in [("honoured", ()), ("refused", [("new-order", 1, refuses("alreadyReplaced", 409))])]:
            with self.subTest(name):
                self.ca(*script, renewal=(DAY, 2 * DAY), meta={"profiles": {"short": "a week"}})
                order = self.good(self.challenge("order", "--replaces", "old.pem", "--profile", "short", "--not-after",
                                                 "2036-01-01T00:00:00Z"))
                self.assertIs(order["replaced"], name == "honoured")

    def test_challenges(self):
        """Each type as it stands in an order, and as a hook is told of it."""
        drafts = {"dns-account-01": {}, "dns-persist-01": PERSIST["first"][0], "strange-01": {"http": 1, "dns": []}}
        self.ca(drafts=drafts)
        order = self.good(self.ok(self.challenge("order", names=("one.example", "*.one.example"))))
        types = {challenge["type"] for entry in order["authorizations"] for challenge in entry["challenges"]}
        self.assertEqual(types, {*drafts, "http-01", "dns-01"})
        for kind in "dns-01", "dns-account-01", "http-01":
            with self.subTest(kind):
                self.good(self.challenge("--hook", "./hook", "--type", kind))
        self.good(self.challenge("order", "--persist"))
        told = self.good_lines("hook.jsonl", "acme-hook")
        self.assertEqual({call["type"] for call in told}, {"dns-01", "dns-account-01", "http-01"})

    def test_failures(self):
        """Usage, the CA's refusal with and without an order, a network that is gone."""
        self.assertEqual(self.good(self.challenge("order", "--no-such-option"))["exit"], 64)
        self.ca(unproved=["one.example"])
        self.assertIn("order", self.good(self.challenge("--webroot", ".")))
        self.ca(("new-order", 1, refuses("rateLimited", 429, Retry_After="3600")))
        self.assertIn("retryAt", self.good(self.challenge("order")))
        self.ca(("new-order", EVERY, dropped)).stop()
        self.assertEqual(self.good(self.challenge("order"))["exit"], 69)
        lines = self.good_lines("trace.jsonl", "acme-trace")
        self.assertIn("unreachable", [line.get("errorKind") for line in lines])

    def test_renewals(self):
        """Every reason, with a window and without, from files and from a server."""
        self.ca(renewal=(-2 * DAY, -DAY))
        found = {}
        for name, pem in {"window": certificate(), "expired": lasting(10 * DAY, age=11 * DAY)}.items():
            (self.dir / f"{name}.pem").write_text(pem)
        for words in ["window.pem", "expired.pem", "nowhere.pem"], ["--offline", "window.pem"]:
            result = self.run_tool("acme-renewal", *words)
            self.good(result)
            found |= {json.loads(line)["reason"]: line for line in result.text.splitlines()}
        self.assertEqual(set(found), {"window", "expired", "missing", "not-yet"})


@dataclasses.dataclass
class Row:
    """What is done to a good document, of which then nothing else has changed."""

    name: str
    schema: str
    spoil: object  # called with a copy; what it gives back, if anything, takes its place


def without(*path):
    def spoil(document):
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]
    return spoil


def with_value(value, *path):
    def spoil(document):
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value
    return spoil


def every_one_chosen(document):
    for challenge in document["authorizations"][0]["challenges"]:
        challenge["chosen"] = True


def rows(schema, spoils):
    return [Row(f"{schema}, {name}", schema, spoil) for name, spoil in spoils.items()]


CHALLENGE = "authorizations", 0, "challenges", -1
OF_THE_CA = {
    "another format": with_value("acme-problem/1", "format"),
    "the next version": with_value("acme-order/2", "format"),
    "no format": without("format"),
    "a member more": with_value("x", "note"),
    "no directory": without("directory"),
    "a directory without TLS": with_value("http://ca.example/", "directory"),
    "endpoints that are none": with_value([], "endpoints"),
    "a time with an offset": with_value("2026-01-01T00:00:00+01:00", "endpointsAt"),
    "a time with a fraction": with_value("2026-01-01T00:00:00.5Z", "endpointsAt"),
    "a private key": with_value("AAAA", "jwk", "d"),
    "a key of no kind": with_value("oct", "jwk", "kty"),
    "a curve that is none": with_value("P-257", "jwk", "crv"),
    "a thumbprint in base64": with_value("oKIywvGUpTVTyxMQ3bwIIeQUudfr/CkLMjCE19ECD+U", "thumbprint"),
    "no list of it": lambda document: [document],
}


class Spoiled(TableTest, SchemaTest):
    """Each schema refuses what isn't such a document, and takes what only the CA has added to."""

    table = [
        *rows("acme-account-1", OF_THE_CA | {
            "no url": without("url"),
            "a url with a fragment": with_value("https://ca.example/1#2", "url"),
            "a url with a user": with_value("https://me@ca.example/1", "url"),
            "no account": without("account"),
            "an account that is text": with_value("valid", "account"),
            "a nonce": with_value("AAAA", "replayNonce"),
        }),
        *rows("acme-order-1", OF_THE_CA | {
            "no csr": without("csr"),
            "a certificate for a csr": lambda document: document | {"csr": certificate()},
            "an order without a status": without("order", "status"),
            "an order without names": with_value([], "order", "identifiers"),
            "a pending one that is finalized without TLS": with_value("http://ca.example/", "order", "finalize"),
            "a valid one with a certificate that isn't a URL": lambda document: with_value(
                document["order"] | {"status": "valid", "certificate": "site.pem"}, "order")(document),
            "another's authorizations": with_value(["ftp://ca.example"], "order", "authorizations"),
            "an authorization that is nowhere": without("authorizations", 0, "url"),
            "an authorization without a status": without("authorizations", 0, "status"),
            "an authorization of nobody": without("authorizations", 0, "identifier"),
            "asked for nothing": with_value([], "asked", "identifiers"),
            "asked for mail": with_value("email", "asked", "identifiers", 0, "type"),
            "asked for more": with_value("x", "asked", "note"),
            "replaced without having asked": with_value(True, "replaced"),
            "not known whether it replaces": with_value("AAAA.BBBB", "asked", "replaces"),
            "a nonce that is none": with_value("a=", "replayNonce"),
            "two that are chosen": every_one_chosen,
            "chosen or not": with_value(False, *CHALLENGE, "chosen"),
            "a file elsewhere": with_value("/etc/passwd", *CHALLENGE, "http", "path"),
            "a file with more to it": with_value("x", *CHALLENGE, "http", "mode"),
            "a file for another challenge": with_value("dns-01", *CHALLENGE, "type"),
            "a proof without its file": without(*CHALLENGE, "http"),
            "a file without its proof": without(*CHALLENGE, "keyAuthorization"),
            "a proof that is none": with_value("token", *CHALLENGE, "keyAuthorization"),
        }),
        *rows("acme-renewal-1", {
            "another format": with_value("acme-order/1", "format"),
            "no word": without("due"),
            "a word that isn't the reason's": with_value(False, "due"),
            "a reason of one's own": with_value("old", "reason"),
            "a window without its end": without("window", "end"),
            "by a window that isn't there": without("window"),
            "a missing one's window": with_value("missing", "reason"),
            "no moment": without("renewAt"),
            "no next look": without("checkAgainAt"),
            "an id that is none": with_value("AAAA", "certID"),
            "a server without its address": with_value({"notAfter": "2026-01-01T00:00:00Z"}, "served"),
            "a member more": with_value(1, "days"),
        }),
        *rows("acme-problem-1", {
            "another format": with_value("acme-problem/2", "format"),
            "a success": with_value(0, "exit"),
            "a status as text": with_value("77", "exit"),
            "a status that no tool has": with_value(68, "exit"),
            "no message": without("message"),
            "an empty hint": with_value("", "hint"),
            "no tool": without("tool"),
            "another tool": with_value("certbot", "tool"),
            "a problem that is text": with_value("rateLimited", "problem"),
            "an order that is none": without("order", "csr"),
            "when it isn't known": with_value("tomorrow", "retryAt"),
            "a member more": with_value("x", "stack"),
        }),
        *rows("acme-trace", {
            "a nonce": with_value("AAAA", "request", "protected", "nonce"),
            "a signature": with_value("AAAA", "request", "signature"),
            "a cookie": with_value("a=b", "response", "headers", "set-cookie"),
            "a header that is a list": with_value([], "response", "headers", "link"),
            "neither answer nor error": without("response"),
            "an answer and an error": lambda line: line | {"error": "lost", "errorKind": "lost"},
            "an error of no kind": lambda line: {n: v for n, v in line.items() if n != "response"} | {"error": "x"},
            "nobody who asks": without("request", "protected", "kid"),
            "a payload that nobody signed": without("request", "protected"),
            "another method": with_value("PUT", "request", "method"),
            "no number": with_value(0, "n"),
            "a time in milliseconds": with_value(1.5, "milliseconds"),
            "no purpose": without("purpose"),
            "a section of nothing": with_value("7.4", "section"),
            "a member more": with_value("x", "host"),
        }),
        *rows("acme-chain-list", {
            "one chain alone": lambda chains: chains[0],
            "no chain": lambda chains: [],
            "a chain that is nowhere": without(0, "url"),
            "nobody's": with_value([], 0, "subjects"),
            "a key": with_value("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0, "pem"),
            "no PEM at all": with_value("", 0, "pem"),
            "a member more": with_value(True, 0, "default"),
        }),
        *rows("acme-hook", {
            "no file": without("http"),
            "a record beside the file": with_value({"name": "a", "type": "TXT", "value": "b"}, "dns"),
            "another type's": with_value("dns-01", "type"),
            "a type that isn't known": with_value("strange-01", "type"),
            "no token": without("token"),
            "a token that leads elsewhere": with_value("../../../../../etc/passwd", "token"),
            "nobody": without("identifier"),
            "the account's URL": with_value("https://ca.example/1", "accountURL"),
        }),
    ]
    open_members = {"acme-account-1": [("account",), ("endpoints",)],
                    "acme-order-1": [("order",), ("endpoints",), ("authorizations", 0), CHALLENGE,
                                     ("order", "identifiers", 0)],
                    "acme-problem-1": [("problem",)], "acme-trace": [("response", "body"), ("request", "payload")],
                    "acme-hook": [("identifier",)]}

    def check(self, row):
        document = copy.deepcopy(self.samples()[row.schema])
        self.assertEqual(schemas.complaints(document, row.schema), [])
        spoiled = row.spoil(document)
        self.assertNotEqual(schemas.complaints(document if spoiled is None else spoiled, row.schema), [])

    def test_what_the_ca_adds(self):
        for schema, paths in self.open_members.items():
            for path in paths:
                document = copy.deepcopy(self.samples()[schema])
                with_value({"any": [1.50, None]}, *path, "x-extension")(document)
                self.assertEqual(schemas.complaints(document, schema), [], path)

    def test_what_the_ca_leaves_empty(self):
        """A member that is null is one that isn't there."""
        for status in "pending", "ready", "processing", "valid":
            document = copy.deepcopy(self.samples()["acme-order-1"])
            document["order"] |= {"status": status, "finalize": None, "certificate": None}
            self.assertEqual(schemas.complaints(document, "acme-order-1"), [], status)

    made = {}

    def samples(self):
        """A good document for each schema, made once a worker."""
        if not self.made:
            self.ca(renewal=(-2 * DAY, -DAY), unproved=["bad.example"])
            self.made["acme-account-1"] = json.loads((self.dir / "account.json").read_text())
            pending = self.ok(self.challenge("order", "--type", "http-01"))
            self.made["acme-order-1"] = self.good(pending)
            self.made["acme-problem-1"] = self.good(self.challenge("--webroot", ".", names=("bad.example",)))
            ready = self.challenge("--webroot", ".", source=pending.out)
            valid = self.ok(self.run_tool("acme-finalize", stdin=ready.out))
            chains = json.loads(self.ok(self.run_tool("acme-chain", "--list", stdin=valid.out)).text)
            self.made["acme-chain-list"] = chains
            self.made["acme-trace"] = next(line for line in self.good_lines("trace.jsonl", "acme-trace")
                                           if line["purpose"] == "newOrder")
            self.made["acme-renewal-1"] = self.good(self.run_tool("acme-renewal", stdin=certificate()))
            self.challenge("--hook", "./hook", "--type", "http-01")
            self.made["acme-hook"] = self.good_lines("hook.jsonl", "acme-hook")[0]
        return self.made
