#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The daemon against real servers: what may go wrong around the main job. The main job itself is shown by contrib/demo."""

import collections
import contextlib
import itertools
import os
import random
import signal
import smtplib
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
        rig.mallory = rig.stranger("mallory@stranger.example", "Mallory")
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


def test_sighup_loads_a_good_configuration(rig):
    with installed(rig) as daemon:
        process = daemon.start().daemon
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")
        at = os.path.getsize(daemon.log)
        before = set(process.members())
        daemon.settings["mailboxes"][0]["processed"] = "Done"
        daemon.configure()
        process.send_signal(signal.SIGHUP)
        until(lambda: "new configuration loaded" in read_from(daemon.log, at), 30, "a word about the new configuration")
        rig.eva.reply(notice, "To the new folder.", style="apple")
        daemon.moved(daemon.wait_rows("SELECT * FROM message", seconds=30)[0], "Done")
        tap.equal(set(process.members()) & before, {process.pid}, "processes that stayed")


def test_in_the_background_a_relative_configuration_holds(rig):
    with installed(rig) as daemon:
        daemon.run("casemaild", "-c", os.path.basename(daemon.conf), cwd=daemon.folder)
        with open(daemon.database + ".lock", encoding="ascii") as f:
            pid = int(f.read())
        try:
            os.kill(pid, signal.SIGHUP)
            open_case(rig, daemon)
            rig.eva.reply(daemon.notice(rig.eva, "case-opened"), "Behind the scenes.", style="apple")
            daemon.wait_rows("SELECT 1 FROM message WHERE outcome = 'appended'")
        finally:
            os.kill(pid, signal.SIGTERM)
        until(lambda: not os.path.exists(f"/proc/{pid}") or "State:\tZ" in read_from(f"/proc/{pid}/status", 0), 6, "its end")
        tap.equal(os.path.getsize(daemon.database + ".lock"), 0, "what a clean stop leaves in the lock")


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


def pss(process):
    """Proportional memory of all its processes in kB, each told."""
    total = 0
    for pid in process.members():
        roll = read_from(f"/proc/{pid}/smaps_rollup", 0)
        words = read_from(f"/proc/{pid}/cmdline", 0).split("\0")
        own = int(roll.partition("\nPss:")[2].split()[0])
        tap.diag(f"PSS {own} kB: {os.path.basename(words[0])} {' '.join(words[1:3])}")
        total += own
    tap.diag(f"PSS of all processes, idle: {total} kB")
    return total


def senders(process):
    """Its processes that send; they come and go with the letters."""
    found = []
    for pid in process.members():
        with contextlib.suppress(OSError):  # it ended meanwhile
            found += [pid] if "sender" in read_from(f"/proc/{pid}/cmdline", 0).split("\0") else []
    return found


@tap.unwatched
def test_idle_memory_is_bounded(rig):
    with installed(rig) as daemon:
        process = daemon.start().daemon
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")

        def settle(n):
            daemon.wait_rows("SELECT 1 FROM message WHERE moved_at IS NOT NULL", n=n, seconds=60)
            until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, 60, "all letters to be sent")
            until(lambda: not senders(process), 30, "the senders to end, as nothing is due")
            return pss(process)
        for n in range(20):
            rig.eva.reply(notice, f"Number {n}.", style="outlook")
        usual = settle(20)
        tap.check(usual < 40000, f"{usual} kB")
        rig.eva.reply(notice, "Large.", attachments=[("big.bin", "application/octet-stream", bytes(10 << 20))])
        large = settle(21)
        tap.check(large < usual + 10000, f"{large} kB after a large message, {usual} kB before")


