"""scripts/acme.mk: certificates by make, from the Makefile of four lines that the manual shows."""

import os
import re
import signal
import stat
import subprocess
import urllib.request

from manual import literal_blocks, section
import pytest
from testbed import PipelineTest, wait_until
from tools import LIMIT, REPO

DAY = 86400
HOOK = """#!/bin/sh
case $1 in
present) curl -sf -d "{\\"host\\":\\"$ACME_DNS_NAME.\\",\\"value\\":\\"$ACME_DNS_VALUE\\"}" "$DNS_MANAGEMENT/set-txt" ;;
cleanup) curl -sf -d "{\\"host\\":\\"$ACME_DNS_NAME.\\"}" "$DNS_MANAGEMENT/clear-txt" ;;
esac
"""


def hosts(count):
    return [f"host{n}.example.org" for n in range(count)]


def files_of(name):
    """What make writes for a name, in its order."""
    return [f"{name}.{end}" for end in ("names", "key", "csr", "order", "pem")]


class MakeTest(PipelineTest):
    """`self.dir` holds the Makefile; account and keys are make's own business. systemctl is a stub that takes notes."""

    def setup_method(self):
        super(PipelineTest, self).setup_method()
        self.add_program("systemctl", '#!/bin/sh\necho "$@" >>reloads\n')
        self.env["PATH"] = f"{self.dir / 'bin'}:{self.env['PATH']}"

    def add_program(self, name, text):
        path = self.dir / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def write_makefile(self, names=None, more=""):
        """The manual's, with places of this machine, these names in place of its own, and `more` before the last line."""
        text, *_ = literal_blocks(section("acme-pipeline.7", "MAKE"))
        text = text.replace("/var/www/html", str(self.testbed.webroot))
        text = text.replace("/usr/local/share/acme-tools/", f"{REPO}/scripts/")
        if names:
            text = re.sub("(?m)^NAMES = .*", f"NAMES = {' '.join(names)}", text)
        (self.dir / "Makefile").write_text(re.sub("(?m)^include", f"{more}\ninclude", text))

    def make(self, *options, **more):
        return self.run_tool("make", "-s", "-j8", "ACME_AGREE_TOS=yes", *options, **more)

    def made(self, *options, **more):
        """make goes well, and says nothing."""
        self.assertEqual(self.ok(self.make(*options, **more)).out, b"")
        self.assertEqual(self.testbed.tokens(), [])

    def up_to_date(self, *options):
        result = self.run_tool("make", "-q", *options)
        self.assertEqual((result.out, result.err), (b"", ""), result)
        return result.status == 0

    def reloads(self):
        path = self.dir / "reloads"
        lines = path.read_text().splitlines() if path.exists() else []
        self.assertLessEqual(set(lines), {"reload nginx"})
        return len(lines)

    def state(self):
        """What each file holds, and its time and mode."""
        found = {}
        for path in self.dir.iterdir():
            if path.is_file():
                status = path.stat()
                found[path.name] = path.read_bytes(), status.st_mtime_ns, stat.S_IMODE(status.st_mode)
        return found

    def changed(self, before):
        """The names of the files that aren't what they were."""
        now = self.state()
        return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))

    def age(self, name, days):
        """Makes a file that much older."""
        then = (self.dir / name).stat().st_mtime_ns - int(days * DAY * 10**9)
        os.utime(self.dir / name, ns=(then, then))

    def orders(self, since=0):
        return self.testbed.requests(since=since).count("POST /order-plz")

    def good(self, name, *names):
        """The chain of a certificate leads to the root, and is for these names and the key beside it."""
        (self.dir / "site.key").unlink(missing_ok=True)
        (self.dir / "site.key").symlink_to(f"{name}.key")
        self.good_chain(f"{name}.pem", names or [name])
        for temporary in ("site.key", "root.pem"):
            (self.dir / temporary).unlink()


