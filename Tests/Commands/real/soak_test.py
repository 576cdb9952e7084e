"""Very many certificates, side by side, in foul weather (see foul_weather.py): each comes, and nothing is left over.

The variable ACME_SOAK says how many, and ACME_SEED which weather."""

import concurrent.futures
import glob
import os
import pathlib
import random
import re
import resource
import tempfile

import pytest
from foul_weather import FoulWeather
from testbed import PIPELINE, PipelineTest
from tools import TOOLS

COME_AGAIN = (69, 75)  # the line was lost more often than is tried, or not now


@pytest.mark.takes_longer
class Soak(PipelineTest):
    SETTINGS = {"PEBBLE_WFE_NONCEREJECT": 50}

    def leftovers(self):
        """What shouldn't be more afterwards: processes of the tools, files for the moment, and proofs."""
        names = [path.read_text().strip() for path in map(pathlib.Path, glob.glob("/proc/[0-9]*/comm")) if path.exists()]
        ours = [name for name in names if name in TOOLS and self.is_ours(name)]
        hidden = [path.name for path in self.dir.iterdir() if path.name.startswith(".")]
        return ours, hidden, self.testbed.tokens()

    def is_ours(self, name):
        """Other tests run beside this one: a process counts that is in our folder."""
        return any(os.path.realpath(f"{os.path.dirname(comm)}/cwd") == str(self.dir) for comm in glob.glob(
            "/proc/[0-9]*/comm") if os.path.exists(comm) and pathlib.Path(comm).read_text().strip() == name)

    def get(self, number):
        """One certificate; the statuses of the runs that it took."""
        name, chain = f"soak{number}.example.org", f"{number}.pem"
        statuses = []
        while not statuses or statuses[-1] in COME_AGAIN and len(statuses) < 3:
            done = self.sh(PIPELINE.format(names=name, chain=chain), timeout=900)
            statuses.append(done.status)
            if done.status:
                errors = re.findall(r"(?m)^acme-[a-z]+: error: .*", done.err)
                self.assertEqual(len(errors), 1, done)
        self.assertEqual(statuses[-1], 0, done)
        self.openssl("verify", "-CAfile", "root.pem", "-untrusted", chain, chain)
        self.assertEqual(self.names_of(chain), [f"DNS:{name}"])
        (self.dir / chain).unlink()
        return statuses

    def test_in_foul_weather(self):
        count = int(os.environ.get("ACME_SOAK", 10_000))
        seed = os.environ.get("ACME_SEED") or str(random.randrange(10**9))
        (self.dir / "root.pem").write_bytes(self.testbed.manage("/roots/0"))
        before, open_before = self.leftovers(), len(os.listdir("/proc/self/fd"))
        temporary = set(os.listdir(tempfile.gettempdir()))
        with FoulWeather(self.testbed, seed) as front:
            self.account_at(front)
            done, at = [], 0
            # As many side by side as it happens to be, from 4 to 20, and each for a while.
            widths = random.Random(seed)
            while at < count:
                width = widths.randint(4, 20)
                batch = range(at, min(count, at + 10 * width))
                with concurrent.futures.ThreadPoolExecutor(width) as pool:
                    done += pool.map(self.get, batch)
                at = batch.stop
        again = [statuses for statuses in done if len(statuses) > 1]
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"seed {seed}: {len(done)} certificates, {len(again)} at the second run or later {again[:20]}; "
              f"{sum(front.fell.values())} requests, {dict(front.fell)}; the largest process had {largest} KiB")
        self.assertEqual(len(done), count)
        self.assertLess(largest, 200_000)
        self.assertEqual(self.leftovers(), before)
        self.assertLessEqual(len(os.listdir("/proc/self/fd")), open_before + 5)
        new = {name for name in set(os.listdir(tempfile.gettempdir())) - temporary if name.startswith(".")}
        self.assertEqual(new, set())

    def account_at(self, front):
        """The CA as it is seen through the front."""
        self.env |= {"ACME_DIRECTORY": front.directory}
        done = self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "-o", "account.json", "--timeout", "300")
        self.ok(done)
