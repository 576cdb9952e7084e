"""A network of its own, where port 53 is free and resolv.conf is the test's: a network and mount namespace."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from once import at_the_end
from testbed import Testbed
from tools import LIMIT, clean_environment

# Its loopback, with the addresses that servers listen on, and its own resolv.conf. It ends when its stdin does.
INSIDE = """set -e
mount --bind "$1" /etc/resolv.conf; shift
ip link set lo up
for address; do ip address add "$address/8" dev lo; done
echo ready
exec cat
"""


class Apart:
    """The network; `enter` are the words before a command that is to run in it. `resolver` is what resolv.conf names,
    and `addresses` are there beside 127.0.0.1."""

    def __init__(self, resolver, addresses):
        self._folder = tempfile.TemporaryDirectory(prefix="acme-apart-")
        self.dir = pathlib.Path(self._folder.name)
        at_the_end(self.stop)
        (self.dir / "resolv.conf").write_text(f"nameserver {resolver}\n")
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.process = subprocess.Popen(
            ["unshare", *as_root, "--net", "--mount", "sh", "-c", INSIDE, "sh", self.dir / "resolv.conf",
             *addresses],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        if self.process.stdout.readline() != b"ready\n":
            said = self.process.stderr.read().decode(errors="replace").strip()
            pytest.skip(f"this machine gives no network namespace, as root or otherwise: {said}")
        into = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.enter = [shutil.which("nsenter"), f"--target={self.process.pid}", *into, "--net", "--mount",
                      "--wd=.", "--"]

    def run(self, *words, **options):
        return subprocess.run([*self.enter, *words], env=environment(), capture_output=True, timeout=LIMIT, **options)

    def start(self, *words, **options):
        """A server in it, which has to be ended by `stop` or before."""
        return subprocess.Popen([*self.enter, *words], env=environment(), stdin=subprocess.DEVNULL, **options)

    def stop(self):
        self.process.communicate()
        self._folder.cleanup()


class ApartTestbed(Testbed):
    """A testbed in such a network."""

    def __init__(self, apart, **settings):
        self.apart, self.enter = apart, apart.enter
        super().__init__(**settings)

    def manage(self, path):
        done = self.apart.run("curl", "-sf", "--cacert", self.env["ACME_CA_BUNDLE"],
                              self.env["PEBBLE_MANAGEMENT"] + path, check=True)
        return done.stdout


def environment():
    """Debian's servers, and ip, are where an ordinary user's PATH doesn't lead."""
    variables = clean_environment()
    variables["PATH"] += ":/usr/sbin:/sbin"
    return variables
