"""Any tool of the pipeline killed at any moment, in any way: nothing is spoiled, and the next run gets the certificate.

The moments are drawn from a seed, which a failure shows, and which the variable ACME_SEED sets."""

import os
import pathlib
import random
import re
import signal
import subprocess
import time

import pytest
from testbed import PipelineTest
from tools import LIMIT

CATCHABLE = (signal.SIGTERM, signal.SIGINT)
IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)
SIGNALS = (signal.SIGKILL, *CATCHABLE, *IGNORED)
STAGES = (("acme-csr", "-k", "site.key", "{name}"), ("acme-challenge", "--webroot", "{webroot}"), ("acme-finalize",),
          ("acme-chain", "-o", "site.pem"))
# A tool ends with a status of the contract, or by the signal that it got; and never by a crash.
STATUSES = {0, *range(64, 79)} - {70}


def is_ignored(number, pid):
    """Whether the process lets that signal pass; one that has ended does."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^SigIgn:\s*(\w+)$", status, re.M)
    return not found or bool(int(found[1], 16) >> (number - 1) & 1)


class KillTest(PipelineTest):

    def setup_method(self):
        super().setup_method()
        self.seed = os.environ.get("ACME_SEED") or str(random.randrange(10**9))
        self.random = random.Random(self.seed)
        self.keys = {name: self.read(name) for name in ("account.key", "site.key", "account.json")}

    def begin(self, name):
        """The pipeline's processes, each reading from the one before."""
        processes, stdin = [], subprocess.DEVNULL
        for stage in STAGES:
            argv = [word.format(name=name, webroot=self.env["WEBROOT"]) for word in stage]
            last = stage is STAGES[-1]
            process = subprocess.Popen(argv, cwd=self.dir, env=self.env, stdin=stdin, stderr=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL if last else subprocess.PIPE)
            self.addCleanup(process.kill)
            if processes:
                stdin.close()
            processes.append(process)
            stdin = process.stdout
        return processes

    def end(self, processes):
        """The statuses, once all have ended by themselves."""
        said = [process.stderr.read().decode() for process in processes]
        for process in processes:
            process.wait(LIMIT)
            process.stderr.close()
        return [process.returncode for process in processes], "".join(said)

    def kill_one(self, name, calm):
        """One round: a pipeline in which a tool is killed, and what is true after that."""
        before = self.read("site.pem")
        moment, victim, number = self.random.uniform(0, calm), self.random.randrange(len(STAGES)), self.random.choice(SIGNALS)
        words = f"seed {self.seed}: {name}: {STAGES[victim][0]} gets {number.name} after {moment:.3f} s"
        processes = self.begin(name)
        time.sleep(moment)
        # Until the loader is done no tool can refuse a signal.
        ignored = number in IGNORED and is_ignored(number, processes[victim].pid)
        processes[victim].send_signal(number)
        statuses, said = self.end(processes)
        words += f": {statuses}\n{said}"
        self.assertLessEqual(set(statuses), STATUSES | {-number}, words)
        if ignored:
            self.assertEqual((set(statuses), said), ({0}, ""), words)
        for key, octets in self.keys.items():
            self.assertEqual(self.read(key), octets, words)
        after = self.read("site.pem")
        if after == before:
            self.assertNotEqual(statuses[-1], 0, words)
        else:
            self.good_chain("site.pem", [name])
        self.takes_away(number == signal.SIGKILL, words)

    def takes_away(self, was_killed, words):
        """Only what can't be caught leaves something behind: a proof, or a file that was to become site.pem."""
        left = [self.testbed.webroot / ".well-known/acme-challenge" / token for token in self.testbed.tokens()]
        left += [path for path in self.dir.iterdir() if path.name.startswith(".")]
        self.assertLessEqual(len(left), 1 if was_killed else 0, f"{words}\n{left}")
        for path in left:
            path.unlink()

    def survive(self, rounds):
        print(f"seed {self.seed}")
        self.issue("kill.example.org")
        began = time.monotonic()
        self.issue("kill.example.org")
        calm = time.monotonic() - began
        for number in range(rounds):
            name = f"kill{number}.example.org"
            self.kill_one(name, calm)
            self.issue(name)

    def test_twenty(self):
        self.survive(20)

    @pytest.mark.takes_longer
    def test_a_thousand(self):
        self.survive(int(os.environ.get("ACME_KILLS", 1000)))
