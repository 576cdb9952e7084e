"""-v says what is done in a person's words, a line a step; -vv says each exchange with the CA, too."""

import re

from faults import refuses
from journey import kit
from scripted_ca import ScriptedCA
from tools import ToolTest

NAMES = ("one.example", "two.example")
EXCHANGE = r"(?m)^acme-\w+: .*: (?:HEAD|GET|POST) https://\S+: .*\n"


class VerboseTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()
        (self.dir / "site.csr").write_bytes(kit().request(NAMES))

    def ca(self, script=(), **habits):
        ca = self.enterContext(ScriptedCA(script, webroot=self.dir / "web", **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle), "ACME_DIRECTORY": ca.directory}
        return ca

    def said(self, command):
        """The lines, and the URLs and tokens in them by what they are."""
        error = self.ok(self.sh(command), quiet=False).err
        error = re.sub(r"https://\S+/([a-z-]+)[^\s:,]*", r"<\1>", error)
        return re.sub("[A-Za-z0-9_-]{32}", "<token>", error)


class Words(VerboseTest):

    def test_the_whole_of_it(self):
        self.ca()
        self.assertEqual(self.said("acme-challenge -v --webroot web <site.csr >ready.json"), """\
acme-challenge: the account <account> of the CA <directory>
acme-challenge: placed the order <order> for one.example, two.example
acme-challenge: one.example: to be proved by http-01
acme-challenge: two.example: to be proved by http-01
acme-challenge: one.example: put in place: web/.well-known/acme-challenge/<token>
acme-challenge: two.example: put in place: web/.well-known/acme-challenge/<token>
acme-challenge: one.example: the CA is told to look
acme-challenge: two.example: the CA is told to look
acme-challenge: one.example: validated
acme-challenge: two.example: validated
acme-challenge: the order <order> is ready
acme-challenge: one.example: taken away: web/.well-known/acme-challenge/<token>
acme-challenge: two.example: taken away: web/.well-known/acme-challenge/<token>
acme-challenge: stdout: the order <order> for one.example, two.example: ready
""")
        self.assertEqual(self.said("acme-finalize -v <ready.json >valid.json"), """\
acme-finalize: going on with the order <order> of the account <account>
acme-finalize: sent the certificate request to <finalize>
acme-finalize: the certificate is issued: <certificate>
acme-finalize: stdout: the order <order> for one.example, two.example: valid
""")
        chain = self.said("acme-chain -v -o site.pem <valid.json")
        self.assertRegex(chain, r"""\A\
acme-chain: going on with the order <order> of the account <account>
acme-chain: fetched the chain <certificate>
acme-chain: verified 2 certificates: the first has the request's key and names, each is signed by the next, .*
acme-chain: site.pem: one.example, two.example, issued by .+, valid until 20..-..-..T..:..:..Z
\Z""".replace("\\\n", ""))
        self.assertTrue(self.said("acme-chain -v --if-changed -o site.pem <site.pem").endswith("Z, as it was\n"))

    def test_names_that_are_proved_already(self):
        self.ca(reuse=NAMES[:1])
        said = self.said("acme-challenge -v --webroot web <site.csr >ready.json")
        self.assertIn("one.example: validated already, in an earlier order\n", said)
        self.assertNotIn("one.example: put", said)
        self.assertIn("two.example: taken away", said)

    def test_validated_one_after_the_other(self):
        self.ca(pending_polls=2)
        said = self.said("acme-challenge -v --webroot web <site.csr >ready.json")
        self.assertEqual(said.count(": validated\n"), 2)

    def test_a_hook(self):
        self.ca(unproved=NAMES)
        (self.dir / "hook").write_text("#!/bin/sh\n")
        (self.dir / "hook").chmod(0o755)
        result = self.sh("acme-challenge -v --type http-01 --hook './hook x' <site.csr")
        for line in ("one.example: running ./hook x present", "one.example: put in place: http://one.example/.well-",
                     "one.example: running ./hook x cleanup", "one.example: taken away: http://one.example/.well-"):
            self.assertIn(f"acme-challenge: {line}", result.err)
        self.fails(result, 77, "could not validate 2 of 2")

    def test_what_is_gone_is_not_taken_away(self):
        self.ca()
        self.ok(self.sh("acme-challenge order --type http-01 <site.csr >order.json"))
        said = self.said("acme-challenge clean -v --webroot web <order.json >/dev/null")
        self.assertEqual(said.count("not there any more: web/"), 2)

    def test_a_new_account_and_a_known_one(self):
        self.ca()
        register = f"acme-register -v -k {kit().folder}/account.key --agree-tos -o own.json"
        self.assertIn("acme-register: own.json: the account <account> of the CA <directory>\n", self.said(register))
        (self.dir / "new.key").write_bytes(self.ok(self.run_tool("acme-key")).out)
        said = self.said("acme-register -v -k new.key --agree-tos --contact mailto:me@example.org -o own.json")
        self.assertIn("acme-register: made the account <account>, contact mailto:me@example.org\n", said)
        self.assertIn("agreed to the terms of service: ", said)

    def test_offline_tools(self):
        said = self.said("acme-key -v -o site.key && acme-csr -v -k site.key one.example >/dev/null")
        self.assertEqual(said.splitlines(), [
            "acme-key: making a key of type p256", "acme-key: site.key: a new private key (p256)",
            "acme-csr: signing with the private key in site.key",
            "acme-csr: stdout: a certificate request for one.example"])


class Exchanges(VerboseTest):

    def test_each_is_a_line_with_vv_alone(self):
        ca = self.ca([("order", 1, refuses("serverInternal", 500))], processing_polls=1)
        pipe = "acme-challenge {0} --webroot web <site.csr | acme-finalize {0} | acme-chain {0} -o site.pem"
        for words in "-v", "-vv", "-v --verbose":
            with self.subTest(words):
                heard = len(ca.requests)
                said = self.ok(self.sh(pipe.format(words)), quiet=False).err
                lines = re.findall(EXCHANGE, said)
                self.assertEqual(len(lines), 0 if words == "-v" else len(ca.requests) - heard, said)
                self.assertEqual(re.sub(EXCHANGE, "", said).count("\n"), 23, "the words are the same")
