"""A tool stopped while it writes, or waits for an answer, and the secrets that are in its memory then."""

import base64
import contextlib
import fcntl
import os
import platform
import re
import subprocess

from testbed import wait_until
from tools import LIMIT

PIECE = 16  # octets of a secret that are looked for as one: what is left of one may have been written over in part
FILLING = b"."
# System calls, as /proc shows them.
WRITE_TO_STDOUT, OPEN = {"x86_64": ("1 0x1 ", "257 "), "aarch64": ("64 0x1 ", "56 ")}[platform.machine()]


def pieces(secret):
    return [secret[at:at + PIECE] for at in range(0, len(secret) - PIECE + 1, PIECE)]


def forms(secret, but=b""):
    """A number, octets of a key: as it is, as OpenSSL counts with it, and in base64url, where that isn't in `but`."""
    encoded = pieces(base64.urlsafe_b64encode(secret).rstrip(b"="))
    return pieces(secret) + pieces(secret[::-1]) + [piece for piece in encoded if piece not in but]


def numbers(test, key):
    """The private numbers of a key in PEM, each big-endian."""
    text = test.openssl("pkey", "-noout", "-text", stdin=key).text
    names = "priv|privateExponent|prime1|prime2|exponent1|exponent2|coefficient"
    found = re.findall(rf"(?m)^(?:{names}):\n((?:    +[0-9a-f:]+\n)+)", text)
    assert found, text
    return [bytes.fromhex(re.sub(r"[:\s]", "", number)).lstrip(b"\0") for number in found]


def lines(test, pem):
    """What stands of those numbers in the PEM, whose lines end between two pieces."""
    body = b"".join(line for line in pem.splitlines() if not line.startswith(b"-----"))
    der = base64.b64decode(body)
    found = []
    for number in numbers(test, pem):
        first = der.index(number)
        found += [body[at:at + PIECE] for at in range(0, len(body), PIECE)
                  if at // 4 * 3 >= first and (at + PIECE) // 4 * 3 <= first + len(number)]
    return found


class Memory:
    """All that a process could write to, as it was at one moment."""

    def __init__(self, process):
        with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
            self.areas = []
            for first, last in re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) rw", maps.read()):
                memory.seek(int(first, 16))
                self.areas.append(memory.read(int(last, 16) - int(first, 16)))

    def count(self, needles):
        """How often the one of `needles` that is there most often is there."""
        assert needles
        return max(sum(area.count(needle) for area in self.areas) for needle in needles)


def at_call(process, call):
    """The memory of a process when it waits in a system call: a number, and arguments as far as they are told."""
    def waits():
        with open(f"/proc/{process.pid}/syscall") as now:
            return process.poll() is not None or now.read().startswith(call)
    wait_until(waits, "the tool waits where it should", LIMIT)
    return Memory(process.pid)


class Held:
    """A tool that can't write its output before somebody reads it."""

    def __init__(self, test, *command, stdin=b""):
        reader, writer = os.pipe()
        self.output = open(reader, "rb")
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        self.filling = os.write(writer, FILLING * 4096)
        self.process = subprocess.Popen(command, cwd=test.dir, env=test.env, stdin=subprocess.PIPE, stdout=writer,
                                        stderr=subprocess.PIPE)
        os.close(writer)
        test.addCleanup(self.close)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(stdin)
            self.process.stdin.close()
        self.test = test

    def close(self):
        self.process.kill()
        self.process.wait()
        self.output.close()
        self.process.stderr.close()

    def at_its_output(self):
        """The memory when all is done but that."""
        return at_call(self.process, WRITE_TO_STDOUT)

    def end(self):
        """What it wrote."""
        written = self.output.read()[self.filling:]
        said = self.process.stderr.read()
        self.test.assertEqual((self.process.wait(timeout=LIMIT), said), (0, b""))
        return written
