"""The README's first certificate, line by line, as it stands and by an ordinary user."""

import contextlib
import os
import re
import textwrap

from readme import README, example
from testbed import PipelineTest

SECTION = re.search(r"(?ms)^## The first certificate\n(.*?)^### ", README)[1]
FOLDERS = example("mkdir -m 755", "cd /etc/ssl/acme")
GIVEN = example("sudo install -d")


class FirstMinutes(PipelineTest):

    def setup_method(self):
        super(PipelineTest, self).setup_method()
        lines = "".join(textwrap.dedent(block) for block in re.findall(r"(?m)^(?: {4}.*\n)+", SECTION))
        self.assertTrue(lines.startswith(FOLDERS + GIVEN))
        lines, looks = re.subn("(?m)^acme-challenge check .*\n", "", lines.removeprefix(FOLDERS + GIVEN))
        self.assertEqual(looks, 1, "it would look at example.org's own port 80")
        self.lines = lines

    def typed(self, lines, *before):
        lines = lines.replace("/etc/ssl/acme", f"{self.dir}/acme").replace("/var/www/html", str(self.testbed.webroot))
        self.ok(self.run_tool(*before, "bash", "-e", "-o", "pipefail", "-c", lines))

    def good(self, user):
        """The folder is the user's, and has key and chain."""
        self.assertEqual({path.stat().st_uid for path in (self.dir / "acme").iterdir()}, {user})
        for name in "site.key", "site.pem":
            (self.dir / name).write_bytes(self.read(f"acme/{name}"))
        self.good_chain("site.pem", ["example.org", "www.example.org"])
        self.assertEqual(self.testbed.tokens(), [])

    def test_as_it_stands(self):
        self.typed(FOLDERS + self.lines)
        self.good(os.geteuid())

    @contextlib.contextmanager
    def given_back(self):
        """The web root, which is other tests' as well."""
        try:
            yield
        finally:
            self.ok(self.run_tool("chown", "-R", f"{os.geteuid()}:{os.getegid()}", self.testbed.env["WEBROOT"]))

    def test_by_an_ordinary_user(self):
        user, before = os.geteuid(), []
        if user == 0:
            user, before = 65534, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            for folder in self.dir, self.testbed.dir:
                folder.chmod(0o711)
        self.env["USER"] = str(user)
        self.enterContext(self.given_back())
        self.typed(GIVEN.removeprefix("sudo "))
        self.typed(FOLDERS.splitlines()[-1] + "\n" + self.lines, *before)
        self.good(user)
