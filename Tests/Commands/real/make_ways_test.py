"""scripts/acme.mk: what is done before the first order, beside what is in use, and by cron or a timer."""

import configparser
import re
import shutil

from make_test import MakeTest, hosts
from manual import literal_blocks, section
from readme import example
from tools import REPO


class Try(MakeTest):

    def everything(self):
        """What is in use: bytes, inodes and times."""
        return {path.name: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_mode)
                for path in self.dir.iterdir() if path.is_file()}

    def tried(self, *options):
        return self.make(*options, "try", f"ACME_TRY_DIRECTORY={self.env['ACME_DIRECTORY']}")

    def test_nothing_in_use_changes(self):
        self.write_makefile(hosts(2), "host1.example.org_NAMES = host1.example.org www.example.org\n")
        self.made()
        before = self.everything()
        for _ in range(2):
            heard = len(self.testbed.requests())
            self.assertEqual(self.ok(self.tried()).out, b"")
            self.assertEqual(self.orders(since=heard), 2)
        self.assertEqual(self.everything(), before)
        self.assertEqual(self.reloads(), 1)
        self.assertEqual(self.testbed.tokens(), [])
        self.assertNotEqual(self.load("try/account.json")["url"], self.load("account.json")["url"])
        self.assertEqual(self.names_of("try/host1.example.org.pem"), ["DNS:host1.example.org", "DNS:www.example.org"])

    def test_before_anything_else(self):
        """The folder is there in time, whatever is made first."""
        self.write_makefile(hosts(1))
        for jobs in "-j1", "-j8":
            self.ok(self.tried(jobs))
            self.assertEqual(set(self.everything()), {"Makefile"})
            shutil.rmtree(self.dir / "try")

    def test_what_fails(self):
        """With what is set for one name alone."""
        (self.dir / "elsewhere").mkdir()
        self.write_makefile(hosts(2), "host0.example.org.order: WEBROOT = elsewhere\n")
        result = self.fails(self.make("-k", "try", f"ACME_TRY_DIRECTORY={self.env['ACME_DIRECTORY']}"), 2,
                            "could not validate host0.example.org")
        self.assertRegex(result.err, r"host0\.example\.org\.order\] Error 77")
        self.assertTrue((self.dir / "try" / "host1.example.org.pem").exists())

    def test_the_ca_s_service_for_trials(self):
        for ca, trials in (("letsencrypt", "letsencrypt-staging"), ("google", "google-staging"), (
                "https://acme-v02.api.letsencrypt.org/directory", "letsencrypt-staging")):
            self.write_makefile(hosts(1), f"ACME_DIRECTORY = {ca}\n")
            asked = self.ok(self.run_tool("make", "-n", "try")).text
            self.assertIn(f"acme-register -k try/account.key --directory '{trials}' -o try/account.json", asked)
        self.write_makefile(hosts(1), "ACME_DIRECTORY = https://ca.example/dir\n")
        result = self.run_tool("make", "try")
        self.assertRegex(result.err, r"\*\*\* acme\.mk: ACME_TRY_DIRECTORY has to name the CA to try with, as none is "
                         r"known for https://ca\.example/dir\.  Stop\.\n$")

    def test_alone(self):
        self.write_makefile(hosts(1))
        for goal in "try", "check":
            result = self.run_tool("make", goal, "renew")
            self.assertEqual(result.status, 2)
            self.assertRegex(result.err, rf"^[^\n]*acme\.mk: make {goal} goes alone\.  Stop\.\n$")


class Check(MakeTest):

    def test_nothing_is_ordered(self):
        self.write_makefile(hosts(2), "ACME_CHALLENGE = --webroot $(WEBROOT) --profile shortlived\n"
                            "host1.example.org.order: ACME_CHALLENGE = --standalone 80\n")
        heard = len(self.testbed.requests())
        result = self.make("-k", "check")
        self.assertEqual(result.status, 2, result)
        self.assertRegex(result.text, r"(?m)^host0\.example\.org: ")
        self.assertRegex(result.text, r"(?m)^host1\.example\.org: not checked: nothing can be put in place with --stand")
        self.assertRegex(result.err, r"host0\.example\.org\.order\] Error 7[57]")
        self.assertEqual(self.orders(since=heard), 0)
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual([name for name in self.state() if name.endswith((".order", ".pem", ".ca", ".json"))], [])


    def test_every_name_is_looked_at(self):
        """Also without -k, and it fails at the end."""
        self.write_makefile(hosts(3), "ACME_CHALLENGE = --webroot elsewhere\n"
                            "host2.example.org.order: ACME_CHALLENGE = --standalone 80\n")
        result = self.run_tool("make", "-s", "check")
        self.assertEqual(result.status, 2, result)
        self.assertEqual(re.findall(r"(host\d)\.example\.org\.order\] Error", result.err), ["host0", "host1"])
        self.assertRegex(result.text, r"(?m)^host2\.example\.org: not checked: ")


