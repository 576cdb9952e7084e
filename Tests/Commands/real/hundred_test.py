"""A hundred names in one certificate, from a CA that takes up to five seconds to look at each."""

import collections
import os
import pty
import re
import subprocess

from testbed import PipelineTest, wait_until

NAMES = [f"host{n}.example.org" for n in range(100)]
STREAMS = 10  # as many as are under way at once, and as many nonces


class HundredTest(PipelineTest):
    SETTINGS = {"PEBBLE_VA_NOSLEEP": 0, "PEBBLE_VA_SLEEPTIME": 5}

    def test_requests_and_validations(self):
        heard, logged = len(self.testbed.requests()), len(self.testbed.log())
        self.issue(*NAMES)
        asked = collections.Counter(re.sub(r"(?<=Z|r)/.*", "", line) for line in self.testbed.requests(since=heard))
        polls = asked.pop("POST /my-order")
        nonces = asked.pop("HEAD /nonce-plz")
        self.assertEqual(asked, {"POST /order-plz": 1, "POST /authZ": 100, "POST /chalZ": 100,
                                 "POST /finalize-order": 1, "POST /certZ": 1}, polls)
        self.assertLessEqual(nonces, 1 + STREAMS - 1)
        self.assert_all_under_way(self.testbed.log()[logged:])

    def assert_all_under_way(self, log):
        """The CA has been told of every challenge before anything is waited for."""
        before, _ = log.rsplit("POST /chalZ", 1)
        self.assertNotIn("POST /my-order", before)

    def test_progress_on_a_terminal(self):
        self.csr(*NAMES)
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        with open(self.dir / "site.csr", "rb") as csr:
            tool = subprocess.Popen(["acme-challenge", "--webroot", self.env["WEBROOT"]], stdin=csr,
                                    stdout=subprocess.DEVNULL, stderr=theirs, env=self.env, cwd=self.dir)
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:  # how a terminal says that nobody is at the other end
            pass
        self.assertEqual(tool.wait(), 0)
        for words in (rb"fetching authorizations: 57 of 100", rb"telling the CA to look: 57 of 100",
                      rb"\d+ of 100 names validated, awaiting host\d+\.example\.org"):
            self.assertRegex(said, words)
        self.assertTrue(said.endswith(b"\r\x1b[K"), "it is taken away at the end")

    def test_one_of_them_fails(self):
        """The web server doesn't show this one's folder; nothing is left, and the failure names that one."""
        (self.dir / "elsewhere").mkdir()
        self.csr(*NAMES)
        done = self.run_tool("acme-challenge", "--webroot", self.env["WEBROOT"],
                             "--webroot", f"{NAMES[57]}={self.dir}/elsewhere", stdin=self.read("site.csr"))
        self.assertEqual(done.status, 77, done)
        self.assertIn(NAMES[57], done.err)
        self.assertEqual(done.err.count("error:"), 1)
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual([p for p in (self.dir / "elsewhere").rglob("*") if p.is_file()], [])

    def test_a_signal_while_they_are_under_way(self):
        self.csr(*NAMES)
        heard = len(self.testbed.requests())
        with open(self.dir / "site.csr", "rb") as csr:
            tool = subprocess.Popen(["acme-challenge", "--webroot", self.env["WEBROOT"]], stdin=csr,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, cwd=self.dir)
        wait_until(lambda: any("/chalZ" in line for line in self.testbed.requests(since=heard)), "a challenge")
        tool.terminate()
        out, err = tool.communicate()
        self.assertEqual((tool.returncode, out, err), (-15, b"", b""))
        self.assertEqual(self.testbed.tokens(), [])
