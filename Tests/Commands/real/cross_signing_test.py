"""The chains that a real CA offers of one certificate, each to a root of its own; `openssl verify` judges them."""

import json

from testbed import PipelineTest


class CrossSigningTest(PipelineTest):

    SETTINGS = {"PEBBLE_ALTERNATE_ROOTS": "2", "PEBBLE_CHAIN_LENGTH": "3"}

    def setup_method(self):
        super().setup_method()
        self.csr("many.example")
        self.ok(self.sh('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize -o valid.json'))
        for index in range(3):
            (self.dir / f"root{index}.pem").write_bytes(self.testbed.manage(f"/roots/{index}"))

    def chain(self, *argv):
        return self.run_tool("acme-chain", *argv, stdin=self.read("valid.json"))

    def leads_to(self, chain, root):
        return self.run_tool("openssl", "verify", "-CAfile", root, "-untrusted", chain, chain).status == 0

    def test_all_of_them(self):
        listed = json.loads(self.ok(self.chain("--list")).out)
        self.assertEqual(len(listed), 3)
        self.assertEqual(len({chain["issuer"] for chain in listed}), 3)
        for chain in listed:
            (self.dir / "one.pem").write_text(chain["pem"])
            self.assertEqual(len(chain["subjects"]), 4)
            self.assertEqual([self.leads_to("one.pem", f"root{n}.pem") for n in range(3)].count(True), 1)
            self.ok(self.chain("--prefer", chain["issuer"], "-o", "preferred.pem"))
            self.assertEqual(self.read("preferred.pem").decode(), chain["pem"])

    def test_each_root(self):
        for n in range(3):
            self.ok(self.chain("--trust", f"root{n}.pem", "-o", "site.pem"))
            self.assertEqual([self.leads_to("site.pem", f"root{m}.pem") for m in range(3)], [m == n for m in range(3)])
            # The same again from the pile of all, without the CA.
            pile = "".join(chain["pem"] for chain in json.loads(self.ok(self.chain("--list")).out)[::-1])
            result = self.run_tool("acme-chain", "--csr", "site.csr", "--trust", f"root{n}.pem", stdin=pile)
            self.assertEqual(self.ok(result).out, self.read("site.pem"))

    def test_no_root_of_ours(self):
        self.ok(self.run_tool("acme-key", "-o", "ca.key"))
        self.openssl("req", "-x509", "-key", "ca.key", "-subj", "/CN=mine", "-out", "mine.pem")
        self.fails(self.chain("--trust", "mine.pem", "-o", "x.pem"), 77, "none of the 3 chains verifies against")
        self.assertNotIn("x.pem", self.files())
