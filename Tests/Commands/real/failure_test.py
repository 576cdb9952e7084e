"""A proof that is not where the CA looks: one message, one status, and nothing that was there before is harmed."""

import json
import os

from testbed import PipelineTest

EARLIER = b"what the web server uses now\n"
WRONG = '--webroot "$WEBROOT" --webroot www.example.org=wrong'
WHOLE = f"""
    acme-csr -k site.key example.org www.example.org |
      acme-challenge {WRONG} |
      acme-finalize |
      acme-chain -o site.pem
"""
VERBS = f"""
    acme-csr -k site.key example.org www.example.org |
      acme-challenge order |
      acme-challenge publish {WRONG} |
      acme-challenge respond |
      acme-challenge wait |
      acme-challenge clean {WRONG} |
      acme-finalize |
      acme-chain -o site.pem
"""


class WrongWebRoot(PipelineTest):
    """example.org is served as it should be, www.example.org from another folder."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "wrong").mkdir()
        (self.dir / "site.pem").write_bytes(EARLIER)
        os.utime(self.dir / "site.pem", (1_000_000_000, 1_000_000_000))
        self.before = self.files()

    def refused(self, result):
        """One error, which is acme-challenge's and says what the CA has said; no harm done."""
        self.fails(result, 77, "^acme-challenge: error: ")
        self.assertRegex(result.err, r"http://www\.example\.org\S*/\.well-known/acme-challenge/\S+.*404")
        self.assertRegex(result.err, "https://127.0.0.1:[0-9]+/my-order/", "the order is named")
        self.assertNotRegex(result.err, "acme-(finalize|chain|csr):")
        self.assertEqual(self.read("site.pem"), EARLIER)
        self.assertEqual((self.dir / "site.pem").stat().st_mtime, 1_000_000_000)
        self.assertEqual(self.testbed.tokens(), [])
        left = set(self.files()) - set(self.before)
        self.assertLessEqual(left, {"wrong/.well-known", "wrong/.well-known/acme-challenge"}, "folders stay, files go")

    def test_each_of_two_names_has_its_own_words(self):
        self.ok(self.sh("acme-csr -k site.key -o two.csr a.example.org b.example.org"))
        result = self.sh("acme-challenge --webroot wrong <two.csr | tee problem.json | acme-finalize >/dev/null")
        self.fails(result, 77, "could not validate 2 of 2 names")
        for name in ("a.example.org", "b.example.org"):
            self.assertRegex(result.err, rf"(?m)^acme-challenge:   {name}: .*404.*\(unauthorized\)$")
        problem = self.load("problem.json")["problem"]
        self.assertEqual(problem["type"], "urn:ietf:params:acme:error:compound")
        # A CA may list an order's authorizations in any order.
        self.assertEqual(sorted(p["identifier"]["value"] for p in problem["subproblems"]), ["a.example.org", "b.example.org"])
        self.assertRegex(self.sh("acme-finalize <problem.json | cat").err, r"(?m)^acme-finalize:   b\.example\.org: .*404")

    def test_pipeline(self):
        self.refused(self.sh(WHOLE))

    def test_verbs(self):
        self.refused(self.sh(VERBS))

    def test_last_tool_has_the_status_without_pipefail(self):
        self.refused(self.run_tool("bash", "-c", WHOLE))
        self.refused(self.run_tool("bash", "-c", VERBS))

    def test_status_of_each_tool(self):
        result = self.sh(WHOLE + 'echo "${PIPESTATUS[@]}"')
        self.assertEqual(result.text, "0 77 77 77\n")

    def test_problem_tells_all(self):
        """With no pipe to travel down, the problem can be kept and looked at."""
        self.csr("www.example.org")
        result = self.sh("acme-challenge --webroot wrong <site.csr >problem.json")
        self.fails(result, 77, "^acme-challenge: error: ")
        problem = json.loads(self.ok(self.run_tool("jq", "-c", ".", "problem.json")).out)
        self.assertEqual(problem["format"], "acme-problem/1")
        self.assertEqual((problem["tool"], problem["exit"]), ("acme-challenge", 77))
        self.assertEqual(problem["problem"]["type"], "urn:ietf:params:acme:error:unauthorized")
        self.assertEqual(problem["order"]["order"]["status"], "invalid")
        self.assertIn(problem["message"], result.err)

    def test_saved_problem_is_said_again_and_cleaned_up(self):
        """Stopped after each verb, the failure is a file: a tool that is given it says so."""
        self.ok(self.sh(f"""
            acme-csr -k site.key example.org www.example.org | acme-challenge order |
              acme-challenge publish {WRONG} | acme-challenge respond -o answered.json"""))
        self.assertEqual(len(self.testbed.tokens()), 1)
        self.fails(self.sh("acme-challenge wait <answered.json >problem.json"), 77, "^acme-challenge: error: ")
        result = self.sh(f"acme-challenge clean {WRONG} <problem.json >cleaned.json")
        self.fails(result, 77, "an earlier failure")
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual(self.read("cleaned.json"), self.read("problem.json"))
        self.fails(self.sh("acme-chain <cleaned.json -o site.pem"), 77, "an earlier failure")
        self.assertEqual(self.read("site.pem"), EARLIER)


class Budget(PipelineTest):
    """A CA that takes longer than it is given."""

    def test_order_in_the_problem_goes_on(self):
        """The web server hangs until the budget is spent; the proof stays, so the CA gets it later."""
        self.csr("example.org")
        self.ok(self.sh("""
            acme-challenge order <site.csr | acme-challenge publish --webroot "$WEBROOT" -o published.json"""))
        self.testbed.freeze(self, "nginx")
        self.ok(self.sh("acme-challenge respond <published.json >answered.json"))
        result = self.sh("acme-challenge wait --timeout 1 <answered.json >problem.json")
        self.fails(result, 75, "^acme-challenge: error: ")
        self.testbed.thaw("nginx")
        self.ok(self.sh("""
            jq -c .order problem.json | acme-challenge wait | acme-challenge clean --webroot "$WEBROOT" |
              acme-finalize | acme-chain -o site.pem"""))
        self.good_chain("site.pem", ["example.org"])

    def test_whole_tool_takes_its_proof_away(self):
        self.csr("example.org")
        self.testbed.freeze(self, "nginx")
        result = self.sh('acme-challenge --webroot "$WEBROOT" --timeout 1 <site.csr >problem.json')
        self.fails(result, 75, "^acme-challenge: error: ")
        self.assertEqual(self.testbed.tokens(), [])

    def test_ca_that_hangs(self):
        """It accepts connections and says nothing."""
        self.csr("example.org")
        self.testbed.freeze(self, "pebble")
        result = self.sh('acme-challenge --webroot "$WEBROOT" --timeout 1 <site.csr >problem.json')
        self.fails(result, 75, "^acme-challenge: error: ")
        self.assertEqual(self.testbed.tokens(), [])

    def test_ca_that_is_gone(self):
        self.csr("example.org")
        document = self.load("account.json")
        dead = "https://127.0.0.1:1/"
        text = json.dumps(document).replace(document["directory"].removesuffix("dir"), dead)
        (self.dir / "account.json").write_text(text)
        result = self.sh('acme-challenge --webroot "$WEBROOT" --timeout 2 <site.csr >problem.json')
        self.fails(result, 69, "^acme-challenge: error: .*127.0.0.1")
