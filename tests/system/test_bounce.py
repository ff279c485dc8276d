#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What comes back for a notice: a real server's bounce to the address of that notice alone, and what others make up."""

import contextlib
import itertools
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.desk import Desk
from rig.people import address_of
from rig.rig import Rig
from rig.waiting import until

MAILBOXES = 8
ALONE = re.compile(r"^<(support\d+)\+[0-9a-hjkmnp-tv-z]{26}@helpdesk\.example>")


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.ada = rig.person("ada.alm@customer.example", "Ada Alm")
        rig.otto = rig.person("otto.admin@helpdesk.example", "Otto Admin")
        rig.mallory = rig.stranger("mallory@stranger.example", "Mallory")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count(1)
        rig.start()
        yield rig


@contextlib.contextmanager
def installed(rig, **mail):
    daemon = casemail.Casemail(rig, next(rig.supports), f"bounce{next(rig.numbers)}")
    daemon.settings["mail"].update(mail)
    daemon.configure()
    daemon.ctl("init")
    desk = daemon.desk = Desk(daemon)
    desk.organisation("Acme Ltd", "ACME-1")
    desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-only")
    desk.approver(rig.ada, "ACME-1")
    desk.administrator(rig.otto)
    try:
        yield daemon
    finally:
        rig.border.refuse = lambda sender, recipient: None
        daemon.stop()


def ask(daemon):
    daemon.desk.request_access(daemon.rig.eva, "ACME-1", "read-write", daemon.rig.eva)
    daemon.once()


def take_in(daemon, messages):
    def done():
        daemon.once()
        return daemon.value("SELECT count(*) FROM message") >= messages
    until(done, 60, f"{messages} messages in the ledger")


def marks(daemon):
    """Whether the letter bounced, and whether Ada's address is dead."""
    return (daemon.value("SELECT bounced_at IS NOT NULL FROM outbox WHERE kind = 'access-request'"),
            daemon.value("SELECT undeliverable_at IS NOT NULL FROM person WHERE address = ?", daemon.rig.ada.address))


def told(daemon):
    return daemon.value("SELECT count(*) FROM outbox WHERE kind = 'escalation' AND to_address = ?", daemon.rig.otto.address)


def report(message_id, failed, to):
    """A delivery status report (RFC 3464) as a mail server writes it."""
    return (f"From: Mail Delivery System <MAILER-DAEMON@mx.customer.example>\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            f"Message-ID: <{os.urandom(8).hex()}@mx.customer.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nAuto-Submitted: auto-replied\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nI could not deliver it.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
            f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n").encode()


def test_every_notice_has_an_envelope_sender_of_its_own(rig):
    with installed(rig) as daemon:
        begin = len(rig.border.passed)
        ask(daemon)
        rig.ada.reply(daemon.notice(rig.ada, "access-request"), "Yes.", style="apple")
        take_in(daemon, 1)
        rig.eva.send(daemon.support.address, "Where is it?", "Hello?")
        take_in(daemon, 2)
        kinds = {r["to_address"] + r["kind"]: r for r in daemon.rows("SELECT * FROM outbox")}

        def arrived():
            found = [p for p in rig.border.passed[begin:] if b"X-Loop: bounce" in p.raw]
            return found if len(found) >= len(kinds) else None
        passed = until(arrived, 20, f"the letters {sorted(kinds)} at the border")
        tap.equal(len(passed), len(kinds), f"letters of {sorted(kinds)}")
        until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, 20, "all to be sent")
        senders = [p.sender for p in passed if b"Auto-Submitted: auto-generated" in p.raw]
        tap.check(senders and all(ALONE.match(s) for s in senders), f"envelope senders: {senders}")
        tap.equal(len(set(senders)), len(senders), "different ones")
        answers = [p.sender for p in passed if b"Auto-Submitted: auto-replied" in p.raw]
        tap.check(answers and all(a.startswith("<>") for a in answers), f"envelope senders of answers: {answers}")
        for sender in senders:
            token = sender.partition("+")[2][:26]
            tap.check(token not in "".join(str(tuple(r.values())) for r in daemon.rows("SELECT * FROM outbox")), "a token is left in a row")
            tap.check(token.encode() not in next(p.raw for p in passed if p.sender == sender), "a token stands in the mail")


