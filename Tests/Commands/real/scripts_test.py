"""The scripts that a person or a package runs."""

import os
import re
import subprocess

import pytest
from testbed import SCRIPT, Testbed
from tools import BIN, REPO, TOOLS, ToolTest

INSTALL = REPO / "scripts" / "install"


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

    def setup_method(self):
        super().setup_method()
        self.env["ACME_BIN"] = str(BIN)

    @pytest.mark.released
    def test_everything_is_below_the_prefix(self):
        for words, variables in [(("--prefix", "/opt/acme", "--destdir", "root"), {}),
                                 (("--prefix=/opt/acme/", "--destdir=root"), {}),
                                 (("/opt/acme",), {"DESTDIR": self.dir / "root"})]:
            with self.subTest(words):
                done = self.ok(self.run_tool(INSTALL, *words, env=self.env | {n: str(v) for n, v in variables.items()}))
                self.everything_is_there()
                self.tells_of_no_other_place()
                self.tells_systemd_of_it(done.text)
                self.ok(self.run_tool(INSTALL, *words, "--uninstall",
                                      env=self.env | {n: str(v) for n, v in variables.items()}))
                self.assertEqual([file for file in self.files() if "acme" in file.removeprefix("root/opt/acme")], [])

    def everything_is_there(self):
        share = "root/opt/acme/share"
        files = self.files()
        for tool in TOOLS:
            self.assertIn(f"root/opt/acme/bin/{tool}", files)
            self.assertIn(f"{share}/man/man1/{tool}.1", files)
            for shell, completion in (("bash", f"bash-completion/completions/{tool}"),
                                      ("zsh", f"zsh/site-functions/_{tool}"),
                                      ("fish", f"fish/vendor_completions.d/{tool}.fish")):
                script = self.ok(self.run_tool(REPO / "scripts" / "completions", BIN / tool, shell)).text
                self.assertEqual((self.dir / share / completion).read_text(), script)
        for file in ("man/man7/acme-pipeline.7", "acme-tools/schemas/acme-order-1.json",
                     "acme-tools/web-servers/nginx.conf", "acme-tools/examples/acme.cron"):
            self.assertIn(f"{share}/{file}", files)
        self.assertIn("root/opt/acme/lib/systemd/system/acme-renew.timer", files)
        rules = (self.dir / share / "acme-tools" / "acme.mk").read_text()
        self.assertIn("include /opt/acme/share/acme-tools/acme.mk", rules)
        for hook in "lexicon", "nsupdate", "ssh-webroot":
            self.assertTrue(os.access(self.dir / share / "acme-tools" / "hooks" / hook, os.X_OK))
        self.assertIn("usage: trace-view", self.ok(self.run_tool(f"{share}/acme-tools/trace-view", "--help")).text)
        self.ok(self.run_tool("root/opt/acme/bin/acme-key", "--force", "-o", "site.key"))

    def tells_of_no_other_place(self):
        """What a reader would type is there, and what runs without a shell of the user's own finds the tools."""
        readme = (self.dir / "root/opt/acme/share/doc/acme-tools/README.md").read_text()
        self.assertNotRegex(readme, r"scripts/|<!--|\n\n\n")
        self.assertEqual(self.run_tool("grep", "-rIl", "scripts/hooks", "root").text, "")
        named = set(re.findall(r"/opt/acme/[\w./-]*\w", readme))
        self.assertLess({f"/opt/acme/share/acme-tools/{name}" for name in ("acme.mk", "trace-view")}, named)
        self.assertEqual([path for path in named if not (self.dir / f"root{path}").exists()], [])
        paths = self.ok(self.run_tool("grep", "-rIow", "PATH=/usr.*\\|PATH=/opt.*", "root")).text.splitlines()
        self.assertEqual([line for line in paths if "PATH=/opt/acme/bin:/usr/local/bin:" not in line], [])
        self.assertEqual({line.partition(":")[0].rpartition("/")[2] for line in paths},
                         {"acme-renew.service", "acme.cron", "acme-pipeline.7", "acme-renewal.1", "README.md"})

    def tells_systemd_of_it(self, said):
        folder, names = re.search(r"(?m)^  systemctl link (/.*/)acme-renew\.{(.*)}$", said).groups()
        units = sorted(f"acme-renew.{name}" for name in names.split(","))
        self.assertEqual(sorted(os.listdir(f"{self.dir}/root{folder}")), units)

    @pytest.mark.released
    def test_where_everybody_looks(self):
        for prefix in "/usr", "/usr/local":
            with self.subTest(prefix):
                done = self.ok(self.run_tool(INSTALL, "--prefix", prefix, "--destdir", "root"))
                self.assertEqual(done.text, "")
                service = (self.dir / f"root{prefix}/lib/systemd/system/acme-renew.service").read_text()
                self.assertIn("\nEnvironment=PATH=/usr/local/bin:/usr/bin:/bin\n", service)

    @pytest.mark.released
    def test_what_others_have_put_there_stays(self):
        for name in "bin/other", "share/acme-tools/hooks/mine", "share/man/man1/other.1":
            file = self.dir / "opt" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("mine")
        before = self.files()
        for words in (), ("--uninstall",), ("--uninstall",):
            self.ok(self.run_tool(INSTALL, "--prefix", self.dir / "opt", *words))
        self.assertEqual(self.files(), before)

    def test_what_it_does_not_take(self):
        for words in ["--prefix"], ["--destdir"], ["--prefix", "here"], ["--purge"], [""]:
            with self.subTest(words):
                self.assertEqual(self.run_tool(INSTALL, *words).status, 64)
                self.assertEqual(self.files(), [])

    def test_completions_are_good_shell(self):
        for tool in TOOLS:
            script = self.ok(self.run_tool(tool, "--generate-completion-script", "bash")).out
            self.ok(self.run_tool("bash", "-n", stdin=script))