def test_a_message_that_is_too_large_is_answered_once(rig):
    def small(settings):
        settings["limits"] = {"message": "100 KB", "header": "32 KB", "field": "16 KB", "text": "64 KB", "attachment": "100 KB", "attachments_total": "100 KB"}
    with installed(rig, small) as daemon:
        daemon.start()
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")
        for n in range(2):
            rig.eva.reply(notice, f"Large {n}.", attachments=[("big.bin", "application/octet-stream", bytes(200000))])
        rig.mallory.reply(notice, "Large.", attachments=[("big.bin", "application/octet-stream", bytes(200000))])
        rows = daemon.wait_rows("SELECT m.*, b.size AS held FROM message m JOIN blob b ON b.id = m.raw", n=3, seconds=30)
        tap.equal({(r["outcome"], r["reason"]) for r in rows}, {("quarantined", "oversize")}, "outcomes")
        tap.check(all(r["held"] < 10000 < 200000 < r["size"] for r in rows), "the header alone is fetched")
        daemon.moved(rows[0], "Quarantine")
        letter = daemon.notice(rig.eva, "reply-refused")
        text = letter.get_body(("plain",)).get_content()
        tap.check("too large" in text and "could not" not in text, f"the answer: {text}")
        tap.equal(daemon.rows("SELECT to_address, envelope_from FROM outbox WHERE kind = 'reply-refused'"),
                  [{"to_address": rig.eva.address, "envelope_from": ""}], "answers")
        said = daemon.ctl("mail", "requeue", str(rows[0]["id"]))
        tap.check("quarantined (oversize)" in said and "0 notices" in said, f"decided anew: {said}")
        tap.equal(daemon.value("SELECT count(*) FROM case_update WHERE way = 'mail'"), 0, "updates")


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


# --- sudden death ----------------------------------------------------------

class Rounds:
    """Mails that come while the daemon runs, and what they leave behind: one round with, one without, a death."""

    TEXTS = ("Please see the file.", "And one more thing.")

    def __init__(self, rig, daemon, notice):
        self.rig, self.daemon, self.notice = rig, daemon, notice
        self.n = 0

    def run(self):
        """Sends the mails of one round, waits for all that follows from them, returns it."""
        self.n += 1
        rig, daemon = self.rig, self.daemon
        message, letter = (daemon.value(f"SELECT coalesce(max(id), 0) FROM {t}") for t in ("message", "outbox"))
        folders = self.folders()
        rig.eva.reply(self.notice, f"{self.TEXTS[0]} {self.n}.", attachments=[("log.txt", "text/plain", b"round %d" % self.n)])
        rig.eva.reply(self.notice, f"{self.TEXTS[1]} {self.n}.", style="apple")
        rig.mallory.reply(self.notice, f"Let me in {self.n}.", style="apple")
        rig.eva.reply(self.notice, f"I am away {self.n}.", headers={"Auto-Submitted": "auto-replied"})
        rows = daemon.wait_rows("SELECT outcome, reason FROM message WHERE id > ?", message, n=4, seconds=60)
        until(lambda: daemon.value("SELECT count(*) FROM message WHERE moved_at IS NULL") == 0, 60, "all to be moved")
        until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, 60, "all letters to be sent")
        texts = daemon.rows("SELECT text FROM case_update WHERE way = 'mail' AND message > ?", message)
        now = self.folders()
        return {"ledger": sorted((r["outcome"], r["reason"]) for r in rows),
                "updates": sorted(r["text"].replace(f" {self.n}.", "") for r in texts),
                "files": daemon.value("SELECT count(*) FROM attachment a JOIN case_update u ON u.id = a.case_update WHERE u.message > ?", message),
                "folders": {f: n - folders.get(f, 0) for f, n in now.items() if n != folders.get(f, 0)},
                "mails": self.mails(letter)}

    def folders(self):
        return {f: len(self.daemon.support.messages(f)) for f in self.daemon.support.folders()}

    def mails(self, after):
        """Kind and recipient of each letter, all of which arrived, and if more than once, with the same Message-ID."""
        out = []
        for row in self.daemon.rows("SELECT kind, to_address, message_key FROM outbox WHERE id > ?", after):
            person = next(p for p in (self.rig.eva, self.rig.rita, self.rig.mallory) if p.address == row["to_address"])
            ids = until(lambda p=person, k=row["message_key"]: [str(m["Message-ID"]) for m in p.messages().values()
                                                                if k in str(m["Message-ID"])], 20, f"a mail {row}")
            tap.equal(len(set(ids)), 1, f"Message-IDs of one letter: {ids}")
            out.append((row["kind"], row["to_address"]))
        return sorted(out)


