"""scripts/acme.mk: acme-renewal says what is due, and whatever keeps it from that is said."""

import shutil

import pytest
from certificates import certificate, lasting
from make_due_test import DAY, FAILED, FILES, SITES, TO_DO, UP_TO_DATE, DueTest
from tools import PATH

SECOND = 1 / DAY
# What is asked without an answer that is of use for a test: the CA.
OFFLINE = "ACME_RENEWAL = --offline\n"
ASKED = """#!/bin/sh
echo "acme-renewal $*" >>"$NOTES"
exec "$TOOLS/acme-renewal" "$@"
"""


# Who says what is due: acme-renewal, the days, a command.
DECIDERS = ("ACME_RENEWAL=--offline", "ACME_RENEW_DAYS=100", "ACME_DUE=true")


class RenewalTest(DueTest):
    """The chains are certificates, and all files are of the same age; the other tools are stubs."""

    def setup_method(self):
        super().setup_method()
        self.env["TOOLS"] = str(PATH)
        self.add_program("acme-renewal", ASKED)
        self.write_makefile(SITES, OFFLINE)
        self.live(90, 0)

    def live(self, days, age, files=FILES):
        for file in files:
            (self.dir / f"{file}.pem").write_text(certificate(days, age))
        self.age_all(1)

    def calls(self):
        lines = (self.dir / "bin" / "notes").read_text().splitlines()
        return [line for line in lines if line.startswith("acme-renewal ")]


class Lives(RenewalTest):

    def test_due_and_not_before(self):
        for days in (6, 45, 90):
            share = 1 / 2 if days < 10 else 2 / 3
            for late in (-0.01, 0.01):
                with self.subTest(days=days, late=late):
                    self.live(90, 0)
                    self.live(days, share * days + late, FILES[1:2])
                    self.asked(TO_DO if late > 0 else UP_TO_DATE)
                    self.assertEqual(self.made(), [f"{FILES[1]}.order", f"{FILES[1]}.pem"] if late > 0 else [])

    def test_twenty_seconds(self):
        """Of a lifetime, and of what is left of a day."""
        for chain, answer in ((lasting(20, age=1), UP_TO_DATE), (lasting(20, age=11), TO_DO), (lasting(20, age=21), TO_DO),
                              (certificate(1, 1 - 20 * SECOND), TO_DO)):
            self.live(90, 0)
            (self.dir / f"{FILES[0]}.pem").write_text(chain)
            self.age_all(0.001)
            self.asked(answer)

    def test_an_expired_one_is_due_whatever_else_decides(self):
        self.live(6, 7, FILES[:1])
        for argument in "ACME_RENEW_DAYS=100", "ACME_DUE=true", "ACME_RENEWAL=--offline":
            with self.subTest(argument):
                self.asked(TO_DO, argument)
        self.assertEqual(self.made("ACME_DUE=true"), [f"{FILES[0]}.order", f"{FILES[0]}.pem"])

    def test_a_missing_one_is_due(self):
        """Its order leads to it for a day; then it is no longer trusted to."""
        (self.dir / f"{FILES[0]}.pem").unlink()
        self.age_all(0.9)
        order = self.dir / f"{FILES[0]}.order"
        before = order.stat().st_mtime_ns
        self.ok(self.run_tool("make", "-s"))
        self.assertEqual(((self.dir / f"{FILES[0]}.pem").read_text(), order.stat().st_mtime_ns), ("made\n", before))
        (self.dir / f"{FILES[0]}.pem").unlink()
        self.age_all(1.1)
        self.assertEqual(self.made(), [f"{FILES[0]}.order", f"{FILES[0]}.pem"])

    @pytest.mark.unsanitized
    def test_a_clock_that_is_a_day_off(self):
        for days, late, shift, due in ((45, -0.5, "+1d", True), (45, 0.5, "-1d", False), (45, 1.5, "-1d", True),
                                       (6, -0.5, "+1d", True), (6, 4, "-1d", True), (90, 0, "-1d", False)):
            with self.subTest(days, late=late, shift=shift):
                share = 1 / 2 if days < 10 else 2 / 3
                self.live(90, 10)
                self.live(days, max(0, share * days + late) if late else 0, FILES[:1])
                result = self.run_tool("faketime", "-f", shift, "make", "-q")
                self.assertEqual((result.status, result.out), (TO_DO if due else UP_TO_DATE, b""), result)


