"""For what machine the figures hold, and how much else it had to do."""

import os
import pathlib
import platform
import re
import statistics
import time

from benchmark.play import measured
from benchmark.stage import BUNDLE, environment


def describe(stage):
    ca = stage.ca()
    there = {f"{round_trip * 1000:.0f}": ca.round_trip(ca.behind(ca.relay(round_trip)))
             for round_trip in (0.0, 0.05, 0.2)}
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "processors": len(os.sched_getaffinity(0)),
            "processor": processor(), "kernel": platform.release(), "roots": BUNDLE.read_text().count("BEGIN CERT"),
            "load": [os.getloadavg()[0]],
            # What a program that does nothing costs: no figure can be smaller.
            "least": least(stage.folder),
            # Seconds for a question on an open connection, and for a connection and its first question.
            "roundTrips": {"direct": ca.round_trip(ca.direct), **there}}


def least(folder):
    runs = [measured(["true"], folder, environment(folder))[1] for _ in range(20)]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def afterwards(described):
    return {"load": [*described["load"], os.getloadavg()[0]]}


def processor():
    found = re.search(r"(?m)^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text())
    return " ".join(found[1].split()) if found else platform.machine()
