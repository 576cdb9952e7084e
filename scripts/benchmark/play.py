"""Lets the contestants of a row play in turn, and keeps what each run cost."""

import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess

MEASURE = [
    "/usr/bin/python3", "-I", "-S", str(pathlib.Path(__file__).with_name("measure.py"))]
LONGEST = 240  # seconds after which a run is given up
ENOUGH = 60  # seconds after which a contestant of a row has run often enough


class CannotPlay(Exception):
    """Why a contestant has no figures. The tables show it."""


@dataclasses.dataclass
class Run:
    """A command that is ready to be run. Its success is `status`, and that `check` raises nothing."""

    words: list
    folder: pathlib.Path
    environment: dict
    ca: object = None
    relay: object = None
    status: int = 0
    check: object = lambda: None


@dataclasses.dataclass
class Contestant:
    """`prepare(counting)` makes a Run, one that goes by a relay if it is only for counting connections."""

    name: str
    ours: bool
    note: str
    prepare: object


def play(row, contestants, times, say):
    """A dictionary for each contestant: `name`, `ours`, `note`, and `samples`, or the `reason` why there are none."""
    cells = [{"name": c.name, "ours": c.ours, "note": c.note, "samples": [], "connections": []} for c in contestants]
    spent = dict.fromkeys(range(len(cells)), 0.0)
    for turn in range(-1 if row.counts else 0, times * row.times):
        for number, (contestant, cell) in enumerate(zip(contestants, cells, strict=True)):
            if "reason" in cell or turn > 0 and spent[number] > ENOUGH:
                continue
            place = f"{turn + 1} of {times * row.times}" if turn >= 0 else "beforehand"
            say(f"{row.name}: {contestant.name}, {place}")
            try:
                sample = play_once(row, contestant, counting=turn < 0)
            except CannotPlay as reason:
                cell["reason"], cell["samples"] = str(reason), []
                continue
            if "connections" in sample:
                cell["connections"].append(sample.pop("connections"))
            if turn >= 0:
                cell["samples"].append(sample)
                spent[number] += sample["wall"]
    return cells


def play_once(row, contestant, counting):
    run = contestant.prepare(counting)
    mark = run.ca.mark() if run.ca else None
    connections = run.relay.connections if run.relay else 0
    status, sample = measured(run.words, run.folder, run.environment)
    if status != run.status:
        raise CannotPlay(f"{last_words(run.folder)} (status {status})")
    run.check()
    if run.ca:
        requests, slept = run.ca.since(mark)
        sample["requests"] = len(requests)
        if row.sleeps:
            sample["slept"] = slept
    if run.relay:
        sample["connections"] = run.relay.connections - connections
    shutil.rmtree(run.folder)
    return sample


def measured(words, folder, environment):
    """The exit status, and what it took: seconds of `wall` time and `cpu`, and the bytes of the largest process."""
    reader, writer = os.pipe()
    with open(reader, "rb") as report, open(folder / "log", "wb") as log:
        try:
            supervise([*MEASURE, str(writer), *map(str, words)], folder, environment, log, pass_fds=[writer])
        finally:
            os.close(writer)
        status, wall, cpu, memory = report.read().split()
    return int(status), {"wall": float(wall), "cpu": float(cpu), "memory": int(memory) * 1024}


def run_aside(words, folder, environment):
    """Runs what isn't measured."""
    with open(folder / "log", "wb") as log:
        if status := supervise(words, folder, environment, log):
            raise CannotPlay(f"{last_words(folder)} (status {status}, beforehand)")


def supervise(words, folder, environment, log, **options):
    """Runs it to its end, or ends it with all that it has started."""
    process = subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                               start_new_session=True, **options)
    try:
        return process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        raise CannotPlay(f"it takes longer than {LONGEST} s") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def last_words(folder):
    """The last line of what it has said, which tends to say why."""
    lines = [line.strip() for line in (folder / "log").read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
