"""The DNS in small, of real name servers (BIND 9) in a network of their own: a root, and zones with one or two servers.

The root's server at 127.0.0.53 looks up for others what it doesn't know itself; a CA has one of its own at 127.0.0.54,
since caches keep what was not there for the rest of the second at least. `example.org` has the servers ns1 and
ns2; ns2 learns of a change only when it is told to look (see `let_in`). `acme.example` has ns1 alone, and so has
`sites.example`, whose names lead to web servers that a test begins itself (see sites.py). For ns1 there is
an IPv6 address too, to which no way leads from here. Some zones below `example.org` have servers that a test begins
itself (see odd_nameservers.py).
"""

import functools
import pathlib
import shutil
import subprocess
import tempfile

from apart import Apart, environment
from once import at_the_end
from testbed import wait_until

NS1, NS2, RESOLVER, CA_RESOLVER = "127.0.0.1", "127.0.0.2", "127.0.0.53", "127.0.0.54"

HEAD = "$TTL 0\n@ SOA ns1.example.org. hostmaster.example.org. 1 3600 600 86400 0\n"
ROOT = HEAD + """@ NS root.
root. A 127.0.0.53
example.org. NS ns1.example.org.
example.org. NS ns2.example.org.
ns1.example.org. A 127.0.0.1
ns1.example.org. AAAA 2001:db8::1
ns2.example.org. A 127.0.0.2
acme.example. NS ns1.example.org.
sites.example. NS ns1.example.org.
dead.example. NS ns1.dead.example.
ns1.dead.example. A 127.0.0.9
lame.example. NS ns2.example.org.
"""
ORG = HEAD + """@ NS ns1
@ NS ns2
ns1 A 127.0.0.1
ns1 AAAA 2001:db8::1
ns2 A 127.0.0.2
_acme-challenge.www CNAME www.acme.example.
_acme-challenge.split CNAME split.acme.example.
_acme-challenge.mail CNAME here.acme.example.
_acme-challenge.ftp CNAME here.acme.example.
_acme-challenge.round CNAME half.round
half.round CNAME _acme-challenge.round
few NS fewns
half NS rightns
half NS refusingns
up NS rightns
up NS upns
bare NS barens
gone NS rightns
gone NS ns1.dead.example.
fewns A 127.0.0.10
rightns A 127.0.0.11
refusingns A 127.0.0.12
upns A 127.0.0.13
barens A 127.0.0.14
_acme-challenge.odd CNAME a\\032b\\;c.acme.example.
_acme-challenge.dead CNAME dead.example.
_acme-challenge.lame CNAME lame.example.
""" + "".join(f"long{n} CNAME long{n + 1}\n" for n in range(20)) + "_acme-challenge.long CNAME long0\n"
MANY = "".join(f'_acme-challenge.many TXT "{n:03} {"x" * 40}"\n' for n in range(40))
ACME = HEAD + "@ NS ns1.example.org.\n"

SITES = HEAD + """@ NS ns1.example.org.
good A 127.0.0.20
alias CNAME good
both A 127.0.0.20
both AAAA fd00::5
far A 127.0.0.20
far AAAA 2001:db8::1
away-only AAAA 2001:db8::1
six AAAA fd00::6
closed A 127.0.0.29
wall A 127.0.0.31
bare TXT "no address"
catch A 127.0.0.21
loop A 127.0.0.22
tls A 127.0.0.23
away A 127.0.0.24
port A 127.0.0.25
lost A 127.0.0.26
ftp A 127.0.0.27
mute A 127.0.0.28
proof A 127.0.0.30
many A 127.0.0.32
big A 127.0.0.33
hang A 127.0.0.34
*.hang A 127.0.0.34
slow A 127.0.0.38
astray A 127.0.0.37
mum NS ns.mum
ns.mum A 127.0.0.39
drip A 127.0.0.35
ends A 127.0.0.36
ends AAAA fd00::6
proof AAAA fd00::6
deny CAA 0 issue ";"
other CAA 0 issue "other.example"
bound CAA 0 issue "ca.example; accounturi=https://ca.example/another"
method CAA 0 issue "ca.example; validationmethods=dns-01"
wild CAA 0 issuewild ";"
critical CAA 128 tbs "unheard of"
ours CAA 0 issue "CA.example"
""" + "".join(f"{name} A 127.0.0.20\n" for name in "deny other bound method wild critical ours below.ours".split())

