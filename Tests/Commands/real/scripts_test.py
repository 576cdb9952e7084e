"""The scripts that a person or a package runs."""

import os
import subprocess

import pytest
from testbed import SCRIPT, Testbed
from tools import REPO, ToolTest

TOOLS = ["acme-chain", "acme-challenge", "acme-csr", "acme-finalize", "acme-key", "acme-register"]


class TestbedScript(ToolTest):
    """scripts/testbed starts and ends its own servers, and nobody else's."""

    def test_side_by_side(self):
        first, second = Testbed(), Testbed()
        self.assertNotEqual(first.env["ACME_DIRECTORY"], second.env["ACME_DIRECTORY"])
        first.stop()
        self.assertIn(b"BEGIN CERTIFICATE", second.manage("/roots/0"))
        second.stop()

    def test_stop_ends_what_was_started_and_may_be_repeated(self):
        self.ok(self.run_tool(SCRIPT, "start", "bed"))
        processes = [int((self.dir / "bed" / f"{name}.pid").read_text()) for name in ("dns", "nginx", "pebble")]
        for _ in range(2):
            self.ok(self.run_tool(SCRIPT, "stop", "bed"))
        for process in processes:
            self.assertFalse(os.path.exists(f"/proc/{process}/cwd"))
        self.ok(self.run_tool(SCRIPT, "stop", "never-started"))

    def test_stop_leaves_a_stranger_alone(self):
        """Its number stands in a pid file that is older than it is."""
        stranger = subprocess.Popen(["sleep", "100"])
        self.addCleanup(stranger.communicate)
        self.addCleanup(stranger.kill)
        (self.dir / "bed").mkdir()
        (self.dir / "bed" / "pebble.pid").write_text(f"{stranger.pid}\n")
        self.ok(self.run_tool(SCRIPT, "stop", "bed"))
        self.assertIsNone(stranger.poll())


class Install(ToolTest):
    """scripts/install puts everything where the shells and man look for it."""

    @pytest.mark.released
    def test_everything_is_below_the_prefix(self):
        self.env["DESTDIR"] = str(self.dir / "root")
        self.ok(self.run_tool(REPO / "scripts" / "install", "/opt/acme"))
        share = "root/opt/acme/share"
        for tool in TOOLS:
            self.assertIn(f"root/opt/acme/bin/{tool}", self.files())
            self.assertIn(f"{share}/man/man1/{tool}.1", self.files())
            for completion in (f"bash-completion/completions/{tool}", f"zsh/site-functions/_{tool}",
                               f"fish/vendor_completions.d/{tool}.fish"):
                self.assertIn(tool, (self.dir / share / completion).read_text())
        self.assertIn(f"{share}/man/man7/acme-pipeline.7", self.files())
        self.assertIn(f"{share}/acme-tools/acme.mk", self.files())
        for hook in "lexicon", "nsupdate", "ssh-webroot":
            self.assertTrue(os.access(self.dir / share / "acme-tools" / "hooks" / hook, os.X_OK))
        self.assertIn("usage: trace-view", self.ok(self.run_tool(f"{share}/acme-tools/trace-view", "--help")).text)
        self.ok(self.run_tool("root/opt/acme/bin/acme-key", "-o", "site.key"))

    def test_completions_are_good_shell(self):
        for tool in TOOLS:
            script = self.ok(self.run_tool(tool, "--generate-completion-script", "bash")).out
            self.ok(self.run_tool("bash", "-n", stdin=script))
