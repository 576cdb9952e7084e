"""A command at a terminal, with a person who reads and types."""

import fcntl
import os
import select
import subprocess
import termios

from testbed import wait_until
from tools import LIMIT

# As much of a shell as it takes: one job in the foreground, which goes on when it has been stopped.
SHELL = """
import os, signal, sys
terminal = os.open("/dev/tty", os.O_RDWR)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status = os.waitpid(job, os.WUNTRACED)
os.tcsetpgrp(terminal, os.getpid())
os.write(terminal, b"stopped by %d" % os.WSTOPSIG(status))
os.tcsetpgrp(terminal, job)
os.kill(-job, signal.SIGCONT)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]))
"""


class Session:
    """A command at a terminal, which is its own; `said` is what stood on the terminal so far."""

    def __init__(self, test, command):
        self.test, self.said = test, ""
        self.screen, line = os.openpty()
        self.before = termios.tcgetattr(line)
        test.addCleanup(self.close)

        def take_terminal():
            fcntl.ioctl(line, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(["bash", "-c", command], cwd=test.dir, env=test.env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                        preexec_fn=take_terminal, pass_fds=[line])
        os.close(line)

    def close(self):
        self.process.kill()
        self.process.communicate()
        self.hang_up()

    def hang_up(self):
        if self.screen is not None:
            os.close(self.screen)
        self.screen = None

    def hear(self, seconds=0.02):
        """Whether there was more to read."""
        if not select.select([self.screen], [], [], seconds)[0]:
            return False
        try:
            self.said += os.read(self.screen, 65536).decode().replace("\r\n", "\n")
        except OSError:  # nobody has the terminal open any more
            return False
        return True

    def until(self, text):
        wait_until(lambda: not self.hear() and text in self.said, f"the terminal shows {text!r}")
        return self

    def type(self, keys):
        os.write(self.screen, keys.encode())
        return self

    def end(self):
        """Its status; what it said on the terminal until then is in `said`."""
        out, err = self.process.communicate(timeout=LIMIT)
        while self.hear():
            pass
        self.test.assertEqual(termios.tcgetattr(self.screen), self.before)
        self.err = err.decode()
        if self.process.returncode == 0:
            self.test.assertEqual((out, self.err), (b"", ""))
        return self.process.returncode