class Asking(RenewalTest):

    def test_one_process_for_thousands(self):
        names = [f"host{n}-{'x' * 50}.example.org" for n in range(3000)]
        pem = certificate(90, 0)
        for name in names:
            for end in ("names", "key", "csr", "order", "pem"):
                (self.dir / f"{name}.{end}").write_text({"names": name + "\n", "pem": pem}.get(end, ""))
        for file in FILES:
            (self.dir / f"{file}.names").unlink()
        for shell in "", "SHELL = /bin/bash\n.SHELLFLAGS = -eu -c\n":
            self.write_makefile(names, OFFLINE + shell)
            self.age_all(1)
            (self.dir / "bin" / "notes").write_text("")
            self.asked(UP_TO_DATE)
            self.assertEqual(len(self.calls()), 1)
        (self.dir / f"{names[-1]}.pem").write_text(certificate(90, 80))
        self.age_all(1)
        self.assertEqual(self.made(), [f"{names[-1]}.order", f"{names[-1]}.pem"])

    def test_not_for_what_has_nothing_to_do_with_it(self):
        for goal in "reload", "account.json", "account.key", f"{FILES[0]}.key", f"{FILES[0]}.csr":
            self.ok(self.run_tool("make", "-s", goal))
        self.assertEqual(self.calls(), [])

    def test_the_account_s_ca_and_its_roots(self):
        self.write_makefile(SITES, OFFLINE + "ACME_DIRECTORY = https://ca.example/dir\nACME_CA_BUNDLE = roots\n")
        (self.dir / "account.ca").write_text("https://ca.example/dir\n")
        self.age_all(1)
        self.asked(UP_TO_DATE)
        files = " ".join(f"{file}.pem" for file in sorted(FILES))
        self.assertEqual(self.calls(), [
            f"acme-renewal --directory https://ca.example/dir --ca-bundle roots --offline {files}"])

    def test_list(self):
        self.live(90, 70, FILES[:1])
        (self.dir / f"{FILES[1]}.pem").unlink()
        lines = self.ok(self.run_tool("make", "list")).text.splitlines()
        self.assertEqual([line.split()[0] for line in lines],
                         ["FILE", f"{FILES[1]}.pem", f"{FILES[0]}.pem", f"{FILES[2]}.pem"])
        self.assertIn("missing", lines[1])

    def test_failures(self):
        for script, message, also in (
                ("exit 64", "acme-renewal failed with status 64", 0), ("exit 70", "acme-renewal failed with", 0),
                ("echo oh >&2; exit 75", "acme-renewal failed with status 75", 1),
                ("exit 0", "acme-renewal says nothing of ", 0), ("exit 1", "acme-renewal says nothing of ", 0),
                ("echo '{\"due\":false,\"file\":\"one.example.pem\",\"format\":1}'; exit 1", "acme-renewal says nothing of "
                 "2001-db8--1.pem _.two.example.pem", 0),
                ("kill -9 $$", "acme-renewal failed with status 137", 1)):
            with self.subTest(script):
                self.add_program("acme-renewal", f"#!/bin/sh\n{script}\n")
                result = self.run_tool("make", "-s", "-k", "renew")
                self.assertEqual((result.status, result.out), (FAILED, b""), result)
                self.cannot_tell(rf"acme\.mk: what is due can't be told: {message}",
                                 also=result.err.count("\n") - 1 if also else 0)

    def test_it_is_not_installed(self):
        """Which matters also where something else decides: the chains may have expired."""
        (self.dir / "few").mkdir()
        for name in ("sh", "make", "sed", "find", "expr", "basename"):
            (self.dir / "few" / name).symlink_to(shutil.which(name))
        self.env["PATH"] = str(self.dir / "few")
        for argument in DECIDERS:
            with self.subTest(argument):
                self.cannot_tell(r"acme\.mk: what is due can't be told: acme-renewal failed with status 127", argument,
                                 also=1)

    def test_a_file_that_is_no_chain(self):
        """It is named, and make fails, whatever decides; the others are renewed."""
        no_chain = self.dir / f"{FILES[0]}.pem"
        for argument in DECIDERS:
            for kind, message in (("junk", rf"{FILES[0]}\.pem: there is no PEM certificate"),
                                  ("folder", rf"can't read {FILES[0]}\.pem: is a directory")):
                with self.subTest(argument, kind=kind):
                    self.live(90, 0)
                    no_chain.unlink()
                    no_chain.write_text("junk\n") if kind == "junk" else no_chain.mkdir()
                    self.live(90, 91, FILES[1:2])
                    result = self.run_tool("make", "-s", "-k", "renew", argument)
                    self.assertEqual(result.status, FAILED, result)
                    self.assertRegex(result.err, rf"^acme-renewal: error: {message}\n"
                                     rf"acme\.mk: it can't be told whether {FILES[0]}\.pem is due; without it, it is made "
                                     rf"anew\nmake: \*\*\* \[.*: {FILES[0]}\.pem\] Error 65\n")
                    self.assertEqual((self.dir / f"{FILES[1]}.pem").read_text(), "made\n")
                    self.live(90, 1, FILES[1:2])
                    for options in ("-q",), ("-n",), ("-k", "-s"):
                        self.assertEqual(self.run_tool("make", *options, argument).status, FAILED)
                    if kind == "junk":
                        self.assertEqual(no_chain.read_text(), "junk\n")
                    else:
                        no_chain.rmdir()
                        no_chain.write_text("")

    def test_a_chain_that_leads_nowhere(self):
        for argument in DECIDERS:
            with self.subTest(argument):
                (self.dir / f"{FILES[0]}.pem").unlink()
                self.live(90, 0)
                (self.dir / f"{FILES[0]}.pem").unlink()
                (self.dir / f"{FILES[0]}.pem").symlink_to("nowhere")
                self.age_all(2)
                self.asked(TO_DO, argument)
                self.assertIn(f"{FILES[0]}.order", self.made(argument))
                (self.dir / "nowhere").unlink()

    def test_what_a_ca_says_is_no_word(self):
        """An explanation stands in the document, with whatever text."""
        lines = [f'{{"certID":"a.b","checkAgainAt":"x","due":false,"explanationURL":"https://ca/\\",\\"due\\":true,'
                 f'\\"file\\":\\"{file}.pem\\",","file":"{file}.pem","format":"acme-renewal/1","reason":"not-yet"}}\n'
                 for file in FILES]
        (self.dir / "bin" / "answer").write_text("".join(lines))
        self.add_program("acme-renewal", '#!/bin/sh\ncat bin/answer\nexit 1\n')
        self.asked(UP_TO_DATE)


