"""Runs a command where a kernel, a sandbox or a chroot refuses what others have.

    sandbox.py ERRNO SYSCALL… -- COMMAND…    these system calls fail with ERRNO

Also the words before a command that has to run there: `refusing` and `without_proc`."""

import ctypes
import errno
import functools
import os
import platform
import shlex
import struct
import subprocess
import sys

# What these tools ask for, and can do without. On each machine's list of system calls.
NICETIES = {"x86_64": {"renameat2": 316, "openat2": 437, "close_range": 436, "pidfd_open": 434, "accept4": 288,
                       "statx": 332, "prctl": 157, "fchmod": 91, "fchown": 93, "fsync": 74, "link": 86, "linkat": 265,
                       "clone3": 435, "umask": 95, "landlock_create_ruleset": 444, "seccomp": 317},
            "aarch64": {"renameat2": 276, "openat2": 437, "close_range": 436, "pidfd_open": 434, "accept4": 242,
                        "statx": 291, "prctl": 167, "fchmod": 52, "fchown": 55, "fsync": 82, "linkat": 37,
                        "clone3": 435, "umask": 166, "landlock_create_ruleset": 444, "seccomp": 277}}[platform.machine()]
# What none can do without, where something is to be written.
WRITING = {"x86_64": {"rename": 82}, "aarch64": {"renameat": 38}}[platform.machine()]
ERRNOS = ("ENOSYS", "EPERM", "EINVAL")
CONFINING = ("landlock_create_ruleset", "seccomp")  # by which a tool gives up what it doesn't need

LOAD, EQUAL, ANSWER = 0x20, 0x15, 0x06  # of the filter's machine
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2


def refusing(code, *calls):
    return [sys.executable, __file__, code, *(c for c in calls if c in NICETIES | WRITING), "--"]


def without_proc(*calls):
    """/proc is an empty folder there."""
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *root, "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]


def with_leaks():
    """AddressSanitizer looks for leaks, and is let do so (see scripts/test --sanitize)."""
    options = os.environ.get("ASAN_OPTIONS", "").removeprefix("detect_leaks=0:")
    return ["env", f"ASAN_OPTIONS={options}", *refusing("ENOSYS", *CONFINING)]


# What a whole suite can be played in: the words before each tool.
KINDS = {"no-proc": without_proc, "fuse": list, "leaks": with_leaks,
         "unconfined": functools.partial(refusing, "ENOSYS", *CONFINING)} | {
    code: functools.partial(refusing, code, *(set(NICETIES) - {"umask", "clone3"})) for code in ERRNOS}


def wrappers(kind, tools):
    """Fills a folder with commands that run the tools of the folder `tools` so."""
    def fill(folder):
        for tool in tools.glob("acme-*"):
            if os.access(tool, os.X_OK) and tool.is_file():
                wrapper = folder / tool.name
                wrapper.write_text(f'#!/bin/sh\nexec {shlex.join([*KINDS[kind](), str(tool)])} "$@"\n')
                wrapper.chmod(0o755)
    return fill


def mounted(folder):
    """A FUSE file system in the folder `seen` of it, for all workers of a run."""
    for name in "kept", "seen":
        (folder / name).mkdir()
    subprocess.run(["bindfs", folder / "kept", folder / "seen"], check=True)


def unmount(folder):
    if (folder / "seen").is_mount():
        subprocess.run(["umount", "--lazy", folder / "seen"], check=True)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("start", ctypes.c_void_p)]


def refuse(code, numbers):
    steps = [(LOAD, 0, 0, 0)]
    steps += [(EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)]
    steps += [(ANSWER, 0, 0, ALLOW), (ANSWER, 0, 0, REFUSE | getattr(errno, code))]
    raw = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(raw)
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(steps), ctypes.addressof(held))
    if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0):
        sys.exit(f"sandbox: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    cut = sys.argv.index("--")
    refuse(sys.argv[1], [(NICETIES | WRITING)[name] for name in sys.argv[2:cut]])
    os.execvp(sys.argv[cut + 1], sys.argv[cut + 1:])
