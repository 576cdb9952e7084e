"""Tests that are tables: a test for each row, the rows played side by side."""

import concurrent.futures

from tools import ToolTest

WIDTH = 6  # rows at once; most of a row's time is spent waiting


class TableTest(ToolTest):
    """A subclass has a `table` (each row with a `name`) and `check(row)`, which plays a row and asserts on it.

    All rows that were picked start when the first of them is due, each with its own `self.dir` and `self.env`."""

    table = ()
    picked = ()

    def __init_subclass__(cls):
        cls.picked = []
        for row in cls.table:
            name = f"test {row.name}"
            assert not hasattr(cls, name), f"two rows are named {row.name!r}"
            setattr(cls, name, lambda self: self.result.result())

    def __init__(self, method):
        super().__init__(method)
        self.picked.append(self)

    @classmethod
    def setUpClass(cls):
        rows = {f"test {row.name}": row for row in cls.table}
        cls.pool = concurrent.futures.ThreadPoolExecutor(WIDTH)
        for test in cls.picked:
            if test._testMethodName in rows:
                test.result = cls.pool.submit(test.play, rows[test._testMethodName])

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown(cancel_futures=True)

    def setUp(self):
        """A row's folder is made where the row is played; other tests of the class get theirs as ever."""
        if not hasattr(self, "result"):
            super().setUp()

    def play(self, row):
        ToolTest.setUp(self)
        self.check(row)
