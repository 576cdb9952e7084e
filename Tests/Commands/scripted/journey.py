"""The pipeline acme-challenge | acme-finalize | acme-chain against a scripted CA, and what is true however it ends."""

import dataclasses
import functools
import json
import re
import shutil
import subprocess

import issuer
from clean import hidden
from once import shared_folder
from scripted_ca import EVERY, ScriptedCA
from tables import TableTest
from tools import clean_environment

CHALLENGE, FINALIZE, CHAIN = STAGES = "acme-challenge", "acme-finalize", "acme-chain"
EARLIER = "an earlier chain that nobody may harm\n"
LONGEST = 8192  # a line on stderr that is longer isn't of a sane length


@dataclasses.dataclass
class Row:
    """One journey: what the CA does, and how it ends. `status` and `by` (the tool that speaks) may be several."""

    name: str
    status: tuple
    by: tuple
    message: str
    script: tuple
    sent: dict = dataclasses.field(default_factory=dict)  # how many requests of a kind the CA got
    also: tuple = ()  # further checks, each called with the test and the journey
    habits: dict = dataclasses.field(default_factory=dict)  # the CA's
    names: tuple = ("one.example",)
    budget: int = 30  # seconds for each tool
    arguments: tuple = ()  # more of acme-challenge's
    chain_arguments: tuple = ()  # and of acme-chain's
    environment: dict = dataclasses.field(default_factory=dict)
    before: dict = dataclasses.field(default_factory=dict)  # tool → what happens just before it, called with the CA
    account: dict = dataclasses.field(default_factory=dict)  # members of the account document that are not the CA's
    endpoints: dict = dataclasses.field(default_factory=dict)  # the same of its endpoints: how each is changed
    warns: bool = False

    @property
    def spoils(self):
        """What the CA spoils, and how."""
        return self.script[0][0] if self.script else "", self.name


def several(value):
    return value if isinstance(value, tuple) else (value,)


def fine(name, *script, **more):
    """The row of a journey that arrives."""
    return Row(name, (0,), (), "", script, **several_checks(more))


def fails(name, by, status, message, *script, **more):
    """The row of one that ends with `status` and an error of the tool `by`, in which the regex `message` is found."""
    return Row(name, several(status), several(by), message, script, **several_checks(more))


def several_checks(more):
    return more | {"also": several(more.get("also", ()))}


class Kit:
    """Keys and requests, made once a run by the tools themselves."""

    def __init__(self, folder):
        self.folder = folder

    def make(self):
        for name in ("account", "site"):
            self.run("acme-key", "-o", f"{name}.key")

    @functools.cached_property
    def jwk(self):
        return json.loads(self.run("acme-key", "jwk", "-k", "account.key"))

    def run(self, *argv):
        done = subprocess.run(argv, cwd=self.folder, env=clean_environment(), capture_output=True, timeout=60)
        assert done.returncode == 0, f"{argv}: {done}"
        return done.stdout

    @functools.cache
    def request(self, names):
        """The site's request for these names, PEM; the same each time."""
        return self.run("acme-csr", "-k", "site.key", *names)

    def request_der(self, names):
        return issuer.openssl("req", "-outform", "DER", stdin=self.request(names))


@functools.cache
def kit():
    return Kit(shared_folder("kit", lambda folder: Kit(folder).make()))


