"""Another host for tests: OpenSSH's own sshd on loopback, which lets the user of the test in."""

import functools
import getpass
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

from bind import PORTS
from once import at_the_end
from testbed import wait_until
from tools import BIN, LIMIT

SERVER = """
ListenAddress 127.0.0.1:{port}
HostKey {dir}/host_key
AuthorizedKeysFile {dir}/user_key.pub {dir}/asking_key.pub {dir}/more_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SetEnv HOME={home} PATH={bin}:/usr/bin:/bin {sanitizer}
"""

AT_HOME = """
ForceCommand cd "$HOME" && exec sh -c "$SSH_ORIGINAL_COMMAND"
"""

CLIENT = """
Host web
IdentityFile {dir}/user_key
Host asking
IdentityFile {dir}/asking_key
Host stranger
IdentityFile {dir}/host_key
Host *
HostName 127.0.0.1
HostKeyAlias web
Port {port}
User {user}
IdentitiesOnly yes
UserKnownHostsFile {dir}/known_hosts
GlobalKnownHostsFile /dev/null
"""

# An ssh that knows `web`, the same as `asking`, which wants PASSPHRASE for its key, and `stranger`, where it isn't let
# in: the real one would look in the user's own home.
WRAPPER = """#!/bin/sh
exec {ssh} -F {dir}/ssh_config "$@"
"""


PASSPHRASE = "open sesame"


class Sshd:
    """One running server. Who has `bin` first in PATH gets there by `ssh web`; `home` is HOME there, and empty.

    Keys that stand in `more_keys` are let in, too."""

    # sshd, if it is root, wants an empty folder there. Debian has it made by the service, which doesn't run here. It
    # stays, since another worker's may be in need of it.
    EMPTY = pathlib.Path("/run/sshd")

    def __init__(self, path=None):
        """`path` is a further folder in which commands are found there; they then begin in HOME, and not where the
        user is at home otherwise."""
        self.path = path
        self._folder = tempfile.TemporaryDirectory(prefix="acme-sshd-")
        self.dir = pathlib.Path(self._folder.name).resolve()
        self.home, self.bin = self.dir / "home", self.dir / "bin"
        self.home.mkdir()
        self.bin.mkdir()
        self.process, self.port = None, None
        at_the_end(self.stop)
        for key, passphrase in ("host_key", ""), ("user_key", ""), ("asking_key", PASSPHRASE):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", self.dir / key], check=True)
        (self.dir / "known_hosts").write_text("web " + (self.dir / "host_key.pub").read_text())
        (self.bin / "ssh").write_text(WRAPPER.format(ssh=shutil.which("ssh"), dir=self.dir))
        (self.bin / "ssh").chmod(0o755)
        if os.geteuid() == 0:
            self.EMPTY.mkdir(mode=0o755, exist_ok=True)
        while not self.start(random.choice(PORTS)):
            pass

    @staticmethod
    @functools.cache
    def shared():
        return Sshd()

    def start(self, port):
        """Whether it listens at `port` now."""
        self.port = port
        words = {"dir": self.dir, "port": port, "user": getpass.getuser(), "home": self.home,
                 "bin": f"{self.path}:{BIN}" if self.path else BIN,
                 "sanitizer": " ".join(f"{name}={value}" for name, value in os.environ.items()
                                       if name.endswith("SAN_OPTIONS"))}
        (self.dir / "sshd_config").write_text(SERVER.format(**words) + (AT_HOME if self.path else ""))
        (self.dir / "ssh_config").write_text(CLIENT.format(**words))
        log = self.dir / "sshd.log"
        log.unlink(missing_ok=True)
        # It starts itself anew for each connection, and so wants to be called by its whole path.
        self.process = subprocess.Popen(
            [shutil.which("sshd", path="/usr/sbin:/usr/local/sbin"), "-D", "-f", self.dir / "sshd_config", "-E", log],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        def log_says():
            said = log.read_text() if log.exists() else ""
            return next((word for word in ("Server listening", "Cannot bind", "fatal") if word in said), None)
        said = wait_until(log_says, "sshd runs")
        if said == "fatal":
            raise AssertionError(log.read_text())
        if said == "Server listening":
            return True
        self.process.wait(LIMIT)
        return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(LIMIT)
        self._folder.cleanup()
