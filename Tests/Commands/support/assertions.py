"""unittest's assertions, for classes that pytest runs."""

import contextlib
import unittest
import unittest.case

unittest.case.__tracebackhide__ = True  # pytest shows where an assertion stands, not what is within it
CASE = unittest.TestCase()
CASE.maxDiff = None


class Assertions:
    """`self.assertEqual` and its like, `self.addCleanup` and `self.subTest`, as unittest has them."""

    @contextlib.contextmanager
    def asserting(self):
        """Around the test: what it left to be done by addCleanup is done at the end of this."""
        self.failed_cases = []
        with contextlib.ExitStack() as self._cleanups:
            yield

    def addCleanup(self, function, *arguments, **more):
        self._cleanups.callback(function, *arguments, **more)

    def enterContext(self, manager):
        return self._cleanups.enter_context(manager)

    @contextlib.contextmanager
    def subTest(self, case=None, **values):
        """One case of several: where it fails the others are tried nevertheless, and the test fails at its end."""
        try:
            yield
        except Exception as error:
            error.add_note(f"in the case {case if case is not None else values!r}")
            self.failed_cases.append(error)


for name in dir(CASE):
    if name.startswith("assert"):
        setattr(Assertions, name, staticmethod(getattr(CASE, name)))