class Journey:
    """One run of the pipeline: `stages` holds each tool's Result, `requests` the CA's requests of each tool."""

    def __init__(self, test, ca, row):
        self.test, self.ca = test, ca
        folder = test.dir
        (folder / "web").mkdir(exist_ok=True)
        for name in ("account", "site"):
            shutil.copy(kit().folder / f"{name}.key", folder)
        endpoints = ca.serve_directory(None).json
        endpoints |= {name: change(endpoints[name]) for name, change in row.endpoints.items()}
        account = ca.account_document(kit().jwk, **{"endpoints": endpoints} | row.account)
        (folder / "account.json").write_text(account)
        (folder / "site.pem").write_text(EARLIER)
        test.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key",
                     "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": str(row.budget)} | row.environment
        self.files_before = test.files()
        self.stages, self.requests = {}, {}
        flow = kit().request(row.names)
        for tool, more in zip(STAGES, (("--webroot", "web", *row.arguments), (), ("-o", "site.pem", *row.chain_arguments))):
            seen = len(ca.requests)
            row.before.get(tool, lambda ca: None)(ca)
            result = self.stages[tool] = test.run_tool(tool, *more, stdin=flow)
            self.requests[tool] = ca.requests[seen:]
            flow = result.out

    def document(self, tool):
        """What a tool wrote: one JSON object on one line."""
        text = self.stages[tool].text
        self.test.assertEqual(text.count("\n"), 1, f"{tool} wrote more or less than a line: {text!r}")
        return json.loads(text)

    @property
    def failed(self):
        """The first tool that failed, or None."""
        return next((tool for tool in STAGES if self.stages[tool].status), None)

    @property
    def outcome(self):
        if not self.failed:
            return "the certificate" + (", with a warning" if self.stderr else "")
        status, said = self.stages[self.failed].status, self.stages[self.failed].err
        return f"{status}, {said.splitlines()[0][:120]}"

    @property
    def stderr(self):
        return "".join(self.stages[tool].err for tool in STAGES)

    def __repr__(self):
        asked = "\n".join(f"  {r.number} on {r.connection}: {r.method} {r.path} {r.status}" for r in self.ca.requests)
        return "\n".join(f"{tool}: {self.stages[tool]!r}" for tool in STAGES) + f"\nthe CA was asked\n{asked}"


class JourneyTest(TableTest):
    """Plays rows, and says of each what is always true and what the row adds."""

    def authority(self, row):
        """The CA that this row is played with."""
        return ScriptedCA(row.script, **{"webroot": self.dir / "web"} | row.habits)

    def check(self, row):
        with self.authority(row) as ca:
            journey = Journey(self, ca, row)
            self.leaves_no_trace(journey)
            self.speaks_cleanly(journey.stderr)
            self.assertEqual(ca.violations, [], journey)
            status = journey.stages[journey.failed].status if journey.failed else 0
            self.assertIn(status, row.status, journey)
            if journey.failed:
                self.ended(row, journey)
            else:
                self.arrived(row, journey)
            for where, count in row.sent.items():
                self.assertEqual(len(ca.asked(where)), count, f"requests to {where}\n{journey}")
            for check in row.also:
                check(self, journey)
            self.names_its_order(row, journey)
            self.outcome = [*row.spoils, journey.outcome]
        return journey

    def leaves_no_trace(self, journey):
        """No new file, and of the web root nothing but folders."""
        folders = [f for f in self.files() if f.startswith("web/")]
        self.assertEqual([f for f in folders if not (self.dir / f).is_dir()], [], journey)
        self.assertEqual(*[[f for f in files if not f.startswith("web/")] for files in (
            self.files(), journey.files_before)], journey)

    def speaks_cleanly(self, stderr):
        """Only printable text, in lines of a sane length that say whose they are."""
        for line in stderr.removesuffix("\n").split("\n") if stderr else []:
            self.assertRegex(line, "^acme-[a-z]+: ", stderr)
            self.assertLess(len(line), LONGEST)
            self.assertEqual(hidden(line), [], repr(line))
        for message in re.findall(r"(?m)^acme-[a-z]+: (?:error|warning|hint): (.+)$", stderr):
            self.assertNotRegex(message, r"^[A-Z][a-z]|\.$", "a message is lower case and has no full stop")

    def arrived(self, row, journey):
        """The chain in site.pem is the site's, for exactly these names; nothing was said."""
        if not row.warns:
            self.assertEqual(journey.stderr, "", journey)
        self.assertEqual(journey.stages[CHAIN].out, b"", journey)
        authority = journey.ca.issuer
        self.openssl("verify", "-CAfile", authority.path("root.pem"), "-untrusted", authority.path("intermediate.pem"),
                     "site.pem")
        public = [self.openssl("x509", "-in", "site.pem", "-noout", "-pubkey").out,
                  self.openssl("pkey", "-in", "site.key", "-pubout").out]
        self.assertEqual(*public)
        found = self.openssl("x509", "-in", "site.pem", "-noout", "-ext", "subjectAltName").text.splitlines()[1]
        self.assertEqual(sorted(name.split(":", 1)[1] for name in found.strip().split(", ")), sorted(row.names))

    def ended(self, row, journey):
        """One tool speaks, once; those after it pass its failure on without a word; site.pem is as it was."""
        self.assertEqual((self.dir / "site.pem").read_text(), EARLIER)
        self.assertIn(journey.failed, row.by, journey)
        at = STAGES.index(journey.failed)
        status = journey.stages[journey.failed].status
        self.fails(journey.stages[journey.failed], status, ".")
        self.assertRegex(journey.stderr, row.message or ".")
        for tool in STAGES[:at]:
            self.ok(journey.stages[tool])
        for tool in STAGES[at + 1:]:
            self.assertEqual((journey.stages[tool].status, journey.stages[tool].err), (status, ""), journey)
            self.assertEqual(journey.requests[tool], [], journey)
        self.assertEqual(journey.stages[CHAIN].out, b"", journey)
        for tool in STAGES[at:2]:
            self.is_problem(journey.document(tool), journey.failed, status, journey)

    def names_its_order(self, row, journey):
        """A failure that has an order shows the order's URL."""
        if journey.failed and journey.ca.orders and not any(where == "new-order" for where, _, _ in row.script):
            self.assertIn(list(journey.ca.orders)[-1], journey.stderr, "the failure doesn't name its order")

    def is_problem(self, document, tool, status, journey):
        """An acme-problem/1 of this tool, saying what its error line says, with the order as far as it got."""
        self.assertEqual([document[m] for m in ("format", "tool", "exit")], ["acme-problem/1", tool, status])
        self.assertEqual(list(document), sorted(document), "members in their order")
        known = {"format", "tool", "exit", "message", "hint", "problem", "retryAt", "order"}
        self.assertEqual(set(document) - known, set())
        if document["message"].isprintable() and len(document["message"]) < 500:
            self.assertIn(f"{tool}: error: {document['message']}\n", journey.stderr)
        if "order" in document:
            self.assertEqual(document["order"]["format"], "acme-order/1")


