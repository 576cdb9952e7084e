"""Runs the built tools as a user's shell would, each test in an empty folder and a clean environment."""

import contextlib
import os
import pathlib
import re
import shlex
import subprocess

from assertions import Assertions

REPO = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("ACME_BIN", REPO / ".build" / "release")).resolve()
PATH = BIN  # where commands find the tools
TOOLS = ("acme-key", "acme-csr", "acme-register", "acme-challenge", "acme-finalize", "acme-chain", "acme-renewal",
         "acme-revoke")
LIMIT = 120  # seconds after which a command that hangs fails its test


class Result:
    """What a command left behind: exit status (negative for a signal), stdout bytes, stderr text."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err.decode("utf-8", "backslashreplace")

    @property
    def text(self):
        return self.out.decode("utf-8")

    def __repr__(self):
        return f"status {self.status}\nstdout {self.out[:2000]!r}\nstderr {self.err[:4000]}"


def clean_environment(**more):
    """The caller's environment without what the tools read, plus `more` (None removes a name)."""
    keep = {n: v for n, v in os.environ.items()
            if not n.startswith(("ACME_", "SSL_CERT_")) and not n.lower().endswith("_proxy")}
    keep |= {"PATH": f"{PATH}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"}
    keep |= more
    return {n: str(v) for n, v in keep.items() if v is not None}


class ToolTest(Assertions):
    """`self.dir` is this test's own empty folder, and every command's current one; `self.env` is its environment.

    pytest collects every subclass, whatever its name (see conftest.py)."""

    @contextlib.contextmanager
    def begun(self, folder):
        with self.asserting():
            self.dir, self.env = folder, clean_environment()
            yield

    @classmethod
    def setup_class(cls):
        """For subclasses to add to: before the first test of a class."""

    def setup_method(self):
        """For subclasses to add to: before each test."""

    def run_tool(self, *argv, stdin=b"", timeout=LIMIT, env=None, **options):
        """Runs `argv` with `stdin` (bytes, str, or an open file) and waits for it."""
        feed = {"stdin": stdin} if hasattr(stdin, "fileno") else {
            "input": stdin.encode() if isinstance(stdin, str) else stdin}
        done = subprocess.run([str(a) for a in argv], capture_output=True, cwd=self.dir, timeout=timeout,
                              env=self.env if env is None else env, **feed, **options)
        return Result(done.returncode, done.stdout, done.stderr)

    def sh(self, script, timeout=LIMIT, env=None):
        """Runs a bash script under `pipefail`, as the README shows its pipelines."""
        return self.run_tool("bash", "-o", "pipefail", "-c", script, timeout=timeout, env=env)

    def ok(self, result, quiet=True):
        """`result` is a success, and a silent one unless told otherwise."""
        self.assertEqual(result.status, 0, result)
        if quiet:
            self.assertEqual(result.err, "", result)
        return result

    def verbs(self, tool):
        """Those that its --help lists."""
        listed = self.ok(self.run_tool(tool, "--help")).text.partition("\nSUBCOMMANDS:\n")[2]
        return re.findall(r"(?m)^  ([a-z]+) ", listed)

    def fails(self, result, status, message):
        """`result` ended with `status` and exactly one error line, in which the regex `message` is found."""
        self.assertEqual(result.status, status, result)
        errors = [line for line in result.err.splitlines() if ": error: " in line]
        self.assertEqual(len(errors), 1, result)
        self.assertRegex(errors[0], message)
        return result

    def files(self):
        """Every path below the test's folder, hidden ones too, relative and sorted."""
        return sorted(str(p.relative_to(self.dir)) for p in self.dir.rglob("*"))

    def openssl(self, *argv, stdin=b""):
        return self.ok(self.run_tool("openssl", *argv, stdin=stdin), quiet=False)


def quoted(*argv):
    return " ".join(shlex.quote(str(a)) for a in argv)
