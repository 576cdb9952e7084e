"""Whole pipelines where /proc or what Linux usually has is refused."""

import itertools

import pytest
from sandbox import CONFINING, ERRNOS, NICETIES, refusing, without_proc
from testbed import PipelineTest
from tools import quoted

STAGES = "{b} acme-csr -k site.key {names} | {b} acme-challenge {how} | {b} acme-finalize | {b} acme-chain -o {chain}"
HOOK = """#!/bin/sh
[ "$1" = present ] && at=set-txt value=$ACME_DNS_VALUE || at=clear-txt value=
echo "$1 $ACME_IDENTIFIER" >>hooked
exec curl -s -d "{\\"host\\":\\"$ACME_DNS_NAME.\\",\\"value\\":\\"$value\\"}" "$DNS_MANAGEMENT/$at"
"""
CALLS = sorted(set(NICETIES) - {"umask", "clone3", "linkat", *CONFINING})


@pytest.mark.own_sandbox
class SandboxTest(PipelineTest):
    numbers = itertools.count(1)

    def setup_method(self):
        super().setup_method()
        (self.dir / "hook").write_text(HOOK)
        (self.dir / "hook").chmod(0o755)

    def all_ways(self, before, quiet=True):
        for how in '--webroot "$WEBROOT"', "--hook ./hook":
            # A name of its own each time: Pebble takes an earlier proof now and then, whatever it is told.
            name = f"sandbox-{next(self.numbers)}.example.org"
            done = self.sh(STAGES.format(b=quoted(*before), names=name, how=how, chain="site.pem"))
            self.ok(done, quiet=quiet)
            self.good_chain("site.pem", [name])
            self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual((self.dir / "hooked").read_text(), f"present {name}\ncleanup {name}\n")
        (self.dir / "hooked").unlink()

    @pytest.mark.unsanitized
    def test_without_proc(self):
        self.all_ways(without_proc())

    def test_each_call_that_is_refused_is_done_without(self):
        for call in CALLS:
            with self.subTest(call=call):
                # Whether a hook's strangers can be ended can't be known without prctl: it is said.
                self.all_ways(refusing("ENOSYS", call), quiet=call != "prctl")

    def test_where_nothing_confines_the_tools(self):
        self.all_ways(refusing("ENOSYS", *CONFINING))

    def test_all_of_them_at_once(self):
        for code in ERRNOS:
            with self.subTest(code=code):
                self.all_ways(refusing(code, *(set(CALLS) - {"prctl"}), *CONFINING))

    def test_a_web_root_behind_a_link_that_stays_inside(self):
        (self.dir / "web" / "real").mkdir(parents=True)
        (self.dir / "web" / ".well-known").symlink_to("real")
        for before in (), refusing("ENOSYS", *CALLS):
            self.csr("link.example.org")
            order = self.ok(self.run_tool("acme-challenge", "order", "--type", "http-01",
                                          stdin=(self.dir / "site.csr").read_bytes()))
            self.ok(self.run_tool(*before, "acme-challenge", "publish", "--webroot", "web", stdin=order.out), quiet=False)
            self.assertEqual(len(list((self.dir / "web/real/acme-challenge").iterdir())), 1)
            self.ok(self.run_tool(*before, "acme-challenge", "clean", "--webroot", "web", stdin=order.out), quiet=False)
            self.assertEqual(len(list((self.dir / "web/real/acme-challenge").iterdir())), 0)
