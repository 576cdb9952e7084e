"""A real name server for tests: BIND 9, with a zone that a TSIG key may change."""

import functools
import pathlib
import random
import shutil
import subprocess
import tempfile

from once import at_the_end
from testbed import wait_until
from tools import LIMIT, clean_environment

# As ever with a test's ports: below those that the kernel gives to outgoing connections.
PORTS = range(30000, 32000)

CONFIGURATION = """
include "tsig.key";
options {{
    directory "{dir}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
    allow-transfer {{ key test; }};
}};
controls {{ }};
zone "example.org" {{
    type primary;
    file "example.org.zone";
    update-policy {{ grant test zonesub TXT; }};
}};
"""

# Every name is this machine; and somebody else's TXT record is where ours will be.
ZONE = """$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
@ A 127.0.0.1
* A 127.0.0.1
ns A 127.0.0.1
_acme-challenge 60 TXT "somebody else's; \\"quoted\\""
"""


class Bind:
    """One running server of the zone example.org; `settings` is what scripts/hooks/nsupdate wants to know of it."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="acme-bind-")
        self.dir = pathlib.Path(self._folder.name).resolve()
        at_the_end(self.stop)
        # A copy, as Debian's AppArmor keeps the installed one out of any folder but its own.
        self.program = shutil.copy(shutil.which("named", path="/usr/sbin:/usr/bin:/usr/local/sbin"), self.dir)
        key = subprocess.run(["tsig-keygen", "test"], check=True, capture_output=True, env=self.environment)
        (self.dir / "tsig.key").write_bytes(key.stdout)
        (self.dir / "example.org.zone").write_text(ZONE)
        while not self.start(random.choice(PORTS)):
            pass
        self.settings = {"NSUPDATE_KEY": str(self.dir / "tsig.key"), "NSUPDATE_SERVER": "127.0.0.1",
                         "NSUPDATE_PORT": str(self.port), "NSUPDATE_ZONE": "example.org"}
        self.untouched = self.records()

    environment = clean_environment()
    environment["PATH"] += ":/usr/sbin:/sbin"

    @staticmethod
    @functools.cache
    def shared():
        return Bind()

    def start(self, port):
        """Whether it serves the zone at `port` now."""
        self.port, self.address = port, f"127.0.0.1:{port}"
        (self.dir / "named.conf").write_text(CONFIGURATION.format(dir=self.dir, port=port))
        with open(self.dir / "named.log", "wb") as log:
            self.process = subprocess.Popen([self.program, "-g", "-n", "1", "-c", "named.conf"], cwd=self.dir,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        def log_says():
            said = (self.dir / "named.log").read_text()
            return next((word for word in ("all zones loaded", "address in use", "exiting") if word in said), None)
        if wait_until(log_says, "BIND runs") == "all zones loaded":
            return True
        self.process.terminate()
        self.process.wait()
        return False

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self._folder.cleanup()

    def dig(self, *words):
        """What dig prints, a record a line."""
        done = subprocess.run(
            ["dig", "-k", self.dir / "tsig.key", "@127.0.0.1", "-p", str(self.port), "+noall", "+answer", *words],
            check=True, capture_output=True, text=True, timeout=LIMIT)
        return done.stdout.splitlines()

    def records(self):
        """All of the zone, but the number of its version."""
        lines = [" ".join(line.split()) for line in self.dig("example.org", "AXFR", "+onesoa")]
        return sorted(line for line in lines if " SOA " not in line and " TSIG " not in line)

    def added(self):
        """The records that were not there at first: `NAME TTL IN TXT "VALUE"`."""
        return [record for record in self.records() if record not in self.untouched]
