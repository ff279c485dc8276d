#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Cases by mail against real servers: words of command, references of a case that was merged or moved, and a contact's
further address."""

import contextlib
import itertools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import tap
from rig.rig import Rig
from test_main import installed, open_case

MAILBOXES = 10


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.alias = rig.person("e.lind@customer.example", "Eva Lind")
        rig.max = rig.person("max.ek@customer.example", "Max Ek")
        rig.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count()
        rig.start()
        yield rig


def answered(daemon, person, notice, text, **more):
    """The ledger's row of a reply, taken in by one pass."""
    before = daemon.value("SELECT count(*) FROM message")
    person.reply(notice, text, **more)
    daemon.support.wait_for("Re:")
    daemon.once()
    rows = daemon.rows("SELECT outcome, reason, case_id FROM message ORDER BY id")
    tap.equal(len(rows), before + 1, "messages taken in")
    return rows[-1]


def test_C8_closing_and_opening_again_are_asked_for_by_mail(rig):
    with installed(rig) as daemon:
        daemon.ctl("contact", "set", rig.eva.address, "--language", "de")
        number = open_case(rig, daemon)
        daemon.ctl("case", "status", number, "solution-proposed")
        daemon.once()
        notice = daemon.notice(rig.eva, "solution-proposed")
        row = answered(daemon, rig.eva, notice, "Danke, es geht.\n\n#schließen")
        tap.equal((row["outcome"], row["reason"]), ("appended", "closure-requested"), "what became of it")
        tap.equal(daemon.value("SELECT status FROM cases"), "SOLUTION PROPOSED", "it is asked for, not done")
        tap.equal(daemon.value("SELECT text FROM case_update WHERE way = 'mail'"), "Danke, es geht.", "the text without the word")
        daemon.once()
        daemon.notice(rig.rita, "closure-requested")
        daemon.ctl("case", "close", number)
        daemon.once()
        notice = daemon.notice(rig.eva, "case-closed")
        row = answered(daemon, rig.eva, notice, "Wieder da.\n#wiederöffnen")
        tap.equal((row["outcome"], row["reason"]), ("appended", "reopen-requested"), "of the other")
        tap.equal(daemon.value("SELECT is_closed FROM cases"), 1, "still closed")


def test_C5_C6_references_lead_to_where_a_case_went_and_access_is_asked_there(rig):
    with installed(rig) as daemon:
        one, two = open_case(rig, daemon), open_case(rig, daemon)
        daemon.once()
        notices = [daemon.notice(rig.eva, "case-opened") for _ in range(2)]
        old = next(n for n in notices if two in str(n))
        daemon.ctl("case", "merge", two, "--into", one)
        row = answered(daemon, rig.eva, old, "To the old number.")
        tap.equal((row["outcome"], row["case_id"]), ("appended", 1), "a reply to the case that was merged")
        daemon.ctl("deployment", "add", "ACME-2", "--org", "Acme Ltd")
        daemon.desk.contact(rig.max, "Acme Ltd", "ACME-2=read-write")
        daemon.ctl("case", "move", one, "--deployment", "ACME-2", "--contact", rig.max.address)
        row = answered(daemon, rig.eva, old, "I have no access there.")
        tap.equal((row["outcome"], row["reason"]), ("refused", "not-permitted"), "after it was moved away")
        daemon.once()
        row = answered(daemon, rig.max, daemon.notice(rig.max, "case-opened"), "But I have.")
        tap.equal((row["outcome"], row["case_id"]), ("appended", 1), "of the contact there")


def test_P1_a_further_address_is_verified_by_its_answer(rig):
    with installed(rig) as daemon:
        open_case(rig, daemon)
        daemon.ctl("address", "add", rig.eva.address, rig.alias.address)
        daemon.once()
        case, question = daemon.notice(rig.eva, "case-opened"), daemon.notice(rig.alias, "address-verify")
        row = answered(daemon, rig.alias, case, "From my other address.")
        tap.equal((row["outcome"], row["reason"]), ("refused", "unknown-sender"), "before it is verified")
        row = answered(daemon, rig.eva, question, "Not from the address in question.")
        tap.equal((row["outcome"], row["reason"]), ("refused", "address-differs"), "from another address")
        row = answered(daemon, rig.alias, question, "Who is that? Not me.")
        tap.equal((row["outcome"], row["reason"]), ("held", "address-unclear"), "not a yes")
        row = answered(daemon, rig.alias, question, "Yes")
        tap.equal((row["outcome"], row["reason"]), ("decided", "address-verified"), "from it")
        row = answered(daemon, rig.alias, case, "From my other address again.")
        tap.equal((row["outcome"], row["case_id"]), ("appended", 1), "after it is verified")
        row = answered(daemon, rig.alias, question, "Once more.")
        tap.equal((row["outcome"], row["reason"]), ("refused", "address-token-ended"), "the question is answered")
        tap.equal(daemon.value("SELECT count(*) FROM outbox WHERE is_answer = 1"), 0, "nobody was answered")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
