#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Notices a second of casemaild into a local SMTP sink, beside the same bytes from a bare libcurl loop in the same run.

    bench_send.py [NOTICES]      CASEMAIL_BIN: folder of a build, with bench_smtp

Both are measured by the sink, from the first mail to the last. The loop is one handle that keeps its connection. casemaild
takes each notice from its database, composes it, and writes down what became of it; its notices are of 100 cases, and those
of one case keep their order. Prints one JSON object a line."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "system"))

from rig import casemail
from rig.ca import Authority
from rig.desk import Desk
from rig.scratch import Scratch
from rig.waiting import until

CASES = 100
BENCH = os.path.join(os.environ["CASEMAIL_BIN"], "bench_smtp")


def figure(name, value, unit, **more):
    print(json.dumps({"figure": name, "value": round(value, 3), "unit": unit, **more}), flush=True)


class Sink:
    def __init__(self, path):
        self.path = path
        self.process = subprocess.Popen([BENCH, "sink", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def end(self):
        """Mails a second."""
        said, _ = self.process.communicate("")
        mails, seconds = said.split()
        return (int(mails) - 1) / float(seconds), int(mails)


def bare(scratch, path, name):
    sink = Sink(scratch.file(name))
    subprocess.run([BENCH, "loop", str(sink.port), path], check=True)
    return sink.end()[0]


def fill(daemon, count):
    """count letters that are due: those of CASES cases, and copies of them."""
    for n in range(CASES):
        daemon.desk.open_case(daemon.eva, "ACME-1", daemon.rita, subject=f"Case {n}", description="It stops half way. " * 100)
    c = sqlite3.connect(daemon.database)
    columns = [r[1] for r in c.execute("PRAGMA table_info(outbox)") if r[1] != "id"]
    models = c.execute("SELECT id FROM outbox WHERE kind = 'case-opened' ORDER BY id").fetchall()
    total = c.execute("SELECT count(*) FROM outbox").fetchone()[0]
    new = {"message_id": "'c' || :n || '.' || message_id", "message_key": "message_key || :n", "bounce_hash": "''"}
    for n in range(max(0, count - total)):
        c.execute(f"INSERT INTO outbox ({', '.join(columns)}) SELECT {', '.join(new.get(x, x) for x in columns)} FROM outbox WHERE id = :id",
                  {"n": n, "id": models[n % len(models)][0]})
    c.execute("UPDATE outbox SET next_at = created_at WHERE id IN (SELECT min(id) FROM outbox GROUP BY case_id, person)")
    c.commit()
    c.close()
    return max(count, total)


def installed(scratch, port):
    rig = types.SimpleNamespace(scratch=scratch, ca=Authority(scratch.folder("ca")), imap=types.SimpleNamespace(imaps=1),
                                smtp=types.SimpleNamespace(port=port))
    support = types.SimpleNamespace(address="support@helpdesk.example", password="none", name="Example Support")
    daemon = casemail.Casemail(rig, support, "bench", "token")
    daemon.settings["smtp"] = [{"host": "127.0.0.1", "port": port, "tls": "none"}]
    daemon.configure()
    daemon.ctl("init")
    daemon.desk = Desk(daemon)
    daemon.eva = types.SimpleNamespace(address="eva.lind@customer.example", name="Eva Lind")
    daemon.rita = types.SimpleNamespace(address="rita.rep@helpdesk.example", name="Rita Rep")
    daemon.desk.organisation("Acme Ltd", "ACME-1")
    daemon.desk.contact(daemon.eva, "Acme Ltd", "ACME-1=read-write")
    daemon.desk.representative(daemon.rita)
    return daemon


def main(count=5000):
    with Scratch() as scratch, contextlib.ExitStack() as end:
        sink = Sink(scratch.file("mails"))
        daemon = installed(scratch, sink.port)
        count = fill(daemon, count)
        load = os.getloadavg()[0]
        daemon.start()
        end.callback(daemon.stop)
        until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, 600, "all letters to be sent")
        own, mails = sink.end()
        if mails != count:
            raise RuntimeError(f"{mails} mails of {count} letters")
        loop = max(bare(scratch, sink.path, f"bare{n}") for n in range(2))
        more = {"notices": count, "bytes": os.path.getsize(sink.path) // count, "load": round(load, 1)}
    figure("bare libcurl loop", loop, "notices/s", **more)
    figure("casemaild", own, "notices/s", **more)
    figure("casemaild / bare libcurl loop", own / loop, "ratio", wanted=0.8, reached=own >= 0.8 * loop)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
