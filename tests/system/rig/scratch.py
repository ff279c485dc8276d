# SPDX-License-Identifier: ISC
"""The scratch folder of one run: removed at the end, or by the next run if this one was killed."""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from . import guardian
from .packages import cache_folder
from .process import MARK, kill_all, of_run


def sweep(parent):
    """Removes what runs left behind that did not live to do so: their lock is free."""
    for name in os.listdir(parent):
        path = os.path.join(parent, name)
        try:
            lock = open(os.path.join(path, "lock"), "r+", encoding="ascii")
        except OSError:
            continue
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if os.path.exists(os.path.join(path, "keep")):
                continue
            kill_all(lambda p=path: of_run(p))
            shutil.rmtree(path, ignore_errors=True)


class Scratch:
    """Runs what was put on its stack (`undo`) in reverse order when it closes: at the end, at exit, at SIGINT, SIGTERM and SIGHUP."""

    def __init__(self, keep=False):
        parent = os.path.join(cache_folder(), "run")
        os.makedirs(parent, mode=0o755, exist_ok=True)
        sweep(parent)
        self.path = tempfile.mkdtemp(prefix="rig-", dir=parent)
        os.chmod(self.path, 0o755)
        self.keep = keep
        self.undo = contextlib.ExitStack()
        self.lock = open(os.path.join(self.path, "lock"), "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.owner = os.getpid()
        # not in our own environment: the guardian and we ourselves are no part of what is to be killed
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), MARK: self.path}
        self.guardian = subprocess.Popen([sys.executable, guardian.__file__, self.path] + ["--keep"] * keep, stdin=subprocess.PIPE,
                                         start_new_session=True)
        self.closed = False
        atexit.register(self.close)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._signalled)

    def _signalled(self, number, _frame):
        for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(n, signal.SIG_IGN)
        self.close()
        with contextlib.suppress(RuntimeError, OSError):  # the signal may have come in the middle of a write
            sys.stdout.flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def folder(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path, exist_ok=True)
        return path

    def file(self, name):
        return os.path.join(self.path, name)

    def logs(self):
        """The log files of this run."""
        folder = self.folder("log")
        return [os.path.join(folder, n) for n in sorted(os.listdir(folder))]

    def close(self):
        if self.closed or os.getpid() != self.owner:
            return
        self.closed = True
        try:
            self.undo.close()
            kill_all(lambda: of_run(self.path))
        finally:
            with contextlib.suppress(OSError):
                self.guardian.stdin.write(b"done")
                self.guardian.stdin.close()
            self.guardian.wait()
            atexit.unregister(self.close)
            if self.keep:
                with open(os.path.join(self.path, "keep"), "w", encoding="ascii"):
                    pass
            else:
                shutil.rmtree(self.path, ignore_errors=True)
            self.lock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
