#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""casectl's lists, search, export, import, figures and live view on real databases, without servers."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.office import house_of_offices, office, width
from rig.waiting import until

DAY = 86400000
MAIL = b"From: Eva Lind <eva@acme.example>\r\nSubject: x\r\n\r\nHello.\r\n"


def busy(house):
    """An office with a second organisation, cases of several kinds, and times that are known."""
    o = office(house)
    o.ctl("org", "add", "Borg AB")
    o.ctl("deployment", "add", "BORG-1", "--org", "Borg AB", "--product", "Payroll")
    o.ctl("contact", "add", "bo@borg.example", "--name", "Bo Ek", "--org", "Borg AB", "--employer", "Borg AB", "--country", "Sweden",
          "--access", "BORG-1=read-write")
    opened = ("case", "open", "--contact", "bo@borg.example", "--deployment", "BORG-1")
    o.ctl(*opened, "--subject", "Pay slip is blank", "--priority", "High", "The printer says toner.")
    o.ctl(*opened, "--subject", "New licence", "--type", "Admin Case", "--sub-type", "Licence", "--priority", "Low", "Please.")
    o.ctl("case", "open", "--contact", "eva@acme.example", "--deployment", "ACME-1", "--subject", "Change my address",
          "--type", "Admin Case", "--sub-type", "Change E-mail Address", "Please.")
    o.ctl("case", "status", "4", "closed")
    now = o.value("SELECT max(modified_at) FROM cases")
    for number, days in ((1, 1), (2, 30), (3, 2), (4, 3)):
        o.change("UPDATE cases SET modified_at = ?, opened_at = ? WHERE number = ?", now - days * DAY, now - (100 - days) * DAY,
                 f"{number:08}")
    return o


def numbers(rows):
    return [int(r["number"]) for r in rows]


LISTS = (  # options, numbers of the cases
    ((), [1, 3, 4, 2]),
    (("--open",), [1, 3, 2]),
    (("--closed",), [4]),
    (("--org", "Borg AB"), [3, 2]),
    (("--deployment", "borg-1", "--open"), [3, 2]),
    (("--product", "Payroll"), [3, 2]),
    (("--product", "Ledger", "--closed"), [4]),
    (("--contact", "eva@acme.example"), [1, 4]),
    (("--owner", "rolf@helpdesk.example"), [1]),
    (("--status", "closed"), [4]),
    (("--status", "open"), [1, 3, 2]),
    (("--status", "resolved"), [4]),
    (("--status", "investigation"), []),
    (("--status", "OPEN / New", "--org", "Acme Ltd"), [1]),
    (("--type", "Admin Case"), [3, 4]),
    (("--admin", "--open"), [3]),
    (("--type", "Support Case", "--sub-type", "Problem"), [1, 2]),
    (("--sub-type", "Licence"), [3]),
    (("--since", "60h"), [1, 3]),
    (("--since", "2w"), [1, 3, 4]),
    (("--since", "1999-12-31"), [1, 3, 4, 2]),
    (("--since", "2999-12-31"), []),
    (("--reverse",), [2, 4, 3, 1]),
    (("--sort", "number"), [1, 2, 3, 4]),
    (("--sort", "number", "--reverse", "--open"), [3, 2, 1]),
    (("--sort", "opened"), [2, 4, 3, 1]),
    (("--sort", "opened", "--reverse", "--since", "2w"), [1, 3, 4]),
    (("--sort", "priority"), [2, 1, 4, 3]),
    (("--sort", "priority", "--reverse", "--contact", "bo@borg.example"), [3, 2]),
    (("--max", "2"), [1, 3]),
    (("--max", "2", "--page", "2"), [4, 2]),
    (("--max", "2", "--page", "9"), []),
    (("--max", "1", "--page", "2", "--sort=number", "--open"), [2]),
)


def test_C11_lists_are_filtered_and_sorted(house):
    o = busy(house)
    for options, wanted in LISTS:
        tap.equal(numbers(o.json("case", "list", *options)), wanted, f"case list {' '.join(options)}")


