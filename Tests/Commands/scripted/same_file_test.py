"""A trace that is another file of the run: nothing is done, and no file changes."""

import os
import shutil

from certificates import certificate
from journey import kit
from scripted_ca import ScriptedCA
from tools import ToolTest

REGISTER = "acme-register --agree-tos -k account.key"
ORDER = "acme-challenge order -k account.key -a account.json"


class SameFileTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.ca = self.enterContext(ScriptedCA())
        self.env |= {"ACME_DIRECTORY": self.ca.directory, "ACME_CA_BUNDLE": str(self.ca.bundle)}
        shutil.copy(kit().folder / "account.key", self.dir)
        (self.dir / "account.json").write_text(self.ca.account_document(kit().jwk))
        (self.dir / "site.csr").write_bytes(kit().request(("a.example",)))
        (self.dir / "site.pem").write_text(certificate())
        (self.dir / "earlier").write_text('{"milliseconds":1}\n')
        os.link(self.dir / "earlier", self.dir / "twin")
        os.symlink("earlier", self.dir / "link")
        os.symlink("new", self.dir / "leads-to-new")
        os.mkdir(self.dir / "folder")

    def state(self):
        return {name: (self.dir / name).read_bytes() for name in self.files() if (self.dir / name).is_file()}

    def test_refused(self):
        before = self.state()
        for command, other in [
            (f"{REGISTER} --trace new -o new", "the output new"),
            (f"{REGISTER} --trace new -o folder/../new", "the output folder/../new"),
            (f"{REGISTER} --trace leads-to-new -o new", "the output new"),
            (f"{REGISTER} --trace new -o leads-to-new", "the output leads-to-new"),
            (f"{REGISTER} --trace earlier -o twin", "the output twin"),
            (f"{REGISTER} --trace link -o earlier", "the output earlier"),
            (f"ACME_TRACE=twin {REGISTER} -o earlier", "the output earlier"),
            (f"{ORDER} --replay earlier --trace twin <site.csr", "earlier"),
            (f"{ORDER} --trace link <earlier", "stdin"),
        ]:
            with self.subTest(command):
                result = self.fails(self.sh(f"{command} | cat"), 64, f"the trace \\S+( \\(ACME_TRACE\\))? and {other} are "
                                                                    "the same file$")
                self.assertEqual(self.state(), before)
        for command, name in ((f"{REGISTER} --trace account.key", "account.key"),
                              (f"{ORDER} --trace folder/../account.json <site.csr", "account.json"),
                              ("acme-renewal --trace site.pem site.pem", "site.pem")):
            self.fails(self.sh(f"{command} | cat"), 73, f"{name} holds something else than the trace")
            self.assertEqual(self.state(), before)
        result = self.fails(self.sh(f"{REGISTER} --trace earlier >>earlier"), 64, "the trace earlier and stdout are the same")
        self.assertTrue(self.state()["earlier"].startswith(before["earlier"]))
        self.assertEqual(self.ca.requests, [])

    def test_not_refused(self):
        """What holds nothing can be two things at once."""
        for words in "--trace trace -o account.json", "--trace /dev/null -o /dev/null", "--trace - 2>earlier -o new":
            with self.subTest(words):
                self.ok(self.sh(f"{REGISTER} {words}"))
