"""Runs one command and says what it cost. A program of its own, for `python3 -I -S`, and a small one.

    measure.py FD COMMAND [WORD]...

FD gets a line: exit status, seconds of wall time, seconds of processor time, and the kilobytes of the largest process,
the command and all its descendants counted. The kernel counts what a process had in memory before its exec, too: no
figure is smaller than this program, which is why it is a small one.
"""

import os
import sys
import time


def main():
    report, words = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(report, False)
    began = time.monotonic()
    child = os.posix_spawnp(words[0], words, os.environ)  # a fork would cost what is measured some milliseconds
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - began
    line = f"{os.waitstatus_to_exitcode(status)} {wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss}\n"
    os.write(report, line.encode())


main()
