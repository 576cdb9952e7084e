"""scripts/package: what it makes is the same each time, and is installed, used and purged on a Debian without Swift."""

import platform
import re
import shlex
import subprocess

import pytest
from once import shared_folder
from packages import build, made
from roots import Root
from testbed import PIPELINE, PipelineTest
from tools import BIN, LIMIT, REPO, TOOLS, ToolTest

LIBRARIES = {"libc6", "libcurl4", "libssl3"}
MOST = 12_000_000  # octets
SUITE = platform.freedesktop_os_release().get("VERSION_CODENAME")
BARE = ("ca-certificates", "libcurl4", "libssl3", "make", "man-db", "bash-completion", "zsh", "fish",
        "systemd")
# How each shell completes `acme-chain --pre`, or what it would do that by.
COMPLETIONS = {
    "bash": ("""source /usr/share/bash-completion/bash_completion; _completion_loader acme-chain
        COMP_WORDS=(acme-chain --pre) COMP_CWORD=1 COMP_LINE="acme-chain --pre" COMP_POINT=16
        complete=$(complete -p acme-chain); function=${complete##* -F }
        ${function%% *} acme-chain --pre acme-chain; printf "%s\\n" "${COMPREPLY[@]}" """, "--prefer"),
    "zsh": ("autoload -Uz compinit && compinit -u -D && echo $_comps[acme-chain]", "_acme-chain"),
    "fish": ('complete -C "acme-chain --pre"', "--prefer"),
}
# What dpkg itself, and what it calls, write down.
BOOKS = re.compile(r"/var/(lib/dpkg|log|cache/man|lib/systemd)/|/etc/ld\.so\.cache")


@pytest.mark.released
class Package(ToolTest):

    def fields(self):
        text = self.ok(self.run_tool("dpkg-deb", "--field", made())).text
        return dict(re.findall(r"(?m)^([A-Z]\S*): (.*)$", text))

    def test_twice_the_same_octets(self):
        again = build(self.dir, "--quick")
        self.assertEqual(again.name, made().name)
        self.assertEqual(again.read_bytes(), made().read_bytes())

    def test_what_it_needs(self):
        """As dpkg-shlibdeps has worked out: Debian 12 has it all, and nothing of it is Swift's."""
        needs = dict(re.findall(r"([\w+.-]+) \(>= ([^)]*)\)", self.fields()["Depends"]))
        self.assertEqual(set(needs), LIBRARIES)
        self.assertLessEqual(tuple(map(int, needs["libc6"].split("."))), (2, 36))

    def test_what_is_in_it(self):
        listed = self.ok(self.run_tool("dpkg-deb", "--contents", made())).text.splitlines()
        self.assertEqual([line for line in listed if line.split()[1] != "root/root"], [])
        self.assertEqual([line for line in listed if not re.match("[-d]rw[-x]r-[-x]r-[-x] ", line)], [])
        names = {line.split()[5].lstrip(".") for line in listed}
        for tool in TOOLS:
            self.assertLess({
                f"/usr/bin/{tool}", f"/usr/share/man/man1/{tool}.1.gz",
                f"/usr/share/bash-completion/completions/{tool}", f"/usr/share/zsh/vendor-completions/_{tool}",
                f"/usr/share/fish/vendor_completions.d/{tool}.fish"}, names)
        for folder, place in [("hooks", "hooks"), ("share/schemas", "schemas"), ("share/examples", "examples"),
                              ("share/web-servers", "web-servers")]:
            for file in (REPO / "scripts" / folder).iterdir():
                self.assertIn(f"/usr/share/acme-tools/{place}/{file.name}", names)
        self.assertLess({"/usr/share/acme-tools/acme.mk", "/usr/share/acme-tools/trace-view",
                         "/usr/lib/systemd/system/acme-renew.timer", "/usr/share/doc/acme-tools/copyright"}, names)

    def test_what_comes_out_of_it(self):
        """The tools, and nothing that leads to where scripts/install would have put it by itself."""
        self.ok(self.run_tool("dpkg-deb", "--extract", made(), "root"))
        for tool in TOOLS:
            self.assertEqual((self.dir / "root/usr/bin" / tool).read_bytes(), (BIN / tool).read_bytes())
        self.assertEqual(self.run_tool("grep", "-rIl", "/usr/local/share/acme-tools", "root").out, b"")
        rules = (self.dir / "root/usr/share/acme-tools/acme.mk").read_text()
        self.assertIn("include /usr/share/acme-tools/acme.mk", rules)

    @pytest.mark.takes_longer
    def test_as_it_is_released(self):
        """Small, and clean to lintian without any override."""
        package = build(self.dir)
        self.assertLess(package.stat().st_size, MOST)
        self.assertEqual(self.ok(self.run_tool("lintian", "--fail-on", "error,warning", "--allow-root", package,
                                               timeout=5 * LIMIT), quiet=False).text, "")


