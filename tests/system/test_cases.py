#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What casectl does with cases beyond opening and answering them: status, closing, merging, and that nothing of another
operator's is written over. On a real database, no servers."""

import os
import pty
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from test_casectl import DONE_IN_TEST_CASES, house_of_offices, office

ROLF = ("--by", "rolf@helpdesk.example")


def asked(o, *words, answer=b"y\n"):
    """(status, what is shown) of a command on a terminal that asks a question, which is answered."""
    master, slave = pty.openpty()
    with subprocess.Popen([casemail.program("casectl"), "-c", o.conf, *words], stdin=slave, stdout=slave, stderr=slave,
                          env=o.environment()) as p:
        os.close(slave)
        shown = b""
        try:
            while True:
                shown += os.read(master, 65536)
                if answer and shown.endswith(b"[y/N] "):
                    os.write(master, answer)
                    answer = b""
        except OSError:  # the end of a terminal
            pass
        os.close(master)
        return p.wait(60), shown.decode().replace("\r\n", "\n")


def refused(o, said, *words):
    """A command that must be refused, with these words, and must change nothing."""
    before = o.dump()
    status, out, complaint = o.run("casectl", *words)
    tap.equal((status, out), (1, ""), f"status and output of casectl {' '.join(words)}")
    tap.check(said in complaint, f"{complaint!r} says {said!r}")
    tap.equal(o.dump(), before, "the database after it")


def state(o, number=1):
    shown = o.json("case", "show", str(number))
    return f"{shown['status']} / {shown['sub_status']}"


def kinds(o):
    return [r["kind"] for r in reversed(o.json("outbox", "list"))]


# --- status, closing, opening again ------------------------------------------

def test_C2_a_case_is_closed_and_opened_again(house):
    o = office(house)
    tap.equal(o.json("case", "close", "1", *ROLF, "--sub-status", "cancelled")["notices"], 1, "the contact is told")
    tap.equal((state(o), o.value("SELECT is_closed, closed_at > 0 FROM cases")), ("CLOSED / Cancelled", 1), "closed")
    refused(o, "closed already", "case", "close", "1")
    refused(o, "cannot become AWAITING INFO: OPEN is allowed", "case", "status", "1", "awaiting-info")
    o.ctl("case", "reopen", "1")
    tap.equal((state(o), o.value("SELECT is_closed FROM cases"), o.value("SELECT closed_at FROM cases")), ("OPEN / New", 0, None),
              "open again")
    refused(o, "is not closed", "case", "reopen", "1")
    tap.equal(kinds(o), ["case-opened", "case-closed", "status-changed"], "notices")


def test_C2_statuses_are_configuration(house):
    o = office(house)
    rows = o.json("case", "statuses")
    tap.equal([r["status"] for r in rows if r["kind"] == "closed"], ["CLOSED"] * 3, "the shipped ones")
    o.configure("""cases = {
      statuses = ( { name = "NEW"; sub_statuses = [ "New" ]; }, { name = "DONE"; sub_statuses = [ "Gone" ]; kind = "closed"; } );
      transitions = ( { from = "NEW"; to = [ "DONE" ]; } );
      merged = "DONE"; request_granted = "DONE"; request_refused = "DONE"; };\n""")
    tap.equal([(r["status"], r["to"]) for r in o.json("case", "statuses")], [("NEW", "DONE"), ("DONE", "nothing else")], "ours")
    o.ctl("case", "close", "1")  # from a status that is configured no more
    tap.equal((state(o), o.value("SELECT is_closed FROM cases")), ("DONE / Gone", 1), "closed in our way")
    refused(o, "no transition of the configuration leads out of DONE", "case", "reopen", "1")
    o.configure("""cases = { transitions = ( { from = "OPEN"; to = [ "CLOSED" ]; },
      { from = "AWAITING INFO"; to = [ "OPEN" ]; by = "mail"; priority = "Critical"; } ); };\n""")
    status, _, said = o.run("casectl", "case", "statuses")
    tap.equal(status, 3, "status with a table that is wrong")
    for words in (r":\d+: cases.transitions\[1\].priority: no mail makes a case Critical", r'no transition leads from "OPEN" to',
                  r'no transition leads out of "SERVICE RESTORED"'):
        tap.check(re.search(words, said), f"{said!r} says {words!r}")


# --- two operators -------------------------------------------------------------

def test_a_case_that_changed_meanwhile_is_not_written_over(house):
    o = office(house)
    seen = str(o.json("case", "show", "1")["version"])
    o.ctl("case", "note", "1", *ROLF, "I have called them.")
    refused(o, "case 00000001 changed meanwhile by Rolf Berg at ", "case", "close", "1", "--version", seen)
    status, shown = asked(o, "case", "close", "1", "--version", seen, answer=b"n\n")
    tap.check(status == 1 and "I have called them." in shown and "nothing was done" in shown, f"asked, and no: {shown!r}")
    tap.equal(state(o), "OPEN / New", "after a no")
    status, shown = asked(o, "case", "close", "1", "--version", seen)
    tap.check(status == 0 and "Go on?" in shown, f"asked, and yes: {shown!r}")
    tap.equal(state(o), "CLOSED / Resolved", "after a yes")
    o.ctl("case", "reopen", "1", "--version", str(o.json("case", "show", "1")["version"]))
    tap.equal(o.run("casectl", "case", "close", "1", "--version", "0")[0], 2, "no version")


def test_every_command_of_cases_was_done_once(house):
    if len(sys.argv) > 1:
        tap.skip("only some of the cases were asked for")
    tap.equal(sorted(DONE_IN_TEST_CASES - house.used), [], "commands without a good case")


if __name__ == "__main__":
    tap.main(__name__, make=house_of_offices)
