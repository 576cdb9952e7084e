"""What pytest does here beside what it always does: which classes are tests, what each test has, and how a run ends."""

import inspect
import os
import pathlib
import shutil
import signal
import tempfile

import once
import pytest
import sandbox
import tools
from tools import BIN, ToolTest


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run the tests that take longer, too")
    parser.addoption("--outcomes", action="store_true", help="print a table of what a CA did, and what came of it")
    parser.addoption("--sandbox", choices=sandbox.KINDS, help="play them where the system lacks something")


# A run, and its workers.

def pytest_configure(config):
    if hasattr(config, "workerinput"):
        once.RUN = pathlib.Path(config.workerinput["run"])
    else:
        heed_signals()
        once.RUN = pathlib.Path(tempfile.mkdtemp(prefix="acme-run-"))


@pytest.fixture(scope="session")
def place(request):
    """The folder in which those of the tests are made, or None; and with --sandbox the tools in their sandbox."""
    kind = request.config.option.sandbox
    if not kind:
        return None
    once.RUN.chmod(0o711)  # a test may be another user, who finds the tools there
    tools.PATH = once.shared_folder("sandbox", sandbox.wrappers(kind, BIN))
    return once.shared_folder("fuse", sandbox.mounted) / "seen" if kind == "fuse" else None


def pytest_configure_node(node):
    node.workerinput["run"] = str(once.RUN)


def heed_signals():
    """A shell starts its background jobs with SIGINT and SIGQUIT ignored, and so would the tools that a test interrupts.

    The workers, where it may be another thread than the main one that runs tests, inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def shared_things_end():
    yield
    once.ENDS.close()


def pytest_sessionfinish(session):
    """A run in which nothing was tried is a failure, whatever pytest makes of tests that were skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    looked = session.config.option.collectonly or session.exitstatus != pytest.ExitCode.OK
    if reporter and not looked and not tried(reporter):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_unconfigure(config):
    if hasattr(config, "workerinput"):
        return
    sandbox.unmount(once.RUN / "fuse")
    shutil.rmtree(once.RUN, ignore_errors=True)
    if reporter := config.pluginmanager.get_plugin("terminalreporter"):
        bad = tests_in(reporter, "failed", "error")
        print(f"{suites(config)}: {len(tried(reporter) - bad)} passed, {len(bad)} failed", flush=True)


def pytest_terminal_summary(terminalreporter, config):
    if not config.option.outcomes:
        return
    passed = terminalreporter.stats.get("passed", [])
    table = sorted(tuple(value) for report in passed for name, value in report.user_properties if name == "outcome")
    table = [("what is spoiled", "how", "what comes of it"), *table]
    widths = [max(len(row[column]) for row in table) for column in range(2)]
    for row in table:
        terminalreporter.write_line(f"{row[0]:{widths[0]}} | {row[1]:{widths[1]}} | {row[2]}")
    terminalreporter.write_line(f"{len(table) - 1} behaviours")


def suites(config):
    return ", ".join(dict.fromkeys(pathlib.Path(word.split("::")[0]).name for word in config.args))


def tests_in(reporter, *categories):
    return {report.nodeid for category in categories for report in reporter.stats.get(category, [])}


def tried(reporter):
    return tests_in(reporter, "passed", "failed", "error")


# Which classes are tests, and where each is run.

def pytest_pycollect_makeitem(collector, name, obj):
    """A test class is one that derives from ToolTest. One with an empty table is only the base of others."""
    if inspect.isclass(obj) and issubclass(obj, ToolTest):
        base = getattr(obj, "table", None) == ()
        return [] if base else pytest.Class.from_parent(collector, name=name, obj=obj)


def pytest_generate_tests(metafunc):
    """A test with a `row` is run with each of its class's `table`; the row's name is in the test's."""
    if "row" in metafunc.fixturenames:
        names = [row.name for row in metafunc.cls.table]
        assert len(names) == len(set(names)), f"two rows of {metafunc.cls.__name__} have the same name"
        longer = [pytest.mark.takes_longer]
        rows = [pytest.param(row, marks=longer if getattr(row, "takes_longer", False) else []) for row in metafunc.cls.table]
        metafunc.parametrize("row", rows, ids=names)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    every = config.option.all or os.environ.get("ACME_TEST_ALL")
    sanitized = "ACME_SANITIZER" in os.environ
    for item in items:
        if item.get_closest_marker("takes_longer") and not every:
            item.add_marker(pytest.mark.skip(reason="takes longer: see scripts/test --all"))
        if item.get_closest_marker("own_sandbox") and config.option.sandbox:
            item.add_marker(pytest.mark.skip(reason="plays in a sandbox of its own"))
        if item.get_closest_marker("released") and (BIN.name == "debug" or sanitized):
            item.add_marker(pytest.mark.skip(reason="not for this build"))
        if item.get_closest_marker("unsanitized") and sanitized:
            item.add_marker(pytest.mark.skip(reason="not for a build under a sanitizer"))
        # Each worker has its own testbeds: a class that needs one had better not be taken apart.
        if hasattr(item.cls, "SETTINGS") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}.{item.cls.__name__}"))
    items.sort(key=lambda item: item.get_closest_marker("begun_first") is None)


def pytest_report_teststatus(report):
    """With -v a test's seconds are shown, so that a slow one is seen."""
    if report.when == "call" and report.passed:
        return "passed", ".", f"PASSED {report.duration:6.2f}s"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    """In what is shown a test is called what it is called on a command line, without the group that xdist adds."""
    if "PYTEST_XDIST_WORKER" not in os.environ and report.nodeid.rfind("@") > report.nodeid.rfind("]"):
        report.nodeid = report.nodeid.rpartition("@")[0]


# Each test.

@pytest.fixture(autouse=True)
def fresh(request, place):
    """The test's own folder and environment; what it asked for by addCleanup is done before the folder goes."""
    if not isinstance(request.instance, ToolTest):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="acme-test-", dir=place) as folder:
        with request.instance.begun(pathlib.Path(folder)):
            yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    """A test in which cases failed (see subTest) has failed by all of them, and by what went wrong after them."""
    if call.when == "call" and (outcome := getattr(getattr(item, "instance", None), "outcome", None)):
        item.user_properties.append(("outcome", outcome))
    cases = getattr(getattr(item, "instance", None), "failed_cases", [])
    last = [call.excinfo.value] if call.excinfo else []
    if call.when == "call" and cases and all(isinstance(error, Exception) for error in last):
        try:
            raise ExceptionGroup("not every case", [within_the_tests(error) for error in [*cases, *last]])
        except ExceptionGroup:
            call.excinfo = pytest.ExceptionInfo.from_current()


def within_the_tests(error):
    """Without the frames before the test's own."""
    place = error.__traceback__
    while place and not place.tb_frame.f_code.co_filename.endswith("_test.py"):
        place = place.tb_next
    return error.with_traceback(place or error.__traceback__)