def told_once(test, stderr):
    """One error, and no more than one hint."""
    kinds = re.findall(r"(?m)^acme-[a-z]+: (error|hint): ", stderr)
    test.assertLessEqual(kinds.count("hint"), 1, stderr)
    test.assertEqual(kinds.count("error"), 1, stderr)


# Further checks of a row.

def story(*wheres):
    """The requests of these kinds began in exactly this order."""
    def check(test, journey):
        found = [r.where for r in journey.ca.requests if r.where in wheres]
        test.assertEqual(found[:len(wheres)], list(wheres), journey)
    return check


def at_least(where, count):
    return lambda test, journey: test.assertGreaterEqual(len(journey.ca.asked(where)), count, journey)


def at_most(where, count):
    return lambda test, journey: test.assertLessEqual(len(journey.ca.asked(where)), count, journey)


def resigned(where):
    """The second request of this kind was signed anew, with the nonce that came with the first one's refusal."""
    def check(test, journey):
        first, second = journey.ca.asked(where)[:2]
        test.assertEqual(second.header["nonce"], first.nonce_given, journey)
        test.assertEqual(second.payload, first.payload)
    return check


def never_asked(path):
    """Nobody followed a URL that starts with this path."""
    return lambda test, journey: test.assertFalse([r for r in journey.ca.requests if r.path.startswith(path)], journey)


def shows(pattern):
    """The regex is found in what was said."""
    return lambda test, journey: test.assertRegex(journey.stderr, pattern)


def told(check):
    """The problem document is as `check(document)` wants it."""
    return lambda test, journey: test.assertTrue(check(journey.document(journey.failed)), journey)


def keeps(*texts):
    """acme-challenge's document holds these texts."""
    def check(test, journey):
        for text in texts:
            test.assertIn(text, journey.stages[CHALLENGE].text)
    return check


__all__ = ["CHAIN", "CHALLENGE", "EVERY", "FINALIZE", "Journey", "JourneyTest", "Row", "at_least", "at_most", "fails", "fine",
           "STAGES", "keeps", "kit", "never_asked", "resigned", "shows", "story", "told", "told_once"]
