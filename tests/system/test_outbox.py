#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The outbox against servers that are slow, dead, full or die at the worst moment: every letter arrives once, and one that
does not delays no other. The servers are threads of the test; no mailbox is there, so the intake only tries."""

import collections
import contextlib
import itertools
import json
import os
import socket
import sqlite3
import sys
import threading
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap
from rig.ca import Authority
from rig.desk import Desk
from rig.fake_smtp import CUT, Server
from rig.scratch import Scratch
from rig.waiting import until


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


@contextlib.contextmanager
def house():
    with Scratch() as scratch:
        yield types.SimpleNamespace(scratch=scratch, ca=Authority(scratch.folder("ca")), numbers=itertools.count(),
                                    imap=types.SimpleNamespace(imaps=closed_port()), smtp=types.SimpleNamespace(port=0))


@contextlib.contextmanager
def installed(rig, *ports, people=3, **outbox):
    """A casemail that sends to these ports, the first preferred, with people in it; nothing is started."""
    daemon = casemail.Casemail(rig, types.SimpleNamespace(address="support@helpdesk.example", password="none", name="Example Support"),
                               f"casemail{next(rig.numbers)}", "token")
    daemon.settings["smtp"] = [{"host": "localhost", "port": p, "tls": "none", "timeout_seconds": 20} for p in ports]
    daemon.settings["outbox"] = outbox
    daemon.configure()
    daemon.ctl("init")
    daemon.desk = Desk(daemon)
    daemon.desk.organisation("Acme Ltd", "ACME-1")
    daemon.people = [types.SimpleNamespace(address=f"p{n}@customer.example", name=f"Eva Number{n}") for n in range(people)]
    for p in daemon.people:
        daemon.desk.contact(p, "Acme Ltd", "ACME-1=read-write")
    daemon.rita = types.SimpleNamespace(address="rita@helpdesk.example", name="Rita Rep")
    daemon.desk.representative(daemon.rita)
    try:
        yield daemon
    finally:
        daemon.stop()


def letter(daemon, person=0):
    """One letter to a person, about a case of its own; returns its row's number."""
    daemon.desk.open_case(daemon.people[person], "ACME-1", daemon.rita)
    return daemon.value("SELECT id FROM outbox WHERE to_address = ? ORDER BY id DESC LIMIT 1", daemon.people[person].address)


def state(daemon, number):
    return daemon.value("SELECT state FROM outbox WHERE id = ?", number)


def all_sent(daemon, seconds=60):
    until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, seconds, "all letters to be sent")


def each_once(server):
    counts = collections.Counter(key for _, key in server.taken)
    tap.equal({k: n for k, n in counts.items() if n > 1}, {}, "letters that arrived more than once")
    return len(counts)


def to(person, then):
    """For RCPT: what then gives, for this person only."""
    return lambda command: then() if f"<{person.address}>" in command else None


# --- parallel -------------------------------------------------------------------

def test_a_slow_letter_delays_no_other(rig):
    free = threading.Event()
    with Server() as s:
        with installed(rig, s.port) as daemon:
            s.replies["RCPT"] = to(daemon.people[0], lambda: free.wait(60) and None)
            slow = letter(daemon)
            daemon.start()
            daemon.wait_rows("SELECT 1 FROM outbox WHERE state = 'claimed' AND id = ?", slow)
            others = [letter(daemon, 1 + n % 2) for n in range(6)]
            try:
                until(lambda: all(state(daemon, n) == "sent" for n in others), 15, "the other letters")
                tap.equal(state(daemon, slow), "claimed", "the slow one meanwhile")
            finally:
                free.set()
            all_sent(daemon)
        each_once(s)


def test_a_dead_route_costs_one_letter_its_timeout(rig):
    with socket.create_server(("127.0.0.1", 0)) as dead, Server() as s:  # takes connections, says nothing
        with installed(rig, dead.getsockname()[1], s.port, senders=1) as daemon:
            for server in daemon.settings["smtp"]:
                server["timeout_seconds"] = 3
            daemon.configure()
            for n in range(5):
                letter(daemon, n % 3)
            daemon.start()
            all_sent(daemon, 12)
            row = daemon.rows("SELECT * FROM route")[0]
            tap.equal((row["name"], row["failures"]), (f"localhost:{dead.getsockname()[1]}", 1), "what is known of the dead one")
            tap.equal(daemon.value("SELECT max(attempts) FROM outbox"), 1, "attempts of a letter")
        each_once(s)


