"""A web root that nothing can be put into is found out before there is an order."""

import os

from journey import Journey, Row, kit
from scripted_ca import ScriptedCA
from tools import ToolTest


class WebRootFirst(ToolTest):

    def challenge(self, ca):
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle)}
        return self.run_tool("acme-challenge", "--webroot", "web", stdin=kit().request(("one.example",)))

    def test_what_can_t_be_used(self):
        for what, prepare in {
            ".well-known: a link there leads nowhere": lambda web: (web / ".well-known").symlink_to("nowhere"),
            ".well-known/acme-challenge: a link there leads nowhere": lambda web: (
                (web / ".well-known").mkdir(), (web / ".well-known/acme-challenge").symlink_to("nowhere")),
            ".well-known: a link leads out of the web root": lambda web: (web / ".well-known").symlink_to(self.dir),
            ".well-known: not a directory": lambda web: (web / ".well-known").write_text("x"),
            ".well-known/acme-challenge: not a directory": lambda web: (
                (web / ".well-known").mkdir(), os.mkfifo(web / ".well-known/acme-challenge")),
            ".well-known: too many levels of symbolic links": lambda web: (web / ".well-known").symlink_to(".well-known"),
        }.items():
            with self.subTest(what):
                self.sh("rm -rf web; mkdir web")
                prepare(self.dir / "web")
                with ScriptedCA(webroot=self.dir / "web") as ca:
                    self.fails(self.challenge(ca), 73, f"error: can't use web/{what}$")
                    self.assertEqual(ca.asked("new-order"), [])

    def test_a_link_that_stays_inside(self):
        (self.dir / "web/wk").mkdir(parents=True)
        (self.dir / "web/.well-known").symlink_to(self.dir / "web/wk")
        with ScriptedCA(webroot=self.dir / "web") as ca:
            journey = Journey(self, ca, Row("", (0,), (), "", ()))
            self.assertIsNone(journey.failed, journey)
        self.assertEqual([file for file in (self.dir / "web").rglob("*") if file.is_file()], [])
