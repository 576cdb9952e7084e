"""What a hook starts is ended with it: all of that, and nothing else."""

import os
import pathlib
import signal
import subprocess

import pytest
from sandbox import refusing, without_proc
from testbed import PipelineTest, wait_until

HOOK = """#!/bin/bash
echo $$ >>started
{more}
"""
# Children that leave the session, one whose parent is gone, and a deaf one.
FLEEING = """
[ "$1" = present ] || exit 0
setsid sleep 1000 & echo $! >>started
(setsid bash -c 'sleep 1001 & echo $! >>started; echo $$ >>started; sleep 1002' &)
trap '' TERM
sleep 1003 & echo $! >>started
while :; do sleep 0.1; done
"""


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class SupervisorTest(PipelineTest):
    def setup_method(self):
        super().setup_method()
        self.csr("hook.example.org")
        self.addCleanup(self.kill_the_rest)

    def hook(self, name, more):
        (self.dir / name).write_text(HOOK.format(more=more))
        (self.dir / name).chmod(0o755)

    def started(self):
        try:
            return [int(line) for line in (self.dir / "started").read_text().split()]
        except FileNotFoundError:
            return []

    def kill_the_rest(self):
        for pid in self.started():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def start(self, *before, options=("--hook", "./hook"), beside="", **how):
        """acme-challenge, as the child of a shell that has become it: what that began is its child too."""
        script = f'{beside} exec "$@" <site.csr'
        return subprocess.Popen(["bash", "-c", script, "bash", *before, "acme-challenge", *options], cwd=self.dir,
                                env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **how)

    def all_gone(self):
        wait_until(lambda: not [pid for pid in self.started() if alive(pid)], "all that the hook started is gone")

    def ended(self, process, status):
        error = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, status, error)
        return error

    @pytest.mark.own_sandbox
    def test_all_that_a_hook_started_ends_with_the_time(self):
        for before in (), without_proc(), refusing("ENOSYS", "pidfd_open", "close_range"):
            with self.subTest(before=before):
                self.hook("hook", FLEEING)
                process = self.start(*before, options=("--timeout", "2", "--hook", "./hook"),
                                     beside="sleep 999 >/dev/null 2>&1 & echo $! >stranger;")
                error = self.ended(process, 75)
                self.assertIn("the time allowed (2 s) is over while ./hook present runs", error)
                self.assertGreaterEqual(len(self.started()), 5)
                self.all_gone()
                stranger = int((self.dir / "stranger").read_text())
                self.assertTrue(alive(stranger), "a child that the tool was born with was ended")
                os.kill(stranger, signal.SIGKILL)
                (self.dir / "started").unlink()

    def test_on_a_signal(self):
        self.hook("hook", FLEEING)
        process = self.start()
        wait_until(lambda: len(self.started()) >= 5, "the hook runs")
        process.send_signal(signal.SIGTERM)
        self.ended(process, -signal.SIGTERM)
        self.all_gone()

    def test_when_the_tool_is_killed(self):
        self.hook("hook", FLEEING)
        process = self.start()
        wait_until(lambda: len(self.started()) >= 5, "the hook runs")
        process.kill()
        self.ended(process, -signal.SIGKILL)
        self.all_gone()

    def test_when_the_tool_s_process_group_is_killed(self):
        """As timeout -s KILL does, or a shell with its jobs."""
        self.hook("hook", FLEEING)
        process = self.start(process_group=0)
        wait_until(lambda: len(self.started()) >= 5, "the hook runs")
        os.killpg(process.pid, signal.SIGKILL)
        self.ended(process, -signal.SIGKILL)
        self.all_gone()

    def test_what_an_earlier_hook_left_stays(self):
        """A hook that begins a server and ends is followed by one that is ended."""
        self.hook("hook", """
[ "$1" = present ] || exit 0
[ -e daemon ] && { sleep 1000; exit; }
sleep 998 >/dev/null 2>&1 & echo $! >daemon; setsid sleep 997 >/dev/null 2>&1 & echo $! >>daemon""")
        self.csr("one.example.org", "two.example.org")
        self.ended(self.start(options=("--timeout", "3", "--hook", "./hook")), 75)
        self.all_gone()
        daemons = [int(pid) for pid in (self.dir / "daemon").read_text().split()]
        self.assertEqual([alive(pid) for pid in daemons], [True, True])
        for pid in daemons:
            os.kill(pid, signal.SIGKILL)

    def test_as_the_first_process_of_a_container(self):
        """There every orphan is the tool's child."""
        self.hook("hook", '[ "$1" = present ] || { kill -0 $(cat orphan) && touch alive; exit 0; }' + FLEEING)
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        script = '(setsid sleep 996 >/dev/null 2>&1 & echo $! >orphan); exec "$@"'
        process = self.start("unshare", *root, "--pid", "--fork", "--mount-proc", "bash", "-c", script, "bash",
                             options=("--timeout", "2", "--hook", "./hook"))
        error = self.ended(process, 75)
        self.assertIn("is over while ./hook present runs", error)
        self.assertTrue((self.dir / "alive").exists())

    def test_a_hook_gets_its_variables_octet_for_octet(self):
        self.hook("hook", 'printf %s "$LATIN" >"seen.$1"; [ "$1" = present ] && exit 3')
        self.env["LATIN"] = b"caf\xe9".decode("utf-8", "surrogateescape")
        self.env |= {"ACME_EAB_HMAC_KEY": "c2VjcmV0", "ACME_TOKEN": "the caller's"}
        self.ended(self.start(), 71)
        self.assertEqual((self.dir / "seen.present").read_bytes(), b"caf\xe9")

    def test_a_hook_with_octets_in_its_name(self):
        name = os.path.join(os.fsencode(self.dir), b"caf\xe9")
        with open(name, "w", encoding="utf-8") as file:
            file.write("echo ran >ran; exit 4\n")  # and without #!: /bin/sh runs it
        os.chmod(name, 0o755)
        process = subprocess.run([b"acme-challenge", b"--hook", b"./caf\xe9 'a b'"], cwd=self.dir, env=self.env,
                                 stdin=open(self.dir / "site.csr", "rb"), capture_output=True, timeout=60)
        self.assertEqual(process.returncode, 71, process)
        self.assertIn(b"./caf\\xE9 a b present failed with status 4", process.stderr)
        self.assertTrue((self.dir / "ran").exists())

    def test_a_hook_that_cannot_run_is_said_before_the_order(self):
        before = len(self.testbed.requests())
        (self.dir / "folder").mkdir()
        (self.dir / "dos").write_bytes(b"#!/bin/sh\r\nexit 0\r\n")
        (self.dir / "nowhere").write_text("#!/no/such/shell -e\n")
        (self.dir / "closed").write_text("exit 0\n")
        for name in "dos", "nowhere":
            (self.dir / name).chmod(0o755)
        for name, message in (("folder", "folder"), ("dos", "as on DOS"), ("nowhere", "/no/such/shell"),
                              ("closed", "denied"), ("missing", "no such file")):
            with self.subTest(name=name):
                done = self.run_tool("acme-challenge", "--hook", f"./{name}", stdin=(self.dir / "site.csr").read_bytes())
                self.fails(done, 71, message)
        self.assertEqual(self.testbed.requests()[before:], [])
