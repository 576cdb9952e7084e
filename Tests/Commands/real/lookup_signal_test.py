"""Signals while libcurl looks a name up in a thread of its own: that thread takes none of them."""

import pathlib
import re
import signal
import subprocess

import pytest
from apart import Apart
from testbed import wait_until
from tools import LIMIT, ToolTest

SILENT = "127.0.0.77"
LISTEN = f"""
import socket
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind(("{SILENT}", 53))
print(flush=True)
while True:
    server.recv(512)
"""
HEEDED = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def blocked(status):
    """The signals in a thread's mask."""
    mask = int(re.search(r"^SigBlk:\s*(\w+)$", status, re.M)[1], 16)
    return {number for number in HEEDED if mask >> number - 1 & 1}


@pytest.mark.xdist_group("lookup_signal")
class SignalsWhileLookingUp(ToolTest):

    @classmethod
    def setup_class(cls):
        super().setup_class()
        cls.apart = Apart(SILENT, [SILENT])

    def setup_method(self):
        super().setup_method()
        server = self.apart.start("python3", "-c", LISTEN, stdout=subprocess.PIPE)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        server.stdout.readline()
        self.ok(self.run_tool("acme-key", "-o", "account.key"))

    def begin(self):
        """Comes back when a thread of the tool waits for an answer that doesn't come."""
        process = subprocess.Popen(
            [*self.apart.enter, "acme-register", "-k", "account.key", "--agree-tos",
             "--directory", "https://ca.example/dir"],
            cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        wait_until(lambda: len(self.threads(process)) > 1, "a thread looks the name up")
        return process

    def threads(self, process):
        """The thread's own status file → its text, the first thread's first."""
        tasks = sorted(pathlib.Path(f"/proc/{process.pid}/task").iterdir(), key=lambda task: int(task.name))
        return [(task / "status").read_text() for task in tasks]

    def test_no_other_thread_takes_them(self):
        process = self.begin()
        for thread in self.threads(process)[1:]:
            self.assertEqual(blocked(thread), set(HEEDED))
        # It holds them back itself for the moment in which it may begin a thread.
        wait_until(lambda: not blocked(self.threads(process)[0]), "the first thread takes them")

    def test_they_end_the_tool_at_once(self):
        for number in HEEDED:
            with self.subTest(number):
                process = self.begin()
                process.send_signal(number)
                self.assertEqual(process.communicate(timeout=LIMIT), (b"", b""))
                self.assertEqual(process.returncode, -number)
