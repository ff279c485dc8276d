#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Storms of mail that answers itself: however much comes in, the mails that go out stay at the configured bounds.

$STORM_MAILS: how many mails a storm has (150). The mails are laid into the mailbox as a delivery would, and an SMTP server
of the test counts what goes out."""

import collections
import contextlib
import email
import itertools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.desk import Desk
from rig.fake_smtp import Server
from rig.rig import Rig
from rig.waiting import until

MAILS = int(os.environ.get("STORM_MAILS", "150"))
CONTACTS = 6
BREAKER = 4  # answers in ten minutes
HOURLY = 5  # mails to one address in an hour


@contextlib.contextmanager
def servers():
    with Rig(results=False) as rig:
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(8)])
        rig.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        rig.contacts = [rig.person(f"c{n}@customer.example", f"Contact Number{n}") for n in range(CONTACTS)]
        rig.numbers = itertools.count()
        rig.start()
        yield rig


class Storm:
    """A daemon with an open case, its mailbox, and the server that counts."""

    def __init__(self, rig, server, daemon):
        self.rig, self.server, self.daemon = rig, server, daemon
        self.laid, self.folder = 0, rig.imap.maildir(daemon.support.address)
        until(lambda: os.path.isdir(os.path.join(self.folder, "new")), 30, "the mailbox, which the daemon's login makes")
        self.owner = os.stat(self.folder)

    def lay(self, sender, subject, text, **headers):
        """One mail into the mailbox."""
        self.laid += 1
        fields = {"From": f"<{sender}>", "To": self.daemon.support.address, "Subject": subject,
                  "Message-ID": f"<storm{self.laid}@elsewhere.example>", "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
                  "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8",
                  **{k.replace("_", "-"): v for k, v in headers.items()}}
        raw = "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n" + text.replace("\n", "\r\n")
        place = os.path.join(self.folder, "tmp", f"s{self.laid}.storm")
        with open(place, "w", encoding="utf-8", newline="") as f:
            f.write(raw)
        os.chown(place, self.owner.st_uid, self.owner.st_gid)
        os.rename(place, os.path.join(self.folder, "new", f"{1700000000 + self.laid}.s{self.laid}.storm"))

    def over(self):
        """Waits until all is decided and what may be sent is sent."""
        until(lambda: self.daemon.value("SELECT count(*) FROM message") >= self.laid, 60 + MAILS, "all mails to be decided")
        until(lambda: self.daemon.value("SELECT count(*) FROM outbox WHERE state = 'claimed' OR next_at <= created_at") == 0, 60,
              "all letters to be sent or put off")

    def outcomes(self):
        return collections.Counter(r["outcome"] for r in self.daemon.rows("SELECT outcome FROM message"))


@contextlib.contextmanager
def storm(rig, **outbox):
    with Server() as server:
        daemon = casemail.Casemail(rig, next(rig.supports), f"casemail{next(rig.numbers)}", "token")
        daemon.settings["smtp"] = [{"host": "localhost", "port": server.port, "tls": "none"}]
        daemon.settings["outbox"] = {"answers_per_10_minutes": BREAKER, **outbox}
        daemon.settings["health"] = {"mail": False, "digest_minutes": 0}
        daemon.configure()
        daemon.ctl("init")
        daemon.desk = Desk(daemon)
        daemon.desk.organisation("Acme Ltd", "ACME-1")
        for person in rig.contacts:
            daemon.desk.contact(person, "Acme Ltd", "ACME-1=read-write")
        daemon.desk.representative(rig.rita)
        try:
            daemon.start()
            yield Storm(rig, server, daemon)
        finally:
            daemon.stop()


def opened(s):
    """A case of the first contact; its notices as they arrived."""
    s.daemon.desk.open_case(s.rig.contacts[0], "ACME-1", s.rig.rita)
    until(lambda: any(who == s.rig.contacts[0].address for who, _ in s.server.taken), 20, "the notice")
    s.over()
    return [email.message_from_bytes(m) for m in s.server.mails]


def answer(s, notice, text, **headers):
    """A reply as the addressee's own program makes it, machine or not."""
    own = str(notice["Message-ID"])
    s.lay(email.utils.parseaddr(notice["To"])[1], "Re: " + " ".join(str(notice["Subject"]).split()), text, To=notice["Reply-To"] or notice["From"],
          In_Reply_To=own, References=own, **headers)


