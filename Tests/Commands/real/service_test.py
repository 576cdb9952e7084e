"""acme-renew.timer and its service, run by a real systemd in a root of its own, from the manual's first steps on."""

import re

import pytest
from man_examples_test import literal_blocks, section
from packages import made
from roots import Root
from testbed import wait_until
from tools import REPO
from web_servers import WebServerTest

UNITS = REPO / "scripts" / "share" / "systemd"
WORST = 15  # tenths of what systemd-analyze calls exposure; 96 is a service without any walls
NAME = "example.org"
STEPS, SERVERS = list(literal_blocks(section("acme-pipeline.7", "MAKE")))[-2:]

# What the service may, told by itself.
PROBE = """
id -u
for file in /etc/probe /usr/probe /root/probe /home/probe /var/www/probe /var/lib/probe; do
    touch "$file" && echo "could write $file"
done
cat /etc/acme-tools/account.key && echo "could read the key"
unshare --user true && echo "could make a namespace"
awk '/^(CapEff|CapBnd|NoNewPrivs|Seccomp):/ { print $1, $2 }' /proc/self/status
"""


class Units(WebServerTest):

    def test_verified(self):
        """By the manual's paths: systemd finds nothing odd in them."""
        for unit in UNITS.iterdir():
            result = self.run_tool("systemd-analyze", "verify", "--man=no", unit)
            self.assertEqual([line for line in result.err.splitlines() if "acme-renew" in line], [])

    def test_exposure(self):
        self.ok(self.run_tool("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={WORST}",
                              UNITS / "acme-renew.service"), quiet=False)


@pytest.mark.released
class Service(WebServerTest):
    """From the package to the third certificate."""

    def test_from_the_first_steps_on(self):
        self.root = Root(self.testbed.dir, command=("/lib/systemd/systemd", "--unit=sysinit.target", "--show-status=no",
                                                    "--log-target=journal"))
        self.addCleanup(self.root.stop)
        wait_until(lambda: self.root.run("systemctl", "is-system-running").stdout.strip() in (b"running", b"degraded"),
                   "systemd has started", seconds=60)
        self.root.path("/tmp/acme-tools.deb").write_bytes(made().read_bytes())
        self.inside("dpkg --install /tmp/acme-tools.deb")
        steps = STEPS.replace("/usr/local", "/usr")
        before, start, timer = re.fullmatch(r"(?s)(.*\n)(systemctl start .*?\n)(systemctl enable .*\n)", steps).groups()
        self.inside(before)
        self.edit("/etc/acme-tools/Makefile", r"^NAMES = .*", f"NAMES = {NAME}", "^include", (
            f"ACME_DIRECTORY = {self.env['ACME_DIRECTORY']}\nACME_CA_BUNDLE = /etc/acme-tools/ca.pem\n"
            "RELOAD += ; sh /etc/acme-tools/probe >probed 2>&1\ninclude"))
        self.put("/etc/acme-tools/probe", PROBE)
        self.put("/etc/acme-tools/ca.pem", (self.testbed.dir / "ca-api.pem").read_text())
        self.nginx(is_whole=False)

        self.inside(start)
        first = self.chain()
        self.walls()
        self.nginx(is_whole=True)
        self.assertEqual(self.served(), first)

        self.put("/etc/systemd/system/acme-renew.service.d/override.conf", SERVERS)
        self.inside("systemctl daemon-reload")
        self.renewed(start)

        self.edit("/etc/acme-tools/Makefile", "^NAMES = .*", f"NAMES = {NAME} *.{NAME}")
        self.renewed(start, fails=True)
        journal = self.inside("journalctl --no-pager --output=cat -u acme-renew.service")
        self.assertRegex(journal, rf"(?m)^acme-challenge: error: .*\*\.{NAME}")

        self.edit("/etc/acme-tools/Makefile", "^NAMES = .*", f"NAMES = {NAME}")
        self.put("/etc/systemd/system/acme-renew.timer.d/now.conf", "[Timer]\nOnActiveSec=0\nRandomizedDelaySec=0\n")
        self.inside("systemctl daemon-reload")
        self.renewed(timer)
        self.assertIn("acme-renew.service", self.inside("systemctl list-timers --no-pager"))

    # In the root

    def inside(self, script, status=0):
        done = self.root.run("bash", "-e", "-c", script)
        if done.returncode != status:
            journal = self.root.run("journalctl", "--no-pager", "--lines=40").stdout.decode()
            self.assertEqual(done.returncode, status, f"{done}\n{journal}")
        return done.stdout.decode()

    def put(self, file, text):
        path = self.root.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, file, *changes):
        text = self.root.path(file).read_text()
        for pattern, new in zip(changes[::2], changes[1::2]):
            text, count = re.subn(pattern, lambda _: new, text, flags=re.M)
            self.assertEqual(count, 1, pattern)
        self.put(file, text)

    def nginx(self, is_whole):
        """Debian's own service has the page's first server, or all of them."""
        page = self.root.path("/usr/share/acme-tools/web-servers/nginx.conf").read_text()
        if not is_whole:
            page = page.partition("# With the certificate:\n")[0]
        for there, here in {"/etc/ssl/acme": "/var/lib/acme-tools", "/var/www/acme": "/run/acme-tools",
                            "listen 80;": f"listen 127.0.0.1:{self.http};",
                            "listen 443 ": f"listen 127.0.0.1:{self.tls} "}.items():
            page = page.replace(there, here)
        self.inside("rm -f /etc/nginx/sites-enabled/*")
        self.put(f"/etc/nginx/sites-enabled/{NAME}", re.sub(r"(?m)^ *listen \[::\]:.*\n", "", page))
        self.inside("systemctl restart nginx")

    def chain(self):
        return self.inside(f"cat /var/lib/acme-tools/{NAME}.pem")

    def served(self):
        shown = self.run_tool("openssl", "s_client", "-connect", f"127.0.0.1:{self.tls}", "-servername", NAME,
                              "-showcerts")
        return "".join(re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", shown.text, re.S))

    def renewed(self, command, fails=False):
        """The same again with a certificate that is to be made anew: then nginx shows it."""
        before = self.chain()
        self.inside(f"touch /var/lib/acme-tools/{NAME}.csr")
        self.inside(command, status=1 if fails else 0)
        wait_until(lambda: self.chain() != before, "there is a new chain", seconds=60)
        wait_until(lambda: self.served() == self.chain(), "nginx has reloaded")
        self.inside("test ! -e /var/lib/acme-tools/reload.wanted")

    def walls(self):
        """What the service could do is told by the probe; and nobody but root sees what it has made."""
        user, *could = self.inside("cat /var/lib/acme-tools/probed").splitlines()
        self.assertGreaterEqual(int(user), 61184, "a dynamic user")
        could = [line for line in could if not re.search(r"(Permission denied|Read-only file system|not permitted|"
                                                         "No such file or directory)", line)]
        self.assertEqual(could, ["CapEff: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2"])
        self.inside("setpriv --reuid=nobody --regid=nogroup --clear-groups test ! -r /var/lib/acme-tools/account.json")
        self.inside("test ! -e /run/acme-tools")
