#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The daemon against real servers: what may go wrong around the main job. The main job itself is shown by contrib/demo."""

import contextlib
import itertools
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.ca import Authority
from rig.desk import Desk
from rig.rig import Rig
from rig.waiting import until

MAILBOXES = 60


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count()
        rig.start()
        yield rig


@contextlib.contextmanager
def installed(rig, settings=None, mode="results"):
    """A casemail of its own with a mailbox of its own, people in it, nothing started."""
    daemon = casemail.Casemail(rig, next(rig.supports), f"casemail{next(rig.numbers)}", mode)
    if settings:
        settings(daemon.settings)
    daemon.configure()
    daemon.ctl("init")
    desk = daemon.desk = Desk(daemon)
    desk.organisation("Acme Ltd", "ACME-1")
    desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
    desk.representative(rig.rita)
    try:
        yield daemon
    finally:
        daemon.stop()


def open_case(rig, daemon):
    return daemon.desk.open_case(rig.eva, "ACME-1", rig.rita)


def read_from(path, offset):
    with open(path, "rb") as f:
        f.seek(offset)
        return f.read().decode("utf-8", "replace")


# --- life ------------------------------------------------------------------

def test_once_does_one_pass_and_ends(rig):
    with installed(rig) as daemon:
        open_case(rig, daemon)
        daemon.once()
        notice = daemon.notice(rig.eva, "case-opened")
        rig.eva.reply(notice, "Once.")
        daemon.support.wait_for("Re:")
        daemon.once()
        row = daemon.rows("SELECT * FROM message")
        tap.equal([r["outcome"] for r in row], ["appended"], "outcomes")
        daemon.moved(row[0], "Processed")
        daemon.once()
        tap.equal(daemon.value("SELECT count(*) FROM message"), 1, "rows after a third pass")


def test_a_reply_is_taken_in_while_idling(rig):
    # poll_seconds is 60 or more: only IDLE can be as fast
    with installed(rig) as daemon:
        daemon.start()
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")
        for n in range(3):
            rig.eva.reply(notice, f"Reply {n}", style="apple")
            daemon.wait_rows("SELECT 1 FROM message", n=n + 1, seconds=10)


def test_sigterm_ends_it_within_five_seconds(rig):
    with installed(rig) as daemon:
        process = daemon.start().daemon
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        tap.equal(process.wait(10), 0, "status")
        tap.check(time.monotonic() - begun < 5, "it took too long")
        tap.equal(process.members(), [], "processes left")


def test_sighup_keeps_the_old_configuration_when_the_new_is_bad(rig):
    with installed(rig) as daemon:
        process = daemon.start().daemon
        at = os.path.getsize(daemon.log)
        daemon.configure("nonsense = 1;\n")
        process.send_signal(signal.SIGHUP)
        until(lambda: "nonsense" in read_from(daemon.log, at), 10, "a complaint about the new configuration")
        tap.check(process.running(), "it still runs")
        daemon.configure()  # for casectl
        open_case(rig, daemon)
        daemon.notice(rig.eva, "case-opened")


def test_a_killed_child_is_started_again(rig):
    with installed(rig) as daemon:
        process = daemon.start().daemon
        children = [p for p in process.members() if p != process.pid]
        tap.check(children, "it has children")
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        open_case(rig, daemon)
        rig.eva.reply(daemon.notice(rig.eva, "case-opened", 60), "Back again.", style="apple")
        daemon.wait_rows("SELECT 1 FROM message WHERE outcome = 'appended'", seconds=60)
        tap.check(process.running(), "the supervisor is the same")


# --- TLS -------------------------------------------------------------------

def refuse_server(rig, settings, certificate, server):
    """A casemail that meets this certificate must not send its password; server: rig.imap or rig.smtp."""
    with installed(rig, settings) as daemon:
        open_case(rig, daemon)
        server.stop()
        server.show(certificate)
        server.start()
        at = os.path.getsize(server.log)
        try:
            daemon.once(expect=None)
            said = read_from(server.log, at)
            tap.check("connect" in said.lower(), "it did connect")
            for word in ("method=", "sasl_username", "auth failed", "Login:", "tried to use"):
                tap.check(word not in said, f"the server saw {word}: {said}")
            tap.equal(daemon.value("SELECT count(*) FROM message"), 0, "messages")
            if server is rig.smtp:
                tap.equal(daemon.value("SELECT state FROM outbox"), "queued", "the notice")
        finally:
            server.stop()
            server.show(rig.certificate)
            server.start()


def test_imap_with_a_wrong_name_gets_no_password(rig):
    refuse_server(rig, None, rig.ca.wrong_name(), rig.imap)


def test_imap_of_an_unknown_authority_gets_no_password(rig):
    refuse_server(rig, None, Authority(rig.scratch.folder("unknown")).issue("server"), rig.imap)


def test_imap_with_an_expired_certificate_gets_no_password(rig):
    refuse_server(rig, None, rig.ca.expired(), rig.imap)


def test_imap_by_starttls_with_a_wrong_name_gets_no_password(rig):
    def settings(s):
        s["mailboxes"][0].update(tls="starttls", port=rig.imap.imap)
    refuse_server(rig, settings, rig.ca.wrong_name(), rig.imap)