def test_auto_replies_send_nothing(rig):
    with storm(rig) as s:
        notices = opened(s)
        before = len(s.server.taken)
        for n in range(MAILS):
            answer(s, notices[0], f"I am away, and this is answer {n}.\n", Auto_Submitted="auto-replied")
        s.over()
        tap.equal(s.outcomes(), {"machine": MAILS}, "outcomes")
        tap.equal(len(s.server.taken) - before, 0, "mails sent")


REPORT = """\
--b
Content-Type: text/plain

This is the mail system. Your bounce could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.elsewhere.example

Final-Recipient: rfc822; mailer-daemon@elsewhere.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: MAILER-DAEMON@elsewhere.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce%d@elsewhere.example>
Auto-Submitted: auto-replied
Content-Type: text/plain

Your mail could not be delivered.

--b--
"""


def test_bounces_of_bounces_send_nothing(rig):
    with storm(rig) as s:
        opened(s)
        before = len(s.server.taken)
        for n in range(MAILS):
            s.lay("MAILER-DAEMON@elsewhere.example", "Undelivered Mail Returned to Sender", REPORT % n, Return_Path="<>",
                  Content_Type='multipart/report; report-type=delivery-status; boundary="b"')
        s.over()
        tap.equal(s.outcomes(), {"machine": MAILS}, "outcomes")
        tap.equal(len(s.server.taken) - before, 0, "mails sent")


def test_refused_senders_who_insist_get_one_answer_under_the_breaker(rig):
    with storm(rig) as s:
        for n in range(MAILS):
            s.lay(rig.contacts[n % CONTACTS].address, f"No case at all {n}", "Please help me.\n")
            s.lay(f"stranger{n}@stranger.example", f"Hello {n}", "Please help me, too.\n")
        s.over()
        tap.equal(s.outcomes(), {"refused": 2 * MAILS}, "outcomes")
        counts = collections.Counter(who for who, _ in s.server.taken)
        tap.check(counts and max(counts.values()) == 1 and not any("stranger" in who for who in counts), f"answers: {counts}")
        tap.equal(len(s.server.taken), BREAKER, "answers to all, of which the breaker allows so many")


def ping_pong(s, rounds, **headers):
    """Two programs that answer whatever comes, each what it was sent; stops when nothing new comes."""
    seen, calm = 0, 0
    opened(s)
    while calm < 2 and seen < rounds:
        fresh = [email.message_from_bytes(m) for m in s.server.mails[seen:seen + 20]]
        seen += len(fresh)
        calm = 0 if fresh else calm + 1
        for notice in fresh:
            answer(s, notice, f"Thank you for your message number {seen}. It means a lot to us.\n", **headers)
        s.over()


def test_two_auto_responders_through_us_are_silent_at_once(rig):
    with storm(rig) as s:
        ping_pong(s, MAILS, Auto_Submitted="auto-replied")
        counts = collections.Counter(who for who, _ in s.server.taken)
        tap.check(max(counts.values()) <= 2, f"mails to each: {counts}")


def test_responders_that_hide_what_they_are_stay_within_the_hourly_limit(rig):
    with storm(rig, per_recipient_per_hour=HOURLY) as s:
        ping_pong(s, MAILS)
        counts = collections.Counter(who for who, _ in s.server.taken)
        tap.check(max(counts.values()) == HOURLY, f"mails to each: {counts}")
        waiting = s.daemon.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND next_at > created_at + 3000000")
        tap.check(waiting >= 1, "what is more waits, and is not lost")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
