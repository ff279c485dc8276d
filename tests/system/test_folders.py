#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What the daemon takes from a mailbox at its first start, what it does there with what it decided, and that both still
agree with the ledger after somebody else has been at the mailbox."""

import contextlib
import itertools
import os
import re
import socket
import sqlite3
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.desk import Desk
from rig.dovecot import VMAIL
from rig.rig import Rig
from rig.waiting import until

MAILBOXES = 30
OLD = int(os.environ.get("CASEMAIL_OLD", "300"))  # messages of a mailbox at its first start


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count()
        rig.start()
        yield rig


@contextlib.contextmanager
def installed(rig, **mailbox):
    """mailbox: settings of its only mailbox."""
    daemon = casemail.Casemail(rig, next(rig.supports), f"casemail{next(rig.numbers)}")
    daemon.settings["mailboxes"][0].update(mailbox)
    daemon.configure()
    daemon.ctl("init")
    daemon.desk = Desk(daemon)
    daemon.desk.organisation("Acme Ltd", "ACME-1")
    daemon.desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
    daemon.desk.representative(rig.rita)
    daemon.desk.open_case(rig.eva, "ACME-1", rig.rita)
    daemon.subject = daemon.value("SELECT 'Re: [ref:' || number || '-' || reference || ']' FROM cases")
    try:
        yield daemon
    finally:
        daemon.stop()


def old(rig, daemon, n):
    """A mail that was there before anybody watched."""
    m = rig.eva.message(daemon.support.address, daemon.subject, f"Number {n}.")
    return (b"Authentication-Results: border.example; dmarc=pass header.from=customer.example\r\n"
            b"Received: by border.example; Sat, 21 Nov 2026 10:00:00 +0000\r\n" + m.as_bytes())


@contextlib.contextmanager
def inbox(daemon):
    s = daemon.support.session()
    s.select("INBOX")
    try:
        yield s
    finally:
        s.logout()


def append(rig, daemon, n, seen=()):
    with inbox(daemon) as s:
        for i in range(n):
            flags = "(\\Seen)" if i in seen else None
            tap.equal(s.append("INBOX", flags, None, old(rig, daemon, i))[0], "OK", "append")


def updates(daemon):
    return sorted(int(re.search(r"\d+", r["text"])[0]) for r in daemon.rows("SELECT text FROM case_update WHERE way = 'mail'"))


def flags(daemon):
    """Of each message of INBOX."""
    with inbox(daemon) as s:
        got = s.fetch("1:*", "(FLAGS)")[1]
        return [re.search(rb"FLAGS \((.*?)\)", g)[1].decode().replace("\\Recent", "").split() for g in got if g]


def folders(daemon):
    return {f: len(daemon.support.messages(f)) for f in daemon.support.folders()}


# --- the first start ---------------------------------------------------------

def test_all_of_it_is_taken_oldest_first(rig):
    with installed(rig) as daemon:
        append(rig, daemon, 5, seen={0, 3})
        daemon.once()
        tap.equal(updates(daemon), [0, 1, 2, 3, 4], "updates")
        tap.equal(folders(daemon)["Processed"], 5, "moved")


def test_what_was_seen_is_left_alone(rig):
    with installed(rig, first_run="unseen") as daemon:
        append(rig, daemon, 5, seen={0, 3})
        daemon.once()
        tap.equal(updates(daemon), [1, 2, 4], "updates")
        tap.equal((folders(daemon)["INBOX"], folders(daemon)["Processed"]), (2, 3), "folders")
        append(rig, daemon, 1, seen={0})  # later mail is taken although somebody was faster to read it
        daemon.once()
        tap.equal(updates(daemon), [0, 1, 2, 4], "updates later")
        tap.equal(folders(daemon)["INBOX"], 2, "left")


def test_what_was_there_is_left_alone(rig):
    with installed(rig, first_run="new") as daemon:
        append(rig, daemon, OLD)
        begun = time.monotonic()
        daemon.once(seconds=600)
        tap.diag(f"first start beside {OLD} messages: {time.monotonic() - begun:.2f} s")
        tap.equal((updates(daemon), folders(daemon)["INBOX"]), ([], OLD), "updates, left")
        append(rig, daemon, 2)
        daemon.once()
        tap.equal((updates(daemon), folders(daemon)["INBOX"]), ([0, 1], OLD), "updates, left")
        # after a change of UIDVALIDITY the time of arrival tells what was there
        path = rig.imap.maildir(daemon.support.address)
        for name in os.listdir(path):
            if name.startswith("dovecot"):
                os.unlink(os.path.join(path, name))
        daemon.once()
        tap.equal((updates(daemon), folders(daemon)["INBOX"]), ([0, 1], OLD), "after a change of UIDVALIDITY")


def test_many_old_messages_cost_neither_memory_nor_time(rig):
    with installed(rig, first_run="unseen") as daemon:
        append(rig, daemon, OLD, seen=range(OLD - 1))
        daemon.start()
        rows = daemon.wait_rows("SELECT 1 FROM message WHERE moved_at IS NOT NULL", seconds=600)
        tap.equal(len(rows), 1, "taken")
        peak = {}
        for pid in daemon.daemon.members():
            with open(f"/proc/{pid}/status", encoding="ascii") as f, open(f"/proc/{pid}/cmdline", encoding="utf-8") as g:
                peak[" ".join(g.read().split("\0")[1:3]) or str(pid)] = int(re.search(r"VmHWM:\s+(\d+)", f.read())[1])
        tap.diag(f"{OLD} old messages: most memory, kB: {peak}")


# --- afterwards --------------------------------------------------------------

def test_flagged_messages_stay(rig):
    with installed(rig, after="flag", keyword="desk-done") as daemon:
        append(rig, daemon, 3)
        with inbox(daemon) as s:
            s.append("INBOX", None, None, b"From: x\r\nFrom: y\r\n\r\nz\r\n")  # to be quarantined
        daemon.once()
        tap.equal(flags(daemon), [["desk-done"]] * 4, "flags")
        tap.equal(folders(daemon), {"INBOX": 4}, "no folder is made")
        tap.equal(daemon.value("SELECT count(*) FROM message WHERE moved_at IS NULL"), 0, "rows not marked")
        daemon.once()
        append(rig, daemon, 1)
        daemon.once()
        tap.equal((updates(daemon), daemon.value("SELECT count(*) FROM message")), ([0, 0, 1, 2], 5), "taken once each")


def test_used_messages_are_deleted_and_others_moved(rig):
    with installed(rig, after="delete") as daemon:
        append(rig, daemon, 3)
        with inbox(daemon) as s:
            s.append("INBOX", None, None, b"From: x\r\nFrom: y\r\n\r\nz\r\n")
        daemon.once()
        tap.equal(folders(daemon), {"INBOX": 0, "Refused": 0, "Held": 0, "Quarantine": 1}, "folders")
        tap.equal(updates(daemon), [0, 1, 2], "updates")


def test_death_after_flag_or_delete_repeats_nothing(rig):
    for after in ("flag", "delete"):
        with installed(rig, after=after) as daemon:
            append(rig, daemon, 2)
            daemon.die_at("after-move")
            daemon.start()
            daemon.wait_rows("SELECT 1 FROM message WHERE moved_at IS NOT NULL", n=2)
            tap.check(not os.path.exists(daemon.fault_file), "it died")
            tap.equal(updates(daemon), [0, 1], f"updates, {after}")
            tap.equal(folders(daemon)["INBOX"], 2 if after == "flag" else 0, f"left, {after}")


# --- connections that are cut -------------------------------------------------

class Cutter:
    """Passes bytes between the daemon and the IMAP server, and cuts the connection without a farewell after `budget` of
    them, both directions together. budget None: never. passed: how many the last connection took."""

    def __init__(self, port):
        self.target, self.budget, self.passed = port, None, 0
        self.listener = socket.create_server(("localhost", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                c, _ = self.listener.accept()
            except OSError:
                return
            s = socket.create_connection(("localhost", self.target))
            with self.lock:
                self.passed = 0
            for a, b in ((c, s), (s, c)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def allow(self, n):
        """How many of n bytes may still pass."""
        with self.lock:
            n = n if self.budget is None else max(0, min(n, self.budget - self.passed))
            self.passed += n
            return n

    def pump(self, a, b):
        with contextlib.suppress(OSError):
            while True:
                data = a.recv(16384)
                n = self.allow(len(data))
                b.sendall(data[:n])
                if not data or n < len(data):
                    break
        for c in (a, b):
            with contextlib.suppress(OSError):
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, no FIN
                c.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()


def test_a_connection_cut_anywhere_loses_and_repeats_nothing(rig):
    with contextlib.closing(Cutter(rig.imap.imaps)) as cutter, installed(rig, port=cutter.port) as daemon:
        each, failed = 3, 0
        append(rig, daemon, each)
        daemon.once()
        whole = cutter.passed
        # before the first byte, in the handshake, in the login, and then all through the session
        budgets = [0, 1, 100, 1000, 2500, *range(3000, whole, max(1, (whole - 3000) // 12))]
        for i, budget in enumerate(budgets, 1):
            append(rig, daemon, each)
            cutter.budget = budget
            daemon.once(expect=None)
            failed += daemon.value("SELECT trouble_at > coalesce(polled_at, 0) FROM mailbox_state")
            cutter.budget = None
            daemon.once()
            tap.equal(updates(daemon), sorted(list(range(each)) * (i + 1)), f"updates after a cut at {budget} of {whole}")
            tap.equal(folders(daemon), {"INBOX": 0, "Processed": each * (i + 1), "Refused": 0, "Held": 0, "Quarantine": 0},
                      f"folders after a cut at {budget} of {whole}")
        tap.diag(f"{len(budgets)} cuts in a session of {whole} bytes, {failed} of them in its work")
        tap.check(failed > len(budgets) // 2, "most cuts were noticed")
        tap.equal(daemon.json("mail", "reconcile"), [], "differences")
        daemon.ctl("audit", "verify")


# --- differences -------------------------------------------------------------

def differences(daemon):
    return sorted((d["difference"], d["uid"]) for d in daemon.json("mail", "reconcile"))


def sql(daemon, *statements):
    """What a fault of a disk or a backup brought back would do to the ledger."""
    with contextlib.closing(sqlite3.connect(daemon.database, timeout=20)) as c:
        for s in statements:
            c.execute(s)
        c.commit()


def test_differences_are_told_and_mended(rig):
    with installed(rig) as daemon:
        append(rig, daemon, 3)
        with inbox(daemon) as s:
            s.store("2", "+FLAGS", "(\\Deleted)")  # passed over; undeleted later it is a message like any other
        daemon.once()
        tap.equal((updates(daemon), differences(daemon)), ([0, 2], []), "updates, differences")
        with inbox(daemon) as s:
            s.store("1", "-FLAGS", "(\\Deleted)")
        append(rig, daemon, 3)  # UIDs 4, 5, 6
        sql(daemon, *(f"INSERT INTO message SELECT NULL, mailbox, uidvalidity, {uid}, message_id, 'k{uid}', raw_sha256, raw, size, sender,"
                      f" subject, kind, authentication, authentication_detail, arrived_at, decided_at, {moved}, outcome, reason, rule, verdict,"
                      " decision_line, token, case_id, request, trace FROM message WHERE uid = 1"
                      for uid, moved in ((4, "NULL"), (5, "1"), (900, "NULL"))))
        tap.equal(differences(daemon), [("back", 5), ("gone", 900), ("missed", 2), ("unmoved", 4)], "differences")
        tap.equal(sorted(daemon.support.messages()), [2, 6], "left for the daemon")
        daemon.once()
        tap.equal((updates(daemon), folders(daemon)["INBOX"]), ([0, 1, 2, 2], 0), "updates, left")
        tap.equal(differences(daemon), [], "differences afterwards")
        tap.equal(daemon.value("SELECT count(*) FROM message WHERE moved_at IS NULL"), 0, "rows not marked")
        daemon.ctl("mail", "reconcile", "nowhere", expect=1)


def test_the_daemon_compares_by_itself(rig):
    with installed(rig, reconcile_hours=1) as daemon:
        append(rig, daemon, 2)
        with inbox(daemon) as s:
            s.store("2", "+FLAGS", "(\\Deleted)")
        daemon.once()
        with inbox(daemon) as s:
            s.store("1", "-FLAGS", "(\\Deleted)")
        daemon.once()
        tap.equal(updates(daemon), [0], "within the hour")
        sql(daemon, "UPDATE mailbox_state SET reconciled_at = reconciled_at - 3600001")
        daemon.once()
        tap.equal((updates(daemon), folders(daemon)["INBOX"]), ([0, 1], 0), "an hour later")


def test_a_message_that_kills_its_intake_is_given_up(rig):
    with installed(rig) as daemon:
        append(rig, daemon, 1)
        daemon.die_at("after-fetch")
        daemon.start()
        deaths = 0
        while deaths < 4:  # two before anybody suspects it, two more alone
            until(lambda: not os.path.exists(daemon.fault_file), 60, f"death {deaths + 1}")
            deaths += 1
            if deaths < 4:
                daemon.die_at("after-fetch")
        append(rig, daemon, 3)
        rows = daemon.wait_rows("SELECT outcome, reason, uid FROM message WHERE moved_at IS NOT NULL ORDER BY uid", n=4, seconds=60)
        tap.equal([r["outcome"] for r in rows], ["quarantined"] + ["appended"] * 3, "outcomes")
        tap.equal(folders(daemon)["Quarantine"], 1, "kept")
        until(lambda: daemon.value("SELECT starts FROM mailbox_state") == 0, 20, "that all is well again")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
