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