class FromTheManual(MakeTest):
    """The page's Makefile as it stands but for the paths, and the commands that it shows after it."""

    def test_four_lines(self):
        self.write_makefile()
        self.assertEqual(len(self.read("Makefile").decode().strip().replace("\n\n", "\n").splitlines()), 4)
        first, daily = list(literal_blocks(section("acme-pipeline.7", "MAKE")))[1].splitlines()
        self.ok(self.sh(first))
        for name in ("example.org", "www.example.net"):
            self.good(name)
        before = self.state()
        self.assertEqual(self.ok(self.sh(daily)).out, b"")
        self.assertEqual(self.changed(before), [])
        self.assertEqual(self.reloads(), 1)

    def test_nobody_agrees_unasked(self):
        self.write_makefile()
        result = self.fails(self.run_tool("make", "-s"), 2, "^acme-register: error: .*terms")
        self.assertRegex(result.err, r"\[.*: account\.json\] Error 78")
        line = re.search("(?m)^acme.mk: hint: to agree to the terms of the CA: (make .*)$", result.err)[1]
        self.assertFalse((self.dir / "account.json").exists())
        self.ok(self.sh(line.replace("make", "make -s", 1) + " account.json"))
        self.assertTrue((self.dir / "account.json").exists())

    def test_what_else_fails_is_no_matter_of_terms(self):
        self.write_makefile(more="ACME_REGISTER = --eab-key-file nowhere")
        for agreed in "", "ACME_AGREE_TOS=yes":
            result = self.fails(self.run_tool("make", "-s", "account.json", *agreed.split()), 2, "^acme-register: ")
            self.assertNotIn("hint: to agree", result.err)

    def test_every_variable_is_described(self):
        text = (REPO / "scripts" / "acme.mk").read_text()
        used = set(re.findall(r"\b(?:ACME_[A-Z_]+|NAMES|RELOAD|WEBROOT)\b", text))
        page = section("acme-pipeline.7", "MAKE")
        self.assertEqual({name for name in used if name not in page}, set())


@pytest.mark.begun_first
class TwoHundred(MakeTest):
    """One Makefile, one account, eight at a time."""

    def test_two_hundred(self):
        names = hosts(200)
        self.write_makefile(names)
        heard = len(self.testbed.requests())
        self.made(timeout=4 * LIMIT)
        self.assertEqual(self.orders(since=heard), 200)
        registered = self.testbed.requests(since=heard).count("POST /sign-me-up")
        self.assertLessEqual(registered, 2, "acme-register, run once, looks for an account and makes one")
        self.all_are_good(names)
        self.assertEqual(self.reloads(), 1)
        expected = {"Makefile", "account.ca", "account.json", "account.key", "reloaded", "reloads"}
        self.assertEqual(set(self.state()), expected.union(*map(files_of, names)))

        before, heard = self.state(), len(self.testbed.requests())
        self.assertTrue(self.up_to_date())
        self.made()
        self.made("renew")
        asked = self.testbed.requests(since=heard)
        self.assertEqual((self.changed(before), asked), ([], 3 * ["GET /dir"]), "one question for all of them")

        for name in "account.ca", *files_of("host7.example.org"):
            self.age(name, 31)
        before = self.state()
        self.assertTrue(self.up_to_date())
        self.assertFalse(self.up_to_date("ACME_RENEW_DAYS=30"))
        self.made("renew", "ACME_RENEW_DAYS=30")
        anew = ["host7.example.org.order", "host7.example.org.pem", "reloaded", "reloads"]
        self.assertEqual(self.changed(before), anew)
        self.assertEqual((self.orders(since=heard), self.reloads()), (1, 2))
        self.good("host7.example.org")
        self.assertTrue(self.up_to_date())

    def all_are_good(self, names):
        """In two runs of openssl, as there are so many."""
        chains = [f"{name}.pem" for name in names]
        (self.dir / "root.pem").write_bytes(self.testbed.manage("/roots/0"))
        text = self.openssl("verify", "-CAfile", "root.pem", "-untrusted", chains[0], *chains).text
        self.assertEqual(text.count(": OK"), len(chains))
        (self.dir / "root.pem").unlink()
        leaves = b"".join(self.read(chain).split(b"-----END")[0] + b"-----END CERTIFICATE-----\n" for chain in chains)
        text = self.openssl("storeutl", "-noout", "-text", "-certs", "/dev/stdin", stdin=leaves).text
        found = re.findall(r"Alternative Name: *(?:critical)?\n *(.*)", text)
        self.assertEqual(found, [f"DNS:{name}" for name in names])


