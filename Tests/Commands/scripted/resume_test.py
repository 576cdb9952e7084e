"""A saved document is gone on with, however the order stands at the CA by then (RFC 8555, 7.1.6)."""

import dataclasses
import json
import shutil

import issuer
from journey import CHAIN, CHALLENGE, FINALIZE, STAGES, kit
from scripted_ca import ScriptedCA
from tables import TableTest

OPTIONS = {CHALLENGE: ("--webroot", "web"), FINALIZE: (), CHAIN: ("-o", "site.pem")}
SAVED = {
    "order": ("acme-challenge order --type http-01",),
    "published": ("acme-challenge order", "acme-challenge publish --webroot web"),
    "answered": ("acme-challenge order", "acme-challenge publish --webroot web", "acme-challenge respond"),
    "ready": ("acme-challenge --webroot web",),
    "valid": ("acme-challenge --webroot web", "acme-finalize"),
}


def proved(ca, order):
    for authorization in order.authorizations:
        authorization.status = "valid"


def asked_for(ca, order):
    """An earlier run has sent finalize, and died."""
    proved(ca, order)
    if not order.csr:
        order.finalize(kit().request_der(("one.example",)))


def processing(ca, order):
    ca.processing_polls = 2
    asked_for(ca, order)


def failed(ca, order):
    for authorization in order.authorizations:
        authorization.status = "invalid"


def gone(ca, order):
    ca.orders.clear()
    ca.authorizations.clear()


@dataclasses.dataclass
class Row:
    saved: str
    state: object
    status: int = 0
    by: str = ""
    message: str = "."

    @property
    def name(self):
        return f"saved as {self.saved}, {self.state.__name__.replace('_', ' ')} by then"


class ResumeTest(TableTest):
    table = [Row(saved, state) for saved in SAVED for state in (proved, asked_for, processing)
             if (saved, state) not in ((("valid"), proved), ("valid", processing))] + [
        Row(saved, failed, 77, CHALLENGE, "one.example|invalid") for saved in ("order", "published", "answered")] + [
        Row(saved, gone, 77, CHALLENGE, "nothing at https://") for saved in ("order", "published", "answered")] + [
        Row("ready", failed, 77, FINALIZE, "the CA could not validate one.example: .* is gone"),
        Row("ready", gone, 77, FINALIZE, "nothing at https://"),
        Row("valid", gone, 77, CHAIN, "nothing at https://"),
    ]

    def check(self, row):
        (self.dir / "web").mkdir()
        for name in "account", "site":
            shutil.copy(kit().folder / f"{name}.key", self.dir)
        with ScriptedCA(webroot=self.dir / "web") as ca:
            (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
            self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key",
                         "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": "60"}
            flow = kit().request(("one.example",))
            for command in SAVED[row.saved]:
                flow = self.ok(self.run_tool(*command.split(), stdin=flow)).out
            saved = flow
            order, = ca.orders.values()
            row.state(ca, order)
            first = {"ready": FINALIZE, "valid": CHAIN}.get(row.saved, CHALLENGE)
            stages = STAGES[STAGES.index(first):]
            results = {}
            for tool in stages:
                results[tool] = self.run_tool(tool, *OPTIONS[tool], stdin=flow)
                flow = results[tool].out
            # What a verb of its own has published, a verb of its own takes away.
            self.ok(self.run_tool("acme-challenge", "clean", *OPTIONS[CHALLENGE], stdin=saved))
            self.assertEqual([file for file in (self.dir / "web").rglob("*") if file.is_file()], [])
            self.assertEqual(ca.violations, [])
            self.assertEqual(len(ca.asked("new-order")), 1)
            if row.status:
                self.ends(row, results)
            else:
                self.arrives(order, results)
            if row.state in (asked_for, processing):
                self.assertEqual([r.status for r in ca.asked("finalize")], [200] if row.saved == "valid" else
                                 [403] if row.saved == "ready" else [], "it was finalized a second time")

    def arrives(self, order, results):
        for result in results.values():
            self.ok(result)
        self.assertEqual((self.dir / "site.pem").read_text(), order.chain)
        self.assertEqual(issuer.names_in(order.csr), [("dns", "one.example")])

    def ends(self, row, results):
        """The first that learns of it says so, and the others pass it on."""
        for tool, result in results.items():
            self.assertEqual(result.status, row.status, result)
            if tool == row.by:
                self.fails(result, row.status, row.message)
            else:
                self.assertEqual(result.err, "")
        self.assertFalse((self.dir / "site.pem").exists())
        if row.by != CHAIN:
            self.assertEqual(json.loads(results[row.by].text)["order"]["format"], "acme-order/1")
