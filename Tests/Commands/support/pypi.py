"""Programs from PyPI, of the versions in pypi.txt. Their virtual environment is made once and stays in .build."""

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
def programs():
    """The folder with the commands, python3 among them."""
    FOLDER.parent.mkdir(exist_ok=True)
    with open(FOLDER.with_name("venv.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, whole = FOLDER / "made-of", f"{sys.executable} {platform.python_version()}\n{WANTED.read_text()}"
        if not made.exists() or made.read_text() != whole:
            shutil.rmtree(FOLDER, ignore_errors=True)
            run(sys.executable, "-m", "venv", FOLDER)
            run(FOLDER / "bin" / "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--no-input", "--only-binary=:all:", "--retries=2", "--timeout=30", f"--requirement={WANTED}")
            made.write_text(whole)
    return FOLDER / "bin"


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="backslashreplace")
    if done.returncode:
        raise RuntimeError(f"what this test needs from PyPI ({WANTED.name}) can't be installed:\n{done.stdout.strip()}")