def test_death_at_any_step_changes_nothing(rig):
    with installed(rig) as daemon:
        process = daemon.start().daemon
        open_case(rig, daemon)
        rounds = Rounds(rig, daemon, daemon.notice(rig.eva, "case-opened"))
        whole = rounds.run()
        tap.equal(len(whole["ledger"]), 4, "messages of a round")
        tap.equal(len(whole["updates"]), 2, "updates of a round")
        tap.check(whole["mails"], "a round has letters")
        for step in ("after-fetch", "before-commit", "after-commit", "after-move", "after-claim", "after-send", "after-result"):
            at = os.path.getsize(daemon.log)
            daemon.die_at(step)
            tap.equal(rounds.run(), whole, f"after death at {step}")
            tap.check(not os.path.exists(daemon.fault_file), f"nobody came to {step}")
            said = read_from(daemon.log, at)
            tap.check("started again" in said and "signal" in said, f"{step}: the log tells of it: {said}")
        tap.check(process.running(), "the supervisor is the same")
        daemon.ctl("audit", "verify")


def test_random_kills_lose_and_repeat_nothing(rig):
    kills, mails, chance = int(os.environ.get("CASEMAIL_KILLS", "20")), int(os.environ.get("CASEMAIL_REPLIES", "80")), random.Random(7)
    seconds = 60 + mails // 5
    with installed(rig) as daemon:
        daemon.start()
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")
        for n in range(mails):
            rig.eva.reply(notice, f"Number {n}.", style="apple")
            if n % (mails // kills) == 0:
                victims = daemon.daemon.members()
                victim = chance.choice(victims)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                if victim == daemon.daemon.pid:
                    daemon.kill()
                    daemon.start()
        daemon.wait_rows("SELECT 1 FROM message", n=mails, seconds=seconds)
        until(lambda: daemon.value("SELECT count(*) FROM message WHERE moved_at IS NULL") == 0, seconds, "all to be moved")
        until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, seconds, "all letters to be sent")
        texts = sorted(r["text"].strip() for r in daemon.rows("SELECT text FROM case_update WHERE way = 'mail'"))
        tap.equal(texts, sorted(f"Number {n}." for n in range(mails)), "each reply once")
        tap.equal(len(daemon.support.messages("Processed")), mails, "messages in Processed")
        daemon.ctl("audit", "verify")
        keys = [r["message_key"] for r in daemon.rows("SELECT message_key FROM outbox")]
        ids = [str(m["Message-ID"]) for p in (rig.eva, rig.rita) for m in p.messages().values()]
        got = collections.Counter(k for k in keys for i in set(ids) if k in i)
        tap.equal([k for k in keys if got[k] != 1], [], "letters that did not arrive, or under two names")
        tap.diag(f"{kills} kills, {mails} replies, {len(keys)} letters")


# --- poison ----------------------------------------------------------------

@tap.unwatched
def test_a_message_that_breaks_its_reader_stops_nothing(rig):
    def settings(s):
        s["limits"] = {"reader_memory": "64 MB", "message": "16 MB"}
    with installed(rig, settings) as daemon:
        daemon.start()
        open_case(rig, daemon)
        notice = daemon.notice(rig.eva, "case-opened")
        raw = rig.eva.message(daemon.support.address, "Large", "See the file.", attachments=[("big.bin", "application/octet-stream", bytes(11 << 20))])
        with smtplib.LMTP("localhost", rig.imap.lmtp, timeout=20) as s:
            s.sendmail(rig.eva.address, [daemon.support.address], raw.as_bytes())
        rig.eva.reply(notice, "Behind it.", style="apple")
        rows = daemon.wait_rows("SELECT * FROM message ORDER BY id", n=2, seconds=60)
        tap.equal(sorted((r["outcome"], r["reason"]) for r in rows)[0][0], "appended", "the one behind")
        bad = next(r for r in rows if r["outcome"] == "quarantined")
        until(lambda: len(daemon.support.messages("Quarantine")) == 1, 20, "the message in the folder for such")
        tap.diag(f"quarantined: {bad['reason']}")


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
