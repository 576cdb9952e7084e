"""What a hook leaves behind, tried with publish and clean alone; no CA is needed."""

import os
import signal
import subprocess

import pytest
from bench import bench
from testbed import wait_until
from tools import LIMIT, ToolTest


class LeftBehindTest(ToolTest):

    def hook(self, text):
        (self.dir / "hook").write_text("#!/bin/bash\n" + text)
        (self.dir / "hook").chmod(0o755)
        (self.dir / "order.json").write_bytes((bench().folder / "order.json").read_bytes())

    def begin(self, verb):
        with open(self.dir / "order.json", "rb") as stdin:
            process = subprocess.Popen(["acme-challenge", verb, "--hook", "./hook"], cwd=self.dir, env=self.env,
                                       stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_writers_in_the_background_are_not_listened_to_for_ever(self):
        self.hook("echo $$ >group; for i in 1 2 3 4; do cat /dev/zero & cat /dev/zero >&2 & done; exit 0")
        try:
            self.assertEqual(self.sh("acme-challenge publish --hook ./hook --timeout 20 <order.json >/dev/null").status, 0)
        finally:
            os.killpg(int((self.dir / "group").read_text()), signal.SIGKILL)

    @pytest.mark.begun_first
    def test_no_verb_leaves_its_hook_behind(self):
        self.hook('trap "" TERM; echo $$ >group; sleep 100')
        for verb in ("publish", "clean"):
            with self.subTest(verb):
                (self.dir / "group").unlink(missing_ok=True)
                process = self.begin(verb)
                wait_until(lambda: (self.dir / "group").exists() and (self.dir / "group").read_text(), "the hook runs")
                group = int((self.dir / "group").read_text())
                process.send_signal(signal.SIGTERM)
                process.wait(LIMIT)
                self.assertEqual(process.returncode, -signal.SIGTERM)
                with self.assertRaises(ProcessLookupError):
                    os.kill(group, 0)


class WhatIsSaidOfIt(LeftBehindTest):

    def publish(self, text):
        self.hook(text)
        return self.sh("acme-challenge publish --hook ./hook <order.json >/dev/null")

    def test_words_that_come_again_are_said_once(self):
        result = self.fails(self.publish("echo api: no such zone >&2; echo api: $1 >&2; exit 3"), 71, "present failed")
        self.assertEqual([line for line in result.err.splitlines() if line.startswith("api")],
                         ["api: no such zone", "api: present", "api: cleanup"])
        self.assertRegex(result.err, "warning: ./hook cleanup failed with status 3 .*; this may be left: _acme-")

    def test_a_hook_that_fails_leaves_its_cleanup_alone(self):
        result = self.fails(self.publish("echo no >&2; [ $1 = cleanup ]"), 71, "present failed with status 1")
        self.assertEqual(len(result.err.splitlines()), 2, result)

    def test_nothing_is_left_of_what_never_ran(self):
        """It can be run, for all that can be seen."""
        self.hook("")
        (self.dir / "hook").write_text("#!/tmp\n")
        result = self.fails(self.sh("acme-challenge publish --hook ./hook <order.json >/dev/null"), 71, "can't run ./hook")
        self.assertEqual(len(result.err.splitlines()), 1, result)

    def test_nor_in_a_web_root_that_cannot_be_written_to(self):
        self.hook("")
        (self.dir / "web").mkdir()
        (self.dir / "web" / ".well-known").symlink_to("/tmp")
        result = self.fails(self.sh("acme-challenge publish --webroot web <order.json >/dev/null"), 73, "out of the web root")
        self.assertNotIn("may be left", result.err)

    def test_one_that_kills_its_parent(self):
        """It did run, so what it has put in place is taken away."""
        result = self.fails(self.publish('echo $1 >>calls; [ $1 = cleanup ] || kill -KILL $PPID'), 71,
                            "error: what came of ./hook present isn't known: the process that ran it, its parent, was killed")
        self.assertEqual((self.dir / "calls").read_text(), "present\ncleanup\n")
        self.assertNotIn("warning: ", result.err)
