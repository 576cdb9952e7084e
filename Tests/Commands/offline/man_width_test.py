"""The manual on a terminal of 80 columns, by both programs that show it: no table is broken, no example runs out."""

import re

import pytest
from manual import MAN
from tools import ToolTest

# man(1) has lines of 78 on a terminal of 80.
FORMATTERS = {
    "groff": "groff -Kutf8 -mdoc -Tutf8 -P-cbou -rLL=78n",
    "mandoc": "mandoc -Tutf8 -O width=78",
}

# Lines of literal blocks that can't be broken: JSON, a regular expression in a server's configuration.
UNBREAKABLE = r'^"|^<LocationMatch |^@acme path_regexp '


class Width(ToolTest):

    def shown(self, formatter, source):
        """The lines on the terminal; what is written over itself, to be bold, is there once."""
        text = self.ok(self.run_tool(*FORMATTERS[formatter].split(), stdin=source)).text
        return [line.rstrip() for line in re.sub(".\b", "", text).splitlines()]

    @pytest.mark.parametrize("formatter", FORMATTERS)
    def test_nothing_is_wider_than_the_terminal(self, formatter):
        for page in sorted(MAN.iterdir()):
            with self.subTest(page.name):
                shown = self.shown(formatter, page.read_text(encoding="utf-8"))
                self.assertEqual([line for line in shown
                                  if len(line) > 80 and not re.search(UNBREAKABLE, line.strip())], [])

    @pytest.mark.parametrize("formatter", FORMATTERS)
    def test_a_cell_of_a_table_has_room(self, formatter):
        """The last column isn't a word wide, and none runs into the next."""
        for page in sorted(MAN.iterdir()):
            for table in re.findall(r"^\.Bl -column .*?^\.El$", page.read_text(encoding="utf-8"), re.M | re.S):
                source = f".Dd today\n.Dt T 7\n.Os\n.Sh NAME\n.Nm t\n.Nd t\n.Sh S\n{table}\n"
                shown = self.shown(formatter, source)
                rows = [line for line in shown[shown.index("S") + 1:-1] if line]
                with self.subTest((page.name, rows[0])):
                    self.assertLessEqual(max(map(len, rows)), 80)
                    self.assertLessEqual(len(rows), 3 * table.count(".It "))