OPTIONS = """
include "{dir}/tsig.key";
options {{
    directory "{dir}"; listen-on {{ {address}; }}; listen-on-v6 {{ none; }}; pid-file none; session-keyfile none;
    dnssec-validation no; notify no; allow-transfer {{ any; }}; allow-notify {{ any; }}; {options}
}};
controls {{ }};
"""
PRIMARY = 'zone "{zone}" {{ type primary; file "{zone}.zone"; update-policy {{ grant test zonesub TXT; }}; }};\n'
SECONDARY = 'zone "example.org" { type secondary; primaries { 127.0.0.1; }; file "copy"; };\n'


class NameServers:

    def __init__(self):
        self.apart = Apart(RESOLVER, [NS2, RESOLVER, CA_RESOLVER])
        self._folder = tempfile.TemporaryDirectory(prefix="acme-names-")
        self.dir = pathlib.Path(self._folder.name).resolve()
        at_the_end(self.stop)
        self.processes = []
        # A copy, as Debian's AppArmor keeps the installed one out of any folder but its own.
        self.program = shutil.copy(shutil.which("named", path=environment()["PATH"]), self.dir)
        key = subprocess.run(["tsig-keygen", "test"], check=True, capture_output=True, env=environment())
        zones = {"example.org": ORG, "acme.example": ACME + MANY, "sites.example": SITES}
        self.start(NS1, key.stdout, "recursion no;", "".join(PRIMARY.format(zone=zone) for zone in zones), zones)
        self.start(NS2, key.stdout, "recursion no;", SECONDARY, {})
        for resolver in RESOLVER, CA_RESOLVER:
            self.start(resolver, key.stdout, "recursion yes; allow-recursion { any; }; servfail-ttl 0;",
                       'zone "." { type primary; file "root.zone"; };\n', {"root": ROOT})
        self.settings = {"NSUPDATE_KEY": str(self.dir / NS1 / "tsig.key"), "NSUPDATE_SERVER": NS1, "NSUPDATE_TTL": "0"}
        self.untouched = {zone: self.records(zone) for zone in ("example.org", "acme.example")}

    @staticmethod
    @functools.cache
    def shared():
        return NameServers()

    def start(self, address, key, options, zones, files):
        """One server, in a folder of its own."""
        folder = self.dir / address
        folder.mkdir()
        (folder / "tsig.key").write_bytes(key)
        (folder / "named.conf").write_text(OPTIONS.format(dir=folder, address=address, options=options) + zones)
        for zone, text in files.items():
            (folder / f"{zone}.zone").write_text(text)
        with open(folder / "named.log", "wb") as log:
            self.processes.append(self.apart.start(self.program, "-g", "-n", "1", "-c", "named.conf", cwd=folder,
                                                   stdout=log, stderr=log))
        ready = "Transfer status: success" if "secondary" in zones else "all zones loaded"
        wait_until(lambda: ready in (folder / "named.log").read_text(), f"the name server {address} runs")

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait()
        self._folder.cleanup()

    def dig(self, *words):
        """What dig prints, a record a line."""
        done = self.apart.run("dig", "+noall", "+answer", *words, check=True, text=True)
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    def texts(self, name, server):
        """The values that a server shows at a name, now."""
        return sorted(line.split('"')[1] for line in self.dig(f"@{server}", name, "TXT", "+norec") if " TXT " in line)

    def let_in(self):
        """Has ns2 look what is new at ns1."""
        self.dig(f"@{NS2}", "+opcode=notify", "+norec", "example.org", "SOA")

    def records(self, zone):
        """All of the zone, but the number of its version."""
        return sorted(line for line in self.dig(f"@{NS1}", zone, "AXFR", "+onesoa") if " SOA " not in line)

    def added(self):
        """The records that were not there at first."""
        return [line for zone, before in self.untouched.items() for line in self.records(zone) if line not in before]
