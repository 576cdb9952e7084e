"""The package that scripts/package makes of the tools under test."""

import pathlib
import subprocess

from once import shared_folder
from tools import BIN, LIMIT, REPO, clean_environment


def build(folder, *options):
    """Makes one in `folder`; where it is."""
    done = subprocess.run([REPO / "scripts" / "package", *options, folder], env=clean_environment(ACME_BIN=BIN),
                          capture_output=True, timeout=10 * LIMIT)
    assert done.returncode == 0 and not done.stderr, done
    return pathlib.Path(done.stdout.decode().strip())


def made():
    """One for trials, made once a run."""
    return next(shared_folder("package", lambda folder: build(folder, "--quick")).iterdir())
