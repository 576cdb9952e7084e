"""A CA, its DNS and a web server for tests: what scripts/testbed starts, seen from Python."""

import functools
import http.client
import json
import os
import pathlib
import re
import shlex
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.parse

from once import at_the_end
from tools import LIMIT, REPO, ToolTest, quoted

SCRIPT = REPO / "scripts" / "testbed"

PIPELINE = """
    acme-csr -k site.key {names} |
      acme-challenge --webroot "$WEBROOT" |
      acme-finalize |
      acme-chain -o {chain}
"""

# The same with acme-challenge step by step.
VERBS = """
    acme-csr -k site.key {names} |
      acme-challenge order |
      acme-challenge publish --webroot "$WEBROOT" |
      acme-challenge respond |
      acme-challenge wait |
      acme-challenge clean --webroot "$WEBROOT" |
      acme-finalize |
      acme-chain -o {chain}
"""


def wait_until(condition, what, seconds=20):
    """Waits until `condition()` is true, and gives its value back."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s: not {what}")
        time.sleep(0.01)
    return value


class Testbed:
    """One running testbed; `env` is what it says of itself: ACME_DIRECTORY, WEBROOT, HTTP_PORT and so on."""

    __test__ = False  # no test, for pytest, whatever its name
    enter = ()  # words before the command that starts it

    def __init__(self, **settings):
        self._folder = tempfile.TemporaryDirectory(prefix="acme-testbed-")
        self.dir = pathlib.Path(self._folder.name).resolve()
        at_the_end(self.stop)
        subprocess.run([*self.enter, SCRIPT, "start", self.dir, *(f"{n}={v}" for n, v in settings.items())], check=True)
        self.env = dict(word.split("=", 1) for word in shlex.split((self.dir / "env").read_text()))
        self.webroot = pathlib.Path(self.env["WEBROOT"])

    @staticmethod
    @functools.cache
    def shared(**settings):
        """The one with these settings: started when it is first asked for, ended with the worker's run."""
        return Testbed(**settings)

    def stands_still(self, test):
        """Pebble 2.4.0 has been seen to stand still for good where many ask at once: no request that is about an order or
        an account is answered any more."""
        done = test.run_tool("acme-register", "show", "-k", "account.key", "--timeout", "30",
                             env=test.env | {"ACME_DIRECTORY": self.env["ACME_DIRECTORY"]})
        return done.status in (69, 75)

    def stop(self):
        subprocess.run([SCRIPT, "stop", self.dir], check=True)
        self._folder.cleanup()

    def pid(self, name):
        """Of `nginx`, `pebble` or `dns`."""
        return int((self.dir / f"{name}.pid").read_text())

    def freeze(self, test, name):
        """Stops a server where it stands until `thaw`, or the end of `test`: connections hang, nothing is refused."""
        for process in [self.pid(name), *self._children(self.pid(name))]:
            os.kill(process, signal.SIGSTOP)
        test.addCleanup(self.thaw, name)

    def thaw(self, name):
        for process in [*self._children(self.pid(name)), self.pid(name)]:
            os.kill(process, signal.SIGCONT)

    @staticmethod
    def _children(pid):
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def tokens(self):
        """The files that are published for the CA now."""
        return sorted(path.name for path in self.webroot.rglob("*") if path.is_file())

    def log(self):
        """What Pebble has logged until now."""
        return (self.dir / "pebble.log").read_text()

    def requests(self, since=0):
        """The requests that Pebble has logged after the first `since`: `POST /order-plz` and the like."""
        return re.findall(r"((?:GET|HEAD|POST) /\S*) -> calling handler", self.log())[since:]

    def manage(self, path):
        """The answer of Pebble's management interface."""
        url = urllib.parse.urlsplit(self.env["PEBBLE_MANAGEMENT"])
        trust = ssl.create_default_context(cafile=self.env["ACME_CA_BUNDLE"])
        connection = http.client.HTTPSConnection(url.netloc, context=trust, timeout=LIMIT)
        connection.request("GET", path)
        with connection.getresponse() as answer:
            assert answer.status == 200, answer.status
            return answer.read()


class TestbedTest(ToolTest):
    """A test with a testbed, which `SETTINGS` go to. The tools find its CA in their environment."""

    SETTINGS = {}

    @classmethod
    def setup_class(cls):
        super().setup_class()
        cls.testbed = Testbed.shared(**cls.SETTINGS)

    def setup_method(self):
        super().setup_method()
        self.env |= self.testbed.env


class PipelineTest(TestbedTest):
    """Each test has an account and a site key of its own, and what it takes to get a certificate and look at it."""

    def setup_method(self):
        super().setup_method()
        self.account()
        self.site_key()

    def site_key(self, kind="p256"):
        self.ok(self.run_tool("acme-key", "--type", kind, "--force", "-o", "site.key"))

    def account(self, kind="p256"):
        """Registers a fresh account, which the tools then find in their environment."""
        self.ok(self.run_tool("acme-key", "--type", kind, "--force", "-o", "account.key"))
        self.ok(self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "-o", "account.json"))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}

    def csr(self, *names):
        """Leaves `site.csr` for these names."""
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "site.csr", *names))

    def issue(self, *names, pipeline=PIPELINE):
        """Takes the whole path, which has to be silent, to give a good chain, and to leave no proof behind."""
        done = self.ok(self.sh(pipeline.format(names=quoted(*names), chain="site.pem")))
        self.assertEqual(done.out, b"")
        self.assertEqual(self.testbed.tokens(), [])
        self.good_chain("site.pem", names)

    def step(self, tool, source, *options, **more):
        """Runs one tool on a saved document; returns its result, which is a silent success."""
        return self.ok(self.run_tool(*tool.split(), *options, stdin=self.read(source), **more))

    def save(self, name, result):
        (self.dir / name).write_bytes(result.out)

    def read(self, name):
        return (self.dir / name).read_bytes()

    def load(self, name):
        return json.loads(self.read(name))

    def names_of(self, certificate):
        """The names in a certificate's SAN, as openssl prints them: `DNS:example.org`."""
        text = self.openssl("x509", "-in", certificate, "-noout", "-ext", "subjectAltName").text
        return sorted(word.strip() for word in text.splitlines()[1].split(","))

    def good_chain(self, chain, names):
        """The file is a chain to Pebble's root, its leaf has the site's key and exactly `names`."""
        (self.dir / "root.pem").write_bytes(self.testbed.manage("/roots/0"))
        self.openssl("verify", "-CAfile", "root.pem", "-untrusted", chain, chain)
        self.assertEqual(self.names_of(chain), sorted(f"DNS:{name}" for name in names))
        self.assertEqual(self.openssl("x509", "-in", chain, "-noout", "-pubkey").out,
                         self.openssl("pkey", "-in", "site.key", "-pubout").out)