class Times(MakeTest):
    """What is out of date, and what isn't."""

    def setup_method(self):
        super().setup_method()
        self.write_makefile(hosts(3))
        self.made()
        self.before, self.heard = self.state(), len(self.testbed.requests())

    def assert_made(self, *files, orders=1):
        """Nothing else is new, and make knows that it is done."""
        expected = sorted({*files, "reloaded", "reloads"} if files else ())
        self.assertEqual(self.changed(self.before), expected)
        self.assertEqual(self.orders(since=self.heard), orders)
        self.assertTrue(self.up_to_date())

    def test_other_names(self):
        host = hosts(3)[1]
        self.write_makefile(hosts(3), f"{host}_NAMES = {host} www.{host}\n")
        self.made()
        self.assert_made("Makefile", f"{host}.names", f"{host}.csr", f"{host}.order", f"{host}.pem")
        self.good(host, host, f"www.{host}")

    def test_the_same_names_in_another_order(self):
        host, other, third = hosts(3)
        self.write_makefile([third, host, other], f"{host}_NAMES = {host} {host}\n")
        self.made()
        self.assertEqual((self.changed(self.before), self.orders(since=self.heard)), (["Makefile"], 0))

    def test_one_more_name(self):
        self.write_makefile(hosts(4))
        self.made()
        self.assert_made("Makefile", *files_of("host3.example.org"))

    def test_all_anew(self):
        self.made("ACME_RENEW_DAYS=0")
        self.assert_made(*(f"{host}.{end}" for host in hosts(3) for end in ("order", "pem")), orders=3)
        self.assertEqual(self.reloads(), 2)
        for name, (_, _, mode) in self.state().items():
            if name.endswith(".key"):
                self.assertEqual(mode, 0o600, name)

    def test_not_yet_due(self):
        for name in self.before:
            self.age(name, 29)
        self.assertTrue(self.up_to_date("ACME_RENEW_DAYS=30"))
        self.assertFalse(self.up_to_date("ACME_RENEW_DAYS=27"))

    def test_somebody_else_says_what_is_due(self):
        self.made("ACME_DUE=echo host2.example.org.pem")
        self.assert_made("host2.example.org.order", "host2.example.org.pem")

    def test_touched_request(self):
        (self.dir / "host2.example.org.csr").touch()
        self.made()
        self.assert_made("host2.example.org.csr", "host2.example.org.order", "host2.example.org.pem")

    def test_order_that_was_removed(self):
        (self.dir / "host2.example.org.order").unlink()
        self.made()
        self.assertEqual(self.orders(since=self.heard), 0)
        self.assertTrue(self.up_to_date())

    def test_account_document_that_was_written_again(self):
        """It is as good as the old one to all that has been made."""
        (self.dir / "account.json").unlink()
        self.made()
        self.assertEqual((self.changed(self.before), self.orders(since=self.heard)), (["account.json"], 0))
        self.assertTrue(self.up_to_date())

    def test_chain_that_was_removed(self):
        """The order still leads to it."""
        (self.dir / "host2.example.org.pem").unlink()
        self.made()
        self.assert_made("host2.example.org.pem", orders=0)

    def test_keys_are_never_made_again(self):
        """Not even when make is told to make everything."""
        result = self.make("-B", "-k")
        self.assertEqual(result.status, 2)
        self.assertRegex(result.err, "host1.example.org.key exists already")
        self.assertEqual([name for name in self.changed(self.before) if name.endswith((".key", ".pem", ".order"))], [])

    def test_another_ca(self):
        """What the Makefile says counts at once, what the environment says only where there is no account yet."""
        other = "https://ca.example/dir"
        self.assertEqual(self.up_to_date(), self.up_to_date(f"ACME_DIRECTORY={self.env['ACME_DIRECTORY']}"))
        asked = self.ok(self.run_tool("make", "-n", f"ACME_DIRECTORY={other}")).text
        self.assertEqual((asked.count("acme-challenge"), asked.count("acme-key")), (3, 0))
        self.assertIn(f"acme-register -k account.key --directory '{other}'", asked)
        for value in (other, None):
            self.env |= {"ACME_DIRECTORY": other}
            if value is None:
                del self.env["ACME_DIRECTORY"]
            self.assertTrue(self.up_to_date())
        self.assertEqual(self.changed(self.before), [])


