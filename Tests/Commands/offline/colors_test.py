"""Colours of error, warning and hint: on a terminal alone, and only where they are wanted."""

import os
import subprocess

from tools import LIMIT, ToolTest

COMMAND = "acme-csr -k key --names-from -"
PLAIN = """acme-csr: error: can't read -: no such file or directory
acme-csr: hint: stdin is called /dev/stdin here
"""
BRIGHT = PLAIN.replace("error:", "\x1b[1;31merror:\x1b[0m").replace("hint:", "\x1b[1;36mhint:\x1b[0m")


class ColorsTest(ToolTest):

    def on_a_terminal(self, **env):
        screen, line = os.openpty()
        self.addCleanup(os.close, screen)
        env = {name: value for name, value in self.env.items() if name not in ("NO_COLOR", "TERM")} | env
        done = subprocess.run(COMMAND.split(), cwd=self.dir, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=line, timeout=LIMIT)
        os.close(line)
        self.assertEqual((done.returncode, done.stdout), (66, b""))
        return os.read(screen, 10_000).decode().replace("\r\n", "\n")

    def test(self):
        self.ok(self.run_tool("acme-key", "-o", "key"))
        for env in {}, {"TERM": "xterm"}, {"NO_COLOR": ""}:
            self.assertEqual(self.on_a_terminal(**env), BRIGHT, env)
        for env in {"NO_COLOR": "1"}, {"NO_COLOR": "0", "TERM": "xterm"}, {"TERM": "dumb"}:
            self.assertEqual(self.on_a_terminal(**env), PLAIN, env)
        self.assertEqual(self.fails(self.run_tool(*COMMAND.split()), 66, "can't read -").err, PLAIN)
