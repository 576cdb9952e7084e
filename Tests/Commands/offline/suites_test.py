"""scripts/test: a suite in which something fails has failed, whatever comes after it."""

import re

from tools import REPO, ToolTest

# The suites' functions alone, with others in place of what they run; the way in which scripts/test calls them.
PLAY = """
set -euo pipefail
commands() { [[ "$*" != *"$FAILS"* ]]; }
built() { :; }
sandbox=''
%s
failed=()
"suite_$SUITE" </dev/null || failed+=("$SUITE")
((${#failed[@]} == 0))
"""


class SuitesTest(ToolTest):

    def play(self, suite, fails, **more):
        functions = re.findall(r"(?ms)^(?:suite_\w+|everywhere)\(\) \{\n.*?^\}\n", (REPO / "scripts" / "test").read_text())
        self.env |= {"SUITE": suite, "FAILS": fails, **more}
        return self.run_tool("bash", "-c", PLAY % "".join(functions)).status

    def test_one_that_fails(self):
        for suite in "offline", "scripted", "real":
            with self.subTest(suite):
                self.assertEqual(self.play(suite, "nothing of that name"), 0)
                self.assertEqual(self.play(suite, suite), 1)

    def test_one_of_several_sandboxes(self):
        for suite, kind in ("offline", "no-proc"), ("offline", "EINVAL"), ("scripted", "unconfined"), ("real", "unconfined"):
            with self.subTest(f"{suite} {kind}"):
                self.assertEqual(self.play(suite, kind, ACME_TEST_ALL="1"), 1)
                self.assertEqual(self.play(suite, kind, ACME_TEST_ALL=""), 0)
                self.assertEqual(self.play(suite, "nothing of that name", ACME_TEST_ALL="1"), 0)
