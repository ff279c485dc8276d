#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A database that can not be written or read as usual: nothing is half applied, the mail stays on the server, and the
daemon goes on by itself once it can."""

import contextlib
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import tap
from rig.waiting import until
from test_folders import append, folders, inbox, installed, old, servers, updates

DAY_MS = 24 * 3600 * 1000


@contextlib.contextmanager
def on_disk(rig, megabytes=64):
    """An installation whose database lies in a small file system of its own, daemon.disk."""
    with installed(rig) as daemon:
        daemon.disk = os.path.join(daemon.folder, "disk")
        os.mkdir(daemon.disk, 0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "casemail-test", daemon.disk], check=True)
        try:
            place = os.path.join(daemon.disk, "casemail.db")
            with contextlib.closing(sqlite3.connect(daemon.database)) as c:
                c.execute("VACUUM INTO ?", (place,))
            os.chmod(place, 0o600)
            with contextlib.closing(sqlite3.connect(place)) as c:
                c.execute("PRAGMA journal_mode = WAL")
            daemon.database = daemon.settings["database"] = place
            daemon.configure()
            yield daemon
        finally:
            daemon.stop()
            subprocess.run(["umount", "-l", daemon.disk], check=True)


def remount(daemon, how):
    subprocess.run(["mount", "-o", f"remount,{how}", daemon.disk], check=True)


def trouble(daemon, word, seconds=60):
    """Waits until the daemon says that the mailbox is not served, because of word."""
    def said():
        with open(daemon.log, encoding="utf-8", errors="replace") as f:
            return any("not served" in line and word in line for line in f)
    until(said, seconds, f"trouble with the word {word!r}")


def whole(daemon, n):
    """All n messages were applied once, nothing is left in the folder, and the audit holds."""
    daemon.wait_rows("SELECT 1 FROM message WHERE moved_at IS NOT NULL", n=n, seconds=120)
    tap.equal(updates(daemon), list(range(n)), "updates")
    tap.equal(daemon.value("SELECT count(*) FROM message"), n, "rows")
    tap.equal((folders(daemon)["INBOX"], folders(daemon)["Processed"]), (0, n), "folders")
    daemon.ctl("audit", "verify")


def half_applied(daemon):
    """Messages without an update, or updates without a message."""
    return daemon.value("SELECT (SELECT count(*) FROM message WHERE outcome = 'appended' AND id NOT IN (SELECT message FROM case_update"
                        " WHERE message IS NOT NULL)) + (SELECT count(*) FROM case_update WHERE way = 'mail' AND message IS NULL)")


def test_a_full_disk(rig):
    with on_disk(rig) as daemon:
        daemon.start()
        ballast = os.path.join(daemon.disk, "ballast")
        with open(ballast, "wb", buffering=0) as f, contextlib.suppress(OSError):  # until it is full
            while True:
                f.write(bytes(4096))
        append(rig, daemon, 30)
        trouble(daemon, "full")
        tap.check(folders(daemon)["INBOX"] >= 30 - daemon.value("SELECT count(*) FROM message"), "what is not applied is on the server")
        tap.equal(half_applied(daemon), 0, "half applied")
        os.unlink(ballast)
        whole(daemon, 30)


def test_a_file_system_that_turns_read_only(rig):
    with on_disk(rig) as daemon:
        daemon.start()
        daemon.stop()
        remount(daemon, "ro")
        daemon.once(expect=3)
        remount(daemon, "rw")
        append(rig, daemon, 3)
        daemon.start()
        whole(daemon, 3)


def test_a_database_that_is_locked_for_long(rig):
    with installed(rig) as daemon:
        daemon.start()
        with contextlib.closing(sqlite3.connect(daemon.database, isolation_level=None)) as c:
            c.execute("BEGIN IMMEDIATE")
            append(rig, daemon, 5)
            trouble(daemon, "locked")
            tap.equal((updates(daemon), folders(daemon)["INBOX"]), ([], 5), "meanwhile")
            c.execute("ROLLBACK")
        whole(daemon, 5)


def damage(daemon):
    """Garbage over every page of the ledger's table and indices but the first of the file."""
    with contextlib.closing(sqlite3.connect(daemon.database)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = c.execute("PRAGMA page_size").fetchone()[0]
        pages = [r[0] for r in c.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'message' AND rootpage > 1")]
    with open(daemon.database, "r+b") as f:
        for p in pages:
            f.seek((p - 1) * size)
            f.write(b"\xa5" * size)


def test_a_corrupt_page_after_an_unclean_stop_is_refused(rig):
    with installed(rig) as daemon:
        append(rig, daemon, 2)
        daemon.once()
        daemon.start()
        daemon.kill()
        damage(daemon)
        append(rig, daemon, 1)
        daemon.once(expect=3)
        with open(daemon.log, encoding="utf-8", errors="replace") as f:
            tap.check("restore the last backup" in f.read(), "it says what to do")
        tap.equal(folders(daemon)["INBOX"], 1, "left on the server")


def test_a_corrupt_page_met_on_use_stops_the_mailbox(rig):
    with installed(rig) as daemon:
        append(rig, daemon, 2)
        daemon.once()
        damage(daemon)  # after a clean stop nobody looks for it
        append(rig, daemon, 1)
        daemon.once(expect=1)
        with open(daemon.log, encoding="utf-8", errors="replace") as f:
            tap.check("restore the last backup" in f.read(), "it says what to do")
        tap.equal(folders(daemon)["INBOX"], 1, "left on the server")


def test_a_write_ahead_log_left_by_a_crash(rig):
    with installed(rig) as daemon:
        daemon.start()
        append(rig, daemon, 20)
        daemon.wait_rows("SELECT 1 FROM message", n=20)
        daemon.kill()
        tap.check(os.path.getsize(daemon.database + "-wal") > 0, "there is one")
        daemon.start()
        whole(daemon, 20)


def test_a_clock_that_is_set_back_a_day(rig):
    with installed(rig) as daemon:
        path = daemon.environment["CASEMAIL_TEST_CLOCK"] = os.path.join(daemon.folder, "clock")

        def shift(ms):
            with open(path + ".new", "w", encoding="ascii") as f:
                f.write(str(ms))
            os.rename(path + ".new", path)
        shift(0)
        daemon.start()
        append(rig, daemon, 1)
        daemon.wait_rows("SELECT 1 FROM message WHERE moved_at IS NOT NULL")
        shift(-DAY_MS)
        for n in range(2, 5):
            with inbox(daemon) as s:
                s.append("INBOX", None, None, old(rig, daemon, n - 1))
            daemon.wait_rows("SELECT 1 FROM message WHERE moved_at IS NOT NULL", n=n, seconds=30)
        shift(0)
        whole(daemon, 4)
        decided = [r["decided_at"] for r in daemon.rows("SELECT decided_at FROM message ORDER BY id")]
        tap.check(decided[0] - decided[-1] > DAY_MS // 2, "the clock was set back")
        # letters that were written then are sent, and the newest is not kept for a day
        until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, 60, "all letters to be sent")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
