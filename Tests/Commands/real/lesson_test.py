"""What people learn from: scripts/lesson, by itself and at a terminal, and the lines of the manual's textbook."""

import os
import pathlib
import pty
import re
import subprocess

from clean import hidden
from man_examples_test import literal_blocks, section
from testbed import PipelineTest, wait_until
from tools import BIN, REPO, ToolTest

LESSON = REPO / "scripts" / "lesson"
SOURCE = LESSON.read_text(encoding="utf-8")
PROMISES = {name: (int(status), words) for name, _, status, words in
            re.findall(r"""(?m)^    \[([\w-]+)\]=(['"])(\d+) (.+)\2$""", SOURCE)}
BROKEN = {"wrong-key-authorization", "replayed-request", "stale-nonce", "order-not-ready", "other-key", "other-account",
          "no-intermediate"}  # what the lesson is to break, whatever else it does


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
        done = self.ok(self.run_tool(LESSON, "--auto"), quiet=False)
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
        self.legible(done.text)
        self.nothing_is_left()

    def checked_by_hand(self, text):
        """A signature, a thumbprint, two key authorizations, the certificate's key and a chain."""
        self.assertEqual(text.count("\nVerified OK\n"), 2)
        self.assertEqual(len(re.findall(r"diff .*\nthe same$", text, re.M)), 4)
        self.assertEqual(text.count("\nleaf.pem: OK\n"), 1)

    def certificate(self, text):
        shown = re.search(r"^\$ openssl x509 -in site\.pem .*?(?=\n\n)", text, re.M | re.S)[0]
        self.assertIn("issuer=CN = Pebble Intermediate CA", shown)
        self.assertIn("DNS:example.org", shown)

    def legible(self, text):
        """Nothing hidden, and what the lesson itself says is no wider than a terminal; what programs say may be."""
        self.assertEqual(hidden(text), [])
        own = "".join(re.findall(r"<<'?END'?\n(.*?)^END$", SOURCE, re.M | re.S)).splitlines()
        prompts = [line for line in text.splitlines() if line.startswith(("$ ", "A question. "))]
        self.assertGreater(len(prompts), 50)
        self.assertEqual([line for line in own + prompts if len(line) > 80], [])

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
