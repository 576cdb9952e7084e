"""Where the clients play: CAs on this machine, which each client trusts because the system does."""

import http.client
import itertools
import pathlib
import re
import shutil
import ssl
import statistics
import subprocess
import tempfile
import time
import urllib.parse

import once
from testbed import Testbed
from tools import LIMIT, clean_environment

from benchmark.relay import Relay

STORE = pathlib.Path("/etc/ssl/certs")
BUNDLE = STORE / "ca-certificates.crt"


class Stage:
    """`folder` holds everything, and goes with the stage. Whoever makes one has a mount namespace of its own."""

    def __init__(self, ends):
        self._ends = ends
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="acme-bench-")).resolve()
        ends.callback(shutil.rmtree, self.folder, ignore_errors=True)
        once.RUN = self.folder / "run"
        once.RUN.mkdir()
        (self.folder / "store").mkdir()
        self.accounts = {}  # the folder with an account, by client and directory
        self._cas, self._folders = {}, itertools.count(1)

    def new_folder(self):
        folder = self.folder / f"run-{next(self._folders)}"
        folder.mkdir()
        return folder

    def ca(self, awake=True):
        """The CA; one that isn't awake sleeps before each validation, for some seconds below five."""
        if awake not in self._cas:
            self._cas[awake] = CA(self._ends, {} if awake else {"PEBBLE_VA_NOSLEEP": 0, "PEBBLE_VA_SLEEPTIME": 5})
            self._trust()
        return self._cas[awake]

    def _trust(self):
        """The system's roots, as Debian lays them out, and those of our CAs, in the system's place."""
        subprocess.run(["umount", "--quiet", STORE], check=False)
        store = self.folder / "store" / str(len(self._cas))
        shutil.copytree(STORE, store, symlinks=True)
        for ca in self._cas.values():
            with open(store / BUNDLE.name, "a", encoding="ascii") as bundle:
                bundle.write(ca.certificate.read_text())
            name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", ca.certificate], check=True,
                                  capture_output=True, text=True).stdout.strip()
            number = next(n for n in range(100) if not (store / f"{name}.{n}").exists())
            shutil.copy(ca.certificate, store / f"{name}.{number}")
        subprocess.run(["mount", "--bind", store, STORE], check=True)


class CA:
    """A Pebble, with its web server. A client reaches it by one of its origins: directly, or by a relay."""

    def __init__(self, ends, settings):
        testbed = Testbed(**settings)
        self._ends, self._testbed, self._relays = ends, testbed, {}
        self.certificate = testbed.dir / "ca-api.pem"
        self.direct = testbed.env["ACME_DIRECTORY"]
        self.webroot = testbed.webroot
        self.proofs = self.webroot / ".well-known" / "acme-challenge"
        self.proofs.mkdir(parents=True)
        self.root = testbed.dir / "root.pem"
        self.root.write_bytes(testbed.manage("/roots/0"))

    def relay(self, round_trip=0.0):
        if round_trip not in self._relays:
            relay = Relay(int(re.search(r":(\d+)/", self.direct)[1]), round_trip)
            self._ends.callback(relay.stop)
            self._relays[round_trip] = relay
        return self._relays[round_trip]

    def behind(self, relay):
        """The directory's URL there. The CA gives out URLs of the origin by which it was asked."""
        return self.direct.replace(re.search(r":\d+/", self.direct)[0], f":{relay.port}/")

    def mark(self):
        """A moment in the CA's log, for `since`."""
        return len(self._testbed.log()), len(self._testbed.requests())

    def since(self, mark):
        """The requests that the CA has had since then, and the seconds of its longest sleep before a validation."""
        place, number = mark
        slept = re.findall(r"Sleeping for (\d+)s? seconds before validating", self._testbed.log()[place:])
        return self._testbed.requests(number), max(map(int, slept), default=0)

    def round_trip(self, directory):
        """Seconds for a question on an open connection there, the median of some; and for a connection's first."""
        url = urllib.parse.urlsplit(directory)
        connection = http.client.HTTPSConnection(url.netloc, timeout=LIMIT,
                                                 context=ssl.create_default_context(cafile=self.certificate))
        took = []
        for _ in range(12):
            began = time.monotonic()
            connection.request("GET", url.path)
            connection.getresponse().read()
            took.append(time.monotonic() - began)
        connection.close()
        return statistics.median(took[1:]), took[0]


def environment(folder, path=()):
    """For all clients the same: no settings of whoever runs this, and a home without any."""
    variables = clean_environment(HOME=folder)
    variables["PATH"] = ":".join([*map(str, path), variables["PATH"], "/usr/sbin", "/sbin"])
    return variables
