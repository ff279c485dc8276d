# SPDX-License-Identifier: ISC
"""Cleans up after a run that was killed: waits until the run says "done", or ends without a word.

A process of its own, started by Scratch with the scratch folder as argument and a pipe from the run
as standard input.
"""

import os
import shutil
import signal
import sys


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder = sys.argv[1]
    if sys.stdin.buffer.read():
        return
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from rig.process import kill_all, of_run  # only now: it costs time, and is rarely needed
    kill_all(lambda: of_run(folder))
    if "--keep" not in sys.argv:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