class Names(MakeTest):
    """Names that can't be the names of files or targets, and solvers that serve them."""

    def test_wildcard_by_a_hook(self):
        self.add_program("dns", HOOK)
        self.write_makefile(["example.org", "*.example.org", "both"], "both_NAMES = two.example.org *.two.example.org\n"
                            "_.example.org.order both.order: ACME_CHALLENGE = --hook dns\n")
        self.made()
        self.good("example.org")
        self.good("_.example.org", "*.example.org")
        self.good("both", "two.example.org", "*.two.example.org")
        self.assertTrue(self.up_to_date())

    def test_files_for_every_kind_of_name(self):
        for name in ("2001:db8::1", "192.0.2.1", "WWW.Example.org", "bücher.example.org"):
            file = name.replace(":", "-")
            with self.subTest(name):
                self.write_makefile([name, name])
                self.made(f"{file}.csr")
                self.assertEqual(self.read(f"{file}.names").decode(), f"{name}\n")
                self.assertEqual(self.state().keys() & set(files_of(file)), set(files_of(file)[:3]))

    def test_no_names_at_all(self):
        self.write_makefile([""])
        self.made()
        self.assertEqual(set(self.state()), {"Makefile"})

    def test_a_port_is_used_by_one_at_a_time(self):
        """At an address where no web server of the testbed listens."""
        names = [f"{host}.alone.example" for host in hosts(3)]
        for name in names:
            self.dns("add-a", f'{{"host": "{name}", "addresses": ["127.0.0.2"]}}')
            self.addCleanup(self.dns, "clear-a", f'{{"host": "{name}"}}')
        self.write_makefile(names, f"ACME_CHALLENGE = --standalone 127.0.0.2:{self.env['HTTP_PORT']}\n")
        self.made()

    def dns(self, change, record):
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(f"{self.env['DNS_MANAGEMENT']}/{change}", record.encode()).close()


class Failures(MakeTest):
    """One of the names can't be proved."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "elsewhere").mkdir()
        self.bad, *self.others = hosts(5)
        self.write_makefile(hosts(5), f"{self.bad}.order: WEBROOT = elsewhere\n")

    def goes_wrong(self, *options):
        result = self.fails(self.make(*options), 2, f"^acme-challenge: error: the CA could not validate {self.bad} ")
        self.assertRegex(result.err, rf"(?m)^make: \*\*\* \[.*: {re.escape(self.bad)}\.order\] Error 77$")
        return result

    def test_the_others_are_made(self):
        self.goes_wrong("-k")
        for host in self.others:
            self.good(host)
        expected = {"Makefile", "account.ca", "account.json", "account.key", "reloaded", "reloads"}
        self.assertEqual(set(self.state()), expected.union(files_of(self.bad)[:3], *map(files_of, self.others)))
        self.assertEqual(self.testbed.tokens(), [])

    def test_the_web_server_learns_of_the_others(self):
        """In the same run, and once."""
        self.goes_wrong("-k")
        self.assertEqual(self.reloads(), 1)
        self.goes_wrong("-j1")
        self.assertEqual(self.reloads(), 1)
        before = self.state()
        self.goes_wrong("-k")
        self.made("reload")
        self.assertEqual(self.changed(before), [])

    def test_reload_alone(self):
        self.goes_wrong("-k")
        for _ in range(2):
            self.made("reload")
        self.assertEqual(self.reloads(), 1)

    def test_what_was_in_use_stays_in_use(self):
        """It could be proved once, and no more."""
        self.write_makefile(hosts(2))
        self.made()
        # Of a hundred proofs Pebble takes one again, though it is told to take none.
        self.ok(self.run_tool("acme-challenge", "cancel", "-k", "account.key", "-a", "account.json",
                              stdin=(self.dir / f"{self.bad}.order").read_bytes()))
        self.write_makefile(hosts(2), f"{self.bad}.order: WEBROOT = elsewhere\n")
        before = self.state()
        self.goes_wrong("-k", "ACME_RENEW_DAYS=0")
        self.assertEqual(self.changed(before), [f"{self.others[0]}.order", f"{self.others[0]}.pem", "reloaded", "reloads"])
        self.assertTrue(self.up_to_date())
        self.assertFalse(self.up_to_date("ACME_RENEW_DAYS=0"))

    def test_without_k_it_can_be_gone_on_with(self):
        self.goes_wrong()
        self.write_makefile(hosts(5))
        self.made()
        for host in hosts(5):
            self.good(host)

    def test_reload_that_fails_is_tried_again(self):
        self.write_makefile(hosts(2))
        self.add_program("systemctl", "#!/bin/sh\necho 'systemctl: no' >&2\nexit 5\n")
        for _ in range(2):
            result = self.make("-k")
            self.assertEqual(result.status, 2)
            self.assertRegex(result.err, r"^systemctl: no\nmake: \*\*\* \[.*reloaded\] Error 5\n")
            self.assertNotIn("reloaded", self.state())
        self.add_program("systemctl", '#!/bin/sh\necho "$@" >>reloads\n')
        self.made()
        self.assertTrue(self.up_to_date())


class Stopped(MakeTest):
    """make and all that it has started are stopped in the middle, and make is run again."""

    COUNT = 24

    def stop(self, number):
        """When some chains are there, and others aren't."""
        self.write_makefile(hosts(self.COUNT))
        process = subprocess.Popen(["make", "-s", "-j8", "ACME_AGREE_TOS=yes"], cwd=self.dir, env=self.env,
                                   start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        wait_until(lambda: len(list(self.dir.glob("*.pem"))) >= 4, "four chains are there")
        os.killpg(process.pid, number)
        _, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -number, err)
        self.assertLess(len(list(self.dir.glob("*.pem"))), self.COUNT)
        self.assertEqual(self.reloads(), 0)
        return self.state()

    def completes(self, before):
        """The rest is made; what was there stays, but for a request that its order had yet to come of."""
        self.ok(self.make())
        for host in hosts(self.COUNT):
            self.good(host)
        now = self.state()
        for name in before:
            if name.endswith((".key", ".pem", ".order", ".json")):
                self.assertEqual(before[name], now[name], name)
        self.assertTrue(self.up_to_date())
        self.assertGreaterEqual(self.reloads(), 1)

    def test_interrupted(self):
        before = self.stop(signal.SIGINT)
        self.assertEqual([name for name in before if name.startswith(".")], [])
        self.assertEqual(self.testbed.tokens(), [])
        self.completes(before)

    def test_killed(self):
        """Nobody could clean up. What a tool was just writing has a name that starts with a dot."""
        self.addCleanup(lambda: [path.unlink() for path in self.testbed.webroot.rglob("*") if path.is_file()])
        before = {name: file for name, file in self.stop(signal.SIGKILL).items() if not name.startswith(".")}
        self.completes(before)
