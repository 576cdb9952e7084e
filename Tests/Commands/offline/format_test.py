"""scripts/format: the one idea of how the Swift sources are laid out."""

import shutil

from tools import REPO, ToolTest

GOOD = "func two() -> Int {\n  1 + 1\n}\n"
UNTIDY = "func two( )->Int{\n      1+1 }\n"


class FormatTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        for name in "scripts", "Sources", "Tests":
            (self.dir / name).mkdir()
        for name in ".swift-format", "Package.swift", "scripts/format":
            shutil.copy2(REPO / name, self.dir / name)
        self.file = self.dir / "Sources" / "Two.swift"

    def format(self, *words):
        return self.run_tool("scripts/format", *words)

    def test_in_place(self):
        self.file.write_text(UNTIDY)
        self.ok(self.format())
        self.assertEqual(self.file.read_text(), GOOD)
        self.ok(self.format("--check"))

    def test_check_changes_nothing(self):
        self.file.write_text(UNTIDY)
        done = self.format("--check")
        self.assertNotEqual(done.status, 0)
        self.assertIn("Two.swift:1:", done.err)
        self.assertEqual(self.file.read_text(), UNTIDY)

    def test_usage(self):
        done = self.format("--odd")
        self.assertEqual((done.status, done.out, done.err), (64, b"", "usage: scripts/format [--check]\n"))