def test_an_outage_is_tried_with_one_letter_at_a_time(rig):
    port = closed_port()
    with installed(rig, port) as daemon:
        for n in range(6):
            letter(daemon, n % 3)
        daemon.start()
        daemon.wait_rows("SELECT 1 FROM route WHERE failures >= 2", seconds=30)
        tap.check(daemon.value("SELECT sum(attempts) FROM outbox") <= 4, "attempts while nobody answers")
        with Server(port=port) as s:
            all_sent(daemon)
            tap.equal(daemon.rows("SELECT * FROM route"), [], "servers that do not serve, afterwards")
            each_once(s)


def test_letters_of_a_case_keep_their_order(rig):
    with Server() as s:
        with installed(rig, s.port, senders=4) as daemon:
            number = daemon.desk.open_case(daemon.people[0], "ACME-1", daemon.rita)
            for n in range(8):
                daemon.ctl("case", "reply", number, "--by", daemon.rita.address, "--yes", f"Number {n}.")
            for n in range(6):
                letter(daemon, 1 + n % 2)
            daemon.start()
            all_sent(daemon)
            wanted = [r["message_key"] for r in daemon.rows(
                "SELECT message_key FROM outbox WHERE to_address = ? ORDER BY id", daemon.people[0].address)]
        got = [k.partition("@")[0].rpartition(".")[2] for who, k in s.taken if who == daemon.people[0].address]
        tap.equal(got, wanted, "the order in which they arrived")


def test_limits_delay_and_drop_nothing(rig):
    with Server() as s:
        with installed(rig, s.port, per_recipient_per_hour=2) as daemon:
            letters = [letter(daemon, 0) for _ in range(4)] + [letter(daemon, 1)]
            daemon.start()
            daemon.wait_rows("SELECT 1 FROM outbox WHERE state = 'sent'", n=3)
            until(lambda: daemon.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND next_at > created_at + 3000000") == 2,
                  20, "the others to be put off")
            rows = daemon.rows("SELECT id, next_at - (SELECT min(claimed_at) FROM outbox) AS delay FROM outbox WHERE state = 'queued'")
            tap.equal([r["id"] for r in rows], letters[2:4], "those that wait")
            tap.check(all(3_600_000 <= r["delay"] < 3_700_000 for r in rows), f"until the hour is over: {rows}")
        tap.equal(len(s.taken), 3, "mails sent")


# --- what servers say --------------------------------------------------------------

def test_greylisting(rig):
    with Server(RCPT=["451 4.7.1 greylisted"]) as s:
        with installed(rig, s.port) as daemon:
            number = letter(daemon)
            daemon.start()
            row = daemon.wait_rows("SELECT *, next_at - claimed_at AS delay FROM outbox WHERE state = 'queued' AND attempts = 1")[0]
            tap.check(row["last_reply"].startswith("451") and 48_000 <= row["delay"] <= 80_000, f"a minute, more or less: {row['delay']}")
            daemon.ctl("outbox", "retry", str(number))
            all_sent(daemon)
        each_once(s)


def test_a_refusal_ends_it(rig):
    with Server(RCPT="550 5.1.1 no such user") as s:
        with installed(rig, s.port) as daemon:
            number = letter(daemon)
            daemon.start()
            row = daemon.wait_rows("SELECT * FROM outbox WHERE state = 'failed'")[0]
            tap.equal((row["id"], row["last_reply"], row["attempts"]), (number, "550 5.1.1 no such user", 1), "the letter")
        tap.equal(s.mails, [], "what arrived")


def test_421_in_mid_session_loses_nothing(rig):
    for verb in ("MAIL", "RCPT", "DATA", "DOT"):
        with Server(**{verb: ["250 ok" if verb != "DATA" else "354 go", "421 4.3.2 closing"]}) as s:
            with installed(rig, s.port, senders=1) as daemon:
                for n in range(3):
                    letter(daemon, n)
                daemon.start()
                daemon.wait_rows("SELECT 1 FROM outbox WHERE state = 'sent'", n=2)
                until(lambda: not daemon.rows("SELECT 1 FROM outbox WHERE state = 'claimed'"), 20, "an end")
                for row in daemon.rows("SELECT id FROM outbox WHERE state = 'queued'"):
                    daemon.ctl("outbox", "retry", str(row["id"]))
                all_sent(daemon)
            tap.equal(each_once(s), 3, f"letters that arrived, 421 at {verb}")


