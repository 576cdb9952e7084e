"""The walls and habits of the house, read from what was built: linkage, help, man pages, completions, sources."""

import json
import pathlib
import re

import pytest
from tools import BIN, REPO, TOOLS, ToolTest

WITHOUT_OUTPUT = ("acme-revoke",)
OFFLINE = ("acme-key", "acme-csr")
EVERYWHERE = {"--help", "--version"}  # swift-argument-parser's own, with their short forms and -…completion-script
PARSERS_OWN = EVERYWHERE | {"-h", "--generate-completion-script"}


@pytest.mark.unsanitized
class LinkageTest(ToolTest):
    """Who needs which library: the walls between the modules, seen from outside."""

    def needed(self, tool):
        listed = self.ok(self.run_tool("readelf", "-d", BIN / tool), quiet=False).text
        return set(re.findall(r"\(NEEDED\).*\[(lib[^.\]]+)", listed))

    def test_offline_tools_need_no_network(self):
        for tool in OFFLINE:
            with self.subTest(tool):
                self.assertIn("libcrypto", self.needed(tool))
                self.assertFalse(self.needed(tool) & {"libcurl", "libssl", "libresolv"})

    def test_the_others_need_libcurl(self):
        for tool in set(TOOLS) - set(OFFLINE):
            with self.subTest(tool):
                self.assertLess({"libcrypto", "libcurl"}, self.needed(tool))

    def test_libssl_is_for_the_solvers(self):
        for tool in set(TOOLS) - {"acme-challenge"}:
            with self.subTest(tool):
                self.assertFalse(self.needed(tool) & {"libssl", "libresolv"})

    def test_libresolv_is_for_dns(self):
        self.assertIn("libresolv", self.needed("acme-challenge"))

    @pytest.mark.released
    def test_no_foundation_and_no_swift_runtime(self):
        for tool in TOOLS:
            with self.subTest(tool):
                heavy = [lib for lib in self.needed(tool) if re.match("lib(Foundation|_Foundation|swift|icu)", lib)]
                self.assertEqual(heavy, [])

    @pytest.mark.released
    def test_few_conformances_are_searched(self):
        """scripts/build leaves out what nobody asks for: of acme-finalize's 3,816, 2,226 stay, of 4 octets each."""
        for tool in TOOLS:
            with self.subTest(tool):
                listed = self.ok(self.run_tool("readelf", "-SW", BIN / tool)).text
                size, = re.findall(r" swift5_protocol_conformances +PROGBITS +(?:[0-9a-f]+ +){2}([0-9a-f]+) ", listed)
                self.assertIn(int(size, 16) // 4, range(1, 3000))


def options_in(text):
    """The option names in a help text or a man page as shown, without the values."""
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", text))


class OptionsTest(ToolTest):
    """Each man page and --help name the same options; so does each verb's --help."""

    def help(self, *command):
        result = self.ok(self.run_tool(*command, "--help"))
        declared = "\n".join(re.findall(r"(?m)^  (?:-\S.*?)(?:  |$)", result.text))
        return options_in(declared)

    def man(self, tool):
        """The names given in .Fl macros."""
        page = (REPO / "man" / f"{tool}.1").read_text()
        names = set()
        for line in page.splitlines():
            if line.startswith("."):
                for flag in re.findall(r"\bFl\s+((?:\\?-)?[\w-]+(?:\\-[\w-]+)*)", line.replace("\\-", "-")):
                    names.add("-" + flag)
        return names

    def test_man_and_help_agree(self):
        for tool in TOOLS:
            with self.subTest(tool):
                helped = self.help(tool)
                for verb in self.verbs(tool):
                    helped |= self.help(tool, verb)
                paged = self.man(tool)
                self.assertEqual(helped - PARSERS_OWN - paged, set(), "in --help, not in the man page")
                self.assertEqual(paged - PARSERS_OWN - helped, set(), "in the man page, not in --help")

    def test_man_and_help_have_the_same_verbs(self):
        for tool in TOOLS:
            with self.subTest(tool):
                page = (REPO / "man" / f"{tool}.1").read_text()
                synopsis = re.search(r"(?ms)^\.Sh SYNOPSIS$(.*?)^\.Sh ", page)[1]
                verbs = [verb for line in re.findall(r"(?m)^\.Cm (.+)$", synopsis) for verb in line.split(" | ")]
                self.assertEqual(sorted(verbs), sorted(self.verbs(tool)))

    def test_usage_is_what_one_types(self):
        for tool in TOOLS:
            for command in (tool, *(f"{tool} {verb}" for verb in self.verbs(tool))):
                with self.subTest(command):
                    self.assertRegex(self.run_tool(*command.split(), "--help").text, f"(?m)^USAGE: {command}")

    def test_options_of_all(self):
        for tool in TOOLS:
            with self.subTest(tool):
                self.assertLess({"-q", "-v", "--explain", "--help", "--version"}, self.help(tool))
                self.assertEqual({"-o", "--output"} <= self.help(tool), tool not in WITHOUT_OUTPUT)

    def test_network_tools_share_theirs(self):
        shared = {"--directory", "--ca-bundle", "--timeout", "--trace", "--replay"}
        key = {"-k", "--account-key", "--passphrase-file"}
        for tool in set(TOOLS) - set(OFFLINE):
            with self.subTest(tool):
                self.assertLess(shared | (set() if tool == "acme-renewal" else key), self.help(tool))
                self.assertTrue(tool != "acme-renewal" or not self.help(tool) & key)
                self.assertEqual("--if-changed" in self.help(tool), tool not in WITHOUT_OUTPUT)

    def test_the_man_pages_sections(self):
        wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO", "STANDARDS"]
        for tool in TOOLS:
            with self.subTest(tool):
                page = (REPO / "man" / f"{tool}.1").read_text()
                sections = [title.strip('"') for title in re.findall(r"(?m)^\.Sh (.+)$", page)]
                self.assertEqual([title for title in wanted if title not in sections], [])

    def test_help_as_json(self):
        """All that Foundation is linked for, whose conformances a release has no records of."""
        for tool in TOOLS:
            with self.subTest(tool):
                command = json.loads(self.ok(self.run_tool(tool, "--experimental-dump-help")).out)["command"]
                named = {("-" if name["kind"] == "short" else "--") + name["name"]
                         for argument in command["arguments"] for name in argument.get("names", [])}
                self.assertEqual(named, self.help(tool))
                verbs = {verb["commandName"] for verb in command.get("subcommands", [])}
                self.assertEqual(verbs - {"help"}, set(self.verbs(tool)))

    def test_version(self):
        said = {self.ok(self.run_tool(tool, "--version")).text for tool in TOOLS}
        self.assertEqual(len({text.split()[-1] for text in said}), 1, said)
        for text in said:
            self.assertRegex(text, r"^(acme-[a-z]+ )?\d+\.\d+(\.\d+)?\S*\n$")

    def test_completions(self):
        for tool in TOOLS:
            for shell in "bash", "zsh", "fish":
                with self.subTest(tool=tool, shell=shell):
                    script = self.ok(self.run_tool(tool, "--generate-completion-script", shell)).text
                    self.assertIn(tool, script)
                    if shell == "bash":
                        self.ok(self.run_tool("bash", "-n", stdin=script))


class SourcesTest(ToolTest):

    def sources(self):
        found = [*(REPO / "Sources").rglob("*.swift")]
        self.assertTrue(found)
        return found

    def test_foundation_is_not_imported(self):
        """FoundationEssentials only: the whole of it brings ICU, 45 MB more."""
        for file in self.sources():
            self.assertNotRegex(file.read_text(), r"(?m)^\s*(?:\w+\s+)?import Foundation\s*$", file.relative_to(REPO))

    def test_nothing_is_public(self):
        for file in self.sources():
            for line in file.read_text().splitlines():
                words = r"^\s*(?:@\S+\s+)*(?:public|open) (?!=)\w+"
                self.assertNotRegex(line, words, file.relative_to(REPO))

    def test_walls(self):
        """Only ACMEClient talks to libcurl; C's modules stay with those that wrap them."""
        homes = {"CCurl": {"ACMEClient"}, "COpenSSL": {"ACMECore"}, "COpenSSLTLS": {"acme-challenge"},
                 "CResolv": {"acme-challenge"}}
        for file in self.sources():
            home = pathlib.Path(file.relative_to(REPO / "Sources")).parts[0]
            for module in re.findall(r"(?m)^\s*(?:\w+\s+)?import (\w+)", file.read_text()):
                if module in homes:
                    self.assertIn(home, homes[module], f"{file.relative_to(REPO)} imports {module}")

    def test_modules(self):
        """What is offline can't reach the network: neither by an import, nor by the manifest."""
        below = {"ACMECore": set(), "ACMEClient": {"ACMECore"}, "ACMETool": {"ACMECore"},
                 "ACMENetwork": {"ACMECore", "ACMEClient", "ACMETool"}}
        for tool in TOOLS:
            below[tool] = {"ACMECore", "ACMETool"} if tool in OFFLINE else set(below)
        manifest = (REPO / "Package.swift").read_text()
        for file in self.sources():
            home = pathlib.Path(file.relative_to(REPO / "Sources")).parts[0]
            imported = set(re.findall(r"(?m)^\s*(?:\w+\s+)?import (ACME\w+)", file.read_text()))
            self.assertLessEqual(imported, below[home], file.relative_to(REPO))
        for module in "ACMECore", "ACMEClient", "ACMETool", "ACMENetwork":
            declared = re.search(rf'name: "{module}", dependencies: \[([^\]]*)\]', manifest)
            self.assertTrue(declared, module)
            self.assertEqual(set(re.findall(r"ACME\w+", declared[1])), below[module])

    def test_the_order_in_progress_has_one_owner(self):
        """Nobody else says how the order stands, and nobody is handed the document to change it."""
        for file in self.sources():
            text = file.read_text()
            self.assertNotIn("inout OrderDocument", text, file.relative_to(REPO))
            if file.name != "OrderRun.swift":
                self.assertNotRegex(text, r"tool\.order\??(?:\.\w+)? = ", file.relative_to(REPO))

    def test_one_package(self):
        manifest = (REPO / "Package.swift").read_text()
        self.assertEqual(len(re.findall(r"\.package\(", manifest)), 1)
        self.assertIn("swift-argument-parser", manifest)
