#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""casectl on a store of a million cases: how long an operator waits.

    bench_store.py [CASES] [UPDATES]      CASEMAIL_BIN: folder of a build

Makes a store with casectl init, so with the program's own schema, and fills it in bulk (minutes; progress goes to standard
error): without indexes and triggers, which are then made again from their own text. Then runs each command as an operator
would, as a process of its own, and prints one JSON object a line: the median and the worst of its times, the median of the
processor time, the lines it printed, and the limit where there is one. CASEMAIL_BENCH_STORE names a folder that keeps the store for the next run."""

import contextlib
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "system"))

from rig import casemail
from rig.office import Office

RUNS = 21
ORGANISATIONS, PEOPLE, STAFF, SENTENCES, CHUNK = 2000, 20000, 50, 5000, 50000
RARE, RARE_CASES = "zanzibar", 100
TABLES = ("cases", "case_update")


def progress(text, begun):
    print(f"\r{text}, {time.monotonic() - begun:.0f} s\033[K", end="", file=sys.stderr, flush=True)


def sentences():
    """Sentences of a vocabulary in which few words are frequent and many are rare."""
    chance = random.Random(1)
    letters = "bcdfghklmnprstvw", "aeiou"
    words = ["".join(chance.choice(letters[i % 2]) for i in range(chance.randint(3, 9))) for _ in range(20000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for _ in range(SENTENCES):
        yield " ".join(chance.choices(words, weights, k=chance.randint(8, 20))).capitalize() + "."


def people(db, now):
    db.executemany("INSERT INTO organisation (id, name) VALUES (?, ?)", ((n + 10, f"Company {n}") for n in range(ORGANISATIONS)))
    db.executemany("INSERT INTO deployment (id, org_id, organisation, customer, end_user, product) VALUES (?, ?, ?, ?, '', ?)",
                   ((n + 10, f"ORG-{n}", n + 10, f"Company {n}", f"Product {n % 7}") for n in range(ORGANISATIONS)))
    for n in range(PEOPLE + STAFF):
        contact = n < PEOPLE
        address = f"person{n}@company{n % ORGANISATIONS}.example" if contact else f"staff{n - PEOPLE}@helpdesk.example"
        db.execute("INSERT INTO person (id, first_name, last_name, address, employer, country, organisation, is_contact,"
                   " is_representative, created_at) VALUES (?, 'P', ?, ?, 'E', 'C', ?, ?, ?, ?)",
                   (n + 100, f"Number{n}", address, n % ORGANISATIONS + 10 if contact else None, contact, not contact, now))
        db.execute("INSERT INTO person_address (address, person, verified_at) VALUES (?, ?, ?)", (address, n + 100, now))


CASES = """INSERT INTO cases (id, number, reference, type, sub_type, subject, status, sub_status, is_closed, priority, deployment,
    organisation, contact, owner, opened_at, modified_at, description)
    SELECT n, printf('%08d', n), printf('%016x', n), CASE n % 5 WHEN 0 THEN 'Service Request' WHEN 1 THEN 'Admin Case' ELSE 'Support Case' END,
        CASE n % 5 WHEN 0 THEN '' WHEN 1 THEN 'Licence' ELSE 'Problem' END, substr(a.text, 1, 60),
        CASE WHEN n * 2654435761 % 4294967296 / 1000 % 10 THEN 'CLOSED' WHEN n % 2 THEN 'OPEN' ELSE 'AWAITING INFO' END,
        CASE WHEN n * 2654435761 % 4294967296 / 1000 % 10 THEN 'Resolved' WHEN n % 2 THEN 'New' ELSE 'Info Required from Customer' END,
        n * 2654435761 % 4294967296 / 1000 % 10 <> 0, CASE n % 7 WHEN 0 THEN 'High' WHEN 1 THEN 'Low' WHEN 2 THEN 'Critical' ELSE 'Medium' END,
        p.organisation, p.organisation, p.id, :staff + n % 50, :first + n * :step, :first + n * :step + (n * 7919 % 60) * 86400000,
        a.text || ' ' || b.text || iif(n % :rare = 0, ' zanzibar', '')
    FROM (SELECT value AS n FROM numbers WHERE value BETWEEN :from AND :to) JOIN person p ON p.id = 100 + n * 31 % :people
    JOIN sentence a ON a.id = n * 17 % 5000 JOIN sentence b ON b.id = n * 29 % 5000"""
UPDATES = """INSERT INTO case_update (id, case_id, at, person, who, way, visibility, text, cut)
    SELECT n, 1 + n % :cases, :first + n * :step, NULL, 'P Number', iif(n * 7919 / 1000 % 2, 'mail', 'casectl'), iif(n % 9, 'public', 'internal'),
        a.text || ' ' || b.text, '' FROM (SELECT value AS n FROM numbers WHERE value BETWEEN :from AND :to)
    JOIN sentence a ON a.id = n * 13 % 5000 JOIN sentence b ON b.id = n * 37 % 5000"""


def bulk(db, what, sql, count, values, begun):
    for first in range(1, count + 1, CHUNK):
        db.execute(sql, {**values, "from": first, "to": min(first + CHUNK - 1, count)})
        db.commit()
        progress(f"{what}: {min(first + CHUNK - 1, count)} of {count}", begun)


def fill(path, cases, updates):
    begun, now = time.monotonic(), int(time.time() * 1000)
    db = sqlite3.connect(path)
    db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;")
    db.execute("CREATE TEMP TABLE sentence (id INTEGER PRIMARY KEY, text TEXT)")
    db.executemany("INSERT INTO sentence VALUES (?, ?)", enumerate(sentences()))
    db.execute("CREATE TEMP TABLE numbers (value INTEGER PRIMARY KEY)")
    db.execute("INSERT INTO numbers WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < ?) SELECT v FROM n",
               (max(cases, updates),))
    people(db, now)
    later = db.execute(f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN {TABLES} AND sql IS NOT NULL AND type <> 'table'").fetchall()
    for kind, name, _ in later:
        db.execute(f"DROP {kind} {name}")
    values = {"first": now - 900 * 86400000, "staff": PEOPLE + 100, "people": PEOPLE, "rare": max(1, cases // RARE_CASES), "cases": cases}
    bulk(db, "cases", CASES, cases, {**values, "step": 900 * 86400000 // cases}, begun)
    db.execute("UPDATE cases SET modified_at = ?1 - id * 7919 % 2592000000 WHERE modified_at > ?1", (now - 1000,))
    bulk(db, "updates", UPDATES, updates, {**values, "step": 900 * 86400000 // updates}, begun)
    for table in ("case_search", "update_search"):
        progress(f"full text of {table}", begun)
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
    for kind, name, sql in later:
        progress(f"{kind} {name}", begun)
        db.execute(sql)
    db.execute("UPDATE setting SET value = ? WHERE name = 'next-case-number'", (cases + 1,))
    db.execute("INSERT INTO access (person, deployment, level, since, granted_by) SELECT id, organisation, 'read-write', ?, 'bench' FROM person"
               " WHERE id BETWEEN 100 AND 1000", (now,))
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    print(f"\r{cases} cases and {updates} updates in {time.monotonic() - begun:.0f} s, {os.path.getsize(path) >> 20} MiB\033[K", file=sys.stderr)


def measure(office, name, words, limit=None):
    argv = [casemail.program("casectl"), "-c", office.conf, *words]
    times, cpu, sizes = [], [], 0
    for _ in range(RUNS):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=office.environment(), check=False)
        times.append(1000 * (time.perf_counter() - begun))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stderr.decode()}")
        sizes = len(done.stdout.splitlines())
    figure = {"figure": name, "value": round(statistics.median(times), 1), "worst": round(max(times), 1), "cpu": round(statistics.median(cpu), 1),
              "unit": "ms", "lines": sizes}
    print(json.dumps({**figure, "limit": limit} if limit else figure), flush=True)


def run(office, cases):
    me = "person77@company77.example"
    measure(office, "casectl --version: a process that does nothing", ["--version"])
    measure(office, "case show", ["case", "show", str(cases // 2)], 50)
    measure(office, "case list, first page", ["case", "list"], 50)
    measure(office, "case list --open", ["case", "list", "--open"], 50)
    measure(office, "case list --mine --open", ["--as", me, "case", "list", "--mine", "--open"], 50)
    measure(office, "case list --mine --open, a representative", ["--as", "staff7@helpdesk.example", "case", "list", "--mine", "--open"], 50)
    measure(office, "case list --company", ["--as", me, "case", "list", "--company"], 50)
    measure(office, "case list --product", ["case", "list", "--product", "Product 3"])
    measure(office, "case list --open --sort priority", ["case", "list", "--open", "--sort", "priority"], 50)
    measure(office, "case list --page 100", ["case", "list", "--page", "100"])
    measure(office, "case search, a word in 100 cases", ["case", "search", RARE], 50)
    measure(office, "case search, a word in very many texts", ["case", "search", next(sentences()).split()[1]])
    measure(office, "case search, a number", ["case", "search", str(cases // 3)], 50)
    measure(office, "case open", ["case", "open", "--contact", "person1@company1.example", "--deployment", "ORG-1", "--subject", "It stops",
                                  "After ten minutes."])
    measure(office, "stats", ["stats"])
    measure(office, "stats --since 365d", ["stats", "--since", "365d"])


@contextlib.contextmanager
def place():
    kept = os.environ.get("CASEMAIL_BENCH_STORE")
    if kept:
        os.makedirs(kept, exist_ok=True)
        yield kept
    else:
        with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
            yield folder


def main():
    cases, updates = [int(a) for a in sys.argv[1:]] + [1000000, 5000000][len(sys.argv) - 1:]
    with place() as folder:
        office = Office(folder, set())
        if not os.path.exists(office.database):
            office.ctl("init")
            fill(office.database, cases, updates)
        run(office, cases)


if __name__ == "__main__":
    main()
