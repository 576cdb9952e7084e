"""What people learn from: scripts/lesson, by itself and at a terminal, and the lines of the manual's textbook."""

import json
import os
import pathlib
import pty
import re
import subprocess

from clean import hidden
from manual import literal_blocks, section
from testbed import PipelineTest, wait_until
from tools import BIN, LIMIT, REPO, ToolTest

LESSON = REPO / "scripts" / "lesson"
SOURCE = LESSON.with_suffix(".md").read_text(encoding="utf-8")
PROMISES = {name: (int(status), words) for name, status, words in
            re.findall(r"(?m)^> ([\w-]+): status (\d+), (.+)$", SOURCE)}
BROKEN = {"wrong-key-authorization", "replayed-request", "stale-nonce", "order-not-ready", "other-key", "other-account",
          "no-intermediate", "other-root", "old-key", "wildcard-by-http", "replaced-record", "no-binding",
          "wrong-mac"}  # what the lesson is to break, whatever else it does


class LessonTest(ToolTest):
    def setup_method(self):
        super().setup_method()
        self.place = self.dir / "tmp"
        self.place.mkdir()
        self.env |= {"ACME_BIN": str(BIN), "TMPDIR": str(self.place)}

    def folder(self):
        """The one that the lesson works in."""
        found, = self.place.iterdir()
        return found

    def servers(self):
        files = [self.folder() / "testbed" / f"{name}.pid" for name in ("dns", "nginx", "pebble")]
        return [int(file.read_text()) for file in files if file.exists()]

    def nothing_is_left(self, servers=()):
        self.assertEqual(list(self.place.iterdir()), [])
        self.assertEqual([pid for pid in servers if os.path.exists(f"/proc/{pid}/cwd")], [])


class Auto(LessonTest):
    def test_each_break_gives_what_is_promised(self):
        done = self.ok(self.run_tool(LESSON, "--auto", timeout=3 * LIMIT), quiet=False)
        self.assertNotIn("error", done.err)
        self.assertLessEqual(BROKEN, set(PROMISES))
        for name, (status, words) in PROMISES.items():
            with self.subTest(name):
                said = re.search(rf"^Promised \({name}\): status {status}, and the words\n    {re.escape(words)}\n\n"
                                 rf"(\$ .*?)\n\$ echo \$\?\n{status}\n\nAs promised \({name}\)\.$",
                                 done.text, re.M | re.S)
                self.assertTrue(said, done)
                self.assertIn(words, said[1])
        self.checked_by_hand(done.text)
        self.certificate(done.text)
        self.by_dns(done.text)
        self.renewal(done.text)
        self.legible(done.text)
        self.nothing_is_left()

    def checked_by_hand(self, text):
        """A signature, a thumbprint, two key authorizations, the certificate's key and id, two chains and their key, the
        MAC of a binding."""
        self.assertEqual(text.count("\nVerified OK\n"), 2)
        self.assertEqual(len(re.findall(r"diff .*\nthe same$", text, re.M)), 7)
        self.assertEqual(text.count("\nleaf.pem: OK\n"), 2)
        self.assertIn('\n"Revoked"\n', text)

    def certificate(self, text):
        shown = re.search(r"^\$ openssl x509 -in site\.pem .*?(?=\n\n)", text, re.M | re.S)[0]
        self.assertIn("issuer=CN = Pebble Intermediate CA", shown)
        self.assertIn("DNS:example.org", shown)

    def by_dns(self, text):
        """Both records are there, the wildcard is in the certificate, and then there is none any more."""
        before, after = re.findall(r"^\$ dig .*\n((?:\"[\w-]{43}\"\n)*)\n", text, re.M)
        shown = re.findall(r"^_acme-challenge\.example\.org TXT ([\w-]{43})$", text, re.M)
        self.assertEqual(sorted(before.split()), sorted(f'"{value}"' for value in shown[-2:]))
        self.assertEqual(after, "")
        self.assertIn("\n    DNS:example.org, DNS:*.example.org\n", text)

    def renewal(self, text):
        """By the window that the reader has written, although the lifetime had said that it isn't time yet."""
        said = json.loads(re.search(r"^\$ acme-renewal --replay [^\n]*\n(\{.*?^\})$", text, re.M | re.S)[1])
        self.assertEqual((said["due"], said["reason"]), (True, "window"))
        self.assertIn('\n$ jq .asked renewal-order.json\n{\n  "identifiers": [', text)

    def legible(self, text):
        """Nothing hidden, and what the lesson itself says is no wider than a terminal; what programs say may be."""
        self.assertEqual(hidden(text), [])
        own = self.as_shown(SOURCE.partition("-->\n")[2]).splitlines()
        prompts = [line for line in text.splitlines() if line.startswith(("$ ", "A question. "))]
        self.assertGreater(len(prompts), 50)
        self.assertEqual([line for line in own + prompts if len(line) > 80], [])

    def as_shown(self, text):
        """Commands stand four columns further to the right in the text."""
        return "\n\n".join(re.sub("(?m)^    ", "", block) if block.startswith("    $ ") else block
                           for block in text.split("\n\n"))

    def test_a_promise_that_isn_t_kept(self):
        """The tools are there, but one of them does what it shouldn't."""
        (self.dir / "bin").mkdir()
        for tool in BIN.glob("acme-*"):
            if os.access(tool, os.X_OK) and tool.is_file():
                (self.dir / "bin" / tool.name).symlink_to(tool)
        finalize = self.dir / "bin" / "acme-finalize"
        finalize.unlink()
        finalize.write_text("#!/bin/sh\necho is still pending\n")
        finalize.chmod(0o755)
        self.env["ACME_BIN"] = "bin"
        done = self.run_tool(LESSON, "--auto")
        self.assertEqual(done.status, 1, done)
        self.assertIn("lesson: error: the promise was not kept: order-not-ready\n", done.err)
        self.assertIn(f"lesson: hint: the files and logs are in {self.folder()}\n", done.err)
        self.assertEqual(self.servers(), [])

    def test_usage(self):
        self.fails(self.run_tool(LESSON), 64, "no terminal.*--auto")
        self.assertIn("usage: scripts/lesson [--auto]", self.run_tool(LESSON, "--fast").err)
        self.fails(self.run_tool(LESSON, "--auto", "nowhere.md"), 66, "nowhere.md can't be read")
        self.nothing_is_left()


