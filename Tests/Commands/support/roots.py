"""A Debian of its own for tests: an overlay over a root's folder in namespaces, whose every change goes with it."""

import os
import pathlib
import subprocess
import tempfile

import pytest
from once import at_the_end
from testbed import wait_until
from tools import LIMIT, clean_environment

# The overlay, with the little that programs expect to be mounted. Swift is nowhere in it. Whatever is run there then is
# the first process of its namespace, and all others end with it.
INSIDE = """set -e
lower=$1 shared=$2 first=$3; shift 3
mount -t tmpfs -o size=2g tmpfs "$PWD"
cd "$PWD"
mkdir up work root
mount -t overlay overlay -o lowerdir="$lower",upperdir=up,workdir=work root
cd root
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run opt; do mount -t tmpfs -o mode=755 tmpfs $folder; done
for folder in tmp var/tmp; do mount -t tmpfs tmpfs $folder; done
mkdir run/changed
mount --bind ../up run/changed
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir -p "./$shared"
mount --bind "$shared" "./$shared"
pivot_root . mnt
exec chroot . sh -e -c "$first" sh "$@"
"""
# Pivoted, as in a chroot no user namespace could be made; and shared, as systemd expects it of a container's manager.
FIRST = """umount -l /mnt
mount --make-rshared /
: >/run/begun
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
"""
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NAMESPACES = ["--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--kill-child"]


class Root:
    """One such root. `lower` is the folder that it is laid over; `shared` is a folder below /tmp that is the same inside
    and outside; `command` is its first process, and `enter` the words before all of it, as for a network of its own."""

    def __init__(self, shared, lower="/", command=("cat",), enter=()):
        if os.geteuid() != 0:
            pytest.skip("only root can make a root")
        self._folder = tempfile.TemporaryDirectory(prefix="acme-root-")
        self.dir = pathlib.Path(self._folder.name)
        at_the_end(self.stop)
        self.process = subprocess.Popen(
            [*enter, "unshare", *NAMESPACES, "sh", "-c", INSIDE, "sh", lower, shared, FIRST, *command], cwd=self.dir,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=clean_environment(PATH=SYSTEM_PATH))
        wait_until(lambda: self.process.poll() is not None or self.is_there(), "there is a root")
        if self.process.poll() is not None:
            pytest.skip(f"this machine gives no such root: {self.process.stderr.read().decode(errors='replace')}")

    def is_there(self):
        """Whether its first process is the command that it was made for."""
        return self.first and self.path("/run/begun").exists()

    @property
    def first(self):
        """The number of its first process, seen from outside; None where that has ended, or isn't there yet."""
        found = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return (found.read_text().split() or [None])[0] if found.exists() else None

    def path(self, name=""):
        """A file of it, seen from outside."""
        return pathlib.Path(f"/proc/{self.first}/root") / name.lstrip("/")

    def changed(self):
        """The files that aren't as they were below, and those that are gone."""
        found = self.run("find", "/run/changed", "!", "-type", "d", "-printf", "/%P\\n")
        return set(found.stdout.decode().split("\n")[:-1])

    def run(self, *argv, **variables):
        """Runs a command in it, with these variables and none of the caller's."""
        settings = {"PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8"} | variables
        enter = ["nsenter", f"--target={self.first}", "--mount", "--pid", "--uts", "--ipc", "--net", "--root", "--wdns=/"]
        return subprocess.run([*enter, "env", "-i", *(f"{name}={value}" for name, value in settings.items()), *argv],
                              capture_output=True, timeout=LIMIT, env=clean_environment(), stdin=subprocess.DEVNULL)

    def stop(self):
        """By force, as a first process heeds no signal that it doesn't want."""
        self.process.kill()
        self.process.communicate()
        self._folder.cleanup()