@pytest.mark.released
class Installed(PipelineTest):
    """On this Debian, from which Swift was taken away."""

    def lower(self):
        return "/"

    def test_from_install_to_purge(self):
        self.root = Root(self.testbed.dir, self.lower())
        self.addCleanup(self.root.stop)
        self.assertEqual(self.root.run("which", "swift").stdout, b"")
        before = self.root.changed()
        for name in made().name, "account.key", "site.key":
            source = made() if name.endswith(".deb") else self.dir / name
            self.root.path(f"/tmp/{name}").write_bytes(source.read_bytes())
        self.inside(f"dpkg --install {made().name}")
        with self.subTest("a certificate"):
            self.assertEqual(self.inside(
                "acme-register -k account.key --agree-tos -o account.json\n"
                + PIPELINE.format(names="example.org", chain="site.pem")), "")
            (self.dir / "site.pem").write_bytes(self.root.path("/tmp/site.pem").read_bytes())
            self.good_chain("site.pem", ["example.org"])
        with self.subTest("make"):
            self.root.path("/tmp/Makefile").write_text(
                "NAMES = www.example.org\ninclude /usr/share/acme-tools/acme.mk\n")
            self.inside("make -s ACME_ACCOUNT_KEY=account.key", ACME_AGREE_TOS="yes")
        with self.subTest("the manual"):
            self.assertIn("acme-chain", self.inside("man -P cat acme-chain"))
            self.assertIn("/usr/share/acme-tools/hooks", self.inside("man -P cat acme-challenge"))
        for shell, (script, said) in COMPLETIONS.items():
            with self.subTest(shell):
                self.assertIn(said, self.inside(f"{shell} -c {shlex.quote(script)}"))
        with self.subTest("the timer"):
            self.inside("systemctl --quiet enable acme-renew.timer")
            self.assertIn("/etc/systemd/system/timers.target.wants/acme-renew.timer", self.root.changed())
            stamp = "/var/lib/systemd/timers/stamp-acme-renew.timer"  # which systemd makes when it has run
            self.inside(f"mkdir -p {stamp.rpartition('/')[0]}; touch {stamp}")
        self.inside("dpkg --purge acme-tools")
        self.assertNotIn(stamp, self.root.changed())
        self.assertEqual([file for file in self.root.changed() - before if not BOOKS.match(file)], [])

    def inside(self, script, **more):
        """What a script prints that is run in the root as the CA's customer."""
        names = "ACME_DIRECTORY", "ACME_CA_BUNDLE", "WEBROOT"
        done = self.root.run("bash", "-e", "-o", "pipefail", "-c", f"cd /tmp; {script}", HOME="/tmp",
                             ACME_ACCOUNT="account.json", ACME_ACCOUNT_KEY="account.key",
                             **{name: self.env[name] for name in names} | more)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode()


def bare(folder):
    """Debian with nothing but what the package needs, and what shows the manual and completes words."""
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(BARE)}", SUITE, folder],
                   check=True, capture_output=True, timeout=10 * LIMIT)


@pytest.mark.takes_longer
class InstalledOnABareDebian(Installed):

    def lower(self):
        return shared_folder("bare", bare)