def test_C11_mine_is_what_i_am_contact_or_owner_of(house):
    o = busy(house)
    o.ctl("case", "assign", "2", "rolf@helpdesk.example")
    for me, options, wanted in (("eva@acme.example", ("--mine", "--open"), [1]),
                                ("eva@acme.example", ("--company",), [1, 4]),
                                ("EVA@acme.example", ("--mine", "--admin", "--open"), []),
                                ("eva@acme.example", ("--mine", "--admin", "--closed"), [4]),
                                ("rolf@helpdesk.example", ("--mine",), [1, 2]),
                                ("rolf@helpdesk.example", ("--mine", "--sort", "number", "--reverse", "--max", "1", "--page", "2"), [1]),
                                ("bo@borg.example", ("--mine", "--company", "--sort", "opened"), [2, 3])):
        tap.equal(numbers(o.json("--as", me, "case", "list", *options)), wanted, f"{me}: {' '.join(options)}")


def test_a_search_shows_where_it_was_found(house):
    o = busy(house)
    o.ctl("case", "reply", "3", "--yes", "The Zürich printer is out of paper.")
    found = o.json("case", "search", "printer")
    tap.equal({int(r["number"]): r["snippet"] for r in found},
              {2: "The [printer] says toner.", 3: "The Zürich [printer] is out of paper."}, "found, with the words in brackets")
    tap.equal(numbers(o.json("case", "search", "PRINTER", "--product", "Payroll", "--sub-type", "Problem")), [2], "narrowed down")
    tap.equal(numbers(o.json("case", "search", "zürich", "--open", "--since", "1h")), [3], "by an update, letters in any case")
    tap.equal(o.json("case", "search", "printer toner paper"), [], "all words in one text")
    tap.equal([(int(r["number"]), r["snippet"]) for r in o.json("case", "search", "4")], [(4, "")], "by its number")
    tap.equal(numbers(o.json("--as", "bo@borg.example", "case", "search", "please", "--mine")), [3], "mine")
    tap.equal(o.json("case", "search", '"" OR *'), [], "no language of the search engine")
    tap.check("[printer]" in o.terminal("case", "search", "printer"), "on a terminal")


def test_a_list_reads_well_at_80_columns(house):
    o = busy(house)
    o.ctl("case", "open", "--contact", "eva@acme.example", "--deployment", "ACME-1", "--subject", "注文 " * 35, "Text")
    for columns, there, gone in ((80, ("CASE", "STATUS", "MODIFIED", "SUBJECT"), ("SUB-STATUS", "DEPLOYMENT")),
                                 (40, ("CASE", "SUBJECT"), ("SUB-STATUS", "OWNER")),
                                 (220, ("CASE", "SUB-STATUS", "DEPLOYMENT", "OWNER", "SUBJECT"), ())):
        shown = re.sub(r"\x1b\[[0-9]*m", "", o.terminal("case", "list", columns=columns)).rstrip("\n").split("\n")
        tap.check(all(h in shown[0] for h in there) and not any(h in shown[0] for h in gone), f"{columns} columns: {shown[0]}")
        tap.equal(sorted(line[:8] for line in shown[1:]), [f"{n:08}" for n in range(1, 6)], "numbers in full")
        tap.equal([line for line in shown if width(line) > columns], [], f"lines wider than {columns}")


def test_long_lists_go_through_the_pager_of_a_terminal(house):
    o = busy(house)
    shout = {"TERM": "xterm", "PAGER": "sed 's/^/page: /'"}
    for more, words, paged in ((shout, (), True), (shout, ("--no-pager",), False), (shout, ("--json",), False),
                               ({**shout, "PAGER": ""}, (), False), ({**shout, "PAGER": "cat"}, (), False),
                               ({**shout, "TERM": "dumb"}, (), False)):
        shown = o.terminal("case", "list", *words, rows=4, environment=more)
        tap.equal("page: " in shown, paged, f"{more} {words}: {shown[:60]!r}")
        tap.check("00000004" in shown and "00000002" in shown, "all of it is there")
    tap.check("page: " not in o.terminal("case", "list", rows=24, environment=shout), "a short list needs none")
    tap.check("page: " not in o.ctl("case", "list", environment=shout), "nor does a pipe")
    o.terminal("case", "list", rows=4, environment={**shout, "PAGER": "head -n 1 >/dev/null"})  # left early: no failure
    o.terminal("case", "list", rows=4, environment={**shout, "PAGER": "exit 7"})


