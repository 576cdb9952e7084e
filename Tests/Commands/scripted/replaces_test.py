"""acme-challenge --replaces: the CA hears which certificate is renewed, and what it has against that costs no order."""

import json

from certificates import DAY, certificate, certificate_id
from faults import refuses, says, with_members
from scripted_ca import EVERY, ScriptedCA
from tools import ToolTest

OLD = certificate_id(certificate())


class ReplacesTest(ToolTest):

    def begin(self, *script, renewal=(DAY, 2 * DAY)):
        ca = self.enterContext(ScriptedCA(list(script), webroot=self.dir, renewal=renewal))
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
        for name in "account", "site":
            self.ok(self.run_tool("acme-key", "--force", "-o", f"{name}.key"))
        self.ok(self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "-o", "account.json"))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "site.csr", "one.example"))
        (self.dir / "old.pem").write_text(certificate())
        return ca

    def order(self, *argv, verb=("order",)):
        return self.run_tool("acme-challenge", *verb, *argv, stdin=(self.dir / "site.csr").read_text())

    def sent(self, ca):
        """What each newOrder said of it."""
        return [r.payload.get("replaces") for r in ca.asked("new-order")]

    def test_it_is_sent_and_honoured(self):
        for verb, more in [(("order",), ()), ((), ("--webroot", ".", ))]:
            with self.subTest(verb):
                ca = self.begin()
                document = json.loads(self.ok(self.order("--replaces", "old.pem", *more, verb=verb)).out)
                self.assertEqual((self.sent(ca), ca.violations), ([OLD], []))
                self.assertEqual((document["asked"]["replaces"], document["replaced"]), (OLD, True))

    def test_the_key_beside_the_certificate(self):
        ca = self.begin()
        (self.dir / "both.pem").write_text((self.dir / "site.key").read_text() + certificate())
        self.ok(self.order("--replaces", "both.pem"))
        self.assertEqual(self.sent(ca), [OLD])

    def test_it_travels_down_the_pipe(self):
        self.begin()
        (self.dir / "order.json").write_bytes(self.ok(self.order("--replaces", "old.pem", "--webroot", ".", verb=())).out)
        document = json.loads(self.ok(self.sh("acme-finalize <order.json")).out)
        self.assertEqual((document["asked"]["replaces"], document["replaced"]), (OLD, True))

    def test_it_isn_t_sent(self):
        for name, file, renewal in [("no renewalInfo", "old.pem", None), ("no file", "nowhere.pem", (1, 2))]:
            with self.subTest(name):
                ca = self.begin(renewal=renewal)
                document = json.loads(self.ok(self.order("--replaces", file)).out)
                self.assertEqual((self.sent(ca), ca.violations), ([None], []))
                self.assertNotIn("replaces", document["asked"])
                self.assertNotIn("replaced", document)

    def test_it_isn_t_honoured(self):
        self.begin(("new-order", EVERY, with_members(replaces=None)))
        self.assertIs(json.loads(self.ok(self.order("--replaces", "old.pem")).out)["replaced"], False)

    def test_what_the_ca_has_against_it_costs_no_order(self):
        for kind, status in [("alreadyReplaced", 409), ("conflict", 409), ("malformed", 400), ("malformed", 404),
                             ("unauthorized", 403), ("somethingNew", 422)]:
            with self.subTest(kind):
                ca = self.begin(("new-order", 1, refuses(kind, status, "not \x1b[1mthat one")))
                result = self.order("--replaces", "old.pem")
                document = json.loads(self.ok(result, quiet=False).out)
                self.assertRegex(result.err, r"^acme-challenge: warning: the CA took the order only without the certificate "
                                             rf"that it replaces: .*\\u\{{1b\}}\[1mthat one \({kind}\)\n$")
                self.assertEqual(self.sent(ca), [OLD, None])
                self.assertEqual((document["asked"]["replaces"], document["replaced"]), (OLD, False))

    def test_what_has_nothing_to_do_with_it(self):
        for fault, status, tries in [(refuses("rateLimited", 429), 75, [OLD]), (says(501), 75, [OLD]),
                                     (refuses("userActionRequired", 403), 78, [OLD]),
                                     (refuses("rejectedIdentifier", 400), 77, [OLD, None])]:
            with self.subTest(status):
                ca = self.begin(("new-order", EVERY, fault))
                result = self.fails(self.order("--replaces", "old.pem"), status, "newOrder")
                self.assertEqual(self.sent(ca), tries)
                self.assertNotIn("warning", result.err)

    def test_what_is_no_certificate(self):
        ca = self.begin()
        heard = len(ca.requests)
        self.fails(self.order("--replaces", "site.key"), 65, "site.key: a PEM block")
        self.fails(self.order("--replaces", "."), 66, "can't read .: is a directory")
        self.assertEqual(len(ca.requests), heard)

    def test_too_late(self):
        self.begin()
        (self.dir / "order.json").write_bytes(self.ok(self.order()).out)
        self.fails(self.sh("acme-challenge --webroot . --replaces old.pem <order.json"), 64,
                   "--profile, --not-before, --not-after and --replaces come too late")
        self.fails(self.order("--replaces", "old.pem", "--url", "https://ca.example/order/1"), 64, "--replaces don't go with")
