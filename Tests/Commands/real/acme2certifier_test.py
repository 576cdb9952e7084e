"""acme2certifier as the CA: accounts for those whom it knows, orders that are long in processing, dns-persist-01."""

import json

from among_certifier import CertifierTest
from nameservers import NS1
from tools import REPO

HOOK = f"--hook {REPO}/scripts/hooks/nsupdate"


class Acme2certifier(CertifierTest):

    def test_an_account_for_a_stranger(self):
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.fails(self.register("new"), 78, "bound to one that it knows already")
        self.fails(self.register("new", "nobody"), 77, "invalid eab credentials")
        self.assertNotIn("new.json", self.files())

    def test_an_account_that_is_there_already(self):
        before = self.load("account.json")["url"]
        self.ok(self.register("account"))
        self.assertEqual(self.load("account.json")["url"], before)

    def test_profiles(self):
        self.csr("profile.acme.example")
        self.ok(self.challenge(f"{HOOK} --profile short"))
        self.assertEqual(self.load("out.json")["asked"]["profile"], "short")  # this CA doesn't say it again
        self.fails(self.challenge(f"{HOOK} --profile long"), 77, "the CA has no profile long")
        self.assertIn("hint: it has classic (as ever), short (https://ca.example/short)",
                      self.challenge(f"{HOOK} --profile long").err)

    def test_the_life_of_an_account(self):
        """As far as this CA goes along."""
        self.ok(self.run_tool("acme-key", "-o", "new.key"))
        self.csr("life.acme.example")
        self.ok(self.challenge(HOOK))
        self.ok(self.sh("acme-finalize <out.json | acme-chain -o site.pem"))
        rollover = "acme-register rollover --new-key new.key -o account.json"
        for words, status, message in [
            ("acme-register show", 0, None), ("acme-register update --contact mailto:you@example.org", 0, None),
            ("acme-register orders", 77, 'has no "orders"'), ("acme-register caa --type dns-01 life.acme.example", 0, None),
            ("acme-register persist life.acme.example", 0, None), ("acme-revoke --reason superseded", 0, None),
            ("acme-revoke -q", 0, None), ("acme-revoke --cert-key site.key", 77, "invalid eab credentials"),
            (rollover, 0, None), (rollover, 0, None), ("acme-register show", 78, "."),
            ("acme-register deactivate --yes -k new.key", 0, None), ("acme-register show -k new.key", 78, "."),
        ]:
            with self.subTest(words):
                result = self.run_tool(*words.split(), stdin=self.read("site.pem"))
                self.ok(result) if message is None else self.fails(result, status, message)

    def test_an_order_that_is_processing(self):
        names = ["long.acme.example", "*.long.acme.example"]
        self.csr(*names)
        self.ok(self.challenge(HOOK))
        self.ok(self.sh("acme-finalize --trace trace -o order.json <out.json"))
        bodies = [json.loads(line)["response"].get("body") for line in self.read("trace").splitlines()]
        statuses = [body["status"] for body in bodies if body]
        self.assertEqual((statuses[0], statuses[-1]), ("processing", "valid"))
        self.ok(self.sh("acme-chain -o site.pem <order.json"))
        self.good_chain("site.pem", names)
        self.assertEqual(self.names.added(), [])

    def test_a_standalone_server(self):
        self.csr("ns2.example.org")
        self.ok(self.challenge("--standalone 127.0.0.2:80"))
        self.issues("ns2.example.org")

    def test_a_standing_record(self):
        names = ["stands.acme.example", "*.stands.acme.example"]
        self.csr(*names)
        self.order("--persist")
        record = f"ca.example; accounturi={self.load('account.json')['url']}"
        values = self.stand("stands.acme.example", 2)
        self.assertEqual(values, [record, f"{record}; policy=wildcard"])
        for _ in range(2):
            self.ok(self.challenge("--persist"))
            self.ok(self.sh("acme-finalize <out.json | acme-chain -o site.pem"))
            self.good_chain("site.pem", names)
        self.assertEqual(self.names.texts("_validation-persist.stands.acme.example", NS1), values)

    def test_a_record_that_is_not_for_wildcards(self):
        self.csr("plain.acme.example", "*.plain.acme.example", "absent.acme.example")
        self.order("--persist")
        self.stand("plain.acme.example", 1)
        result = self.fails(self.challenge("--persist -o refused.json"), 77, "could not validate 2 of 3 names")
        for name in "*.plain.acme.example", "absent.acme.example":
            self.assertIn(f"the CA could not validate {name} by dns-persist-01\n", result.err)
        self.csr("plain.acme.example")
        self.ok(self.challenge("--persist"))
        self.assertEqual(self.load("out.json")["order"]["status"], "ready")

    def stand(self, name, number):
        """Puts the first `number` values for this name that `show` prints into the zone until the test ends."""
        shown = self.ok(self.sh("acme-challenge show <order.json")).text
        record = f"_validation-persist.{name} TXT "
        values = [line.removeprefix(record) for line in shown.splitlines() if line.startswith(record)][:number]
        self.update(*(f'add _validation-persist.{name} 0 TXT "{value}"' for value in values))
        self.addCleanup(self.update, f"delete _validation-persist.{name} TXT")
        return values

    def update(self, *changes):
        lines = [f"server {NS1}", *(f"update {change}" for change in changes), "send", ""]
        self.ok(self.run_tool("nsupdate", "-k", self.env["NSUPDATE_KEY"], stdin="\n".join(lines)))