class RunCA(MakeTest):

    def test_it_does_not_stick(self):
        """Another way to write the URL is another CA to make."""
        self.write_makefile(hosts(1))
        self.made()
        before = self.state()
        other = self.env["ACME_DIRECTORY"].replace("127.0.0.1", "localhost")
        result = self.ok(self.make(f"ACME_DIRECTORY={other}"), quiet=False)
        self.assertRegex(result.err, rf"\A[^\n]*acme.mk: warning: all is made by {other} in this run, and by [^ ]+ in the "
                                     r"next: to stay, set ACME_DIRECTORY in the Makefile\n\Z")
        self.assertEqual(self.changed(before), ["account.run.json", "host0.example.org.order", "host0.example.org.pem",
                                                "reloaded", "reloads"])
        self.assertEqual(self.load("account.run.json")["directory"], other)
        self.assertFalse(self.up_to_date())
        self.made()
        self.assertEqual(self.load("host0.example.org.order")["directory"], self.env["ACME_DIRECTORY"])
        self.assertTrue(self.up_to_date())

    def test_one_for_trials_is_refused_where_there_are_chains(self):
        self.write_makefile(hosts(1))
        self.made()
        before = self.state()
        result = self.make("ACME_DIRECTORY=letsencrypt-staging")
        self.assertEqual(result.status, 2)
        self.assertIn("is trusted by nobody", result.err)
        self.assertEqual(self.changed(before), [])
        self.env["ACME_DIRECTORY"] = "letsencrypt-staging"
        self.assertTrue(self.up_to_date())

    def test_one_for_trials_in_the_environment_is_not_noted_down(self):
        self.write_makefile(hosts(1))
        self.env["ACME_DIRECTORY"] = "letsencrypt-staging"
        asked = self.ok(self.run_tool("make", "-n")).text
        self.assertIn("--directory 'letsencrypt-staging' -o account.run.json", asked)
        self.assertNotIn("account.ca", asked)


class SignedElsewhere(MakeTest):
    """The account's key isn't in the folder; a command signs."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "vault").mkdir()
        self.ok(self.run_tool("acme-key", "-o", "vault/account.key"))
        self.ok(self.run_tool("acme-key", "public", "-k", "vault/account.key", "-o", "account.pub"))

    def signs(self, more=""):
        self.write_makefile(hosts(2), f"ACME_REGISTER = --public-key account.pub\n{more}")
        self.made()
        self.good("host0.example.org")
        self.assertTrue(self.up_to_date())
        self.assertFalse((self.dir / "account.key").exists())

    def test_by_the_makefile(self):
        self.signs(f"ACME_SIGNER = acme-key sign -k '{self.dir}/vault/account.key'\n")

    def test_by_the_environment(self):
        self.env["ACME_SIGNER"] = "acme-key sign -k vault/account.key"
        self.signs()

    def test_a_try_has_a_key_of_its_own(self):
        self.signs(f"ACME_SIGNER = acme-key sign -k '{self.dir}/vault/account.key'\n")
        self.write_makefile(hosts(2), "ACME_SIGNER = false\n")
        self.ok(self.make("try", f"ACME_TRY_DIRECTORY={self.env['ACME_DIRECTORY']}"))


class Story(MakeTest):
    """The lines of the manual that run make from then on."""

    def setup_method(self):
        super().setup_method()
        self.write_makefile(hosts(1))
        self.makefile, self.first, self.crontab, self.service, self.timer, *_ = literal_blocks(
            section("acme-pipeline.7", "MAKE"))

    def runs(self, command):
        command = command.replace("/etc/ssl/acme", str(self.dir))
        self.assertEqual(self.ok(self.sh(f"{command} ACME_AGREE_TOS=yes")).out, b"")
        self.good("host0.example.org")
        self.assertEqual(self.reloads(), 1)

    def test_cron(self):
        path, line = self.crontab.splitlines()
        self.assertRegex(path, "^PATH=.*/usr/local/bin")
        self.runs(re.fullmatch(r"\d+ \*/6 \* \* \*  root  (.+)", line)[1])

    def test_a_timer(self):
        units = []
        for text in self.service, self.timer:
            unit = configparser.ConfigParser(interpolation=None)
            unit.optionxform = str
            unit.read_string(text)
            units.append(unit)
        service, timer = units
        self.assertRegex(timer["Timer"]["OnCalendar"], r"^\*-\*-\* 00/6:\d\d:00$")
        self.assertRegex(service["Service"]["Environment"], "^PATH=.*/usr/local/bin")
        self.runs(service["Service"]["ExecStart"])

    def test_the_readme_tells_the_same(self):
        self.assertEqual(example("make -C").split(), self.crontab.split())

    def test_so_does_the_file_that_is_installed(self):
        lines = (REPO / "scripts" / "share" / "examples" / "acme.cron").read_text().splitlines()
        self.assertEqual([line for line in lines if not line.startswith("#")], self.crontab.splitlines())
