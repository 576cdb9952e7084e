"""Very many certificates, side by side, in foul weather (see foul_weather.py): each comes, and nothing is left over.

The variable ACME_SOAK says how many, and ACME_SEED which weather."""

import collections
import concurrent.futures
import glob
import os
import pathlib
import random
import re
import resource
import tempfile
import threading

import pytest
from foul_weather import FoulWeather
from testbed import PIPELINE, PipelineTest, Testbed
from tools import TOOLS

COME_AGAIN = (69, 75)  # the line was lost more often than is tried, or not now
LEG = 2_500  # as many certificates are had of one Pebble, which keeps all of them in memory
MOST_STANDSTILLS = 4


@pytest.mark.takes_longer
class Soak(PipelineTest):
    SETTINGS = {"PEBBLE_WFE_NONCEREJECT": 50}

    def leftovers(self):
        """What shouldn't be more afterwards: processes of the tools, files for the moment, and proofs."""
        hidden = [path.name for path in self.dir.iterdir() if path.name.startswith(".")]
        return self.ours(), hidden, self.testbed.tokens()

    def ours(self):
        """Other tests run beside this one: a process counts that is in our folder."""
        found = []
        for process in glob.glob("/proc/[0-9]*"):
            try:
                name = pathlib.Path(process, "comm").read_text().strip()
                if name in TOOLS and os.readlink(f"{process}/cwd") == str(self.dir):
                    found.append(name)
            except OSError:
                pass  # it has ended
        return found

    def get(self, number):
        """One certificate; the statuses of the runs that it took, or None where the CA stands still."""
        name, chain = f"soak{number}.example.org", f"{number}.pem"
        statuses = []
        while not statuses or statuses[-1] in COME_AGAIN and len(statuses) < 3:
            if self.is_still.is_set():
                return None
            done = self.sh(PIPELINE.format(names=name, chain=chain), timeout=900)
            statuses.append(done.status)
            if done.status:
                errors = re.findall(r"(?m)^acme-[a-z]+: error: .*", done.err)
                self.assertEqual(len(errors), 1, done)
                self.look_at_the_ca()
        if statuses[-1] and self.is_still.is_set():
            return None
        self.assertEqual(statuses[-1], 0, done)
        self.openssl("verify", "-CAfile", "root.pem", "-untrusted", chain, chain)
        self.assertEqual(self.names_of(chain), [f"DNS:{name}"])
        (self.dir / chain).unlink()
        return statuses

    def look_at_the_ca(self):
        """Itself, not the front."""
        with self.looking:
            if not self.is_still.is_set() and self.testbed.stands_still(self):
                self.is_still.set()

    def leg(self, numbers, widths, seed):
        """Certificates of one Pebble, behind a front of its own; what came of each, and what fell on them."""
        self.is_still = threading.Event()
        self.env |= self.testbed.env
        (self.dir / "root.pem").write_bytes(self.testbed.manage("/roots/0"))
        before, done = self.leftovers(), {}
        with FoulWeather(self.testbed, seed) as front:
            self.account_at(front)
            while numbers and not self.is_still.is_set():
                # As many side by side as it happens to be, from 4 to 20, and each for a while.
                width = widths.randint(4, 20)
                batch, numbers = numbers[:10 * width], numbers[10 * width:]
                with concurrent.futures.ThreadPoolExecutor(width) as pool:
                    done |= zip(batch, pool.map(self.get, batch))
        self.assertEqual(self.leftovers(), before)
        return {number: statuses for number, statuses in done.items() if statuses}, front.fell

    def test_in_foul_weather(self):
        count = int(os.environ.get("ACME_SOAK", 10_000))
        seed = os.environ.get("ACME_SEED") or str(random.randrange(10**9))
        open_before, temporary = len(os.listdir("/proc/self/fd")), set(os.listdir(tempfile.gettempdir()))
        self.looking, widths = threading.Lock(), random.Random(seed)
        done, fell, standstills = {}, collections.Counter(), 0
        while todo := [number for number in range(count) if number not in done][:LEG]:
            if done or standstills:
                self.testbed = Testbed(**self.SETTINGS)
            came, met = self.leg(todo, widths, f"{seed} {len(done)}")
            done |= came
            fell += met
            standstills += self.is_still.is_set()
            self.assertLessEqual(standstills, MOST_STANDSTILLS)
            print(f"seed {seed}: {len(done)} of {count}", flush=True)
        again = [statuses for statuses in done.values() if len(statuses) > 1]
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"seed {seed}: {len(done)} certificates, {len(again)} at the second run or later {again[:20]}; "
              f"{sum(fell.values())} requests, {dict(fell)}; the largest process had {largest} KiB; Pebble stood still "
              f"{standstills} times")
        self.assertEqual(len(done), count)
        self.assertLess(largest, 200_000)
        self.assertLessEqual(len(os.listdir("/proc/self/fd")), open_before + 5)
        new = {name for name in set(os.listdir(tempfile.gettempdir())) - temporary if name.startswith(".")}
        self.assertEqual(new, set())

    def account_at(self, front):
        """The CA as it is seen through the front."""
        self.env |= {"ACME_DIRECTORY": front.directory}
        done = self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "-o", "account.json", "--timeout", "300")
        self.ok(done)
