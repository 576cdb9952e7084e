"""A web root, a zone and a port in one order: however the run ends, all of them are afterwards as they were before."""

import os
import shlex
import signal
import stat
import subprocess

from bind import Bind
from testbed import wait_until
from tools import LIMIT, REPO
from web_servers import Apache, Nginx, WebServerTest, taken

NAMES = ["www.example.org", "*.example.org", "127.0.0.1"]

NGINX = """
server {{ listen 127.0.0.1:{port}; root {root}; }}
"""
APACHE = """
Listen 127.0.0.1:{port}
DocumentRoot {root}
<Directory {root}>
    Require all granted
</Directory>
"""

# nsupdate's hook between two words of the test's own: `before` the update is made, and `after`. To present, that is.
HOOK = """#!/bin/bash
[[ $1 != present ]] || {{ {before}; }}
{nsupdate} "$@" || exit
[[ $1 != present ]] || {{ {after}; }}
"""


def tree(folder):
    """Everything below it: kind and mode, and what is in the files and links."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        mode = path.lstat().st_mode
        content = path.readlink() if stat.S_ISLNK(mode) else path.read_bytes() if stat.S_ISREG(mode) else None
        found[str(path.relative_to(folder))] = oct(mode), content
    return found


class AsItWasTest(WebServerTest):
    """The web root and the zone have been in use for long when the test begins."""

    @classmethod
    def setup_class(cls):
        cls.bind = Bind.shared()
        cls.SETTINGS = {"WEB_SERVER": "none", "DNS_SERVER": cls.bind.address}
        super().setup_class()

    def setup_method(self):
        super().setup_method()
        self.env |= self.bind.settings
        self.hook = str(REPO / "scripts" / "hooks" / "nsupdate")
        self.web = self.dir / "web"
        tokens = self.web / ".well-known" / "acme-challenge"
        tokens.mkdir(parents=True)
        tokens.chmod(0o2775)
        (self.web / "index.html").write_text("<h1>example</h1>\n")
        (tokens / "index.html").write_bytes(b"")
        (tokens / "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA").write_text("somebody else's\n")
        (tokens / "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA").chmod(0o600)
        (self.web / ".well-known" / "security.txt").symlink_to("../index.html")
        self.csr(*NAMES)
        self.before = tree(self.web), self.bind.records()

    def serve(self, server=Nginx, sites=NGINX, root=None):
        self.server = server(self)
        self.server.start(sites.format(port=self.http, root=root or self.web), self.http)

    def command(self):
        return ["acme-challenge", "--webroot", f"www.example.org={self.web}", "--alpn", f"127.0.0.1:{self.tls}",
                "--hook", self.hook]

    def with_hook(self, before=":", after=":"):
        nsupdate, self.hook = self.hook, "./hook"
        (self.dir / "hook").write_text(HOOK.format(nsupdate=nsupdate, before=before, after=after))
        (self.dir / "hook").chmod(0o755)

    def challenge(self):
        return self.run_tool(*self.command(), "-o", "ready.json", stdin=self.read("site.csr"))

    def begin(self, *argv):
        with open(self.dir / "site.csr", "rb") as stdin:
            process = subprocess.Popen(argv, stdin=stdin, cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def is_published(self):
        """Something is in each of the three places."""
        self.assertNotEqual(tree(self.web), self.before[0])
        self.assertNotEqual(self.bind.records(), self.before[1])
        self.assertTrue(taken(self.tls))

    def is_as_it_was(self):
        self.assertEqual((tree(self.web), self.bind.records()), self.before)
        self.assertFalse(taken(self.tls))


class Done(AsItWasTest):

    def issues(self):
        self.ok(self.challenge())
        self.is_as_it_was()
        self.ok(self.sh("acme-finalize <ready.json | acme-chain -o site.pem"))
        self.assertEqual(self.names_of("site.pem"),
                         ["DNS:*.example.org", "DNS:www.example.org", "IP Address:127.0.0.1"])
        (self.dir / "root.pem").write_bytes(self.testbed.manage("/roots/0"))
        self.openssl("verify", "-CAfile", "root.pem", "-untrusted", "site.pem", "site.pem")
        types = {authorization["identifier"]["value"]: challenge["type"] for authorization
                 in self.load("ready.json")["authorizations"] for challenge in authorization["challenges"]
                 if challenge.get("chosen")}
        self.assertEqual(types, {"www.example.org": "http-01", "example.org": "dns-01", "127.0.0.1": "tls-alpn-01"})

    def test_nginx(self):
        self.serve()
        self.issues()

    def test_apache(self):
        self.serve(Apache, APACHE)
        self.issues()

    def test_folders_that_were_made_stay(self):
        self.web = self.dir / "bare"
        self.web.mkdir()
        self.before = tree(self.web), self.bind.records()
        self.serve()
        self.ok(self.challenge())
        made = {name: ("0o40755", None) for name in (".well-known", ".well-known/acme-challenge")}
        self.assertEqual((tree(self.web), self.bind.records()), (self.before[0] | made, self.before[1]))


class Failed(AsItWasTest):

    def test_the_ca_finds_nothing(self):
        """The web server shows another folder than the one that we were told of."""
        (self.dir / "other").mkdir()
        self.serve(root=self.dir / "other")
        self.fails(self.challenge(), 77, r"www\.example\.org")
        self.is_as_it_was()

    def test_the_hook_fails(self):
        self.serve()
        for place in ("before", "after"):
            for word, ends in (("exit 3", "failed with status 3"), ("kill -KILL $$", "was killed by signal 9"),
                               ("kill -TERM $$", "was killed by signal 15")):
                with self.subTest(place=place, word=word):
                    self.hook = str(REPO / "scripts" / "hooks" / "nsupdate")
                    self.with_hook(**{place: word})
                    self.fails(self.challenge(), 71, ends)
                    self.is_as_it_was()

    def test_time_is_up(self):
        """While the hook, which has done its work, goes on with something else."""
        self.serve()
        self.with_hook(after="sleep 1001")
        result = self.run_tool(*self.command(), "--timeout", "2", "-o", "ready.json", stdin=self.read("site.csr"))
        self.fails(result, 75, r"the time allowed \(\d s\) is over while ./hook")
        self.is_as_it_was()


class Interrupted(AsItWasTest):

    def ends_by(self, number, process):
        process.send_signal(number)
        _, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -number, err)
        self.is_as_it_was()

    def freeze_the_web_server(self):
        for process in (self.server.process.pid, *map(int, self.server.workers())):
            os.kill(process, signal.SIGSTOP)
            self.addCleanup(os.kill, process, signal.SIGCONT)

    def test_while_the_ca_looks(self):
        self.serve()
        self.freeze_the_web_server()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                self.account()  # Pebble, told never to, takes one in a hundred of an account's proofs as given already
                heard = len(self.testbed.requests())
                process = self.begin(*self.command())
                wait_until(lambda: sum("/chalZ/" in r for r in self.testbed.requests(since=heard)) == len(NAMES),
                           "the CA was told")
                self.is_published()
                self.ends_by(number, process)

    def test_while_the_hook_is_at_work(self):
        """It has made its update, and doesn't come back."""
        self.with_hook(after=">done; sleep 1001")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                (self.dir / "done").unlink(missing_ok=True)
                process = self.begin(*self.command())
                wait_until((self.dir / "done").exists, "the update is made")
                self.ends_by(number, process)

    def test_ctrl_c(self):
        """On a terminal it reaches every program of the pipeline."""
        self.with_hook(after=">done; sleep 1001")
        process = self.begin("bash", "-c", shlex.join(self.command()) + " | acme-finalize | acme-chain -o site.pem")
        wait_until((self.dir / "done").exists, "the update is made")
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=LIMIT)
        self.assertNotEqual(process.returncode, 0)
        self.is_as_it_was()
        self.assertFalse((self.dir / "site.pem").exists())
