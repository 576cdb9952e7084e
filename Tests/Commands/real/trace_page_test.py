"""scripts/trace-view on what the tools have really written: whole runs, verbs, and runs that failed."""

import html
import re

from testbed import PipelineTest
from tools import REPO


class TracePage(PipelineTest):

    def setup_method(self):
        super().setup_method()
        self.env["ACME_TRACE"] = str(self.dir / "trace.jsonl")

    def page(self):
        return html.unescape(self.ok(self.run_tool(REPO / "scripts" / "trace-view", "trace.jsonl")).text)

    def headings(self, page):
        return [re.sub("<[^>]*>", "", found) for found in re.findall("<h2>(.*)</h2>", page)]

    def inferred(self, page):
        return [re.sub(r"http:\S+challenge/[\w-]+", "URL", found) for found in re.findall(
            '<details class="(?:hands|look)">.*?<span class="says">([^<]*)', page)]

    def certificate(self, name):
        """What openssl says of it, in the page's words."""
        text = self.openssl("x509", "-in", name, "-noout", "-issuer", "-dates", "-serial", "-dateopt", "iso_8601").text
        said = dict(line.split("=", 1) for line in text.splitlines())
        return [f"issuer:        {said['issuer'].replace(' = ', '=')}\n",
                *(f"valid {word + ':':9}{said[date].replace(' ', 'T')}\n"
                  for word, date in (("from", "notBefore"), ("until", "notAfter"))),
                f"serial number: {'00' * (said['serial'][0] > '7')}{said['serial'].lower()}\n"]

    def test_a_whole_run(self):
        self.issue("example.org", "www.example.org")
        page = self.page()
        self.assertEqual(self.headings(page), [
            "acme-challenge orders a certificate and proves the names", "acme-finalize has the certificate made",
            "acme-chain fetches the certificate and its chain"])
        names = "example.org, www.example.org"
        put, *looks, away = self.inferred(page)
        self.assertRegex(put, "^puts the proofs of (www.)?example.org, (www.)?example.org in place$")
        self.assertEqual(looks, ["looks at URL, and is convinced"] * 2)
        self.assertEqual(away, put.replace("puts", "takes").replace("in place", "away"))
        self.assertIn(f"<pre>subject: none\nnames:   {names}\nkey:     EC, P-256</pre>", page)
        for words in self.certificate("site.pem"):
            self.assertIn(words, page)

    def test_verbs(self):
        self.csr("example.org")
        self.save("order.json", self.step("acme-challenge order --type http-01", "site.csr"))
        self.save("placed.json", self.step("acme-challenge publish --webroot", "order.json", self.testbed.webroot))
        self.save("told.json", self.step("acme-challenge respond", "placed.json"))
        self.save("ready.json", self.step("acme-challenge wait", "told.json"))
        self.step("acme-challenge clean --webroot", "ready.json", self.testbed.webroot)
        self.save("gone.json", self.step("acme-challenge order --type http-01", "site.csr"))
        self.step("acme-challenge cancel", "gone.json")
        page = self.page()
        self.assertEqual(self.headings(page), [
            "acme-challenge orders a certificate", "acme-challenge respond says that the proofs are in place",
            "acme-challenge wait asks until the CA has looked", "acme-challenge orders a certificate",
            "acme-challenge cancel gives proofs up"])
        # The second order may be ready at once: Pebble uses an earlier proof again now and then.
        self.assertIn("The trace doesn't tell how it ended: the verb order ends so", page)
        self.assertEqual(self.inferred(page), ["puts the proof of example.org in place",
                                               "looks at URL, and is convinced"])

    def test_runs_that_failed(self):
        self.csr("nowhere.example.org")
        failed = self.run_tool("acme-challenge", "--webroot", self.dir, stdin=self.read("site.csr"))
        self.fails(failed, 77, "could not validate nowhere.example.org")
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        self.fails(self.run_tool("acme-register", "show", "-k", "other.key"), 78, "accountDoesNotExist")
        page = self.page()
        self.assertEqual(self.headings(page), [
            "failed: acme-challenge orders a certificate and proves the names",
            "failed: acme-register asks for the account"])
        self.assertIn("2 runs of a tool, <strong>2 failed</strong>; ", page)
        first, second = re.findall('<p class="why">(.*)</p>', page)
        self.assertRegex(first, "It failed at [0-9]+, the .* is invalid: .*404")
        self.assertRegex(second, "It failed at [0-9]+, the account look-up: problem: accountDoesNotExist: ")
        self.assertEqual(self.inferred(page), [
            "was to put the proof of nowhere.example.org in place", "looks at URL, and is not convinced",
            "takes the proof of nowhere.example.org away"])

    def test_runs_that_failed_on_this_machine(self):
        """No trace shows that: the page says that it doesn't know."""
        self.csr("nowhere.example.org")
        failed = self.run_tool("acme-challenge", "--hook", "/bin/false", stdin=self.read("site.csr"))
        self.fails(failed, 71, "present failed with status 1")
        page = self.page()
        self.assertEqual(self.headings(page), ["acme-challenge orders a certificate"])
        self.assertIn("1 run of a tool, <strong>none seen to fail</strong>; of 1 the trace doesn't tell; ", page)

    def test_terms_that_were_not_agreed_to(self):
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        self.fails(self.run_tool("acme-register", "-k", "other.key"), 78, "wants its terms of service agreed to")
        page = self.page()
        why, = re.findall('<p class="why">(.*)</p>', page)
        self.assertRegex(why, "It ended after [0-9]+, the account look-up: there is no account of this key yet, and "
                              "for a new one the CA wants agreement to its terms of service$")
