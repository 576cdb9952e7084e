"""Reads lessons, and runs the lines in them."""

import re

VERIFIED = ("Verified OK\n", "Signature Verified Successfully\n")
WIDTH = 78


class Lessons:
    """For a test case with tools: what --explain prints."""

    def commands(self, lesson):
        return re.findall(r"(?m)^acme-[a-z]+: +\$ (.*)$", lesson)

    def bash(self, command):
        return self.run_tool("bash", "-c", command)

    def check(self, lesson):
        """Runs each line that checks a signature, and again with another signing input; says how many there were."""
        count = 0
        for command in self.commands(lesson):
            if "printf %s eyJ" not in command:
                continue
            count += 1
            done = self.bash(command)
            self.assertEqual(done.status, 0, done)
            self.assertIn(done.text, VERIFIED, command)
            other = command.replace("printf %s eyJ", "printf %s eyK")
            self.assertNotEqual(self.bash(other).status, 0, other)
            self.assertNotIn(self.bash(other).text, VERIFIED)
        # Where a test has made its folder the one for temporary files.
        self.assertEqual([file for file in self.files() if file.startswith("tmp.")], [])
        return count

    def headings(self, lesson, what):
        """The (tool, number) of each request, or answer, in their order."""
        return [(tool, int(n)) for tool, n in re.findall(rf"(?m)^(acme-[a-z]+): {what} (\d+): ", lesson)]

    def plain(self, lesson):
        """What is said, without the tools' names and the line ends."""
        return " ".join(re.sub(r"(?m)^acme-[a-z]+: ", "", lesson).split())

    def readable(self, lesson):
        """Each line has the tool's name, and fits a terminal unless a word in it is too long to."""
        for line in lesson.splitlines():
            self.assertRegex(line, r"^acme-[a-z]+: .*[^ ]$")
            if " $ " not in line and all(len(word) < WIDTH / 2 for word in line.split()):
                self.assertLessEqual(len(line), WIDTH, line)
