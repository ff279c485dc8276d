#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Messages a second of casemaild, from a mailbox to committed updates, beside the two bare halves of that work.

    bench_intake.py [MESSAGES] [BYTES]      CASEMAIL_BIN: folder of a build

On one mailbox of the rig's Dovecot, over TLS: (a) a bare download that counts bytes, (c) a bare loop that inserts the same bytes
and one outbox row each into SQLite (WAL, FULL, 100 a commit), and casemaild with its caged reader, ledger, audit and outbox.
Prints one JSON object a line."""

import json
import os
import re
import socket
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "system"))

from rig import casemail
from rig.desk import Desk
from rig.rig import Rig
from rig.waiting import until

CASES = 20


def figure(name, value, unit, **more):
    print(json.dumps({"figure": name, "value": round(value, 3), "unit": unit, **more}), flush=True)


def maildir_files(folder):
    return [os.path.join(folder, place, name) for place in ("new", "cur") for name in os.listdir(os.path.join(folder, place))]


def templates(rig, daemon, size):
    """One reply a case, as it came through the border, padded; the mailbox is empty afterwards."""
    folder = rig.imap.maildir(daemon.support.address)
    daemon.start()
    for n in range(CASES):
        daemon.desk.open_case(rig.eva, "ACME-1", rig.rita, subject=f"Case {n}")
    notices = [daemon.notice(rig.eva, "case-opened", 60) for _ in range(CASES)]
    daemon.stop()
    text = "The pump in hall 4 stops after some ten minutes, and the display shows code E-17 again.\n"
    for notice in notices:
        rig.eva.reply(notice, "PLACE", style="gmail")
    until(lambda: len(maildir_files(folder)) >= CASES, 60, "the replies")
    found = []
    for path in maildir_files(folder):
        with open(path, "rb") as f:
            raw = f.read()
        os.unlink(path)
        more = max(1, (size - len(raw)) // (2 * len(text)))
        found.append(raw.replace(b"PLACE", (text * more).strip().encode()))
    return found


def fill(rig, daemon, count, size):
    """count replies into the mailbox; returns them."""
    folder = rig.imap.maildir(daemon.support.address)
    models, mails = templates(rig, daemon, size), []
    owner = os.stat(folder)
    for n in range(count):
        raw = re.sub(rb"(?im)^(Message-ID:\s*<)", lambda m, n=n: m.group(1) + b"b%d." % n, models[n % len(models)], count=1)
        path = os.path.join(folder, "new", f"{1700000000 + n}.b{n}.bench")
        with open(path, "wb") as f:
            f.write(raw)
        os.chown(path, owner.st_uid, owner.st_gid)
        mails.append(raw)
    return mails


def download(rig, person):
    """Seconds for all bytes of the mailbox, and how many."""
    with socket.create_connection(("localhost", rig.imap.imaps)) as plain, rig.tls().wrap_socket(plain, server_hostname="localhost") as s:
        s.recv(4096)

        def command(tag, text):
            s.sendall(f"{tag} {text}\r\n".encode())
            end, tail, n = f"{tag} OK".encode(), b"", 0
            while end not in tail:
                data = s.recv(1 << 20)
                if not data:
                    raise RuntimeError("the server ended the connection")
                n += len(data)
                tail = tail[-200:] + data
            return n
        command("a1", f"LOGIN {person.address} {person.password}")
        command("a2", "SELECT INBOX")
        begun = time.monotonic()
        n = command("a3", "UID FETCH 1:* (UID BODY.PEEK[])")
        return time.monotonic() - begun, n


def insert(folder, mails):
    path = os.path.join(folder, "bare.db")
    for name in (path, path + "-wal", path + "-shm"):
        if os.path.exists(name):
            os.unlink(name)
    c = sqlite3.connect(path, isolation_level=None)
    c.execute("PRAGMA journal_mode = WAL")
    c.execute("PRAGMA synchronous = FULL")
    c.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, raw BLOB) STRICT")
    c.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY, mail INTEGER, address TEXT, body TEXT) STRICT")
    begun = time.monotonic()
    for start in range(0, len(mails), 100):
        c.execute("BEGIN IMMEDIATE")
        for raw in mails[start:start + 100]:
            row = c.execute("INSERT INTO mail (raw) VALUES (?)", (raw,)).lastrowid
            c.execute("INSERT INTO outbox (mail, address, body) VALUES (?, ?, ?)", (row, "eva@customer.example", "notice" * 100))
        c.execute("COMMIT")
    spent = time.monotonic() - begun
    c.close()
    return spent


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(x) for x in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def take_in(daemon, count):
    """Messages a second from when the daemon is ready until all are in the ledger; seconds until then; CPU of all its
    processes in between for each message, in ms."""
    done = "SELECT count(*) FROM message WHERE outcome = 'appended'"
    before = daemon.value(done)
    begun = time.monotonic()
    daemon.start()
    ready, early = time.monotonic(), daemon.value(done) - before
    cpu = cpu_seconds(daemon.daemon.members())
    until(lambda: daemon.value(done) - before >= count, 900, f"{count} messages in the ledger")
    spent = time.monotonic() - ready
    return (count - early) / spent, ready - begun, (cpu_seconds(daemon.daemon.members()) - cpu) * 1e3 / (count - early)


def main(count=2000, size=5000):
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        support = rig.person("support@helpdesk.example")
        rig.start()
        daemon = casemail.Casemail(rig, support)
        daemon.configure()
        daemon.ctl("init")
        daemon.desk = Desk(daemon)
        daemon.desk.organisation("Acme Ltd", "ACME-1")
        daemon.desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
        daemon.desk.representative(rig.rita)
        mails = fill(rig, daemon, count, size)
        load = os.getloadavg()[0]
        download(rig, support)  # Dovecot builds its index
        got = [download(rig, support)]
        put = [insert(rig.scratch.path, mails)]
        got.append(download(rig, support))
        own, ready, cpu = take_in(daemon, count)
        put.append(insert(rig.scratch.path, mails))
        daemon.stop()
    a, c = count / min(g[0] for g in got), count / min(put)
    more = {"messages": count, "bytes": sum(map(len, mails)) // count, "load": round(load, 1)}
    figure("(a) bare download", a, "messages/s", **more)
    figure("(c) bare insert", c, "messages/s", **more)
    figure("casemaild", own, "messages/s", start_seconds=round(ready, 2), **more)
    figure("casemaild / lesser of (a) and (c)", own / min(a, c), "ratio", wanted=0.5, reached=own >= 0.5 * min(a, c))
    figure("CPU of all processes", cpu, "ms/message", wanted=0.5, reached=cpu <= 0.5)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
