"""A failure takes the order along, and never a nonce that is used up by then."""

import json
import shutil

from faults import refuses
from journey import EVERY, kit
from scripted_ca import ScriptedCA
from tools import ToolTest


class SpentNonce(ToolTest):

    def failed(self, *argv, made_by=("acme-challenge", "order", "--type", "http-01")):
        """The problem document of a tool that goes on with an order, a nonce in its document, and can't look at it."""
        with ScriptedCA(webroot=self.dir / "web") as ca:
            (self.dir / "web").mkdir()
            for name in ("account", "site"):
                shutil.copy(kit().folder / f"{name}.key", self.dir)
            (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
            self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key",
                         "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": "30"}
            document = json.loads(self.ok(self.run_tool(*made_by, stdin=kit().request(("one.example",)))).text)
            self.assertIn("replayNonce", document)
            ca.script += [(kind, EVERY, refuses("unauthorized", 403))
                          for kind in ("order", "authorization", "challenge", "finalize")]
            problem = json.loads(self.run_tool(*argv, stdin=json.dumps(document)).out)
        self.assertEqual(problem["exit"], 77)
        self.assertEqual(problem["order"]["url"], document["url"])
        return problem["order"]

    def test_a_failed_refresh(self):
        self.assertNotIn("replayNonce", self.failed("acme-challenge", "--webroot", "web"))

    def test_verbs(self):
        for verb in "respond", "wait", "cancel":
            with self.subTest(verb):
                shutil.rmtree(self.dir / "web", ignore_errors=True)
                self.assertNotIn("replayNonce", self.failed("acme-challenge", verb))

    def test_finalize(self):
        self.assertNotIn("replayNonce", self.failed("acme-finalize", made_by=("acme-challenge", "--webroot", "web")))