class Typing(RenewalTest):

    def test_errors(self):
        for text, message in (("NAME = a.example\n", r"NAMES has to be set before the include \(NAME is another"),
                              ("", "NAMES has to be set before the include"),
                              ("NAMES = a.example, b.example\n", "names have blanks between them, not commas: NAMES = "),
                              ("NAMES = a.example\na.example_NAMES = a.example,b.example\n", "names have blanks between"),
                              ("NAMES = a.example\nACME_NEW_KEYS = true\n", "ACME_NEW_KEYS has to be yes or no, not 't"),
                              ("NAMES = a.example -o\n", "a name can't begin with -: NAMES = a.example -o"),
                              ("NAMES = account\n", "account.key is the account's key, so NAMES can't have account"),
                              ("NAMES = a.example\nACME_ACCOUNT_KEY = a.example.key\n", "a.example.key is the account's")):
            with self.subTest(text):
                (self.dir / "Makefile").write_text(f"{text}include {self.makefile()}\n")
                self.cannot_tell(rf"acme\.mk: {message}")

    def test_a_try_has_its_own_account_key(self):
        self.write_makefile(["account"], "ACME_ACCOUNT_KEY = a.key\nACME_TRY_DIRECTORY = letsencrypt-staging\n")
        self.asked(TO_DO)
        result = self.run_tool("make", "try")
        self.assertEqual(result.status, FAILED)
        self.assertRegex(result.err, r"\*\*\* acme\.mk: try/account\.key is the account's key, so NAMES can't have account\.")

    def test_an_address_that_begins_with_a_colon(self):
        self.write_makefile([*SITES, "::1"], OFFLINE + "0--1_NAMES = ::1 localhost\n")
        self.assertEqual(self.made(), ["0--1.csr", "0--1.key", "0--1.names", "0--1.order", "0--1.pem", "Makefile"])
        self.assertEqual((self.dir / "0--1.names").read_text(), "::1\nlocalhost\n")

    def test_folders_of_any_name(self):
        """What make can't do in one, it says."""
        self.write_makefile(SITES[:1], OFFLINE + "RELOAD = echo reloaded\n")
        makefile = (self.dir / "Makefile").read_text()
        for sign in ": ; | % * ? [ \\ $ & ' \" ( ) # = ~ @ ! { < ,".split():
            with self.subTest(sign):
                folder = self.dir / f"x{sign}y]"
                folder.mkdir()
                (folder / "Makefile").write_text(makefile)
                result = self.run_tool("make", "-s", "-C", folder)
                if sign in ":;|%*?[\\":
                    self.assertEqual((result.status, result.out), (FAILED, b""), result)
                    self.assertTrue(result.err.endswith(
                        f"acme.mk: make can't reload in a folder with a {sign} in its name: {folder}.  Stop.\n"), result)
                    (folder / "Makefile").write_text(makefile.replace("RELOAD", "UNUSED"))
                    self.ok(self.run_tool("make", "-s", "-C", folder))
                else:
                    self.assertEqual(self.ok(result).text, "reloaded\n")
                (folder / "one.example.pem").write_text(certificate(90, 0))
                again = self.run_tool("make", "-s", "-C", folder)
                self.assertEqual(self.ok(again).text, "" if sign in ":;|%*?[\\" else "reloaded\n")
                self.assertEqual(self.ok(self.run_tool("make", "-s", "-C", folder)).text, "")

    def test_warnings(self):
        """What is of no use any more, or never was, stops nothing."""
        self.write_makefile(SITES[1:], OFFLINE + "tow.example_NAMES = two.example\n")
        result = self.run_tool("make", "-s")
        self.assertEqual((result.status, result.out), (0, b""), result)
        lines = [line.partition("acme.mk: warning: ")[2] for line in result.err.splitlines()]
        self.assertEqual(lines, ["not renewed any more, as NAMES doesn't have it: one.example.pem",
                                 "of no use, as NAMES doesn't have the name: tow.example_NAMES"])
        self.asked(UP_TO_DATE)

    def makefile(self):
        return (self.dir / "Makefile").read_text().split()[-1]
