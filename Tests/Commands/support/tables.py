"""Tests that are tables: a test for each row."""

from tools import ToolTest


class TableTest(ToolTest):
    """A subclass has a `table` (each row with a `name`) and `check(row)`, which plays a row and asserts on it."""

    table = ()
    outcome = None  # of a row that a CA spoils: what it spoils, how, and what came of it (see --outcomes)

    def test(self, row):
        self.check(row)
