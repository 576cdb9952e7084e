"""A wildcard's authorization whose identifier keeps the `*.` that RFC 8555, 7.1.4, takes away, as django-ca's does."""

import dataclasses
import json
import shutil

from faults import changed
from journey import kit
from scripted_ca import EVERY, ScriptedCA
from tables import TableTest

HOOK = """#!/bin/sh -e
echo "$1 $ACME_IDENTIFIER $(cat)" >>calls
record="$ACME_DNS_NAME $ACME_DNS_VALUE"
case $1 in present) echo "$record" >>zone ;; cleanup) grep -vxF "$record" zone >left || true; mv left zone ;; esac
"""
NAMES = "one.example", "*.one.example"


def starred(flag):
    """How the CA shows such an authorization; `flag` is its member `wildcard`, None where it has none."""
    def change(object):
        if object.pop("wildcard", False):
            object["identifier"] = object["identifier"] | {"value": "*.one.example"}
            if flag is not None:
                object["wildcard"] = flag
    return changed(change)


@dataclasses.dataclass
class Row:
    name: str
    flag: bool | None


class WildcardTest(TableTest):

    table = [Row("and says so", True), Row("and denies it", False), Row("and says nothing", None)]

    def check(self, row):
        for part in ("account", "site"):
            shutil.copy(kit().folder / f"{part}.key", self.dir)
        (self.dir / "hook").write_text(HOOK)
        (self.dir / "hook").chmod(0o755)
        with ScriptedCA([("authorization", EVERY, starred(row.flag))], zone=self.dir / "zone") as ca:
            (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
            self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key", "ACME_CA_BUNDLE": ca.bundle}
            request = kit().request(NAMES)
            ordered = self.ok(self.run_tool("acme-challenge", "order", "--type", "dns-01", stdin=request))
            identifiers = [(a["identifier"]["value"], a.get("wildcard")) for a in json.loads(ordered.out)["authorizations"]]
            self.assertEqual(identifiers, [("one.example", None), ("one.example", True)])
            for style in ("dehydrated", "certbot", "lego-exec", "uacme"):
                self.published_by(style, ordered.out)
            done = self.ok(self.run_tool("acme-challenge", "--hook", "./hook", stdin=request))
            self.ok(self.run_tool("bash", "-c", "acme-finalize | acme-chain -o site.pem", stdin=done.out))
            self.assertEqual(ca.violations, [])
        calls = [line.split(" ", 2) for line in (self.dir / "calls").read_text().splitlines()]
        self.assertEqual([(verb, name) for verb, name, _ in calls],
                         [(verb, "one.example") for verb in ("present", "present", "cleanup", "cleanup")])
        for _, _, challenge in calls:
            self.assertEqual(json.loads(challenge)["identifier"], {"type": "dns", "value": "one.example"})

    def published_by(self, style, document):
        """A hook of another client's dialect is told no `*.` either."""
        (self.dir / style).write_text(f'#!/bin/sh\necho "$*" "$CERTBOT_DOMAIN" >>{style}.said\n')
        (self.dir / style).chmod(0o755)
        self.ok(self.run_tool("acme-challenge", "publish", "--hook", f"./{style}", "--hook-style", style, stdin=document))
        said = (self.dir / f"{style}.said").read_text()
        self.assertEqual(len(said.splitlines()), 2)
        self.assertIn("one.example", said)
        self.assertNotIn("*", said)
