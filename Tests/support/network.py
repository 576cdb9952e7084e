"""Tests in a network of their own: nothing but a loopback, on which every port is free."""

import inspect
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from tools import LIMIT

RUNNER = pathlib.Path(__file__).with_name("runner.py")
INSIDE = "ACME_TEST_NETWORK"  # says that this process is there already

# What asks for names asks on that loopback too.
ENTER = """
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up
mount --bind "$1" /etc/resolv.conf
exec "${@:2}"
"""


def in_own_network(tests):
    """The same test class, each of whose tests runs in a network of its own, where it may have the ports below 1024."""
    if os.environ.get(INSIDE):
        return tests
    outside = type(tests.__name__, (unittest.TestCase,), {
        name: lambda self, name=name: again(f"{tests.__module__}.{tests.__qualname__}.{name}", inspect.getfile(tests))
        for name in unittest.TestLoader().getTestCaseNames(tests)})
    outside.__module__, outside.__qualname__ = tests.__module__, tests.__qualname__
    return outside


def again(test, file):
    """Runs that one test in there."""
    identity = ["--map-root-user"] if os.geteuid() else []
    with tempfile.NamedTemporaryFile("w", prefix="acme-resolv-") as resolv:
        resolv.write("nameserver 127.0.0.1\n")
        resolv.flush()
        done = subprocess.run(
            ["unshare", "--net", "--mount", *identity, "bash", "-e", "-c", ENTER, "bash", resolv.name,
             sys.executable, RUNNER, pathlib.Path(file).parent, "-k", test],
            env=os.environ | {INSIDE: "1"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
