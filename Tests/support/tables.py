"""Tests that are tables: a test for each row, the rows of all tables played side by side."""

import concurrent.futures

from tools import ToolTest

WIDTH = 8  # rows at once; most of a row's time is spent waiting


class TableTest(ToolTest):
    """A subclass has a `table` (each row with a `name`) and `check(row)`, which plays a row and asserts on it.

    The rows that were picked start in their order when the first test of any table is due, each with its own `self.dir`
    and `self.env`; a row's test then waits for its result."""

    table = ()
    waiting = []  # tests that were made, and not yet started
    pool = concurrent.futures.ThreadPoolExecutor(WIDTH)

    def __init_subclass__(cls):
        cls.rows = {f"test {row.name}": row for row in cls.table}
        assert len(cls.rows) == len(cls.table), f"two rows of {cls.__name__} have the same name"
        for name in cls.rows:
            setattr(cls, name, lambda self: self.result.result())

    def __init__(self, method):
        super().__init__(method)
        if method in self.rows:
            TableTest.waiting.append(self)

    @classmethod
    def setUpClass(cls):
        for test in TableTest.waiting:
            test.result = cls.pool.submit(test.play)
        TableTest.waiting = []

    def setUp(self):
        """A row's folder is made where the row is played; other tests of the class get theirs as ever."""
        if self._testMethodName not in self.rows:
            super().setUp()

    def play(self):
        ToolTest.setUp(self)
        self.check(self.rows[self._testMethodName])
