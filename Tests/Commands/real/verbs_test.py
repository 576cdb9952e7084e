"""acme-challenge step by step: one verb after the other, on saved documents, and split between two hosts."""

import json

from testbed import VERBS, PipelineTest

NAMES = ["example.org", "www.example.org"]


class Verbs(PipelineTest):
    """The steps between the request and the chain; `self.steps` are their commands, in order."""

    def setup_method(self):
        super().setup_method()
        solver = ("--webroot", self.env["WEBROOT"])
        self.steps = [
            ("acme-challenge publish", *solver), ("acme-challenge respond",), ("acme-challenge wait",),
            ("acme-challenge clean", *solver), ("acme-finalize",), ("acme-chain",),
        ]
        self.csr(*NAMES)

    def order(self, *options):
        """Leaves an order for the request in order.json."""
        self.save("order.json", self.step("acme-challenge order", "site.csr", *options))

    def go_on(self, document="order.json", steps=None):
        """Takes the steps from a saved document on, each from the file that the one before left."""
        for n, (tool, *options) in enumerate(steps or self.steps):
            self.save(f"{n}.json", self.step(tool, document, *options))
            document = f"{n}.json"
        self.good_chain(document, NAMES)

    def edit(self, name, change):
        """Changes a saved document as `change` does it with the object."""
        document = self.load(name)
        change(document)
        (self.dir / name).write_text(json.dumps(document))

    # In a row, and from files.

    def test_in_a_row(self):
        self.issue(*NAMES, pipeline=VERBS)

    def test_stopped_after_each(self):
        self.order()
        self.go_on()
        self.assertEqual(self.testbed.tokens(), [])

    def test_gone_on_from_a_document_of_the_day_before_yesterday(self):
        """What it says of the CA's addresses is too old then: each tool asks anew. Its nonce has been used, too."""
        def age(document):
            document["endpointsAt"] = "2020-01-01T00:00:00Z"
            document["replayNonce"] = "c3RhbGU"
        document = "order.json"
        self.order()
        for n, (tool, *options) in enumerate(self.steps):
            self.edit(document, age)
            self.save(f"{n}.json", self.step(tool, document, *options))
            document = f"{n}.json"
        self.good_chain(document, NAMES)

    def test_each_step_may_be_taken_twice(self):
        """The first time uses up the nonce that the document carries, and the CA has gone on."""
        self.order()
        document = "order.json"
        for n, (tool, *options) in enumerate(self.steps):
            for time in ("first", "second"):
                self.save(f"{n}.{time}", self.step(tool, document, *options))
            document = f"{n}.second"
        self.good_chain(document, NAMES)
        self.assertEqual(self.read("5.first"), self.read("5.second"))

    def test_whole_tool_goes_on_from_an_order(self):
        self.order()
        self.go_on(steps=[("acme-challenge", "--webroot", self.env["WEBROOT"]), *self.steps[-2:]])
        self.assertEqual(self.testbed.tokens(), [])

    def test_order_that_is_there_already(self):
        """--url makes the document again, where the first was lost."""
        self.order()
        url = self.load("order.json")["url"]
        asked = self.testbed.requests().count("POST /order-plz")
        self.order("--url", url)
        self.assertEqual(self.load("order.json")["url"], url)
        self.assertEqual(self.testbed.requests().count("POST /order-plz"), asked)
        self.go_on()

    # What a verb tells.

    def test_show_is_what_publish_puts_in_place(self):
        self.order("--type", "http-01")
        shown = dict(line.split(" ") for line in self.step("acme-challenge show", "order.json").text.splitlines())
        self.step("acme-challenge publish", "order.json", "--webroot", self.env["WEBROOT"])
        for url, body in shown.items():
            host, path = url.removeprefix("http://").split("/", 1)
            self.assertIn(host, NAMES)
            self.assertEqual((self.testbed.webroot / path).read_text(), body)
        self.assertEqual(len(self.testbed.tokens()), len(shown))
        self.step("acme-challenge clean", "order.json", "--webroot", self.env["WEBROOT"])
        self.assertEqual(self.testbed.tokens(), [])

    def test_show_tells_all_that_can_be_where_none_is_chosen(self):
        self.order()
        lines = self.step("acme-challenge show", "order.json").text.splitlines()
        for name in NAMES:
            self.assertEqual(sum(line.startswith(f"http://{name}/.well-known/acme-challenge/") for line in lines), 1)
            self.assertEqual(sum(line.startswith(f"_acme-challenge.{name} TXT ") for line in lines), 1)

    def test_respond_does_not_guess(self):
        self.order()
        heard = len(self.testbed.requests())
        result = self.run_tool("acme-challenge", "respond", stdin=self.read("order.json"))
        self.fails(result, 64, "^acme-challenge: error: ")
        self.assertIn("--type", result.err)
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_clean_leaves_what_is_not_the_document_s(self):
        """Somebody has put something else in the place of one file."""
        self.order("--type", "http-01")
        self.step("acme-challenge publish", "order.json", "--webroot", self.env["WEBROOT"])
        foreign = self.testbed.webroot / ".well-known" / "acme-challenge" / self.testbed.tokens()[0]
        foreign.write_text("somebody else's\n")
        self.addCleanup(foreign.unlink, missing_ok=True)
        self.run_tool("acme-challenge", "clean", "--webroot", self.env["WEBROOT"], stdin=self.read("order.json"))
        self.assertEqual(self.testbed.tokens(), [foreign.name])
        self.assertEqual(foreign.read_text(), "somebody else's\n")

    def test_a_type_that_cannot_prove_a_name_is_known_before_the_order(self):
        self.csr("*.example.org")
        heard = len(self.testbed.requests())
        result = self.sh("acme-challenge order --type http-01 <site.csr | cat >/dev/null")
        self.fails(result, 64, r"http-01 can't prove control of \*\.example\.org")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_a_dead_order_is_not_taken_up(self):
        self.order()
        self.save("cancelled.json", self.step("acme-challenge cancel", "order.json"))
        result = self.sh(f"acme-challenge order --url {self.load('order.json')['url']} <site.csr | cat >/dev/null")
        self.fails(result, 77, "^acme-challenge: error: the order .* is (invalid|deactivated)")

    def test_cancel(self):
        self.order()
        self.save("cancelled.json", self.step("acme-challenge cancel", "order.json"))
        statuses = {a["status"] for a in self.load("cancelled.json")["authorizations"]}
        self.assertEqual(statuses, {"deactivated"})
        self.fails(self.run_tool("acme-challenge", "wait", stdin=self.read("cancelled.json")), 77, "^acme-challenge: ")

    # Two hosts.

    def test_split_between_two_hosts(self):
        """The web server has neither key nor account, hears of no CA, and what it prints is thrown away."""
        web = {n: v for n, v in self.env.items() if not n.startswith("ACME_")}
        solver = ("--webroot", self.env["WEBROOT"])
        self.order("--type", "http-01")
        heard = len(self.testbed.requests())
        self.step("acme-challenge publish", "order.json", *solver, env=web)
        self.assertEqual(self.testbed.requests(since=heard), [])
        self.ok(self.sh("""
            acme-challenge respond <order.json | acme-challenge wait |
              acme-finalize --csr site.csr | acme-chain --csr site.csr -o site.pem"""))
        self.step("acme-challenge clean", "order.json", *solver, env=web)
        self.good_chain("site.pem", NAMES)
        self.assertEqual(self.testbed.tokens(), [])

    def test_request_is_pinned(self):
        """Another host put its own request into the document, for the same names."""
        self.order()
        for n, (tool, *options) in enumerate(self.steps[:3]):
            self.save("order.json", self.step(tool, "order.json", *options))
        self.save("ready.json", self.step("acme-challenge clean", "order.json", *self.steps[0][1:]))
        self.ok(self.run_tool("acme-key", "-o", "foreign.key"))
        foreign = self.ok(self.run_tool("acme-csr", "-k", "foreign.key", *NAMES)).text
        self.edit("ready.json", lambda document: document.update(csr=foreign))
        heard = len(self.testbed.requests())
        result = self.run_tool("acme-finalize", "--csr", "site.csr", stdin=self.read("ready.json"))
        self.fails(result, 65, "^acme-finalize: error: ")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_request_is_pinned_at_the_end_too(self):
        self.order()
        for tool, *options in self.steps[:5]:
            self.save("order.json", self.step(tool, "order.json", *options))
        self.csr("example.org")
        result = self.run_tool("acme-chain", "--csr", "site.csr", "-o", "site.pem", stdin=self.read("order.json"))
        self.fails(result, 65, "^acme-chain: error: ")
        self.assertFalse((self.dir / "site.pem").exists())

    # Too early.

    def test_finalize_before_the_proof(self):
        self.order()
        result = self.run_tool("acme-finalize", stdin=self.read("order.json"))
        self.fails(result, 75, "^acme-finalize: error: ")
        self.assertRegex(result.err, "acme-finalize: hint: .*acme-challenge wait")

    def test_chain_before_the_end(self):
        self.order()
        result = self.run_tool("acme-chain", stdin=self.read("order.json"))
        self.fails(result, 65, "^acme-chain: error: ")
        self.assertRegex(result.err, "acme-chain: hint: .*acme-finalize")
