"""A passphrase is asked for on the terminal once; whatever ends the question, the terminal is as it was."""

import signal
import sys

from terminal import SHELL, Session
from tools import ToolTest, quoted

QUESTION = "passphrase of site.key: "
WRONG = "acme-csr: error: site.key: the passphrase is wrong, or the encrypted key is damaged\n"
TOOL = "acme-csr", "-k", "site.key", "one.example"
# What a shell would say of its job.
STATUS = """
import os, signal, sys
terminal = os.open("/dev/tty", os.O_RDWR)
job = os.fork()
if job == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGQUIT, signal.SIG_IGN)
os.write(terminal, b"ended by %d" % os.WTERMSIG(os.waitpid(job, 0)[1]))
"""


class PassphrasePromptTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "pass").write_text("correct horse\n")
        self.ok(self.run_tool("acme-key", "--encrypt", "--passphrase-file", "pass", "-o", "site.key"))

    def ask(self):
        # Bash would become the tool, were it the last command.
        session = Session(self, "acme-csr -k site.key one.example >out.csr; exit")
        return session.until(QUESTION)

    def ends(self, session, status, message=""):
        """Asked once, and what was typed isn't shown; `Session.end` looks at the echo."""
        self.assertEqual(session.end(), status, session.err)
        self.assertEqual(session.said, QUESTION + "\n")
        self.assertEqual(session.err, message)

    def test_right(self):
        self.ends(self.ask().type("correct horse\n"), 0)
        self.openssl("req", "-verify", "-noout", "-in", "out.csr")

    def test_wrong(self):
        self.ends(self.ask().type("battery staple\n"), 65, WRONG)

    def test_nothing(self):
        self.ends(self.ask().type("\n"), 65, WRONG)

    def test_one_that_is_refused(self):
        self.ends(self.ask().type("x" * 1025 + "\n"), 65, "acme-csr: error: the passphrase is too long\n")

    def test_the_end(self):
        self.ends(self.ask().type("\x04"), 78, "acme-csr: error: the terminal was closed, and no passphrase given\n")

    def test_keys_that_end_it(self):
        for name, key, number in (("^C", "\x03", signal.SIGINT), ("^\\", "\x1c", signal.SIGQUIT)):
            for typed in "", "corr":
                with self.subTest(name, typed=typed):
                    session = Session(self, quoted(sys.executable, "-c", STATUS, *TOOL)).until(QUESTION)
                    session.type(typed + key)
                    self.assertEqual(session.end(), 0, session.err)
                    self.assertEqual(session.said, f"{QUESTION}\nended by {number:d}")

    def test_a_key_that_stops_it(self):
        """^Z, fg: the shell has its echo, and the question comes anew."""
        session = Session(self, quoted(sys.executable, "-c", SHELL, *TOOL) + " >out.csr; exit").until(QUESTION)
        session.type("corr\x1a").until(f"stopped by {signal.SIGTSTP:d}")
        session.until(f"stopped by {signal.SIGTSTP:d}{QUESTION}").type("correct horse\n")
        self.assertEqual(session.end(), 0, session.err)
        self.assertEqual(session.said, f"{QUESTION}\nstopped by {signal.SIGTSTP:d}{QUESTION}\n")
        self.openssl("req", "-verify", "-noout", "-in", "out.csr")

    def test_a_key_that_was_to_be_ignored(self):
        session = Session(self, "trap '' QUIT; acme-csr -k site.key one.example >out.csr; exit").until(QUESTION)
        self.ends(session.type("\x1c").type("correct horse\n"), 0)
