"""acme-fleet(7): one pile of names, three hosts behind a real ssh, and the account's key on one of them."""

import getpass
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest
from man_examples_test import literal_blocks, section
from sshd import Sshd
from testbed import TestbedTest, wait_until
from tools import LIMIT, ToolTest

REGISTER, SCRIPT, RUN, RESUME = literal_blocks(section("acme-fleet.7", "HOSTS FOR ONE PILE OF NAMES"))
HOSTS = ("vault", "two", "three")
HOST = """
Host {name}
Port {port}
HostKeyAlias {name}
IdentityFile {dir}/user_key
"""
ALL = """
Host *
HostName 127.0.0.1
User {user}
IdentitiesOnly yes
UserKnownHostsFile {dir}/known_hosts
GlobalKnownHostsFile /dev/null
ControlMaster auto
ControlPersist 60
ControlPath {dir}/%C
"""


class LimitsTest(ToolTest):

    def test_as_the_other_page_has_them(self):
        table = re.findall(r"(?m)^\.It (.*) Ta (.*) Ta (\d+) in (.*)$", section("acme-pipeline.7", "LIMITS"))
        many = {(what, each): (number, time) for what, each, number, time in table}
        said = " ".join(section("acme-fleet.7", "LIMITS").split())
        for (what, each), sentence in {
                ("orders", "account"): "an account {} orders in {},",
                ("certificates", "registered domain"): "a registered domain {} certificates in {},",
                ("certificates", "set of names"): "a set of names {} in {}."}.items():
            self.assertIn(sentence.format(*many[what, each]), said)


class Fleet(TestbedTest):
    """The names are host0.example.org and so on; each host has a home of its own, and this machine's web root."""

    COUNT, KILLED_AFTER = 12, 0  # names that are done when a host that is at work dies

    def setup_method(self):
        super().setup_method()
        bin = self.dir / "bin"
        bin.mkdir()
        self.hosts = {name: Sshd(bin) for name in HOSTS}
        config = "".join(HOST.format(name=name, port=host.port, dir=host.dir) for name, host in self.hosts.items())
        (self.dir / "ssh_config").write_text(config + ALL.format(user=getpass.getuser(), dir=self.dir))
        (self.dir / "known_hosts").write_text("".join(
            f"{name} {(host.dir / 'host_key.pub').read_text()}" for name, host in self.hosts.items()))
        (bin / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self.dir}/ssh_config "$@"\n')
        (bin / "ssh").chmod(0o755)
        self.addCleanup(self.hang_up)
        self.env |= {"PATH": f"{bin}:{self.env['PATH']}", "HOME": str(self.dir), "PARALLEL_HOME": str(self.dir / "p")}
        self.names = [f"host{n}.example.org" for n in range(self.COUNT)]
        (self.dir / "names").write_text("".join(f"{name}\n" for name in self.names))
        (self.dir / "certificate").write_text(SCRIPT.replace("/var/www/html", str(self.testbed.webroot)).replace(
            "\n", f"\nexport ACME_CA_BUNDLE={self.testbed.env['ACME_CA_BUNDLE']}\n", 1))
        (self.dir / "certificate").chmod(0o755)
        self.ok(self.sh(REGISTER))

    def hang_up(self):
        """Ends the connections that ssh keeps open."""
        for name in HOSTS:
            self.run_tool(self.dir / "bin" / "ssh", "-O", "exit", name)

    def test_every_name(self):
        self.ok(self.sh(RUN), quiet=False)
        self.all_are_there()
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual({name for _, name, _ in self.jobs()}, set(HOSTS))
        self.assertEqual([host for host in HOSTS if any(self.hosts[host].home.rglob("*.key"))], ["vault"])
        self.assertEqual([file for host in HOSTS for file in self.hosts[host].home.rglob("*.pem")], [])

    def test_a_host_that_dies(self):
        run = subprocess.Popen(["bash", "-c", RUN], cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        log, dying = self.dir / "joblog", self.hosts["three"]
        wait_until(lambda: log.exists() and len(log.read_text().splitlines()) > self.KILLED_AFTER
                   and any(dying.home.rglob("*.csr")), "the host is at work", seconds=LIMIT)
        self.kill(dying)
        self.assertNotEqual(run.wait(LIMIT), 0)
        self.assertEqual({host for _, host, status in self.jobs() if status}, {"three"})
        self.ok(self.sh(RESUME), quiet=False)
        self.all_are_there()

    def jobs(self):
        """The last that the log says of each name: name, host and status."""
        rows = [line.split("\t") for line in (self.dir / "joblog").read_text().splitlines()[1:]]
        return [(row[8].split()[-1], row[1].rpartition("/")[2], int(row[6])) for row in
                {row[0]: row for row in rows}.values()]

    def all_are_there(self):
        jobs = self.jobs()
        self.assertEqual(sorted(name for name, _, _ in jobs), sorted(self.names))
        self.assertEqual([job for job in jobs if job[2]], [])
        for name in self.names:
            self.openssl("x509", "-in", f"{name}.pem", "-noout", "-checkhost", name)

    @staticmethod
    def kill(host):
        """It and what runs there, as if its plug had been pulled."""
        numbers = [host.process.pid]
        for number in numbers:
            children = pathlib.Path(f"/proc/{number}/task/{number}/children")
            numbers += map(int, children.read_text().split()) if children.exists() else []
        for number in numbers:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass


@pytest.mark.takes_longer
class LargerFleet(Fleet):

    COUNT, KILLED_AFTER = 60, 30
