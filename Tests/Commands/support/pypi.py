"""Programs from PyPI, those in pypi.txt or another list. Their virtual environment is made once and stays in .build."""

import fcntl
import functools
import pathlib
import platform
import shutil
import subprocess
import sys

from tools import REPO

WANTED = pathlib.Path(__file__).with_name("pypi.txt")
FOLDER = REPO / ".build" / "venv"


@functools.cache
def programs(wanted=WANTED, folder=FOLDER):
    """The folder with the commands, python3 among them."""
    folder.parent.mkdir(exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, whole = folder / "made-of", f"{sys.executable} {platform.python_version()}\n{wanted.read_text()}"
        if not made.exists() or made.read_text() != whole:
            shutil.rmtree(folder, ignore_errors=True)
            run(sys.executable, "-m", "venv", folder)
            run(folder / "bin" / "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--no-input", "--only-binary=:all:", "--retries=2", "--timeout=30", f"--requirement={wanted}")
            made.write_text(whole)
    return folder / "bin"


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="backslashreplace")
    if done.returncode:
        raise RuntimeError(f"what is needed from PyPI can't be installed:\n{done.stdout.strip()}")
