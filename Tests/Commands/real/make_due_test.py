"""scripts/acme.mk: what is due. Whatever keeps make from telling that is a failed make, never "nothing to do"."""

import os
import shutil
import time

from tools import REPO, ToolTest

DAY = 86400
SITES = ("one.example", "*.two.example", "2001:db8::1")
FILES = ("one.example", "_.two.example", "2001-db8--1")
# Stands for every tool: notes that it was called, and makes the file after -o.
TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >>"$NOTES"
while [ $# -gt 0 ]; do
    if [ "$1" = -o ]; then echo made >"$2"; fi
    shift
done
"""
# Says of each chain that nothing is due, whatever it holds.
NOT_DUE = """#!/bin/sh
for file do
    case $file in
    -*) ;;
    *) echo "{\\"due\\":false,\\"file\\":\\"$file\\",\\"format\\":\\"acme-renewal/1\\",\\"reason\\":\\"not-yet\\"}" ;;
    esac
done
exit 1
"""
UP_TO_DATE, TO_DO, FAILED = 0, 1, 2


class DueTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        for name in ("key", "csr", "register", "challenge", "finalize", "chain"):
            self.add_program(f"acme-{name}", TOOL)
        self.add_program("acme-renewal", NOT_DUE)
        self.env |= {"PATH": f"{self.dir}/bin:{self.env['PATH']}", "NOTES": str(self.dir / "bin" / "notes")}
        self.write_makefile(SITES)
        self.ok(self.run_tool("make", "-s"))
        self.age_all(29)

    def add_program(self, name, text):
        (self.dir / "bin").mkdir(exist_ok=True)
        path = self.dir / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def busybox(self):
        """From now on find and expr are busybox's."""
        for name in ("find", "expr"):
            (self.dir / "bin" / name).symlink_to(shutil.which("busybox"))

    def write_makefile(self, names, more="ACME_RENEW_DAYS = 30\n"):
        (self.dir / "Makefile").write_text(f"NAMES = {' '.join(names)}\n{more}include {REPO}/scripts/acme.mk\n")

    def age(self, path, days):
        then = time.time() - days * DAY
        os.utime(path, (then, then))

    def age_all(self, days):
        """All as old as each other, so that only their age counts."""
        then = time.time() - days * DAY
        for path in self.dir.iterdir():
            if path.is_file():
                os.utime(path, (then, then))

    def asked(self, status, *argv):
        """make -q, which says what is to do, and makes nothing."""
        result = self.run_tool("make", "-q", *argv)
        self.assertEqual((result.status, result.out, result.err), (status, b"", ""), result)

    def made(self, *argv):
        """The files that make has made anew."""
        started = time.time() - DAY
        self.ok(self.run_tool("make", "-s", "-j4", "-k", "renew", *argv))
        return sorted(p.name for p in self.dir.iterdir() if p.is_file() and p.stat().st_mtime > started)

    def cannot_tell(self, message, *argv, also=0):
        """One line, whichever way make is run; nothing is made. `also` more lines are the command's own."""
        notes = self.dir / "bin" / "notes"
        before = notes.read_text()
        for options in ((), ("-k", "-s", "renew"), ("-n",), ("-q",), ("-j4", "-k")):
            result = self.run_tool("make", *options, *argv)
            self.assertEqual((result.status, result.out), (FAILED, b""), result)
            self.assertRegex(result.err, rf"acme\.mk:\d+: \*\*\* {message}[^\n]*\.  Stop\.\n$")
            self.assertEqual(result.err.count("\n"), 1 + also, result)
        self.assertEqual(notes.read_text(), before)


class Ages(DueTest):

    def test_neither_is_due(self):
        self.asked(UP_TO_DATE)
        self.assertEqual(self.made(), [])

    def test_each_alone(self):
        for file in FILES:
            for old in ("order", "pem"):
                for finder in ("GNU", "busybox"):
                    with self.subTest(file, old=old, finder=finder):
                        self.age_all(29)
                        self.age(self.dir / f"{file}.{old}", 31)
                        if finder == "busybox" and not (self.dir / "bin" / "find").exists():
                            self.busybox()
                        self.asked(TO_DO)
                        self.assertEqual(self.made(), [f"{file}.order", f"{file}.pem"])
                        for name in ("find", "expr"):
                            (self.dir / "bin" / name).unlink(missing_ok=True)

    def test_the_day_itself(self):
        for finder in ("GNU", "busybox"):
            if finder == "busybox":
                self.busybox()
            for days, argument, due in ((30, "30", True), (1, "1", True), (7, "007", True), (8, "08", True)):
                for seconds in (60, -600):
                    with self.subTest(finder=finder, days=argument, seconds=seconds):
                        self.age_all(days + seconds / DAY)
                        self.asked(TO_DO if seconds > 0 else UP_TO_DATE, f"ACME_RENEW_DAYS={argument}")

    def test_blanks_around_the_days(self):
        self.write_makefile(SITES, "ACME_RENEW_DAYS = 28 # days\n")
        self.age_all(29)
        self.asked(TO_DO)

    def test_all_of_them(self):
        for zero in ("0", "00"):
            self.age_all(1)
            self.assertEqual(self.made(f"ACME_RENEW_DAYS={zero}"),
                             sorted(f"{file}.{end}" for file in FILES for end in ("order", "pem")))

    def test_what_else_lies_about(self):
        """A loop of links, a name with a blank, a chain that is a link."""
        (self.dir / "loop").symlink_to("loop")
        (self.dir / "lost.pem").symlink_to("nowhere")
        (self.dir / "a b.pem").write_text("")
        (self.dir / "-mtime.pem").write_text("")
        (self.dir / "one.example.pem").rename(self.dir / "elsewhere")
        (self.dir / "one.example.pem").symlink_to("elsewhere")
        self.asked(UP_TO_DATE)
        self.age(self.dir / "elsewhere", 31)
        for use in (lambda: None, self.busybox):
            use()
            self.asked(TO_DO)

    def test_thousands(self):
        names = [f"host{n}-{'x' * 50}.example.org" for n in range(3000)]
        for name in names:
            for end in ("names", "key", "csr", "order", "pem"):
                (self.dir / f"{name}.{end}").write_text(name + "\n" if end == "names" else "")
        self.write_makefile(names)
        self.age_all(29)
        self.asked(UP_TO_DATE)
        self.age(self.dir / f"{names[-1]}.pem", 31)
        self.assertEqual(self.made(), [f"{names[-1]}.order", f"{names[-1]}.pem"])


