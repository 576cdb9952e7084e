"""Runs one folder's test modules: `runner.py FOLDER [-k PATTERN]…`. Prints each failure, then `NAME: N passed, N failed`."""

import pathlib
import signal
import sys
import time
import unittest


class Lines(unittest.TextTestResult):
    """A line a test, with its seconds, so that a slow one is seen."""

    began = time.monotonic()  # where a class can't be set up, no test of it begins

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        print(f"ok   {time.monotonic() - self.began:6.2f}s {test.id()}", flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print(f"FAIL {time.monotonic() - self.began:6.2f}s {test.id()}", flush=True)

    addError = addFailure


def heed_signals():
    """A shell starts its background jobs with SIGINT ignored, and so would the tools be that a test then interrupts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def main(folder, patterns):
    heed_signals()
    folder = pathlib.Path(folder).resolve()
    sys.path[:0] = [str(folder), str(folder.parent / "support")]
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{p}*" for p in patterns] or None
    suite = loader.discover(str(folder), pattern="*_test.py", top_level_dir=str(folder))
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Lines, verbosity=0).run(suite)
    broken = [test for test, _ in result.failures + result.errors] + result.unexpectedSuccesses
    failed = len({getattr(test, "test_case", test) for test in broken})
    print(f"{folder.name}: {max(0, result.testsRun - failed - len(result.skipped))} passed, {failed} failed", flush=True)
    if result.testsRun == 0:
        sys.exit("no test was run: that is a failure")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1], [a for a in sys.argv[2:] if a != "-k"])
