"""A trace of a run with faults is played again to the same end, with no CA there any more."""

import dataclasses
import re
import signal

from acme_objects import rfc3339
from faults import done_but, dropped, lost, refuses, says, with_headers
from journey import CHALLENGE, EVERY, FINALIZE, Journey, JourneyTest, fails, fine
from scripted_ca import ScriptedCA

TRACE = "trace.jsonl"
# An account document from which the directory's URL is all that still holds.
MOVED = {"account": {"endpointsAt": "2026-01-01T00:00:00Z"}, "endpoints": {"newOrder": lambda url: url + "-as-it-was"}}
HOOK = """#!/bin/sh
case $1 in
present) echo "$ACME_DNS_NAME $ACME_DNS_VALUE" >zone ;;
cleanup) rm zone ;;
esac
"""


class Replayed(JourneyTest):
    """Each row is recorded, and then played again. A subclass may change the trace in between."""

    budget = None  # of the second time, if it isn't the row's

    def change(self, trace):
        return trace

    def check(self, row):
        (self.dir / TRACE).touch()
        row = dataclasses.replace(row, account={"endpointsAt": rfc3339()} | row.account)
        journey = super().check(dataclasses.replace(row, environment={"ACME_TRACE": TRACE}))
        first, heard = self.what_came(journey), len(journey.ca.requests)
        (self.dir / TRACE).write_text(self.change((self.dir / TRACE).read_text()))
        del self.env["ACME_TRACE"]
        again = Journey(self, journey.ca, dataclasses.replace(row, environment={"ACME_REPLAY": TRACE},
                                                              budget=self.budget or row.budget))
        self.compare(first, self.what_came(again))
        self.assertEqual(len(journey.ca.requests), heard)
        self.leaves_no_trace(again)

    def what_came(self, journey):
        """What each tool left behind, by its name; but the nonce that goes down a pipe is another each time."""
        found = {tool: (done.status, re.sub(rb'"replayNonce":"[^"]+",', b"", done.out), done.err)
                 for tool, done in journey.stages.items()}
        return found | {"site.pem": (self.dir / "site.pem").read_bytes()}

    def compare(self, first, again):
        for name in first:
            self.assertEqual(again[name], first[name], name)


class ReplayTest(Replayed):
    table = [
        fine("nothing is wrong"),
        fine("an old account document", sent={"directory": 1}, **MOVED),
        fine("503 for the order", ("new-order", 1, says(503, Retry_After="3"))),
        fine("503 for the challenge", ("challenge", 1, says(503, Retry_After="3"))),
        fine("502 for finalize", ("finalize", 1, says(502, Retry_After="1")), sent={"finalize": 2}),
        fine("polled", habits={"pending_polls": 4, "processing_polls": 2}),
        fine("order: cut off", ("new-order", 1, dropped), sent={"new-order": 2}),
        fine("challenge: cut off", ("challenge", 1, dropped), sent={"challenge": 2}),
        fine("challenge: lost", ("challenge", 1, lost), sent={"challenge": 1}),
        fine("finalize: done, but 500", ("finalize", 1, done_but(500))),
        fails("not proved, and pending for ever", CHALLENGE, 77, "is not the key authorization",
              habits={"lenient": True, "unproved": ["one.example"]}),
        fails("not proved", CHALLENGE, 77, "is not the key authorization", habits={"unproved": ["one.example"]}),
        fails("too many orders", CHALLENGE, 75, "too many", ("new-order", EVERY, refuses(
              "rateLimited", 429, "too many orders", Retry_After="86400"))),
        fails("too many certificates", FINALIZE, 75, "slow down", ("finalize", EVERY, refuses(
              "rateLimited", 429, "slow down"))),
        fails("503 past the budget", CHALLENGE, 75, "503", ("new-order", EVERY, says(503, Retry_After="600"))),
    ]


class PatienceTest(Replayed):
    """An hour that the CA had asked for passes at once."""

    budget = 86400

    def change(self, trace):
        self.assertIn('"retry-after":"1"', trace)
        return trace.replace('"retry-after":"1"', '"retry-after":"3600"')

    table = [
        fine("an hour for the order", ("new-order", 1, says(503, Retry_After="1"))),
        fine("an hour for the challenge", ("challenge", 1, says(502, Retry_After="1"))),
        fine("an hour for the order at work", ("finalize", 1, with_headers(Retry_After="1")),
             habits={"processing_polls": 1}),
    ]


class OlderRunTest(Replayed):
    """The trace began with a run at another CA."""

    def authority(self, row):
        with ScriptedCA(webroot=self.dir / "web") as older:
            journey = Journey(self, older, dataclasses.replace(row, environment={"ACME_TRACE": TRACE}))
            self.assertIsNone(journey.failed, journey)
        return super().authority(row)

    table = [
        fine("an older run"),
        fine("an older run, and an old account document", **MOVED),
        fine("an older run, and 503 for the challenge", ("challenge", 1, says(503))),
        fails("an older run, and not proved", CHALLENGE, 77, "is not the key authorization",
              habits={"lenient": True, "unproved": ["one.example"]}),
    ]


class SignalTest(Replayed):
    """A run that was all right ends by a signal that comes while it is played again, and its hook's work is undone."""

    def authority(self, row):
        self.hook(HOOK)
        ca = super().authority(row)
        ca.zone = self.dir / "zone"
        return ca

    def hook(self, script):
        (self.dir / "hook").write_text(script)
        (self.dir / "hook").chmod(0o755)

    def change(self, trace):
        self.hook(HOOK.replace(">zone", ">zone && kill -TERM $PPID"))
        return trace

    def compare(self, first, again):
        self.assertEqual(first[CHALLENGE][0], 0)
        self.assertEqual(again[CHALLENGE], (-signal.SIGTERM, b"", ""))

    table = [fine("a signal", names=("*.one.example",), arguments=("--hook", "./hook"))]
