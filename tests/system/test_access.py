#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Access requests on real servers: what time does to them, and the operator's commands about them (A1-A8)."""

import contextlib
import datetime
import itertools
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, people, tap
from rig.desk import Desk
from rig.rig import Rig
from rig.waiting import until

MAILBOXES = 40
UTC = datetime.timezone.utc


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        for name, address in (("eva", "eva.lind"), ("bo", "bo.falk"), ("ada", "ada.alm"), ("karl", "karl.ek"), ("dora", "dora.dahl")):
            first, last = address.split(".")
            setattr(rig, name, rig.person(f"{address}@customer.example", f"{first.title()} {last.title()}"))
        rig.otto = rig.person("otto.admin@helpdesk.example", "Otto Admin")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count()
        rig.start()
        yield rig


class Clock:
    """The daemon's clock: stands on a moment when set, and goes on from there."""

    def __init__(self, daemon):
        self.path = os.path.join(daemon.folder, "clock")
        daemon.environment["CASEMAIL_TEST_CLOCK"] = self.path

    def set(self, text):
        """text: "2026-03-27 14:00", UTC."""
        moment = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write(str(int(moment.timestamp() * 1000 - time.time() * 1000)))
        os.rename(self.path + ".new", self.path)


@contextlib.contextmanager
def installed(rig, now="2026-11-24 10:00", approvers=("ada", "karl"), **settings):
    daemon = casemail.Casemail(rig, next(rig.supports), f"access{next(rig.numbers)}")
    daemon.settings.update(settings)
    daemon.configure()
    daemon.clock = Clock(daemon)
    daemon.clock.set(now)
    daemon.ctl("init")
    desk = daemon.desk = Desk(daemon)
    desk.organisation("Acme Ltd", "ACME-1")
    desk.type("deployment", "add", "ACME-2", "--org", "Acme Ltd")
    desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
    desk.contact(rig.bo, "Acme Ltd")
    for name in approvers:
        desk.type("approver", "add", getattr(rig, name).address, "--name", getattr(rig, name).name, "--org", "Acme Ltd")
    desk.administrator(rig.otto)
    try:
        yield daemon
    finally:
        daemon.stop()


def sent(daemon, kind):
    """To whom notices of a kind went, by address."""
    return sorted(r["to_address"] for r in daemon.rows("SELECT to_address FROM outbox WHERE kind = ?", kind))


def refused(daemon, *words, says):
    """casectl refuses, says why, and changes nothing."""
    before = daemon.value("SELECT count(*) FROM audit")
    try:
        daemon.ctl(*words)
    except casemail.ProgramFailed as e:
        tap.equal(e.status, 1, "status")
        tap.check(says in e.text, f"it does not say {says!r}: {e.text}")
    else:
        raise tap.Failed(f"{words}: accepted")
    tap.equal(daemon.value("SELECT count(*) FROM audit"), before, "audit rows")


def levels(daemon, person):
    return {r["org_id"]: r["level"] for r in daemon.rows(
        "SELECT d.org_id, a.level FROM access a JOIN deployment d ON d.id = a.deployment JOIN person p ON p.id = a.person"
        " WHERE p.address = ?", person.address)}


# --- time ------------------------------------------------------------------

