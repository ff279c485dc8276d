# SPDX-License-Identifier: ISC
"""A server process and everything it starts.

A process runs in a session of its own and, for the mail servers, in a root of its own, so that all
its descendants can be found again by session or root whatever they do.
"""

import os
import select
import signal
import subprocess

from .waiting import until

MARK = "CASEMAIL_RIG_RUN"  # in the environment of all that the rig starts: its scratch folder


def process_ids():
    return [int(d) for d in os.listdir("/proc") if d.isdigit()]


def in_session(session):
    """Ids of the living processes of a session."""
    found = []
    for pid in process_ids():
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(pid)
    return found


def in_root(root):
    """Ids of the processes whose root directory is this folder or one below it."""
    root = os.path.realpath(root)
    found = []
    for pid in process_ids():
        try:
            theirs = os.readlink(f"/proc/{pid}/root")
        except OSError:
            continue
        if theirs == root or theirs.startswith(root + "/"):
            found.append(pid)
    return found


def of_run(folder):
    """Ids of all processes of the run with this scratch folder: by root, or by what the rig puts into the environment."""
    mark = f"{MARK}={folder}".encode()
    found = set(in_root(folder))
    for pid in process_ids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if mark in f.read().split(b"\0"):
                    found.add(pid)
        except OSError:
            continue
    return sorted(found)


def kill_all(find, seconds=5):
    """Kills what find() lists until it lists nothing."""

    def gone():
        left = find()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return not left

    until(gone, seconds, "killed processes to end")


class Process:
    def __init__(self, name, argv, log, root=None, env=None, cwd=None):
        """log: file that standard output and error are appended to. root: folder to chroot to first."""
        self.name, self.argv, self.log, self.root = name, list(argv), log, root
        self.env, self.cwd = env, cwd
        self.child = None

    def start(self):
        # few descriptors: some servers close all they might have, one by one
        prefix = ["prlimit", "--nofile=4096:4096"]
        if self.root:
            prefix += ["chroot", self.root]
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                prefix + self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.env, cwd=self.cwd, start_new_session=True)
        return self

    @property
    def pid(self):
        return self.child.pid if self.child else None

    def running(self):
        return self.child is not None and self.child.poll() is None

    def wait(self, seconds):
        """The exit status (negative: the signal), or None if it still runs after so many seconds."""
        if self.child.poll() is None:
            fd = os.pidfd_open(self.child.pid)
            try:
                select.select([fd], [], [], seconds)
            finally:
                os.close(fd)
        return self.child.poll()

    def send_signal(self, number):
        if self.running():
            os.kill(self.child.pid, number)

    def members(self):
        """All living processes that belong to this one, itself included."""
        found = set(in_session(self.child.pid)) if self.child else set()
        if self.root:
            found.update(in_root(self.root))
        return sorted(found)

    def stop(self, seconds=10, first=signal.SIGTERM):
        """Ends it and all its descendants; returns its exit status. Harmless when it is not running."""
        if self.child is None:
            return None
        self.send_signal(first)
        self.wait(seconds)
        kill_all(self.members)
        return self.child.wait()

    def kill(self):
        """SIGKILL to all of it at once, as a power cut would."""
        return self.stop(5, signal.SIGKILL)

    def tail(self, lines=40):
        try:
            with open(self.log, "rb") as f:
                return f.read()[-16384:].decode("utf-8", "replace").splitlines()[-lines:]
        except OSError:
            return []
