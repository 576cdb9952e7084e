"""A reader that is gone: nothing is spent for it, and what is lost after that can be got back."""

import re

from testbed import PipelineTest

GONE = 74


class ReaderTest(PipelineTest):
    def setup_method(self):
        super().setup_method()
        self.csr("reader.example.org")

    def pipeline(self, end, start="acme-challenge --webroot \"$WEBROOT\" <site.csr | acme-finalize"):
        """The statuses of the pipeline's tools, and what was said."""
        done = self.sh(f'{start} | {end}; echo "${{PIPESTATUS[*]}}" >statuses')
        return [int(s) for s in (self.dir / "statuses").read_text().split()], done.err

    def finalized(self):
        return [r for r in self.testbed.requests(self.before) if "finalize" in r]

    def ordered(self):
        return [r for r in self.testbed.requests(self.before) if "order-plz" in r]

    def mistakes(self):
        (self.dir / "folder").mkdir(exist_ok=True)
        return {"acme-chain --ouput site.pem": 64, "acme-chain -o no/such/site.pem": 73, "acme-chain -o folder": 73,
                "acme-chain -o account.key": 73, "false": 1}

    def test_a_mistake_at_the_end_spends_no_certificate(self):
        for end, status in self.mistakes().items():
            with self.subTest(end=end):
                self.before = len(self.testbed.requests())
                statuses, error = self.pipeline(end)
                self.assertEqual(statuses[1:], [GONE, status], error)
                self.assertEqual(self.finalized(), [])
                self.assertLessEqual(len(re.findall(": error: ", error)), 1, error)
                self.assertNotIn("acme-finalize", error)
        self.assertEqual(self.testbed.tokens(), [])

    def test_a_mistake_after_the_challenge_orders_nothing(self):
        # acme-csr's reader waits for it; acme-finalize has spoken long before.
        for end in "acme-finalize --ouput x", "acme-finalize -o no/such":
            self.before = len(self.testbed.requests())
            start = "(sleep 0.5; cat site.csr) | acme-challenge --webroot \"$WEBROOT\""
            statuses, error = self.pipeline(end, start)
            self.assertEqual(statuses[1], GONE, error)
            self.assertEqual(self.ordered(), [])
            self.assertEqual(len(re.findall(": error: ", error)), 1, error)

    def test_what_writes_no_document_goes_without_a_word(self):
        for tool in "acme-key", "acme-csr -k site.key example.org", "acme-key thumbprint -k site.key":
            done = self.sh(f'(sleep 0.2; {tool}) | true; exit "${{PIPESTATUS[0]}}"')
            self.assertEqual((done.status, done.err), (GONE, ""), tool)

    def line(self, error):
        """The line that gets the certificate back, as a person completes it."""
        hint = re.search(r"(?m)^acme-[a-z]+: hint: (acme-challenge order --url .*)$", error)
        self.assertIsNotNone(hint, error)
        return hint[1].replace("REQUEST", "site.csr").replace("FILE", "site.pem")

    def comes_back(self, error):
        before = len(self.ordered())
        self.ok(self.sh(self.line(error)))
        self.good_chain("site.pem", ["reader.example.org"])
        self.assertEqual(len(self.ordered()), before, "a second order was placed")

    def test_what_fails_after_that_can_be_got_back(self):
        self.before = len(self.testbed.requests())
        done = self.sh('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize >/dev/full')
        self.fails(done, GONE, "no space left")
        self.comes_back(done.err)

    def test_a_chain_that_cannot_be_written_too(self):
        self.before = len(self.testbed.requests())
        done = self.sh('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize | acme-chain >/dev/full')
        self.fails(done, GONE, "no space left")
        self.comes_back(done.err)

    def test_an_order_that_nobody_took_goes_on(self):
        self.before = len(self.testbed.requests())
        done = self.sh('acme-challenge --webroot "$WEBROOT" <site.csr >/dev/full')
        self.fails(done, GONE, "no space left")
        self.comes_back(done.err)

    def test_an_account_comes_back(self):
        done = self.sh("acme-register -k account.key >/dev/full")
        self.fails(done, GONE, "no space left")
        self.assertIn("run acme-register again", done.err)