def test_a_server_that_dies_after_the_final_dot(rig):
    with Server(DOT=[CUT]) as s:
        with installed(rig, s.port, unknown="hold") as daemon:
            number = letter(daemon)
            daemon.start()
            daemon.wait_rows("SELECT 1 FROM outbox WHERE state = 'unknown' AND next_at IS NULL")
            tap.equal(len(s.mails), 1, "it had arrived")
            daemon.ctl("outbox", "retry", str(number))
            all_sent(daemon)
    with Server(DOT=[CUT]) as s:
        with installed(rig, s.port, unknown="retry") as daemon:
            number = letter(daemon)
            daemon.start()
            daemon.wait_rows("SELECT 1 FROM outbox WHERE state = 'queued' AND attempts = 1 AND next_at IS NOT NULL")
            daemon.ctl("outbox", "retry", str(number))
            all_sent(daemon)
            tap.equal(len({m.split(b"Message-ID: ")[1].split(b"\r\n")[0] for m in s.mails}), 1, "Message-IDs of the two")


def test_a_header_that_would_end_goes_nowhere_and_is_audited(rig):
    with Server() as s:
        with installed(rig, s.port) as daemon:
            daemon.settings["mail"]["list_id"] = "support.helpdesk.example"
            daemon.configure()
            bad = {letter(daemon): (column, value) for column, value in
                   (("subject", "Hello\r\nBcc: all@customer.example"), ("to_name", "Eva\nX: y"), ("reply_to", "a@b.example\r\n"))}
            good = letter(daemon)
            c = sqlite3.connect(daemon.database)
            for number, (column, value) in bad.items():
                c.execute(f"UPDATE outbox SET {column} = ? WHERE id = ?", (value, number))
            c.commit()
            c.close()
            daemon.start()
            until(lambda: state(daemon, good) == "sent", 20, "the good letter")
            rows = daemon.wait_rows("SELECT details FROM audit WHERE event = 'letter-refused' ORDER BY id", n=3)
            tap.equal(sorted(json.loads(r["details"])["letter"] for r in rows), sorted(bad), "letters in the audit")
            tap.equal({state(daemon, number) for number in bad}, {"failed"}, "their states")
            tap.equal(daemon.json("audit", "verify")["verified"], True, "the chain")
        tap.equal(len(s.mails), 1, "what arrived")
        tap.check(b"\r\nList-Id: Example Support <support.helpdesk.example>\r\n" in s.mails[0], "List-Id")


# --- death ---------------------------------------------------------------------------

def test_a_sender_that_dies_leaves_no_letter_behind(rig):
    with Server() as s:
        with installed(rig, s.port) as daemon:
            daemon.start()
            for step, arrivals in (("after-claim", 1), ("after-send", 2), ("after-result", 1)):
                before = len(s.mails)
                daemon.die_at(step)
                letter(daemon)
                until(lambda b=before, a=arrivals: len(s.mails) >= b + a, 30, f"the letter, killed {step}")
                all_sent(daemon)
                tap.equal(len(s.mails) - before, arrivals, f"arrivals, killed {step}")
        counts = collections.Counter(key for _, key in s.taken)
        tap.equal(sorted(counts.values()), [1, 1, 2], "only the letter whose answer was not written down came twice")


def test_a_held_letter_stays_and_a_cancelled_one_never_goes(rig):
    with Server() as s:
        with installed(rig, s.port) as daemon:
            held, cancelled, free = (letter(daemon, n) for n in range(3))
            daemon.ctl("outbox", "hold", str(held))
            daemon.ctl("outbox", "cancel", str(cancelled), "--reason", "not needed")
            daemon.start()
            until(lambda: state(daemon, free) == "sent", 20, "the free one")
            tap.equal((state(daemon, held), state(daemon, cancelled)), ("held", "cancelled"), "the others")
            daemon.ctl("outbox", "release", str(held))
            until(lambda: state(daemon, held) == "sent", 20, "the released one")
        tap.equal([who for who, _ in s.taken], [daemon.people[2].address, daemon.people[0].address], "who got mail")


if __name__ == "__main__":
    tap.main(__name__, make=house)