def test_smtp_with_a_wrong_name_gets_no_password(rig):
    refuse_server(rig, None, rig.ca.wrong_name(), rig.smtp)


def test_imap_by_starttls_works(rig):
    def settings(s):
        s["mailboxes"][0].update(tls="starttls", port=rig.imap.imap)
    with installed(rig, settings) as daemon:
        daemon.start()
        open_case(rig, daemon)
        rig.eva.reply(daemon.notice(rig.eva, "case-opened"), "By STARTTLS.", style="apple")
        daemon.wait_rows("SELECT 1 FROM message WHERE outcome = 'appended'")


# --- servers that come and go ---------------------------------------------

def test_smtp_down_then_up(rig):
    with installed(rig) as daemon:
        rig.smtp.stop()
        try:
            daemon.start()
            for _ in range(3):
                open_case(rig, daemon)
            daemon.wait_rows("SELECT 1 FROM outbox WHERE attempts > 0 AND state = 'queued'")
        finally:
            rig.smtp.start()
        for _ in range(3):
            daemon.notice(rig.eva, "case-opened", 30)
        tap.check(daemon.value("SELECT max(attempts) FROM outbox") < 10, "an outage costs few attempts")


def test_imap_restarted_in_mid_batch(rig):
    with installed(rig) as daemon:
        open_case(rig, daemon)
        daemon.once()
        notice = daemon.notice(rig.eva, "case-opened")
        for n in range(40):
            rig.eva.reply(notice, f"Number {n}.", style="apple")
        until(lambda: len(daemon.support.messages()) == 40, 30, "all replies in the mailbox")
        daemon.start()
        daemon.wait_rows("SELECT 1 FROM message", n=1)
        rig.imap.kill()
        rig.imap.start()
        daemon.wait_rows("SELECT 1 FROM message", n=40, seconds=120)
        until(lambda: daemon.value("SELECT count(*) FROM message WHERE moved_at IS NULL") == 0, 120, "all to be moved")
        texts = sorted(r["text"].strip() for r in daemon.rows("SELECT text FROM case_update WHERE way = 'mail'"))
        tap.equal(texts, sorted(f"Number {n}." for n in range(40)), "each reply once")
        tap.equal(len(daemon.support.messages("Processed")), 40, "messages in Processed")


def test_two_mailboxes(rig):
    second = next(rig.supports)

    def settings(s):
        s["mailboxes"].append({**s["mailboxes"][0], "name": "second", "user": second.address, "password_file": second.file})
    second.file = os.path.join(rig.scratch.path, "second-password")
    with open(os.open(second.file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as f:
        f.write(second.password + "\n")
    with installed(rig, settings) as daemon:
        daemon.start()
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")
        rig.eva.reply(notice, "To the first.", style="apple")
        rig.eva.reply(notice, "To the second.", style="apple", to=second.address)
        rows = daemon.wait_rows("SELECT mailbox, outcome FROM message ORDER BY mailbox", n=2)
        tap.equal([(r["mailbox"], r["outcome"]) for r in rows], [("second", "appended"), ("support", "appended")], "ledger")


# --- bad input -------------------------------------------------------------

def refused(rig, settings=None, extra="", spoil=None, words=()):
    """Both the check and the daemon refuse, say these words, and change nothing."""
    with installed(rig) as daemon:
        if settings:
            settings(daemon.settings)
        daemon.configure(extra)
        if spoil:
            spoil(daemon)
        before = daemon.rows("SELECT count(*) AS n FROM audit")
        for options in (("-n",), ("--once",)):
            try:
                daemon.run("casemaild", "-c", daemon.conf, *options)
            except casemail.ProgramFailed as e:
                tap.check(e.status > 0, f"{options}: ended by a signal: {e.text}")
                for word in words:
                    tap.check(word in e.text, f"{options}: does not say {word!r}: {e.text}")
            else:
                raise tap.Failed(f"{options}: accepted")
        tap.equal(daemon.rows("SELECT count(*) AS n FROM audit"), before, "audit rows")


def test_an_unknown_key_is_refused_with_its_line(rig):
    refused(rig, extra="databse = \"x\";\n", words=("databse", "casemaild.conf:"))


def test_a_pattern_without_its_group_is_refused(rig):
    refused(rig, lambda s: s.update(reference={"patterns": ["ref:[0-9]{1,9}"]}), words=("number",))


def test_a_password_that_others_can_read_is_refused(rig):
    refused(rig, spoil=lambda daemon: os.chmod(os.path.join(daemon.folder, "support-imap"), 0o640), words=("support-imap",))


def test_a_missing_password_file_is_refused(rig):
    refused(rig, spoil=lambda daemon: os.unlink(os.path.join(daemon.folder, "support-imap")), words=("support-imap",))


def test_a_second_daemon_on_the_same_database_is_refused(rig):
    with installed(rig) as daemon:
        daemon.start()
        try:
            daemon.once()
        except casemail.ProgramFailed as e:
            tap.check(e.status > 0, e.text)
        else:
            raise tap.Failed("accepted")
        tap.check(daemon.daemon.running(), "the first still runs")


if __name__ == "__main__":
    tap.main(__name__, servers)
