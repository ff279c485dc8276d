#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What operators are shown and told: casectl health beside a real daemon, alarms and lists of kept messages by mail."""

import contextlib
import itertools
import json
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.desk import Desk
from rig.rig import Rig
from rig.waiting import until

MAILBOXES = 8


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        rig.ulla = rig.person("ulla.ek@helpdesk.example", "Ulla Ek")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count()
        rig.start()
        yield rig


@contextlib.contextmanager
def installed(rig, settings=None):
    daemon = casemail.Casemail(rig, next(rig.supports), f"casemail{next(rig.numbers)}")
    if settings:
        settings(daemon.settings)
    daemon.configure()
    daemon.ctl("init")
    desk = daemon.desk = Desk(daemon)
    desk.organisation("Acme Ltd", "ACME-1")
    desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
    desk.representative(rig.rita)
    desk.administrator(rig.ulla)
    try:
        yield daemon
    finally:
        daemon.stop()


def health(daemon, status):
    """The checks by name; the exit status must be this one."""
    done = daemon.ctl("health", "--json", expect=status)
    return {c["check"]: c for c in json.loads(done)}


def test_health_shows_what_the_daemon_does(rig):
    with installed(rig) as daemon:
        tap.equal(health(daemon, 2)["daemon"]["state"], "critical", "without a daemon")
        daemon.start()
        mailbox = next(n for n in health(daemon, None) if n.startswith("mailbox "))
        until(lambda: health(daemon, None)[mailbox]["detail"].startswith("last served"), 20, "the first pass")
        tap.equal({c["state"] for c in health(daemon, 0).values()}, {"ok"}, "beside a daemon")
        tap.check(daemon.ctl("health", "--plugin").startswith("CASEMAIL OK - "), "one line for monitoring")
        daemon.stop()
        tap.check(daemon.ctl("health", "--plugin", expect=2).startswith("CASEMAIL CRITICAL - daemon: no casemaild"), "after a stop")


def test_a_mailbox_that_can_not_be_served_alarms(rig):
    with socket.socket() as taken:  # bound, and nobody listens: a port that refuses
        taken.bind(("localhost", 0))

        def elsewhere(settings):
            settings["mailboxes"][0]["port"] = taken.getsockname()[1]
        with installed(rig, elsewhere) as daemon:
            daemon.start()
            letter = daemon.notice(rig.ulla, "alarm", 40)
            text = letter.get_body(("plain",)).get_content()
            tap.check("mailbox " in text and "critical: never served" in text, f"the alarm: {text}")
            tap.equal(letter["Auto-Submitted"], "auto-generated", "no answer is wanted")
            row = daemon.rows("SELECT state, told FROM alarm WHERE name LIKE 'mailbox %'")
            tap.equal([tuple(r.values()) for r in row], [("critical", "critical")], "what was told")
            daemon.stop()
            daemon.start()
            until(lambda: daemon.value("SELECT count(*) FROM mailbox_state WHERE trouble_at IS NOT NULL") == 1, 20, "trouble again")
            tap.equal(daemon.value("SELECT count(*) FROM outbox WHERE kind = 'alarm'"), 1, "alarms after a restart")


def test_kept_messages_are_listed_by_mail_once(rig):
    with installed(rig) as daemon:
        daemon.start()
        daemon.desk.open_case(rig.eva, "ACME-1", rig.rita)
        notice = daemon.notice(rig.eva, "case-opened")
        rig.eva.reply(notice, "", style="gmail")  # nothing new in it: held
        row = daemon.wait_rows("SELECT id, outcome FROM message")[0]
        tap.equal(row["outcome"], "held", "the outcome")
        letter = daemon.notice(rig.ulla, "messages-kept", 40)
        text = letter.get_body(("plain",)).get_content()
        tap.check(f"{row['id']}  held (empty)" in text and "casectl mail release" in text, f"the list: {text}")
        rig.eva.reply(notice, "", style="apple")
        daemon.wait_rows("SELECT 1 FROM message", n=2)
        daemon.stop()
        daemon.once()
        tap.equal(daemon.value("SELECT count(*) FROM outbox WHERE kind = 'messages-kept'"), 1, "lists within the hour")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