class Commands(DueTest):

    def test_what_it_prints(self):
        for text in ("one.example.pem", "./one.example.pem", f"{self.dir}/one.example.pem", "one.example.order x.pem"):
            with self.subTest(text):
                self.age_all(1)
                self.assertEqual(self.made(f"ACME_DUE=echo {text}"), ["one.example.order", "one.example.pem"])

    def test_nothing_is_due(self):
        self.age_all(31)
        self.asked(UP_TO_DATE, "ACME_DUE=true")

    def test_an_empty_one_is_none(self):
        self.env["ACME_DUE"] = ""
        self.asked(UP_TO_DATE)
        self.age_all(31)
        self.asked(TO_DO)

    def test_failures(self):
        message = r"acme\.mk: what is due can't be told: ACME_DUE \(.*\) failed with status "
        for command, status, also in (("false", 1, 0), ("exit 3", 3, 0), ("nosuch --option", 127, 1),
                                      ("echo one.example.pem; exit 1", 1, 0), ("echo oh >&2; exit 71", 71, 1)):
            with self.subTest(command):
                self.cannot_tell(message + str(status), f"ACME_DUE={command}", also=also)


class CannotTell(DueTest):

    def test_nonsense_for_days(self):
        for value in ("", " ", "-5", "+5", "abc", "3x", "3 0", "30.5", "1e3", "30 days", "it's", "$$(false)", "٣"):
            with self.subTest(value):
                self.cannot_tell(r"acme\.mk: ACME_RENEW_DAYS has to be a number of days, not '",
                                 f"ACME_RENEW_DAYS={value}")

    def test_an_empty_variable_in_the_environment(self):
        """It is none, as to the tools; another is no better there than elsewhere."""
        self.write_makefile(SITES, more="")
        self.env |= dict.fromkeys(("ACME_RENEW_DAYS", "ACME_DUE", "ACME_ACCOUNT", "ACME_ACCOUNT_KEY", "ACME_CHALLENGE",
                                   "ACME_NEW_KEYS", "ACME_DIRECTORY", "ACME_CA_BUNDLE", "ACME_SIGNER"), "")
        self.age_all(29)
        self.asked(UP_TO_DATE)
        (self.dir / "one.example.csr").touch()
        self.assertEqual(self.made(), ["one.example.csr", "one.example.order", "one.example.pem"])
        self.assertRegex((self.dir / "bin" / "notes").read_text(), "(?s)(acme-challenge --webroot .*){4}")
        self.env["ACME_RENEW_DAYS"] = " "
        self.cannot_tell(r"acme\.mk: ACME_RENEW_DAYS has to be")

    def test_no_find(self):
        (self.dir / "few").mkdir()
        for name in ("sh", "make", "expr", "basename", "sed"):
            (self.dir / "few" / name).symlink_to(shutil.which(name))
        (self.dir / "few" / "acme-renewal").symlink_to(self.dir / "bin" / "acme-renewal")
        self.env["PATH"] = str(self.dir / "few")
        self.cannot_tell(r"acme\.mk: what is due can't be told: find failed with status 127", also=1)

    def test_a_find_that_fails(self):
        for script, message in (("exit 1", "find failed with status 1"), ("echo 'find: no' >&2; exit 1", "find: no"),
                                ("echo 'find: no' >&2", "find: no"), ("echo ./one.example.pem; exit 2", "find failed"),
                                ("echo ./one.example.pem; echo 'find: it broke off' >&2", "find: it broke off"),
                                ("kill -9 $$", "(find failed with status|Killed)")):
            with self.subTest(script):
                self.add_program("find", f"#!/bin/sh\n{script}\n")
                self.cannot_tell(rf"acme\.mk: what is due can't be told: {message}")

    def test_a_date_that_cannot_be_computed(self):
        self.add_program("expr", "#!/bin/sh\nexit 2\n")
        self.cannot_tell(r"acme\.mk: what is due can't be told: find: ")

    def test_a_file_that_cannot_be_read(self):
        for name in ("one.example.names", "account.ca"):
            with self.subTest(name):
                (self.dir / name).rename(self.dir / "aside")
                (self.dir / name).mkdir()
                self.cannot_tell(rf"read: {name}: Is a directory")
                (self.dir / name).rmdir()
                (self.dir / name).symlink_to(name)
                self.cannot_tell(rf"open: {name}: Too many levels of symbolic links")
                (self.dir / name).unlink()
                (self.dir / "aside").rename(self.dir / name)

    def test_an_older_make(self):
        for version in ("3.81", "3.82", "4.0", "4.1", "4.1.90"):
            with self.subTest(version):
                self.cannot_tell(r"acme\.mk: GNU make 4\.2 or later is needed", f"MAKE_VERSION={version}")
        for version in ("4.2", "4.2.1", "4.4.1", "4.10", "5.0"):
            self.asked(UP_TO_DATE, f"MAKE_VERSION={version}")