SHORT = """<!-- a comment,
## no step -->
# A title

The folder is {folder},
   and \\n stays.

- from {source}
## A step
At once.

    $ said=$(printf 'a & b' |
          cat)
    $ two() {
        echo "$said, $1"
    }
Prose again.

> not-two: status 3, a & b, c

    $ (two c; exit 3)
    $ two d

### Why?
\t
Because.
"""

SHOWN = """
A title
=======
The folder is {folder},
   and \\n stays.

- from {source}

[Enter begins]\x20


1. A step
---------
At once.

$ said=$(printf 'a & b' |
      cat)

$ two() {
    echo "$said, $1"
}

Prose again.

Promised (not-two): status 3, and the words
    a & b, c

$ (two c; exit 3)
a & b, c
$ echo $?
3

As promised (not-two).

$ two d
a & b, d

A question. Why?
[think, then Enter]\x20
Because.

[Enter ends the lesson]\x20
"""

REFUSED = {
    "line 2: a command has four blanks before its $": "Prose\n   $ true\n",
    "line 1: a command has four blanks before its $": "$ true\n",
    "line 3: a command has four blanks before its $": "Prose.\n\n\t$ true\n",
    "line 2: an empty line is missing before the command": "Prose:\n    $ true\n",
    "line 1: a promise is > NAME: status NUMBER, WORDS": "> a promise\n\n    $ false\n",
    "line 3: a promise is followed by the command that keeps it": "> a: status 1, b\n\nProse.\n",
    "line 1: a promise is followed by the command that keeps it": "> a: status 1, b\n",
    "line 2: the comment has no end": "<!-- a comment\n\n",
}


class TheText(LessonTest):
    """What a teacher may write, and how it is played."""

    def test_what_stands_for_what(self):
        for ends in "\n", " \t\r\n":
            (self.dir / "short.md").write_text(SHORT.replace("\n", ends), newline="")
            done = self.ok(self.run_tool(LESSON, "--auto", "short.md"))
            folder = re.search(r"The folder is (\S+),", done.text)[1]
            self.assertEqual(pathlib.Path(folder).parent, self.place)
            self.assertEqual(done.text, SHOWN.replace("{folder}", folder).replace("{source}", str(REPO)))
            self.nothing_is_left()

    def test_what_would_be_played_as_something_else(self):
        for message, text in REFUSED.items():
            with self.subTest(message):
                (self.dir / "bad.md").write_text(text)
                self.fails(self.run_tool(LESSON, "--auto", "bad.md"), 65, re.escape(f": bad.md, {message}") + "$")
        self.nothing_is_left()


