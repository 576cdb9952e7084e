"""What is made once a run, by whichever thread needs it first."""

import functools
import threading


def once(make):
    """`make` without arguments: called once, the others wait for what it made."""
    lock, made = threading.Lock(), []

    @functools.wraps(make)
    def get():
        with lock:
            if not made:
                made.append(make())
        return made[0]
    return get
