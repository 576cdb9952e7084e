"""Many at once: with one account key, into one file, in one folder."""

import functools
import subprocess

from make_test import MakeTest
from testbed import PipelineTest, Testbed
from tools import LIMIT

MANY = 20
PIPELINE = """acme-csr -k site.key {name} | acme-challenge --webroot "$WEBROOT" | acme-finalize | acme-chain -o {chain}"""


def once_more_where_the_ca_stands_still(test):
    @functools.wraps(test)
    def tried(self):
        try:
            test(self)
        except subprocess.TimeoutExpired:
            if not self.testbed.stands_still(self):
                raise
            Testbed.shared.cache_clear()
            type(self).testbed = Testbed.shared(**self.SETTINGS)
            self.env |= self.testbed.env
            self.account()
            for chain in self.dir.glob("*.pem"):
                chain.unlink()
            test(self)
    return tried


class AtOnce(PipelineTest):

    def all_at_once(self, *scripts):
        """Each is a silent success."""
        running = [subprocess.Popen(["bash", "-o", "pipefail", "-c", script], cwd=self.dir, env=self.env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                   for script in scripts]
        for process in running:
            self.addCleanup(process.kill)
        said = [process.communicate(timeout=LIMIT)[0] for process in running]
        self.assertEqual([(p.returncode, text) for p, text in zip(running, said)], [(0, b"")] * len(scripts))


class SideBySide(AtOnce):

    @once_more_where_the_ca_stands_still
    def test_one_account_key(self):
        before = self.files()
        self.all_at_once(*(PIPELINE.format(name=f"n{n}.example.org", chain=f"{n}.pem") for n in range(MANY)))
        for n in range(MANY):
            self.good_chain(f"{n}.pem", [f"n{n}.example.org"])
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual(set(self.files()) - set(before), {f"{n}.pem" for n in range(MANY)} | {"root.pem"})

    @once_more_where_the_ca_stands_still
    def test_one_file(self):
        """It is the one's or the other's, whole."""
        names = "one.example.org", "other.example.org"
        self.all_at_once(*(PIPELINE.format(name=name, chain="site.pem") for name in names))
        found = [name for name in names if self.names_of("site.pem") == [f"DNS:{name}"]]
        self.assertEqual(len(found), 1)
        self.good_chain("site.pem", found)
        self.assertEqual([name for name in self.files() if name.startswith(".")], [])

    def test_one_key_to_be_made(self):
        """Of two that make the same key one is too late, and says so."""
        script = "acme-key -o new.key"
        running = [subprocess.Popen(["bash", "-c", script], cwd=self.dir, env=self.env, stderr=subprocess.PIPE)
                   for _ in range(8)]
        said = [process.communicate(timeout=LIMIT)[1] for process in running]
        self.assertEqual(sorted(p.returncode for p in running), [0] + [73] * 7, said)
        self.ok(self.run_tool("acme-key", "public", "-k", "new.key"))


class OneName(AtOnce):
    """The same for all, at a CA that gives them the same authorizations."""

    SETTINGS = {"PEBBLE_AUTHZREUSE": 100}

    @once_more_where_the_ca_stands_still
    def test_one_name(self):
        self.all_at_once(*(PIPELINE.format(name="same.example.org", chain=f"{n}.pem") for n in range(5)))
        for n in range(5):
            self.good_chain(f"{n}.pem", ["same.example.org"])
        self.assertEqual(self.testbed.tokens(), [])


class MakeTwice(MakeTest):

    def test_two_runs_in_one_folder(self):
        """Who finds that the other has made a key already goes on with that. The next run has no trouble."""
        names = ["one.example.org", "two.example.org"]
        self.write_makefile(names)
        running = [subprocess.Popen(["make", "-s", "-j8", "ACME_AGREE_TOS=yes"], cwd=self.dir, env=self.env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                   for _ in range(2)]
        said = [process.communicate(timeout=LIMIT)[0].decode() for process in running]
        self.assertEqual([(process.returncode, text) for process, text in zip(running, said)], 2 * [(0, "")])
        self.made()
        for name in names:
            self.good(name)
        self.assertEqual([name for name in self.files() if name.startswith(".")], [])
