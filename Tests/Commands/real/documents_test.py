"""The documents between the tools, as jq and a person see them."""

import json

import schemas
from man_examples_test import literal_blocks, section
from testbed import PipelineTest

SAVED = """
    acme-csr -k site.key example.org |
      acme-challenge order | tee order.json |
      acme-challenge publish --webroot "$WEBROOT" | tee published.json |
      acme-challenge respond | tee answered.json |
      acme-challenge wait | tee ready.json |
      acme-challenge clean --webroot "$WEBROOT" | tee cleaned.json |
      acme-finalize | tee valid.json |
      acme-chain -o site.pem
"""
ORDERS = ["order.json", "published.json", "answered.json", "ready.json", "cleaned.json", "valid.json"]
MEMBERS = {"format", "directory", "endpoints", "endpointsAt", "accountURL", "jwk", "thumbprint", "url", "asked",
           "order", "authorizations", "csr", "replayNonce"}


class Documents(PipelineTest):
    """One pipeline with a `tee` after each tool."""

    SETTINGS = {"PEBBLE_ALTERNATE_ROOTS": 1}

    def setup_method(self):
        super().setup_method()
        self.ok(self.sh(SAVED))

    def challenge(self, document):
        """The http-01 challenge of the only authorization."""
        challenges = self.load(document)["authorizations"][0]["challenges"]
        return next(c for c in challenges if c["type"] == "http-01")

    def test_jq_reads_each(self):
        for name in ["account.json", *ORDERS]:
            with self.subTest(name):
                shown = self.ok(self.run_tool("jq", "-cS", ".", name)).out
                self.assertEqual(shown, self.read(name), "one line, sorted keys, nothing escaped without need")

    def test_members(self):
        for name in ORDERS:
            with self.subTest(name):
                document = self.load(name)
                self.assertEqual(document["format"], "acme-order/1")
                self.assertEqual(set(document) | {"replayNonce"}, MEMBERS)
                self.assertEqual(document["asked"], {"identifiers": [{"type": "dns", "value": "example.org"}]})
                self.assertRegex(document["endpointsAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_each_is_as_its_schema_says(self):
        for name in ["account.json", *ORDERS]:
            with self.subTest(name):
                self.assertEqual(schemas.complaints(self.load(name)), [])

    def test_the_manual_s_way_to_look_at_one(self):
        """With Debian's own program, whatever else is called so."""
        block, = literal_blocks(section("acme-document.5", "SCHEMAS"))
        script = block.replace("/usr/local/share/acme-tools/schemas", str(schemas.FOLDER)).replace(
            "jsonschema --", "/usr/bin/jsonschema --")
        self.assertEqual(self.ok(self.run_tool("bash", "-e", "-c", script)).out, b"")
        document = self.load("order.json")
        del document["csr"]
        (self.dir / "order.json").write_text(json.dumps(document))
        self.assertIn("csr", self.run_tool("bash", "-e", "-c", script).err)

    def test_the_list_of_chains_is_as_its_schema_says(self):
        chains = json.loads(self.step("acme-chain --list", "valid.json").out)
        self.assertEqual(len(chains), 2)
        self.assertEqual(schemas.complaints(chains, "acme-chain-list"), [])

    def test_what_a_hook_is_told_is_as_its_schema_says(self):
        """Of those that Pebble has; it looks for none of them, as they are only put in place."""
        for kind in "http-01", "dns-01", "tls-alpn-01":
            with self.subTest(kind):
                self.step("acme-challenge publish", "order.json", "--type", kind, "--hook", "sh -c 'cat >told'")
                self.assertEqual(schemas.complaints(self.load("told"), "acme-hook"), [])

    def test_no_secret_is_in_any(self):
        for name in ["account.json", *ORDERS]:
            with self.subTest(name):
                self.assertNotIn("PRIVATE KEY", self.read(name).decode())
                self.assertEqual(set(self.load(name)["jwk"]), {"crv", "kty", "x", "y"})

    def test_status_goes_on(self):
        self.assertEqual([self.load(name)["order"]["status"] for name in ORDERS],
                         ["pending", "pending", "pending", "ready", "ready", "valid"])

    def test_what_to_publish(self):
        challenge, account = self.challenge("order.json"), self.load("account.json")
        path = f"/.well-known/acme-challenge/{challenge['token']}"
        proof = f"{challenge['token']}.{account['thumbprint']}"
        self.assertEqual(challenge["keyAuthorization"], proof)
        self.assertEqual(challenge["http"], {"body": proof, "path": path, "url": f"http://example.org{path}"})

    def test_chosen_when_published(self):
        self.assertNotIn("chosen", self.challenge("order.json"))
        self.assertIs(self.challenge("published.json")["chosen"], True)

    def test_nonce_only_for_a_pipe(self):
        self.assertIn("replayNonce", self.load("order.json"))
        self.csr("example.org")
        self.ok(self.sh("acme-challenge order <site.csr >file.json; acme-challenge order <site.csr -o option.json"))
        for name in ("file.json", "option.json"):
            self.assertNotIn("replayNonce", self.load(name))

    def test_unknown_members_are_carried_on(self):
        """Of the CA's objects; numbers keep their text, too."""
        self.csr("example.org")
        self.save("order.json", self.step("acme-challenge order", "site.csr"))
        document = self.load("order.json")
        document["authorizations"][0]["x-note"] = {"big": 12345678901234567890123, "real": "1.50"}
        (self.dir / "order.json").write_text(json.dumps(document).replace('"1.50"', "1.50"))
        shown = self.step("acme-challenge publish", "order.json", "--webroot", self.env["WEBROOT"]).text
        self.assertIn('"x-note":{"big":12345678901234567890123,"real":1.50}', shown)
        self.step("acme-challenge clean", "order.json", "--webroot", self.env["WEBROOT"])