def test_a6_reminder_then_administrators_then_expiry(rig):
    with installed(rig) as daemon:
        both = sorted((rig.ada.address, rig.karl.address))
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        old = daemon.notice(rig.ada, "access-request")
        for now, reminders, told in (("2026-11-25 09:55", [], []), ("2026-11-25 10:01", both, []), ("2026-11-25 12:00", both, []),
                                     ("2026-11-26 10:01", both, [rig.otto.address]), ("2026-12-02 10:00", both, [rig.otto.address])):
            daemon.clock.set(now)
            daemon.once()
            tap.equal(sent(daemon, "reminder"), reminders, f"reminders at {now}")
            tap.equal(sent(daemon, "escalation"), told, f"escalations at {now}")
        daemon.clock.set("2026-12-08 10:01")
        daemon.once()
        tap.equal(sent(daemon, "access-expired"), sorted(both + [rig.eva.address]), "who is told of the expiry")
        tap.equal(daemon.value("SELECT state FROM request_line"), "expired", "the line")
        tap.equal(daemon.value("SELECT status || sub_status FROM cases"), "CLOSEDCancelled", "the admin case")
        tap.equal(daemon.value("SELECT count(*) FROM token WHERE state = 'valid' AND kind <> 'case'"), 0, "valid tokens")
        rig.ada.reply(old, "Yes", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(daemon.value("SELECT outcome || reason FROM message"), "already-decidedexpired", "a late answer")
        tap.equal(levels(daemon, rig.bo), {}, "nothing is granted")


def test_a6_the_reminder_carries_a_token_that_decides(rig):
    with installed(rig, now="2026-11-27 19:00") as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.clock.set("2026-11-30 20:00")
        daemon.once()
        tap.equal(sent(daemon, "reminder"), [], "Friday evening counts from Monday")
        daemon.clock.set("2026-12-01 09:01")
        daemon.once()
        rig.ada.reply(daemon.notice(rig.ada, "reminder"), "Yes, approved.", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only"}, "granted by the answer to the reminder")
        daemon.clock.set("2027-01-10 09:00")
        daemon.once()
        tap.equal(sent(daemon, "escalation") + sent(daemon, "access-expired"), [], "then time does nothing")


def test_a6_a_week_away_sends_one_reminder(rig):
    with installed(rig) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        daemon.clock.set("2026-12-01 12:00")
        for _ in range(3):
            daemon.once()
        tap.equal(sent(daemon, "reminder"), sorted((rig.ada.address, rig.karl.address)), "reminders")
        tap.equal(sent(daemon, "escalation"), [rig.otto.address], "escalations")


def test_a6_zone_and_holidays_are_followed(rig):
    calendar = {"zone": "Europe/Berlin", "holidays": ["2026-10-26"], "from": "08:00", "to": "18:00"}
    with installed(rig, now="2026-10-23 12:00", calendar=calendar) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        due = daemon.value("SELECT remind_at FROM request") / 1000
        # 14:00 in summer time, Monday is a holiday, Tuesday 14:00 is 13:00 UTC after the clock went back
        tap.equal(datetime.datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%d %H:%M"), "2026-10-27 13:00", "reminder due")


def test_a6_a_running_daemon_reminds_by_itself(rig):
    with installed(rig) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.clock.set("2026-11-25 12:00")
        daemon.start()
        daemon.wait_rows("SELECT 1 FROM outbox WHERE kind = 'reminder'", n=2, seconds=120)


def test_a6_nothing_expires_while_an_answer_may_be_unread(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        rig.ada.reply(daemon.notice(rig.ada, "access-request"), "Yes, approved.", style="apple")
        daemon.support.wait_for("Re:")
        daemon.clock.set("2026-12-08 10:01")
        mailbox = daemon.settings["mailboxes"][0]
        mailbox["folder"] = "Nowhere"
        daemon.configure()
        daemon.once(expect=1)
        tap.equal((daemon.value("SELECT state FROM request_line"), sent(daemon, "access-expired")), ("pending", []),
                  "the mailbox cannot be read: the request waits")
        mailbox["folder"] = "INBOX"
        daemon.configure()
        daemon.once()
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only"}, "the answer that came in time wins")
        tap.equal(sent(daemon, "access-expired"), [], "nothing expired")


# --- an approval that waits ---------------------------------------------------

@contextlib.contextmanager
def cooling(rig, minutes=30):
    """Ada has approved at 10:00; it takes effect at 10:30."""
    with installed(rig, approval={"reminder_business_days": 1, "cooling_minutes": minutes}) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        daemon.asked = {p: daemon.notice(p, "access-request") for p in (rig.ada, rig.karl)}
        answer_asked(daemon, rig.ada, "Yes, approved.")
        tap.equal(daemon.value("SELECT outcome || reason FROM message"), "decidedapproved", "the answer")
        tap.equal(daemon.value("SELECT state FROM request_line WHERE takes_effect_at IS NOT NULL"), "pending", "the line waits")
        tap.equal(levels(daemon, rig.bo), {}, "nothing is granted yet")
        tap.equal(sent(daemon, "decision-receipt"), sorted((rig.ada.address, rig.karl.address)), "receipts")
        text = daemon.value("SELECT text FROM outbox WHERE kind = 'decision-receipt'")
        tap.check("will be given to Bo Falk at 2026-11-2" in " ".join(text.split()), f"the receipt says until when: {text}")
        tap.equal(sent(daemon, "access-granted") + sent(daemon, "decision-requester"), [], "nobody is told of a grant")
        yield daemon
        daemon.ctl("audit", "verify")


def answer_mail(daemon, person, mail, text):
    person.reply(mail, text, style="apple")
    daemon.support.wait_for("Re:")
    daemon.once()


def answer_asked(daemon, person, text, run=True):
    person.reply(daemon.asked[person], text, style="apple")
    daemon.support.wait_for("Re:")
    if run:
        daemon.once()


def test_req_23_a_deny_stops_an_approval(rig):
    with cooling(rig) as daemon:
        daemon.clock.set("2026-11-24 10:20")
        answer_asked(daemon, rig.karl, "No")
        tap.equal(daemon.value("SELECT state FROM request_line"), "denied", "the line")
        tap.equal(sent(daemon, "access-denied"), [rig.bo.address], "the person is told")
        daemon.clock.set("2026-11-24 12:00")
        daemon.once()
        tap.equal(levels(daemon, rig.bo), {}, "nothing is granted")


def test_req_23_who_approved_may_deny_by_the_same_mail(rig):
    with cooling(rig) as daemon:
        answer_asked(daemon, rig.ada, "Yes")
        tap.equal(daemon.value("SELECT outcome || reason FROM message ORDER BY id DESC"), "already-decideddecided", "yes again")
        answer_asked(daemon, rig.ada, "No")
        tap.equal(daemon.value("SELECT state FROM request_line"), "denied", "the line")


def test_req_23_without_a_deny_it_is_granted_once(rig):
    with cooling(rig) as daemon:
        daemon.clock.set("2026-12-30 12:00")
        daemon.once()
        daemon.once()
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only"}, "granted, however late the daemon comes")
        tap.equal(daemon.value("SELECT state FROM request_line"), "approved", "the line")
        tap.equal(sent(daemon, "access-granted") + sent(daemon, "decision-requester"), [rig.bo.address, rig.eva.address], "told once")
        tap.equal(sent(daemon, "access-expired") + sent(daemon, "reminder"), [], "nothing expired")
        answer_asked(daemon, rig.karl, "No")
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only"}, "a later deny is told that it is late")
        tap.equal(daemon.value("SELECT outcome || reason FROM message ORDER BY id DESC"), "already-decideddecided", "its outcome")


def test_req_23_nothing_is_granted_while_a_deny_may_be_unread(rig):
    with cooling(rig, minutes=1440) as daemon:
        answer_asked(daemon, rig.karl, "No", run=False)
        daemon.clock.set("2026-11-26 12:00")
        mailbox = daemon.settings["mailboxes"][0]
        mailbox["folder"] = "Nowhere"
        daemon.configure()
        daemon.once(expect=1)
        tap.equal(levels(daemon, rig.bo), {}, "the mailbox cannot be read: it waits")
        mailbox["folder"] = "INBOX"
        daemon.configure()
        daemon.once()
        tap.equal(daemon.value("SELECT state FROM request_line"), "denied", "the deny that came in time stops it")
        tap.equal(levels(daemon, rig.bo), {}, "nothing is granted")


def test_req_23_what_ends_a_request_ends_the_wait(rig):
    for words in (("access", "cancel", "1"), ("access", "offboard", rig.bo.address, "--yes"),
                  ("access", "edit", "1", "--deployment", "ACME-1=basic")):
        with cooling(rig) as daemon:
            daemon.ctl(*words)
            daemon.clock.set("2026-11-24 12:00")
            daemon.once()
            tap.equal(levels(daemon, rig.bo), {}, words[1])


def test_req_23_an_approver_who_left_grants_nothing(rig):
    with cooling(rig) as daemon:
        daemon.ctl("access", "offboard", rig.ada.address, "--yes")
        daemon.clock.set("2026-11-24 12:00")
        daemon.once()
        tap.equal((levels(daemon, rig.bo), sent(daemon, "access-request").count(rig.karl.address)), ({}, 2), "asked again")


# --- rules at creation, and who is away -------------------------------------

def test_a1_a_pending_request_is_not_asked_for_again(rig):
    with installed(rig) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        refused(daemon, "access", "request", rig.bo.address, "--deployment", "ACME-1=basic", says="request 1")
        daemon.desk.request_access(rig.bo, "ACME-2", "read-only", rig.eva)
        refused(daemon, "access", "request", rig.eva.address, "--deployment", "ACME-1=read-write", says="nothing to change")


def test_a2_a_new_approver_is_asked_about_what_is_pending(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        add = ("approver", "add", rig.karl.address, "--name", rig.karl.name)
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.ctl(*add, "--deployment", "ACME-2")
        tap.equal(sent(daemon, "access-request"), [rig.ada.address], "an approver of another deployment is not asked")
        daemon.ctl("approver", "add", rig.karl.address, "--deployment", "ACME-1")
        daemon.ctl("approver", "add", rig.karl.address, "--org", "Acme Ltd")
        tap.equal(sent(daemon, "access-request"), [rig.ada.address, rig.karl.address], "asked, and asked once")
        daemon.ctl("approver", "add", rig.bo.address, "--deployment", "ACME-1")
        tap.equal(sent(daemon, "access-request"), [rig.ada.address, rig.karl.address], "nobody is asked about himself")
        daemon.once()
        answer_mail(daemon, rig.karl, daemon.notice(rig.karl, "access-request"), "Yes, approved.")
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only"}, "the answer decides")
        daemon.ctl("audit", "verify")


def test_a2_the_only_approver_is_away(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        mail = daemon.notice(rig.ada, "access-request")
        for n in (1, 2):
            rig.ada.reply(mail, f"I am out of the office, {n}.", subject="Automatic reply: " + str(mail["Subject"]),
                          headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"})
            daemon.support.wait_for("Automatic reply")
            daemon.once()
            daemon.wait_rows("SELECT 1 FROM message WHERE outcome = 'machine'", n=n)
            tap.equal(sent(daemon, "escalation"), [rig.otto.address], f"escalations after {n} automatic replies")
        tap.equal(levels(daemon, rig.bo), {}, "nothing is granted")


# --- taking back -------------------------------------------------------------

def test_a8_a_level_is_revoked_at_once(rig):
    with installed(rig) as daemon:
        daemon.ctl("access", "revoke", rig.eva.address, "--deployment", "ACME-1")
        tap.equal(levels(daemon, rig.eva), {}, "levels")
        refused(daemon, "access", "revoke", rig.eva.address, "--deployment", "ACME-1", says="no access")
        daemon.ctl("audit", "verify")


def test_a8_a_cancelled_request_is_not_decided(rig):
    with installed(rig) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        daemon.ctl("access", "cancel", "1")
        refused(daemon, "access", "cancel", "1", says="not pending")
        rig.ada.reply(daemon.notice(rig.ada, "access-request"), "Yes", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(daemon.value("SELECT outcome || reason FROM message"), "already-decidedcancelled", "the answer")
        tap.equal(levels(daemon, rig.bo), {}, "nothing is granted")


def test_a8_offboarding_a_person(rig):
    with installed(rig) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        number = daemon.desk.open_case(rig.eva, "ACME-1", rig.otto)
        daemon.once()
        asked, opened = daemon.notice(rig.ada, "access-request"), daemon.notice(rig.eva, "case-opened")
        refused(daemon, "access", "offboard", rig.eva.address, says="--yes")
        tap.equal(levels(daemon, rig.eva), {"ACME-1": "read-write"}, "after the summary")
        tap.equal(daemon.json("access", "offboard", rig.eva.address, "--yes"), {"people": 1, "access": 1, "requests": 1, "done": True},
                  "the summary")
        tap.equal(levels(daemon, rig.eva), {}, "levels")
        tap.equal(daemon.value("SELECT count(*) FROM token t JOIN person p ON p.id = t.person WHERE p.address = ? AND t.state = 'valid'",
                               rig.eva.address), 0, "her reply tokens")
        rig.eva.reply(opened, "I am still here.", style="apple")
        rig.ada.reply(asked, "Yes", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        daemon.once()
        tap.equal(daemon.value("SELECT count(*) FROM case_update u JOIN cases c ON c.id = u.case_id WHERE c.number = ? AND u.way = 'mail'",
                               number), 0, "updates by mail")
        tap.equal(levels(daemon, rig.bo), {}, "what she asked for is not granted")
        daemon.ctl("audit", "verify")


def test_a8_offboarding_a_customer(rig):
    with installed(rig) as daemon:
        daemon.desk.organisation("Other Ltd", "OTHER-1")
        daemon.desk.contact(rig.dora, "Other Ltd", "OTHER-1=basic")
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        done = daemon.json("access", "offboard", "--org", "Acme Ltd", "--yes")
        tap.equal((done["access"], done["requests"]), (1, 1), "the summary")
        tap.equal((levels(daemon, rig.eva), levels(daemon, rig.dora)), ({}, {"OTHER-1": "basic"}), "levels")
        tap.equal(daemon.value("SELECT state FROM request_line"), "cancelled", "the request")


def test_a8_approvers_of_a_customer_leave_with_it_and_may_come_back(rig):
    with installed(rig, approvers=("ada", "karl")) as daemon:
        daemon.desk.organisation("Other Ltd", "OTHER-1")
        daemon.desk.approver(rig.karl, "OTHER-1")
        daemon.ctl("approver", "delegate", "--from", rig.ada.address, "--to", rig.karl.address, "--until", "2026-12-24")
        daemon.ctl("access", "offboard", "--org", "Acme Ltd", "--yes")
        active = {r["address"]: bool(r["is_active"]) for r in daemon.rows("SELECT address, is_active FROM person")}
        tap.equal((active[rig.ada.address], active[rig.karl.address], active[rig.otto.address]), (False, True, True), "who left")
        tap.equal([d["active"] for d in daemon.json("approver", "delegations")], [False], "her delegation")
        daemon.ctl("access", "reactivate", rig.eva.address)
        daemon.ctl("access", "reactivate", rig.ada.address)
        refused(daemon, "access", "reactivate", rig.ada.address, says="is active")
        refused(daemon, "access", "reactivate", "nobody@customer.example", says="nobody@customer.example")
        tap.equal(levels(daemon, rig.eva), {}, "no access returns")
        tap.check(rig.ada.address not in {a["address"] for a in daemon.json("approver", "list")}, "no approval returns")
        daemon.desk.request_access(rig.eva, "ACME-1", "read-only", rig.eva)
        tap.check(rig.ada.address not in sent(daemon, "access-request"), "she is not asked")
        tap.equal(daemon.json("audit", "show", "1")[0]["event"], "access-request", "what she asks for is a request again")
        daemon.ctl("audit", "verify")


def test_report_says_by_whose_decision(rig):
    with installed(rig) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-2", "read-only", rig.ada)
        rows = {r["address"]: r for r in daemon.json("access", "report", "--org", "Acme Ltd")}
        bo = rows[rig.bo.address]
        tap.equal((bo["org_id"], bo["level"], bo["request"]), ("ACME-2", "read-only", 1), "Bo's access")
        tap.check(rig.ada.address in bo["granted_by"], f"by whom: {bo['granted_by']}")
        tap.equal(rows[rig.eva.address]["request"], None, "Eva's came from an operator")
        events = [r["event"] for r in daemon.json("audit", "show", "1")]
        tap.equal(events, ["access-request"], "the audit of the request")


def test_24_an_edited_request_voids_older_mails(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-write", rig.eva)
        daemon.once()
        old = daemon.notice(rig.ada, "access-request")
        refused(daemon, "access", "edit", "1", "--deployment", "ACME-1=read-write", says="nothing to change")
        refused(daemon, "access", "edit", "1", "--drop", "ACME-1", says="nothing would be left")
        daemon.ctl("access", "edit", "1", "--deployment", "ACME-1=read-only", "--deployment", "ACME-2=basic")
        daemon.once()
        new = daemon.notice(rig.ada, "access-request")
        tap.check("none -> read-write" in people.plain(new), "it says what was asked before")
        for mail, outcome, held in ((old, "already-decidedsuperseded", {}),
                                    (new, "decidedapproved", {"ACME-1": "read-only", "ACME-2": "basic"})):
            rig.ada.reply(mail, "Yes, approved.", style="apple")
            daemon.support.wait_for("Re:")
            daemon.once()
            tap.equal(daemon.value("SELECT outcome || reason FROM message ORDER BY id DESC"), outcome, "the answer")
            tap.equal(levels(daemon, rig.bo), held, "levels")


def test_row_7_an_answer_decides_only_what_its_mail_has_shown(rig):
    with installed(rig, approvers=()) as daemon:
        daemon.desk.approver(rig.ada, "ACME-1")
        daemon.desk.approver(rig.karl, "ACME-2")
        daemon.ctl("access", "request", rig.bo.address, "--deployment", "ACME-1=basic", "--deployment", "ACME-2=read-write",
                   "--by", rig.eva.address)
        daemon.once()
        old = daemon.notice(rig.ada, "access-request")
        tap.check("ACME-2" not in people.plain(old), "the mail shows what Ada decides, and no more")
        daemon.desk.type("approver", "add", rig.ada.address, "--deployment", "ACME-2")
        rig.ada.reply(old, "Yes, approved.", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "basic"}, "levels after the answer to the old mail")
        new = daemon.notice(rig.ada, "access-request")
        tap.check("ACME-2" in people.plain(new) and "ACME-1" not in people.plain(new), "she is asked about the rest")
        rig.ada.reply(new, "Yes, approved.", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "basic", "ACME-2": "read-write"}, "levels then")
        daemon.ctl("audit", "verify")


# --- copies and batches ----------------------------------------------------------

@contextlib.contextmanager
def three_deployments(rig):
    """Eva and Bo stand on ACME-1, Dora on ACME-2; Ada approves for ACME-2, Karl for ACME-3."""
    with installed(rig, approvers=()) as daemon:
        daemon.desk.type("deployment", "add", "ACME-3", "--org", "Acme Ltd")
        daemon.desk.approver(rig.ada, "ACME-2")
        daemon.desk.approver(rig.karl, "ACME-3")
        daemon.desk.contact(rig.dora, "Acme Ltd", "ACME-2=basic")
        daemon.ctl("approver", "add", rig.dora.address, "--deployment", "ACME-1")
        daemon.ctl("access", "request", rig.bo.address, "--deployment", "ACME-1=read-only", "--by", rig.dora.address)
        daemon.once()
        yield daemon


def answer(daemon, person, mail, words="Yes, approved."):
    person.reply(mail, words, style="apple")
    daemon.support.wait_for("Re:")
    daemon.once()


def test_a1_a_copy_is_shown_asked_and_decided_per_deployment(rig):
    with three_deployments(rig) as daemon:
        mirror = ("access", "mirror", "--from", "ACME-1", "--to", "ACME-2,ACME-3", "--by", rig.eva.address)
        before = daemon.value("SELECT count(*) FROM audit")
        shown = daemon.json(*mirror, "--dry-run")
        tap.equal([(x["address"], x["org_id"], x["before"], x["after"]) for x in shown["changes"]],
                  [(p.address, org, "none", level) for org in ("ACME-2", "ACME-3")
                   for p, level in ((rig.eva, "read-write"), (rig.bo, "read-only"))], "the difference")
        tap.equal((shown["done"], daemon.value("SELECT count(*) FROM audit")), (False, before), "nothing was asked")
        refused(daemon, *mirror, says="--yes")
        done = daemon.json(*mirror, "--yes")
        tap.equal((done["request"], done["notices"], done["state"]), (2, 2, "pending"), "the request")
        tap.equal(daemon.value("SELECT count(*) FROM cases WHERE type = 'Admin Case'"), 2, "admin cases: one for all of it")
        daemon.once()
        mails = {person: daemon.notice(person, "access-request") for person in (rig.ada, rig.karl)}
        for person, own, other in ((rig.ada, "ACME-2", "ACME-3"), (rig.karl, "ACME-3", "ACME-2")):
            text = people.plain(mails[person])
            for who, level in ((rig.eva, "read-write"), (rig.bo, "read-only")):
                tap.check(who.address in text and f"none -> {level}" in text, f"{person.name} sees {who.name}: {text}")
            tap.check(own in text and other not in text and "ACME-1" in text, f"{person.name} sees the own deployment: {text}")
        given = daemon.value("SELECT count(*) FROM outbox WHERE kind = 'access-granted'")
        answer(daemon, rig.ada, mails[rig.ada])
        tap.equal(levels(daemon, rig.eva), {"ACME-1": "read-write", "ACME-2": "read-write"}, "one answer decides all of Ada's")
        tap.equal(daemon.value("SELECT count(*) FROM outbox WHERE kind IN ('access-granted', 'decision-requester')"), given + 1,
                  "nobody is told before all is decided")
        answer(daemon, rig.karl, mails[rig.karl], "No")
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only", "ACME-2": "read-only"}, "levels")
        tap.equal(levels(daemon, rig.dora), {"ACME-2": "basic"}, "who the source lacks keeps the level")
        tap.equal(sent(daemon, "access-granted"), sorted([rig.bo.address] * 2 + [rig.eva.address]), "one mail a person")
        tap.equal(sent(daemon, "decision-requester"), sorted([rig.dora.address, rig.eva.address]), "one for who asked")
        mine = people.plain(daemon.notice(rig.eva, "access-granted"))
        tap.check(rig.bo.address not in mine and "ACME-3" in mine, f"own lines alone, and what was denied: {mine}")
        tap.equal(daemon.value("SELECT status || sub_status FROM cases ORDER BY id DESC"), "CLOSEDResolved", "the admin case")
        report = {(r["address"], r["org_id"]): r["request"] for r in daemon.json("access", "report", "--org", "Acme Ltd")}
        tap.equal(report[rig.eva.address, "ACME-2"], 2, "by which request")
        daemon.ctl("audit", "verify")


def test_a1_an_exact_copy_removes(rig):
    with three_deployments(rig) as daemon:
        mirror = ("access", "mirror", "--from", "ACME-1", "--to", "ACME-2", "--exact", "--by", rig.ada.address, "--yes")
        text = daemon.ctl(*mirror, "--dry-run")
        tap.check("none (removed)" in text, f"the removal is shown: {text}")
        done = daemon.json(*mirror, "--except", rig.bo.address)
        tap.equal(done["state"], "decided", "A4: who asks and approves has approved")
        tap.equal([levels(daemon, p).get("ACME-2") for p in (rig.eva, rig.bo, rig.dora)], ["read-write", None, None], "levels")


def test_a1_a_copy_names_all_that_is_wrong(rig):
    with three_deployments(rig) as daemon:
        daemon.ctl("org", "add", "Partner Ltd", "--partner")
        daemon.ctl("deployment", "add", "ACME-4", "--org", "Acme Ltd", "--partner", "Partner Ltd")
        daemon.ctl("access", "request", rig.bo.address, "--deployment", "ACME-4=basic")
        mirror = ("access", "mirror", "--from", "ACME-1", "--yes", "--to")
        for says in ("managed by a partner", "pending already"):
            refused(daemon, *mirror, "ACME-2,ACME-4", says=says)
        refused(daemon, *mirror, "ACME-2,ACME-1", says="to copy from")
        refused(daemon, *mirror, "ACME-2,ACME-2", says="twice")
        refused(daemon, *mirror, "ACME-9", says="ACME-9")
        daemon.json(*mirror, "ACME-2", "--by", rig.ada.address)
        refused(daemon, *mirror, "ACME-2", says="nothing to change")
        refused(daemon, "access", "edit", "2", "--drop", "ACME-4", says="nothing would be left")


def test_a1_a_batch_is_asked_whole(rig):
    with installed(rig) as daemon:
        path = os.path.join(daemon.folder, "batch.json")

        def write(value):
            with open(path, "w", encoding="utf-8") as f:
                f.write(value if isinstance(value, str) else json.dumps(value))

        write([{"address": rig.bo.address, "deployment": {"ACME-1": "read-only", "ACME-2": "basic"}, "by": rig.eva.address},
               {"address": "max.ek@customer.example", "name": "Max Ek", "employer": "Acme Ltd", "country": "Sweden", "phone": "1",
                "language": "de", "deployment": {"ACME-1": "basic"}, "by": rig.ada.address}])
        done = daemon.json("access", "request", "--batch", path)
        tap.equal([(r["request"], r["address"], r["state"]) for r in done],
                  [(1, rig.bo.address, "pending"), (2, "max.ek@customer.example", "decided")], "what became of each")
        tap.equal([r["case"] for r in done], [r["number"] for r in daemon.rows("SELECT number FROM cases ORDER BY id")], "their cases")
        write([{"address": rig.eva.address, "deployment": {"ACME-2": "basic"}},
               {"address": rig.bo.address, "deployment": {"ACME-1": "read-write", "NONE-1": "basic"}, "colour": "red"},
               {"address": rig.bo.address, "deployment": {"ACME-1": "read-write"}},
               {"address": "new@customer.example", "deployment": {"ACME-1": "highest"}, "name": 7},
               {"address": rig.eva.address, "deployment": {"ACME-2": "read-only"}}, "x"])
        for says in ("[1].deployment.NONE-1", '[1]: there is no field "colour"', "[2].deployment.ACME-1: ACME-1: request 1",
                     "[3].name: a text", "[3].deployment.ACME-1: none, basic", "[4].deployment.ACME-2: ACME-2: request 3",
                     "[5]: an object", "nothing was asked for: 8 errors"):
            refused(daemon, "access", "request", "--batch", path, says=says)
        for text, says in (('[{"address": "a", "address": "b"}]', "duplicate"), ("[" * 5000, "depth"), ("[]", "an array"), ("{", "line 1"),
                           (json.dumps([{}] * 501), "at most 500"), (" " * (1 << 20) + "[{}]", "larger than")):
            write(text)
            refused(daemon, "access", "request", "--batch", path, says=says)
        daemon.ctl("audit", "verify")


def test_req_21_yes_and_no_at_the_same_time(rig):
    with installed(rig) as daemon:
        second, rounds = next(rig.supports), 4
        daemon.settings["mailboxes"].append(daemon.mailbox(second, "second"))
        daemon.configure()
        for n in range(rounds):
            person = rig.bo if n % 2 else rig.dora
            if n == 0:
                daemon.desk.contact(rig.dora, "Acme Ltd")
            daemon.desk.request_access(person, "ACME-1" if n < 2 else "ACME-2", "read-only", rig.eva)
        daemon.once()
        for n in range(rounds):
            mails = [daemon.notice(p, "access-request") for p in (rig.ada, rig.karl)]
            rig.ada.reply(mails[0], "Yes, approved.", style="apple")
            rig.karl.reply(mails[1], "No", style="apple", to=people.address_of(mails[1]["Reply-To"]).replace(
                daemon.support.address.partition("@")[0], second.address.partition("@")[0]))
        until(lambda: len(daemon.support.messages()) == rounds and len(second.messages()) == rounds, 20, "all answers in two mailboxes")
        daemon.once()
        rows = daemon.rows("SELECT request, outcome, reason FROM message ORDER BY request, outcome")
        tap.equal([(r["request"], r["outcome"]) for r in rows],
                  [(n, o) for n in range(1, rounds + 1) for o in ("already-decided", "decided")], "one of each two decides")
        states = {r["request"]: r["state"] for r in daemon.rows("SELECT request, state FROM request_line")}
        tap.equal(states, {r["request"]: r["reason"] for r in rows if r["outcome"] == "decided"}, "and the line says the same")
        granted = sum(s == "approved" for s in states.values())
        tap.equal(daemon.value("SELECT count(*) FROM access WHERE level = 'read-only'"), granted, "levels granted")
        tap.equal(daemon.value("SELECT count(*) FROM audit WHERE event = 'message'"), 2 * rounds, "both are in the audit")
        daemon.ctl("audit", "verify")


# --- delegation ----------------------------------------------------------------

def delegated(daemon, rig, *more):
    daemon.ctl("approver", "delegate", "--from", rig.ada.address, "--to", rig.eva.address, "--until", "2026-11-27", *more)


def test_a2_a_delegate_is_asked_and_decides(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.bo)
        delegated(daemon, rig)
        daemon.once()
        mail = daemon.notice(rig.eva, "access-request")
        rig.eva.reply(mail, "Yes, approved.", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(daemon.value("SELECT outcome FROM message"), "decided", "the delegate's answer")
        tap.equal(levels(daemon, rig.bo), {"ACME-1": "read-only"}, "levels")
        tap.check(rig.eva.address in daemon.value("SELECT granted_by FROM access WHERE level = 'read-only'"), "by whom")
        receipt = people.plain(daemon.notice(rig.ada, "decision-receipt"))
        tap.check("On behalf of: Ada Alm" in receipt and "Eva Lind" in receipt, f"the receipt says by delegation: {receipt}")
        tap.check("Ada Alm" in daemon.json("access", "show", "1")[0]["on_behalf_of"], "so does the request")


def test_a2_a_delegation_that_ended_decides_nothing(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        delegated(daemon, rig)
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.bo)
        daemon.once()
        mail = daemon.notice(rig.eva, "access-request")
        daemon.clock.set("2026-11-28 00:01")
        rig.eva.reply(mail, "Yes, approved.", style="apple")
        daemon.support.wait_for("Re:")
        daemon.once()
        tap.equal(daemon.value("SELECT outcome || reason FROM message"), "refusednot-approver", "the answer")
        tap.equal(levels(daemon, rig.bo), {}, "levels")


def test_a2_a_delegation_gives_nothing_about_oneself_nor_elsewhere(rig):
    with installed(rig, approvers=("ada",)) as daemon:
        delegated(daemon, rig, "--scope", "ACME-2")
        daemon.desk.request_access(rig.eva, "ACME-2", "read-only", rig.eva)
        daemon.desk.request_access(rig.bo, "ACME-1", "read-only", rig.eva)
        tap.equal(sent(daemon, "access-request"), [rig.ada.address] * 2, "who is asked")
        daemon.desk.request_access(rig.bo, "ACME-2", "read-only", rig.bo)
        tap.equal(sent(daemon, "access-request"), [rig.ada.address] * 3 + [rig.eva.address], "who is asked within the scope")
        tap.equal(levels(daemon, rig.eva), {"ACME-1": "read-write"}, "levels")
        refused(daemon, "approver", "delegate", "--from", rig.bo.address, "--to", rig.eva.address, "--until", "2026-12-01",
                says="no approver")
        daemon.ctl("approver", "undelegate", "--from", rig.ada.address, "--to", rig.eva.address)
        tap.equal([d["active"] for d in daemon.json("approver", "delegations")], [False], "delegations")


if __name__ == "__main__":
    tap.main(__name__, servers)
