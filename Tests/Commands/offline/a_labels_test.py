"""A-labels are taken as they are; what IDNA 2008 refuses in Unicode is refused with the way out."""

from tools import ToolTest


class ALabelTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "site.key"))

    def names(self, *names):
        request = self.ok(self.run_tool("acme-csr", "-k", "site.key", *names)).out
        return self.openssl("req", "-noout", "-text", stdin=request).text

    def test_well_formed(self):
        for name in ("xn--zn8h.example", "xn--ls8h.example", "XN--LS8H.example", "*.xn--i-7iq.example", "xn--wca.example",
                     "xn--4db.1a.example"):
            with self.subTest(name):
                self.assertIn(f"DNS:{name.lower()}", self.names(name))
                (self.dir / "names").write_text(name + "\n")
                self.assertIn(f"DNS:{name.lower()}", self.names("--names-from", "names"))

    def test_not_well_formed(self):
        for name in "xn--.example", "xn--abc-.example", "xn--99999999999.example", "xn--b.example", "xn--a.example":
            with self.subTest(name):
                result = self.fails(self.run_tool("acme-csr", "-k", "site.key", name), 65, name)
                self.assertEqual(result.out, b"")
                self.assertNotIn("hint", result.err)

    def test_unicode_that_is_refused_has_a_hint(self):
        for name in "\U0001f4a9.example", "a\u200cb.example", "\u2603.example":
            with self.subTest(name):
                result = self.fails(self.run_tool("acme-csr", "-k", "site.key", name), 65, "is not allowed")
                self.assertRegex(result.err, "hint: .*A-label")
                self.assertNotRegex(result.err, "[\u200c]")

    def test_joiners(self):
        rows = (("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "xn--mgba3gch31f060k.example"),
                ("\u0915\u094d\u200d\u0937.example", "xn--11b2ezcw70k.example"))
        for typed, name in rows:
            with self.subTest(name):
                self.assertIn(f"DNS:{name}", self.names(typed))
                self.assertIn(f"DNS:{name}", self.names(name))