class AtATerminal(LessonTest):
    def setup_method(self):
        super().setup_method()
        self.ours, theirs = pty.openpty()
        self.addCleanup(os.close, self.ours)
        self.process = subprocess.Popen(["setsid", "--ctty", LESSON], cwd=self.dir, env=self.env,
                                        stdin=theirs, stdout=theirs, stderr=theirs)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.terminate)
        os.close(theirs)
        self.said = ""
        self.read_until("[Enter begins] ")
        self.began = self.servers()
        self.assertEqual(len(self.began), 3)

    def read_more(self):
        """What came, or nothing when there is nothing more to come."""
        try:
            piece = os.read(self.ours, 4096).decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:  # how a terminal says that nobody is at the other end
            return ""
        self.said += piece
        return piece

    def read_until(self, prompt):
        while not self.said.endswith(prompt):
            self.assertTrue(self.read_more(), self.said)

    def press(self, keys):
        os.write(self.ours, keys)

    def reads(self):
        """It sleeps and awaits no child, so it is the terminal that it waits for."""
        own = pathlib.Path(f"/proc/{self.process.pid}")
        children = (own / "task" / own.name / "children").read_text()
        return not children and "\nState:\tS" in (own / "status").read_text()

    def test_enter_by_enter(self):
        self.assertNotIn("Two keys", self.said)
        self.press(b"\n")
        self.read_until("$ acme-key -o account.key")
        self.assertFalse((self.folder() / "account.key").exists())
        self.press(b"\n")
        while piece := self.read_more():
            if not piece.isspace():  # that would be the terminal's echo; one Enter too many does no harm
                self.press(b"\n")
        self.assertEqual(self.process.wait(), 0, self.said)
        self.assertRegex(self.said, r"\[think, then Enter\]\s+The site's key lies on the web server")
        self.assertIn("DNS:example.org, DNS:www.example.org", self.said)
        self.nothing_is_left(self.began)

    def test_another_terminal(self):
        """What the reader is told to type there makes it the same place."""
        told = re.search(r"^    (\. /\S+/env)$", self.said, re.M)[1]
        done = self.ok(self.sh(f"""{told}; pwd; type -P acme-key; curl -sS "$ACME_DIRECTORY" | jq -r .newNonce
                                   printf '\\373\\377' | b64url"""))
        self.assertEqual(done.text.splitlines()[:2], [str(self.folder()), f"{BIN}/acme-key"])
        self.assertRegex(done.text, r"\nhttps://127\.0\.0\.1:\d+/nonce-plz\n-_8\n$")

    def test_ctrl_c(self):
        self.press(b"\n")
        self.read_until("$ acme-key -o account.key")
        wait_until(self.reads, "waiting for Enter")  # a shell loses a Ctrl-C between the prompt and the reading
        self.press(b"\x03")
        while self.read_more():
            pass
        self.assertEqual(self.process.wait(), 130, self.said)
        self.nothing_is_left(self.began)

    def test_term(self):
        wait_until(self.reads, "waiting for Enter")
        self.process.terminate()
        self.assertEqual(self.process.wait(), 143, self.said)
        self.nothing_is_left(self.began)

    def test_ctrl_d(self):
        self.press(b"\x04")
        wait_until(lambda: not self.read_more(), "the end")
        self.assertEqual(self.process.wait(), 130, self.said)
        self.nothing_is_left(self.began)


class Textbook(PipelineTest):
    def setup_method(self):
        super(PipelineTest, self).setup_method()
        self.env["CURL_CA_BUNDLE"] = self.env["ACME_CA_BUNDLE"]

    def test_the_lines_one_after_the_other_get_a_certificate(self):
        lines = "".join(literal_blocks(section("acme-pipeline.7", "WHAT HAPPENS, IN ITS ORDER")))
        done = self.run_tool("bash", "-ec", lines.replace("/var/www/html", str(self.testbed.webroot)))
        self.fails(done, 0, "acme-finalize: error: the order .* is still pending")  # as the page wants it to
        self.assertIn("\n75\n", done.text)
        self.assertIn("\nnot yet\n", done.text)
        self.good_chain("site.pem", ["example.org"])
        self.assertEqual(self.testbed.tokens(), [])
