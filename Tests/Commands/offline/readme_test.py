"""The README's door for those who work on the tools: what it names is there, and what is there it names."""

import re

from readme import README, example
from tools import REPO, ToolTest

SECTION = re.search(r"(?ms)^## Working on it\n(.*?)^## ", README)[1]
COMMANDS = [line.partition("#")[0].split() for line in example("swift build", "scripts/format").splitlines()]


class WorkingOnIt(ToolTest):

    def command(self, *words):
        """The words that follow these in the first command that begins with them and goes on."""
        rest, *_ = (c[len(words):] for c in COMMANDS if c[:len(words)] == [*words] and len(c) > len(words))
        return rest

    def test_every_command_is_there(self):
        self.assertEqual({command[0] for command in COMMANDS}, {"swift", "scripts/format", "scripts/fuzz", "scripts/test"})
        for script in re.findall(r"\bscripts/[\w-]+", README):
            self.assertTrue((REPO / script).exists(), script)

    def test_fuzz_targets(self):
        seconds, number, *targets = self.command("scripts/fuzz")
        self.assertEqual((seconds, number.isdigit()), ("--seconds", True))
        for target in targets:
            self.assertTrue((REPO / "Tests" / "Fuzzing" / "Seeds" / target).is_dir(), target)

    def test_every_fuzz_target_is_run(self):
        """scripts/fuzz runs those that have a folder of seeds."""
        fuzzing = REPO / "Tests" / "Fuzzing"
        listed = re.search(r"(?s)let targets: .*? = \[\n(.*?)\n\]", (fuzzing / "Fuzzer.swift").read_text())[1]
        self.assertEqual(set(re.findall(r'"(\w+)":', listed)), {folder.name for folder in (fuzzing / "Seeds").iterdir()})

    def test_one_test(self):
        """The suite has some tests of that name, and by far not all."""
        debug, suite, *options = self.command("scripts/test")
        self.assertEqual(debug, "--debug")
        self.assertIn(f"suite_{suite}() ", (REPO / "scripts" / "test").read_text())
        done = self.ok(self.run_tool("/usr/bin/python3", "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider",
                                     *options, REPO / "Tests" / "Commands" / suite))
        self.assertIn(len(re.findall("::test_", done.text)), range(1, 10), done.text)

    def test_one_swift_test(self):
        option, word = self.command("swift", "test")
        self.assertEqual(option, "--filter")
        tests = [file.read_text() for file in (REPO / "Tests").glob("ACME*Tests/**/*.swift")]
        self.assertRegex("\n".join(tests), rf"\b(struct|func) \w*{word}")

    def test_where_things_live(self):
        """Every module and every folder of tests has its place in the section."""
        modules = {path.name for path in (REPO / "Sources").glob("ACME*")}
        self.assertEqual(modules, set(re.findall(r"`Sources/(ACME\w+)`", SECTION)))
        others = {path.name for path in (REPO / "Sources").iterdir()} - modules
        self.assertEqual([name for name in others if not re.match("acme-[a-z]+$|C[A-Z]", name)], [])
        for folder in (REPO / "Tests" / "Commands").glob("[a-z]*/"):
            self.assertIn(f"`{folder.name}`", SECTION)