def test_52_a_real_bounce_comes_home(rig):
    with installed(rig) as daemon:
        rig.border.refuse = lambda sender, recipient: (550, "5.1.1 no such user") if rig.ada.address in recipient else None
        ask(daemon)
        bounce = daemon.support.wait_for("Undelivered Mail")
        tap.check(ALONE.match(f"<{address_of(bounce['To'])}>"), f"it comes to {bounce['To']}")
        take_in(daemon, 1)
        tap.equal(daemon.value("SELECT outcome || ' ' || reason FROM message"), "machine bounce-permanent", "the bounce")
        tap.equal(marks(daemon), (1, 1), "marks on letter and address")
        tap.equal(told(daemon), 1, "administrators told")
        tap.check("5.1.1" in daemon.value("SELECT bounce FROM outbox WHERE kind = 'access-request'"), "the server's words")


def test_52_a_forged_bounce_by_message_id_changes_nothing(rig):
    with installed(rig) as daemon:
        ask(daemon)
        mail = daemon.notice(rig.ada, "access-request")
        wanted = 0
        for to in (daemon.support.address, address_of(mail["Reply-To"])):
            wanted += 1
            rig.mallory.submit(report(str(mail["Message-ID"]).strip(), rig.ada.address, to), [to], sender="")
            take_in(daemon, wanted)
            tap.equal(marks(daemon), (0, 0), f"marks on letter and address, {to}")
            tap.equal(told(daemon), 1, "administrators told, once")
        tap.equal([r["reason"] for r in daemon.rows("SELECT reason FROM message ORDER BY id")], ["bounce-unproved", "bounce-again"], "reasons")
        daemon.once()
        text = daemon.value("SELECT text FROM outbox WHERE kind = 'escalation'")
        tap.check("nothing was changed" in " ".join(text.split()) and rig.ada.address in text, f"what they are told: {text}")
        rig.ada.reply(mail, "Yes.", style="apple")
        take_in(daemon, wanted + 1)
        tap.equal(daemon.value("SELECT state FROM request_line"), "approved", "the request is still decided by her")


def test_52_without_sub_addresses_the_message_id_pairs(rig):
    with installed(rig, subaddress_delimiter="") as daemon:
        begin = len(rig.border.passed)
        ask(daemon)
        mail = daemon.notice(rig.ada, "access-request")
        sender = next(p.sender for p in rig.border.passed[begin:] if rig.ada.address in p.recipient)
        tap.check(sender.startswith(f"<{daemon.support.address}>"), f"envelope sender {sender}")
        rig.mallory.submit(report(str(mail["Message-ID"]).strip(), rig.ada.address, daemon.support.address),
                           [daemon.support.address], sender="")
        take_in(daemon, 1)
        tap.equal(marks(daemon), (1, 1), "marks on letter and address")


def complaint(message_id, path):
    """A feedback report (RFC 5965) as a provider writes it."""
    return (f"From: <abuse@provider.example>\r\nTo: abuse@helpdesk.example\r\nSubject: FW: x\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
            f"Message-ID: <{os.urandom(8).hex()}@provider.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nThis is a complaint.\r\n"
            "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
            f"{path}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n").encode()


def test_a_complaint_stops_mail_until_an_operator_allows_it(rig):
    with installed(rig) as daemon:
        begin = len(rig.border.passed)
        ask(daemon)
        mail = daemon.notice(rig.ada, "access-request")
        name = str(mail["Message-ID"]).strip()
        sender = next(p.sender for p in rig.border.passed[begin:] if rig.ada.address in p.recipient)
        shown = daemon.json("contact", "show", rig.ada.address)[0]
        tap.equal((shown["undeliverable_at"], shown["undeliverable_why"]), (None, ""), "before")
        for n, (path, reason, stopped) in enumerate((("Original-Rcpt-To: <x@y.example>", "complaint-unproved", 0),
                                                     (f"Original-Mail-From: {sender.split()[0]}", "complaint-stops", 1)), 1):
            rig.mallory.submit(complaint(name, path), [daemon.support.address])
            take_in(daemon, n)
            tap.equal(daemon.value("SELECT reason FROM message ORDER BY id DESC"), reason, "reason")
            tap.equal((marks(daemon), told(daemon)), ((0, stopped), n), f"after {reason}")
        tap.equal(daemon.json("contact", "show", rig.ada.address)[0]["undeliverable_why"], "complaint", "why")
        token = sender.partition("+")[2][:26]
        tap.check(token not in str(daemon.rows("SELECT trace, kind, reason FROM message")), "the token is left in the ledger")
        daemon.ctl("contact", "set", rig.ada.address, "--deliverable")
        tap.equal(marks(daemon), (0, 0), "mail is sent again")
        try:
            daemon.ctl("contact", "set", rig.ada.address, "--deliverable")
        except casemail.ProgramFailed as e:
            tap.check(e.status == 1 and "not stopped" in e.text, f"refused: {e.text}")
        else:
            raise tap.Failed("accepted")
        daemon.ctl("audit", "verify")


if __name__ == "__main__":
    tap.main(__name__, servers)
