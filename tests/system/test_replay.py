#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""casemaild --replay: files of mail through the daemon's own path, beside a daemon and without one, once and again."""

import contextlib
import itertools
import mailbox
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.desk import Desk
from rig.rig import Rig

MAILBOXES = 8
BORDER = (b"Authentication-Results: border.example; dmarc=pass header.from=customer.example\r\n"
          b"Received: from mx.customer.example by border.example; Sat, 21 Nov 2026 10:00:00 +0000\r\n")


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
def installed(rig):
    daemon = casemail.Casemail(rig, next(rig.supports), f"casemail{next(rig.numbers)}")
    daemon.configure()
    daemon.ctl("init")
    daemon.desk = Desk(daemon)
    daemon.desk.organisation("Acme Ltd", "ACME-1")
    daemon.desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
    daemon.desk.representative(rig.rita)
    daemon.desk.open_case(rig.eva, "ACME-1", rig.rita)
    reference = daemon.value("SELECT '[ref:' || number || '-' || reference || ']' FROM cases")
    daemon.letter = lambda text, **more: BORDER + rig.eva.message(daemon.support.address, "Re: " + reference, text, **more).as_bytes()
    try:
        yield daemon
    finally:
        daemon.stop()


def write(path, raw, at=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(raw)
    if at:
        os.utime(path, (at, at))
    return path


def replay(daemon, path, **more):
    """The summary as numbers by name."""
    text = daemon.run("casemaild", "-c", daemon.conf, "--replay", path, **more)
    return {name.strip(): int(n) for name, n in re.findall(r"^(.*?)\s+(\d+)$", text, re.M)}


def texts(daemon):
    return [r["text"] for r in daemon.rows("SELECT text FROM case_update WHERE way = 'mail' ORDER BY id")]


def test_one_file_is_applied_once(rig):
    with installed(rig) as daemon:
        path = write(os.path.join(daemon.folder, "mail/one.eml"), daemon.letter("From a file."), 1700000000)
        tap.equal(replay(daemon, path), {"messages": 1, "appended": 1}, "the first time")
        row = daemon.rows("SELECT mailbox, uid, arrived_at FROM message")[0]
        tap.equal(tuple(row.values()), ("file", None, 1700000000000), "its row")
        tap.equal(replay(daemon, path), {"messages": 1, "known already": 1}, "the second time")
        # the same mail as a file of Unix has other line ends but is the same on the wire; with a trace field more it is a copy
        with open(path, "rb") as f:
            raw = f.read()
        write(path, raw.replace(b"\r\n", b"\n"))
        tap.equal(replay(daemon, path), {"messages": 1, "known already": 1}, "with other line ends")
        write(path, b"Received: by another.example\r\n" + raw)
        tap.equal(replay(daemon, path), {"messages": 1, "duplicate": 1}, "with a trace field more")
        tap.equal(texts(daemon), ["From a file."], "updates")
        daemon.ctl("audit", "verify")


def test_an_mbox_is_taken_apart(rig):
    with installed(rig) as daemon:
        path = os.path.join(daemon.folder, "mail.mbox")
        box = mailbox.mbox(path)
        for n in range(3):
            m = mailbox.mboxMessage(daemon.letter(f"Number {n}.\n\nFrom here on it is quoted by the format.\nEnd."))
            m.set_from("eva.lind@customer.example", time.gmtime(1700000000 + n))
            box.add(m)
        box.close()
        tap.equal(replay(daemon, path), {"messages": 3, "appended": 3}, "outcomes")
        tap.equal(texts(daemon), [f"Number {n}.\n\nFrom here on it is quoted by the format.\nEnd." for n in range(3)], "texts")
        tap.equal([r["arrived_at"] // 1000 for r in daemon.rows("SELECT arrived_at FROM message ORDER BY id")],
                  [1700000000, 1700000001, 1700000002], "times of arrival")
        tap.equal(replay(daemon, path), {"messages": 3, "known already": 3}, "again")


def test_folders_are_walked_oldest_first(rig):
    with installed(rig) as daemon:
        top = os.path.join(daemon.folder, "store")
        write(os.path.join(top, "box/cur/1700000300.M1.host:2,S"), daemon.letter("third"), 1600000000)
        write(os.path.join(top, "box/new/1700000100.M2.host"), daemon.letter("first"))
        write(os.path.join(top, "box/tmp/1700000001.M3.host"), daemon.letter("half delivered"))
        write(os.path.join(top, "box/.Sent/cur/1700000001.M4.host"), daemon.letter("of another folder"))
        deep = os.path.join(top, *["d"] * 300)
        write(os.path.join(deep, "second.eml"), daemon.letter("second"), 1700000200)
        write(os.path.join(top, ".hidden"), daemon.letter("hidden"))
        os.symlink(os.path.join(deep, "second.eml"), os.path.join(top, "link.eml"))
        tap.equal(replay(daemon, top), {"messages": 3, "appended": 3}, "outcomes")
        tap.equal(texts(daemon), ["first", "second", "third"], "order")


def test_bad_files_stop_nothing(rig):
    with installed(rig) as daemon:
        top = os.path.join(daemon.folder, "store")
        write(os.path.join(top, "a-empty"), b"")
        write(os.path.join(top, "b-nul"), b"From: a@b.example\r\nSubject: \0\r\n\r\nx")
        write(os.path.join(top, "c-noise"), os.urandom(100000))
        with open(write(os.path.join(top, "d-large"), daemon.letter("large")), "ab") as f:
            f.truncate(64 << 20)
        write(os.path.join(top, "e-good"), daemon.letter("good"))
        got = replay(daemon, top)
        tap.equal((got["messages"], got["appended"]), (5, 1), "messages, appended")
        tap.equal(texts(daemon), ["good"], "updates")
        tap.equal(daemon.value("SELECT reason FROM message WHERE size > 60000000"), "oversize", "the large one")
        tap.equal(replay(daemon, os.path.join(top, "none"), expect=3), {"messages": 0}, "a path that is not there")
        daemon.run("casemaild", "-c", daemon.conf, "--once", "--replay", top, expect=2)


def test_beside_a_running_daemon(rig):
    with installed(rig) as daemon:
        daemon.start()
        for n in range(250):
            write(os.path.join(daemon.folder, f"mail/{n}.eml"), daemon.letter(f"Number {n}."), 1700000000 + n)
        tap.equal(replay(daemon, os.path.join(daemon.folder, "mail")), {"messages": 250, "appended": 250}, "outcomes")
        rig.eva.reply(daemon.notice(rig.eva, "case-opened"), "By mail.", style="apple")
        daemon.wait_rows("SELECT 1 FROM message WHERE mailbox <> 'file' AND outcome = 'appended'")
        daemon.notice(rig.rita, "customer-replied")
        tap.equal(texts(daemon)[:250], [f"Number {n}." for n in range(250)], "order")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
