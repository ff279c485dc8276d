#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The query plan of every statement in src/store: none walks a whole table, but for those that are named here.

The statements are taken from the preprocessed sources, so that none can be forgotten; what is put together at run time is
tests/unit/test_store_plans.c's."""

import contextlib
import glob
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.office import Office

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LITERAL = r'"(?:\\.|[^"\\\n])*"'
VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b")
# Beginnings of what is put together at run time.
PIECES = {"cases_list.c": 2, "store.c": 1}
# (file, what the statement holds): why it may walk the table.
WALKS = {
    ("audit.c", "FROM sqlite_sequence"): "a row for each of three tables",
    ("delegations.c", "ORDER BY g.id"): "the list of all",
    ("health.c", "FROM alarm"): "a row for each kind of alarm",
    ("mail.c", "FROM message m WHERE 1"): "a piece, goes on at run time",
    ("people.c", "FROM organisation ORDER BY name"): "the list of all",
    ("people.c", "FROM deployment d ORDER BY d.org_id"): "the list of all",
    ("people.c", "WHERE p.is_contact = 1 ORDER BY p.id"): "the list of all",
    ("people_access.c", "FROM access ORDER BY person, deployment"): "the list of all",
    ("people_access.c", "FROM approver a LEFT JOIN"): "the list of all",
    ("requests.c", "SELECT id FROM request ORDER BY id"): "the list of all",
}


def statements(path, include):
    """The SQL of a C file: each run of literals that begins as a statement does."""
    text = subprocess.run(["cc", "-E", "-P", "-I", os.path.join(TOP, "src"), "-I", include, "-I", os.path.join(include, "src"), path], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    for run in re.findall(rf"{LITERAL}(?:\s*{LITERAL})*", text):
        sql = "".join(m[1:-1] for m in re.findall(LITERAL, run))
        sql = sql.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
        if VERB.match(sql):
            yield sql


def explain(db, sql):
    count = 0
    for number in re.findall(r"\?(\d*)", re.sub(r"'[^']*'", "", sql)):
        count = max(count, int(number)) if number else count + 1
    return [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql, [None] * count)]


def walked(db, sql):
    """The tables that a statement walks from end to end; a partial index holds but the rows that are wanted."""
    names = {alias or name: name for name, alias in
             re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO|,)\s+(\w+)(?:\s+(?:AS\s+)?(?!WHERE|ORDER|JOIN|LEFT|CROSS|ON|SET|GROUP|LIMIT|UNION|VALUES|SELECT)(\w+))?", sql)}
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    partial = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")}
    for row in explain(db, sql):
        m = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", row)
        if m and m.group(2) not in partial and "VIRTUAL TABLE INDEX" not in row and names.get(m.group(1), m.group(1)) in tables:
            yield row


def test_no_statement_walks_a_table(here):
    count, wrong = 0, []
    for path in sorted(glob.glob(os.path.join(TOP, "src/store/*.c"))):
        name, pieces = os.path.basename(path), []
        for sql in statements(path, here.build):
            count += 1
            try:
                rows = list(walked(here.db, sql))
            except (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.Warning) as e:
                pieces.append(f"{sql}: {e}")
                continue
            excused = any(file == name and part in sql for file, part in WALKS)
            if rows and not excused:
                wrong.append(f"{name}: {rows} in {sql}")
            if rows and excused:
                here.used.update(w for w in WALKS if w[0] == name and w[1] in sql)
        if len(pieces) != PIECES.get(name, 0):
            wrong.append(f"{name}: {PIECES.get(name, 0)} pieces of statements are known: {pieces}")
    tap.equal(wrong, [], "statements")
    tap.check(count > 150, f"{count} statements were looked at")
    tap.equal(sorted(set(WALKS) - here.used), [], "exceptions that nothing needs")


def test_a_walk_would_be_seen(here):
    for sql, seen in (("SELECT subject FROM cases c WHERE c.subject = ?", True), ("SELECT count(*) FROM message", True),
                      ("UPDATE outbox SET state = ? WHERE to_address = ?2", True), ("SELECT id FROM cases WHERE id = ?", False),
                      ("SELECT x.id FROM (SELECT id FROM cases WHERE owner = ?) x", False)):
        tap.equal(bool(list(walked(here.db, sql))), seen, sql)


@contextlib.contextmanager
def schema():
    with tempfile.TemporaryDirectory(prefix="plans-") as folder:
        office = Office(folder, set())
        office.ctl("init")
        with contextlib.closing(sqlite3.connect(office.database)) as db:
            yield types.SimpleNamespace(db=db, build=os.path.dirname(casemail.program("casectl")), used=set(),
                                        scratch=types.SimpleNamespace(logs=lambda: []))


if __name__ == "__main__":
    tap.main(__name__, make=schema)
