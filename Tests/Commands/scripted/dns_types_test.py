"""The challenges by DNS that are still drafts, dns-account-01 and dns-persist-01, by every way of meeting them."""

import json
import shutil

from clean import hidden
from journey import kit
from scripted_ca import ScriptedCA, account_label
from tools import ToolTest

HOOK = """#!/bin/sh -e
record="$ACME_DNS_NAME $ACME_DNS_VALUE"
echo "$1 $ACME_TYPE $record" >>calls
case $1 in
present) echo "$record" >>zone ;;
cleanup) grep -vxF "$record" zone >left || true; mv left zone ;;
esac
"""
PERSIST = {
    "first": ({"issuer-domain-names": ["ca.example", "authority.example"]}, {}),
    "with an account": ({"issuer-domain-names": ["ca.example"], "accounturi": "https://ca.example/a/7"}, {}),
    "second": ({"issuerDomainNames": ["ca.example"]},
               {"issuerDomainNames": ["ca.example"], "accountHashPrefix": "https://ca.example/hash/"}),
}
BROKEN = {
    "no issuers": {}, "an empty list": {"issuer-domain-names": []}, "eleven": {"issuer-domain-names": ["a.example"] * 11},
    "in capitals": {"issuer-domain-names": ["CA.example"]}, "a dot at the end": {"issuer-domain-names": ["ca.example."]},
    "too long": {"issuer-domain-names": [".".join(["a" * 50] * 6)]}, "a number": {"issuer-domain-names": [1]},
    "more than a name": {"issuerDomainNames": ["ca.example; policy=wildcard"]}, "no list": {"issuerDomainNames": "x"},
    "an odd account": {"issuer-domain-names": ["ca.example"], "accounturi": "\u001b[31m"},
}


class DraftsTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        for part in ("account", "site"):
            shutil.copy(kit().folder / f"{part}.key", self.dir)
        (self.dir / "hook").write_text(HOOK)
        (self.dir / "hook").chmod(0o755)
        (self.dir / "zone").touch()
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}

    def ca(self, kind="dns-account-01", **habits):
        drafts = habits.pop("drafts", {kind: {}})
        ca = self.enterContext(ScriptedCA(zone=self.dir / "zone", webroot=self.dir, drafts=drafts, **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env["ACME_CA_BUNDLE"] = str(ca.bundle)
        self.addCleanup(lambda: self.assertEqual(ca.violations, []))
        return ca

    def challenge(self, *words, names=("one.example", "*.one.example"), source=None):
        return self.run_tool("acme-challenge", *words, stdin=source or kit().request(names))

    def finishes(self, document):
        self.ok(self.run_tool("bash", "-c", "acme-finalize | acme-chain -o site.pem", stdin=document))


class AccountLabel(DraftsTest):

    def test_by_a_hook(self):
        ca = self.ca()
        done = self.ok(self.challenge("--hook", "./hook", "--type", "dns-account-01"))
        label = account_label(next(iter(ca.accounts)))
        calls = [line.split()[:3] for line in (self.dir / "calls").read_text().splitlines()]
        record = ["dns-account-01", f"{label}._acme-challenge.one.example"]
        self.assertEqual(calls, [["present", *record]] * 2 + [["cleanup", *record]] * 2)
        self.assertEqual((self.dir / "zone").read_text(), "")
        self.finishes(done.out)

    def test_step_by_step(self):
        self.ca()
        order = self.ok(self.challenge("order", "--type", "dns-account-01")).out
        shown = self.ok(self.challenge("show", source=order)).text
        self.assertRegex(shown, r"^(_[a-z2-7]{16}\._acme-challenge\.one\.example TXT \S{43}\n){2}$")
        (self.dir / "zone").write_text(shown.replace(" TXT ", " "))
        told = self.ok(self.challenge("respond", source=order)).out
        self.finishes(self.ok(self.challenge("wait", source=told)).out)

    def test_no_record(self):
        ca = self.ca(drafts={"dns-account-01": {}})
        self.fails(self.challenge("--hook", "true", "--type", "dns-account-01", names=("one.example",)), 77,
                   "could not validate one.example by dns-account-01: no right TXT record")
        self.assertEqual(len(ca.asked("challenge")), 1)

    def test_where_the_ca_has_none(self):
        self.ca(drafts={})
        self.fails(self.challenge("--hook", "true", "--type", "dns-account-01"), 77,
                   "offers no dns-account-01 for .*one.example, but dns-01")

    def test_hooks_that_know_nothing_of_it(self):
        for style in "dehydrated", "certbot":
            with self.subTest(style):
                self.fails(self.challenge("--hook", "true", "--hook-style", style, "--type", "dns-account-01"), 64,
                           f"a {style} hook knows nothing of dns-account-01")


class Persist(DraftsTest):

    def test_a_record_that_stands(self):
        for name, (challenge, meta) in PERSIST.items():
            with self.subTest(name):
                ca = self.ca(drafts={"dns-persist-01": challenge}, meta=meta)
                order = self.ok(self.challenge("order", "--persist")).out
                shown = self.ok(self.challenge("show", source=order)).text
                self.assertRegex(shown, r"(?m)^_validation-persist\.one\.example TXT ca\.example; accounturi=https://\S+$")
                self.assertRegex(shown, r"(?m)^_validation-persist\.one\.example TXT .*; policy=wildcard$")
                zone = shown.replace(" TXT ", " ")
                (self.dir / "zone").write_text(zone)
                (chosen, _) = [c for a in json.loads(order)["authorizations"] for c in a["challenges"] if "chosen" in c]
                self.assertEqual(chosen["dns"]["type"], "TXT")
                self.assertNotIn("keyAuthorization", chosen)
                self.finishes(self.ok(self.challenge("--persist")).out)
                self.assertEqual([r.payload for r in ca.asked("challenge")], [{}, {}])
                self.assertEqual((self.dir / "zone").read_text(), zone)

    def test_no_record(self):
        self.ca(drafts={"dns-persist-01": PERSIST["first"][0]})
        self.fails(self.challenge("--persist", names=("one.example",)), 77, "by dns-persist-01: no right TXT record")

    def test_verbs(self):
        self.ca(drafts={"dns-persist-01": PERSIST["first"][0]})
        order = self.ok(self.challenge("order", "--type", "dns-persist-01")).out
        for verb in "publish", "clean":
            self.assertEqual(json.loads(self.ok(self.challenge(verb, "--persist", source=order)).out), json.loads(order))

    def test_it_is_not_waited_for_nor_followed(self):
        """There is no name server to ask."""
        self.ca(drafts={"dns-persist-01": PERSIST["first"][0]})
        self.fails(self.challenge("--persist", "--dns-wait", "1", "--dns-follow", "--resolver", "127.0.0.1:1"), 77,
                   "no right TXT record|could not validate 2 of 2")

    def test_beside_others(self):
        """An address can't be proved by it, and goes to the web root."""
        self.ca(drafts={"dns-persist-01": PERSIST["first"][0]})
        done = self.ok(self.challenge("order", "--persist", "--webroot", "127.0.0.1=.", names=("a.example", "127.0.0.1")))
        chosen = [c["type"] for a in json.loads(done.out)["authorizations"] for c in a["challenges"] if "chosen" in c]
        self.assertEqual(sorted(chosen), ["dns-persist-01", "http-01"])

    def test_what_does_not_belong_together(self):
        for options, message in [
            (["--hook", "true", "--type", "dns-persist-01"], "stays, see --persist"),
            (["--persist", "--type", "dns-persist-01"], "--type says what"),
            (["--persist"], "prove control of 127.0.0.1"),
        ]:
            with self.subTest(options):
                self.ca(drafts={"dns-persist-01": PERSIST["first"][0]})
                self.fails(self.challenge(*options, names=("127.0.0.1",)), 64, message)

    def test_one_that_breaks_its_rules(self):
        """It can't be met; another challenge may."""
        for name, challenge in BROKEN.items():
            with self.subTest(name):
                ca = self.ca(drafts={"dns-persist-01": challenge})
                result = self.challenge("--persist", names=("one.example",))
                self.fails(result, 77, "the CA's dns-persist-01 for one.example can't be met")
                self.assertEqual(hidden(result.err), [])
                self.assertEqual(len(ca.asked("challenge")), 0)
                order = self.ok(self.challenge("order", names=("one.example",))).out
                self.assertNotIn("persist", self.ok(self.challenge("show", source=order)).text)
                self.ok(self.challenge("--hook", "./hook", names=("one.example",)))