def workbook(path):
    """The one worksheet of an .xlsx: its root, and each cell by its name as (type, text or number, number of its style)."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as z:
        tap.equal(z.testzip(), None, "the parts of the workbook")
        root = xml.etree.ElementTree.fromstring(z.read("xl/worksheets/sheet1.xml"))
    cells = {}
    for c in root.iter(space + "c"):
        tap.check(c.find(space + "f") is None, f"no formula in {c.get('r')}")
        value = c.find(space + "v")
        cells[c.get("r")] = (c.get("t"), value.text if value is not None else "".join(t.text or "" for t in c.iter(space + "t")), c.get("s"))
    return root, cells


def column(cells, letter):
    return [v[1] for name, v in sorted(cells.items(), key=lambda i: int(i[0][1:])) if name[0] == letter][1:]


def test_an_export_is_exactly_the_filtered_list(house):
    o = busy(house)
    for number, subject in ((2, '=HYPERLINK("http://x.example","y")'), (3, "@SUM(A1), +1\n-2"), (4, "Zürich \u202e\x1b[31m")):
        o.change("UPDATE cases SET subject = ? WHERE number = ?", subject, f"{number:08}")
    path = {f: os.path.join(o.folder, "cases." + f) for f in ("csv", "json", "xlsx")}
    for options in ((), ("--open", "--sort", "number"), ("--since", "2999-12-31")):
        listed = o.json("case", "list", *options)
        for f in path.values():
            tap.equal(o.json("case", "export", f, *options, "--force", "--format", f.rsplit(".", 1)[1]), {"cases": len(listed)}, "said")
        with open(path["json"], encoding="utf-8") as f:
            tap.equal(json.load(f), listed, f"JSON of {options}")
        with open(path["csv"], encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f, strict=True))
        tap.equal(numbers(rows), numbers(listed), f"CSV of {options}")
        tap.equal([r["modified_at"] for r in rows], [r["modified_at"] for r in listed], "times")
        tap.equal([int(n) for n in column(workbook(path["xlsx"])[1], "A")], numbers(listed), f"Excel of {options}")
    o.ctl("case", "export", path["xlsx"], "--force")
    root, cells = workbook(path["xlsx"])
    text = xml.etree.ElementTree.tostring(root, encoding="unicode")
    tap.check('state="frozen"' in text and 'ref="A1:N5"' in text and cells["A1"][2] not in (None, "0"), "headings: frozen, filter, bold")
    tap.check(re.search(r'<\S*col min="14" max="14" width="60', text), "the width of the subject")
    tap.check(cells["L2"][0] in (None, "n") and 40000 < float(cells["L2"][1]) < 80000 and cells["L2"][2] not in (None, "0"),
              f"a date is a number in the format of dates: {cells['L2']}")
    tap.check('=HYPERLINK("http://x.example","y")' in column(cells, "N"), "a formula is text")
    tap.check(not {"\u202e", "\x1b"} & set("".join(column(cells, "N"))) and "Zürich" in "".join(column(cells, "N")), "escaped")
    out = o.ctl("case", "export", "-", "--format=csv", "--sort=number")
    tap.check("'=HYPERLINK" in out and "\"'@SUM(A1), +1\n-2\"" in out and "\x1b" not in out, f"neutral cells: {out}")
    tap.equal(numbers(json.loads(o.ctl("case", "export", "-", "--format=json", "--search", "toner"))), [2], "what a search finds")
    tap.equal(os.stat(path["csv"]).st_mode & 0o777, 0o600, "mode")
    tap.equal(sorted(os.listdir(o.folder)), sorted(["casemaild.conf", "casemail.db", "password"] + [os.path.basename(p) for p in path.values()]
              + [n for n in os.listdir(o.folder) if n.startswith("casemail.db-")]), "nothing else is left behind")


def test_an_export_never_replaces_a_file_by_itself(house):
    o = busy(house)
    mine = o.file("mine.csv", b"mine")
    for words in ((mine,), (mine, "--force", "--contact", "nobody@x.example")):
        tap.equal(o.run("casectl", "case", "export", *words)[0], 1, "refused")
        with open(mine, "rb") as f:
            tap.equal(f.read(), b"mine", "the file that was there")
    for words in (("/nonexistent/x.csv",), (o.folder, "--format", "csv", "--force"), ("/dev/null", "--format", "csv", "--force")):
        tap.equal(o.run("casectl", "case", "export", *words)[0], 1, f"status of {words}")
    tap.equal([n for n in os.listdir(o.folder) if n.startswith("mine.csv.")], [], "no half of a file")


TABLES = {
    "organisations": "\ufeffName,Kind\r\nZürich AG,customer\r\n\"Partner, Inc\",Partner\r\n",
    "deployments": "org_id,organisation,partner,product\nZ-1,zürich ag,\"Partner, Inc\",Payroll\n",
    "contacts": "first name,last name,work email,organisation,employer,country,phone\n"
                " Zoë ,Zorn,zoe@zurich.example,Zürich AG,Zürich AG,Switzerland,+41 44\n"
                "Pit,Pan,pit@partner.example,\"Partner, Inc\",Partner,Germany,\n",
    "access": "level,work_email,org_id\nread-only,zoe@zurich.example,Z-1\nread-write,pit@partner.example,z-1\n",
    "cases": "contact,org_id,subject,description,owner,status,opened,priority\n"
             "pit@partner.example,Z-1,Old trouble,\"Two\nlines \"\"here\"\"\",rolf@helpdesk.example,awaiting-info,2024-02-29,High\n"}


def files_of(o, tables):
    """Options of an import of these tables."""
    return [w for name, text in tables.items() for w in ("--" + name, o.file(name + ".csv", text if isinstance(text, bytes) else text.encode()))]


def test_an_import_takes_people_access_and_cases(house):
    o = office(house)
    before, letters, options = o.dump(), o.value("SELECT count(*) FROM outbox"), files_of(o, dict(reversed(list(TABLES.items()))))
    counts = {"organisations": 2, "deployments": 1, "contacts": 2, "access": 2, "cases": 1}
    tap.equal(o.json("import", *options, "--dry-run"), {**counts, "dry_run": True}, "a dry run")
    tap.equal(o.dump(), before, "it changes nothing")
    tap.equal(o.json("import", *options), {**counts, "dry_run": False}, "imported")
    tap.equal([(d["org_id"], d["customer"], d["partner_managed"]) for d in o.json("deployment", "list")],
              [("ACME-1", "Acme Ltd", False), ("Z-1", "Zürich AG", True)], "deployments")
    tap.equal([(a["address"], a["level"]) for a in o.json("access", "list", "--deployment", "Z-1")],
              [("zoe@zurich.example", "read-only"), ("pit@partner.example", "read-write")], "access")
    tap.check("Zoë Zorn" in [p["name"] for p in o.json("contact", "list")], "blanks do not count")
    case = o.json("case", "show", "2")
    tap.equal((case["status"], case["owner"], case["priority"], case["opened_at"], case["description"].strip()),
              ("AWAITING INFO", "rolf@helpdesk.example", "High", "2024-02-29T00:00:00Z", 'Two\nlines "here"'), "the case")
    tap.equal(o.value("SELECT count(*) FROM outbox"), letters, "nobody is mailed")
    tap.check({"org-add", "contact-add", "case-open"} <= {r["event"] for r in o.json("audit", "list")}, "the audit")
    tap.equal(o.json("audit", "verify")["verified"], True, "and its chain")
    status, out, said = o.run("casectl", "import", *options)
    tap.equal((status, out, said.count("\n")), (1, "", 6), f"a second time everything of people is there already: {said}")


ROWS = (  # table, line, text of the row, line and column that are named, reason
    ("organisations", "name,kind", "Acme Ltd,customer", "2: name", "exists"),
    ("organisations", "name,kind", ",customer", "2: name", "missing"),
    ("organisations", "name,kind", "X,friend", "2: kind", "customer or partner"),
    ("organisations", "name,kind", "X", "2", "1 fields, but the first line names 2"),
    ("organisations", "name,kind", 'X"Y,customer', "2", "a quote inside"),
    ("organisations", "name,kind", "Zo\xe9,customer".encode("latin-1"), "2", "UTF-8"),
    ("organisations", "name,kind", "a\x1bb,customer", "2: name", "control character"),
    ("organisations", "name,kinds", "X,customer", "1", 'no column "kinds"'),
    ("organisations", "name,Name", "X,Y", "1: name", "twice"),
    ("organisations", "kind", "customer", "1: name", "this column is missing"),
    ("organisations", "", "", "1", "empty"),
    ("deployments", "org_id,organisation", "ACME-1,Acme Ltd", "2: org_id", "taken"),
    ("deployments", "org_id,organisation", "X-1,Nobody", "2: organisation", "Nobody"),
    ("deployments", "org_id,organisation,partner", "X-1,Acme Ltd,Nobody", "2: partner", "Nobody"),
    ("deployments", "org_id,organisation", ",Acme Ltd", "2: org_id", "missing"),
    ("deployments", "org_id,organisation,product", "X-1,Acme Ltd," + "p" * 300, "2: product", "200"),
    ("contacts", None, "x@gmail.com,A,B,Acme Ltd,Acme,Sweden", "2: work_email", "free-mail"),
    ("contacts", None, "x,A,B,Acme Ltd,Acme,Sweden", "2: work_email", "local@domain.tld"),
    ("contacts", None, "EVA@acme.example,A,B,Acme Ltd,Acme,Sweden", "2: work_email", "taken"),
    ("contacts", None, "x@acme.example,,B,Acme Ltd,Acme,Sweden", "2: first_name", "missing"),
    ("contacts", None, "x@acme.example,A,B,Acme Ltd,Acme,", "2: country", "missing"),
    ("contacts", None, "x@acme.example,A,B,,Acme,Sweden", "2: organisation", "missing"),
    ("access", "work_email,org_id,level", "x@acme.example,ACME-1,basic", "2: work_email", "x@acme.example"),
    ("access", "work_email,org_id,level", "eva@acme.example,NONE-1,basic", "2: org_id", "NONE-1"),
    ("access", "work_email,org_id,level", "eva@acme.example,ACME-1,root", "2: level", "basic, read-only or read-write"),
    ("access", "work_email,org_id,level", "eva@acme.example,MANAGED-1,read-write", "2: level", "managed by a partner"),
    ("cases", "contact,org_id,subject,description", "x@acme.example,ACME-1,S,D", "2: contact", "x@acme.example"),
    ("cases", "contact,org_id,subject,description", "ada@acme.example,ACME-1,S,D", "2: contact", "no active contact"),
    ("cases", "contact,org_id,subject,description", "eva@acme.example,ACME-1,,D", "2: subject", "1 to 250"),
    ("cases", "contact,org_id,subject,description", "eva@acme.example,ACME-1,S,", "2: description", "needed"),
    ("cases", "contact,org_id,subject,description,priority", "eva@acme.example,ACME-1,S,D,Critical", "2: priority", "Critical"),
    ("cases", "contact,org_id,subject,description,status", "eva@acme.example,ACME-1,S,D,closed", "2: status", "CLOSED"),
    ("cases", "contact,org_id,subject,description,status", "eva@acme.example,ACME-1,S,D,frozen", "2: status", "frozen"),
    ("cases", "contact,org_id,subject,description,opened", "eva@acme.example,ACME-1,S,D,2999-01-01", "2: opened", "past date"),
    ("cases", "contact,org_id,subject,description,owner", "eva@acme.example,ACME-1,S,D,eva@acme.example", "2: owner", "representative"),
)


def test_a_bad_row_is_named_and_nothing_is_imported(house):
    o = office(house)
    o.ctl("org", "add", "Reseller AB", "--partner")
    o.ctl("deployment", "add", "MANAGED-1", "--org", "Acme Ltd", "--partner", "Reseller AB")
    before = o.dump()
    for table, head, row, where, why in ROWS:
        head = head if head is not None else "work_email,first_name,last_name,organisation,employer,country"
        text = head.encode() + b"\n" + (row if isinstance(row, bytes) else row.encode()) + b"\n" if head else b""
        status, out, said = o.run("casectl", "import", *files_of(o, {table: text}))
        tap.equal((status, out), (1, ""), f"status and output of {table} {row!r}")
        line = f"casectl: {o.folder}/{table}.csv:{where}: "
        tap.check(any(t.startswith(line) and why in t for t in said.splitlines()), f"{line} ... {why}: {said}")
        tap.check("\x1b" not in said, "escaped")
    tap.equal(o.dump(), before, "the database")


def test_an_import_names_all_bad_rows_at_once(house):
    o = office(house)
    before = o.dump()
    tables = {"organisations": 'name\nGood AB\nAcme Ltd\n"Two\nlines"\nGood AB\n',
              "contacts": "work_email,first_name,last_name,organisation,employer,country\n"
                          "good@good.example,G,G,Good AB,Good,Sweden\nbad,B,B,Good AB,Good,Sweden\nx\n"}
    status, out, said = o.run("casectl", "import", *files_of(o, tables))
    tap.equal((status, out), (1, ""), "refused")
    tap.equal([re.sub(r"^casectl: (.*/)?", "", line).split(": ")[0] for line in said.splitlines()],
              ["organisations.csv:3", "organisations.csv:4", "organisations.csv:6", "contacts.csv:3", "contacts.csv:4", "5 errors"], "all")
    tap.equal(o.dump(), before, "the database")


def test_figures_count_messages_cases_and_waits(house):
    o = office(house)
    now = o.value("SELECT max(modified_at) FROM cases")
    midnight = now - now % DAY
    for uid, (at, outcome) in enumerate(((midnight - DAY + 3600000, "appended"), (midnight - DAY + 3700000, "appended"),
                                         (midnight - DAY + 9 * 3600000, "refused"), (midnight + 1, "held"),
                                         (midnight - 20 * DAY, "appended")), 1):
        o.receive(f"Message-ID: <{uid}@x>\r\n\r\n{uid}".encode(), "x", uid=uid, message_id=f"<{uid}@x>", content_key=f"k{uid}",
                  decided_at=at, outcome=outcome)
    seen = o.json("stats")
    day = lambda ms: time.strftime("%Y-%m-%d", time.gmtime(ms / 1000))
    tap.equal([(d["date"], d["messages"], d["outcomes"]) for d in seen["days"]],
              [(day(midnight - DAY), 3, {"appended": 2, "refused": 1}), (day(midnight), 1, {"held": 1})], "days of the last week")
    tap.equal({h["hour"]: h["messages"] for h in seen["hours"] if h["messages"]}, {0: 1, 1: 2, 9: 1}, "hours")
    tap.equal((seen["messages"], seen["outcomes"]), (4, {"appended": 2, "refused": 1, "held": 1}), "all")
    tap.equal(o.json("stats", "--since", "30d")["messages"], 5, "of a longer time")
    tap.equal((seen["open_statuses"], seen["open_ages"]["under a day"], seen["answers"]["count"]), ({"OPEN": 1}, 1, 0), "open cases")

    waits = ((-40, "casectl"), (-30, "mail"), (-20, "mail"), (-5, "casectl"), (-4, "casectl"), (-2, "mail"))  # minutes ago
    o.change("UPDATE cases SET opened_at = ?", now - 50 * 60000)
    for minutes, way in waits:
        o.change("INSERT INTO case_update (case_id, at, who, way, visibility, text, cut) VALUES (1, ?, 'x', ?, 'public', 't', '')",
                 now + minutes * 60000, way)
    o.change("INSERT INTO case_update (case_id, at, who, way, visibility, text, cut) VALUES (1, ?, 'x', 'casectl', 'internal', 't', '')", now)
    tap.equal(o.json("stats")["answers"], {"count": 2, "median_seconds": 600, "percent90_seconds": 1500},
              "from the opening, and from the first of two updates; an internal note answers nothing")
    lines = [line.split("\t") for line in o.ctl("stats").splitlines()]
    tap.check(all(len(line) == 4 for line in lines) and ["day", day(midnight), "held", "1"] in lines, "a pipe gets lines")


def test_figures_have_bars_on_a_terminal(house):
    o = office(house)
    o.receive(MAIL, "x", decided_at=o.value("SELECT max(modified_at) FROM cases"))
    shown = o.terminal("stats")
    tap.check("held" in shown and "\u2588" in shown and "OPEN" in shown and "nobody was answered" in shown, f"with blocks: {shown}")
    tap.equal([line for line in shown.split("\n") if width(line) > 80], [], "lines wider than the terminal")
    plain = o.terminal("stats", environment={"LC_ALL": "C"})
    tap.check("####" in plain and plain.isascii(), "without blocks where the locale has none")


class Follower:
    """casectl watch, running; its lines come with a deadline."""

    def __init__(self, o, *words):
        self.process = subprocess.Popen([casemail.program("casectl"), "-c", o.conf, *words], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=o.environment())
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = b""

    def lines(self, count):
        """The first so many lines, once they are there."""
        until(lambda: self.look() >= count, 30, f"{count} lines of watch")
        return self.text.decode().splitlines()

    def look(self):
        self.text += self.process.stdout.read() or b""
        return self.text.count(b"\n")

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        status = self.process.wait(30)
        self.look()
        said = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return status, said


def test_watch_shows_messages_as_they_are_decided(house):
    o = office(house)

    def receive(uid, **more):
        return o.receive(f"Message-ID: <{uid}@x>\r\n\r\n{uid}".encode(), "S\x1b[31m", uid=uid, message_id=f"<{uid}@x>", content_key=f"k{uid}", **more)

    for uid in (1, 2, 3):
        receive(uid, decided_at=uid * 1000)
    first, second = Follower(o, "watch", "--last", "2", "--json"), Follower(o, "watch")
    try:
        tap.equal([json.loads(line)["id"] for line in first.lines(2)], [2, 3], "history, the oldest first")
        until(lambda: os.readlink(f"/proc/{second.process.pid}/exe") and any(
            "inotify" in os.readlink(f"/proc/{second.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{second.process.pid}/fd")), 30, "a watch")
        receive(4, case_id=1, outcome="appended", sender="eva\x1b@acme.example", reason="customer-replied")
        new = json.loads(first.lines(3)[2])
        tap.equal((new["id"], new["outcome"], new["case"], new["reason"]), (4, "appended", "00000001", "customer-replied"), "a new one")
        receive(5)
        o.ctl("mail", "drop", "2", "--reason", "an advertisement")
        again = json.loads(first.lines(5)[4])
        tap.equal((again["id"], again["outcome"]), (2, "dropped"), "one that was decided anew")
        receive(6)
        tap.equal(json.loads(first.lines(6)[5])["id"], 6, "and then the next one, once")
        lines = second.lines(4)
    finally:
        ends = [f.end(n) for f, n in ((first, signal.SIGINT), (second, signal.SIGTERM))]
    tap.equal(ends, [(0, b""), (0, b"")], "ended by Ctrl-C, and by a polite end")
    fields = lines[-1].split("\t")
    tap.equal((len(fields), fields[1:3]), (5, ["held", "-"]), f"a pipe gets fields: {lines}")
    tap.check("\x1b" not in "".join(lines), "escaped")


def test_watch_begins_where_it_is_asked_to(house):
    o = office(house)
    now = o.value("SELECT max(modified_at) FROM cases")
    for uid, at in ((1, now - 2 * DAY), (2, now - 3600000), (3, now - 60000)):
        o.receive(f"Message-ID: <{uid}@x>\r\n\r\n{uid}".encode(), "S", uid=uid, message_id=f"<{uid}@x>", content_key=f"k{uid}", decided_at=at)
    for words, wanted in ((("--since", "2h"), [2, 3]), (("--since", "2h", "--last", "1"), [3]), (("--last", "100000"), [1, 2, 3])):
        f = Follower(o, "watch", "--json", *words)
        try:
            shown = [json.loads(line)["id"] for line in f.lines(len(wanted))]
        finally:
            f.end()
        tap.equal(shown, wanted, f"watch {' '.join(words)}")


def test_init_says_what_to_do_where_no_database_can_be_made(house):
    o = office(house)
    for place, names in (("missing/deep/casemail.db", "mkdir -p -m 0700 " + os.path.join(o.folder, "missing/deep")),
                         ("password/casemail.db", "no folder")):
        o.settings["database"] = os.path.join(o.folder, place)
        o.configure()
        status, out, said = o.run("casectl", "init")
        tap.equal((status, out), (3, ""), "status and output")
        tap.check(said.startswith("casectl: " + o.settings["database"]) and names in said and "casemaild.conf" in said, f"says {names}: {said}")
    tap.check(not os.path.exists(os.path.join(o.folder, "missing")), "nothing was made")


BAD = (  # words, exit status, what the complaint names
    (("case", "list", "--open", "--closed"), 2, "--open and --closed"),
    (("case", "list", "--admin", "--type", "Incident"), 2, "--admin is"),
    (("case", "list", "--type", "Frozen"), 2, "Frozen"),
    (("case", "list", "--sort", "colour"), 2, "modified, opened, number and priority"),
    (("case", "list", "--since", "yesterday"), 2, "2026-12-25"),
    (("case", "list", "--since", "2026-02-30"), 2, "2026-12-25"),
    (("case", "list", "--since", "-1d"), 2, "2026-12-25"),
    (("case", "list", "--since", "99999999999999d"), 2, "2026-12-25"),
    (("case", "list", "--page", "0"), 2, "a number from 1"),
    (("case", "list", "--mine"), 1, "casectl --as ADDRESS case list"),
    (("--as", "nobody@x.example", "case", "list", "--company"), 1, "nobody@x.example"),
    (("--as", "rolf@helpdesk.example", "case", "list", "--company"), 1, "--org NAME"),
    (("case", "list", "--deployment", "NONE-1"), 1, "NONE-1"),
    (("case", "search", "x", "--sort", "colour"), 2, "modified"),
    (("case", "export", "cases"), 2, "--format xlsx, csv or json"),
    (("case", "export", "cases.doc"), 2, "--format xlsx, csv or json"),
    (("case", "export", "-", "--format", "pdf"), 2, "pdf"),
    (("case", "export", "-", "--format", "xlsx"), 2, "not to standard output"),
    (("case", "export", "-", "--format", "csv", "--org", "Nobody"), 1, "Nobody"),
    (("stats", "--since", "then"), 2, "2026-12-25"),
    (("watch", "--last", "-1"), 2, "a number from 0"),
    (("watch", "--since", "then"), 2, "2026-12-25"),
    (("import",), 2, "nothing to import"),
    (("import", "--contacts", "/nonexistent"), 1, "/nonexistent"),
    (("case", "search", " "), 1, "nothing to search for"),
)


def test_bad_input_is_named_and_changes_nothing(house):
    o = office(house)
    before = o.dump()
    for words, wanted, names in BAD:
        status, out, said = o.run("casectl", *words)
        tap.equal((status, out), (wanted, ""), f"status and output of {' '.join(words)}")
        tap.check(said.startswith("casectl: ") and names in said, f"{' '.join(words)} names {names}: {said}")
    tap.equal(o.dump(), before, "the database")


if __name__ == "__main__":
    tap.main(__name__, make=house_of_offices)
