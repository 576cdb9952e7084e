"""What is made once and shared until a run ends."""

import atexit
import contextlib
import fcntl
import pathlib
import shutil

RUN = pathlib.Path()  # a folder of the run, which all of its workers know (see conftest.py)
ENDS = contextlib.ExitStack()  # how what this process has started is ended again, the last first

at_the_end = ENDS.callback
atexit.register(ENDS.close)  # for a run that was interrupted


def shared_folder(name, make):
    """A folder that whichever worker needs it first fills by `make(folder)`; the others wait. It goes with the run."""
    folder, made = RUN / name, RUN / f"{name}.made"
    with open(RUN / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder
