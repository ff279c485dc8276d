#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Mails handed to servers that mean well and to servers that fail, each at its own point. Drives tests/unit/smtp_probe."""

import base64
import contextlib
import os
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rig import tap
from rig.ca import Authority
from rig.fake_smtp import CUT, Server

PROBE = os.environ.get("SMTP_PROBE") or os.path.join(os.environ.get("builddir", "."), "tests/unit/smtp_probe")
USER, PASSWORD = "sender@helpdesk.example", "correct horse battery"
MAIL = b"From: a@b.example\r\nSubject: test\r\n\r\nfirst\r\n.\r\n..second\r\n"
class Fixture:
    def __init__(self, folder):
        self.scratch = self
        self.folder = folder
        self.ca = Authority(folder)
        self.good = self.ca.issue("server")
        self.wrong = self.ca.wrong_name()
        self.expired = self.ca.expired()
        self.other = Authority(folder, "other").issue("other-server")
        self.secret = self.write("password", PASSWORD.encode() + b"\n")
        os.chmod(self.secret, 0o600)
        self.mail = self.write("mail", MAIL)

    def logs(self):
        return []

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(content)
        return path

    def send(self, servers, jobs, login=False, timeout=10):
        """servers: (tls, port) or (tls, host, port); jobs: (from, to, file). Gives (result, code, down, reply) of each."""
        words = [PROBE, self.ca.cert, USER if login else "", self.secret, str(timeout)]
        for server in servers:
            words += [server[0], server[1] if len(server) == 3 else "localhost", str(server[-1])]
        done = subprocess.run(words, input="".join(" ".join(j) + "\n" for j in jobs), capture_output=True, text=True,
                              timeout=120, check=False)
        tap.equal((done.returncode, done.stderr), (0, ""), "the probe")
        return [(r, int(c), d == "1", t) for r, c, d, t in (line.split(" ", 3) for line in done.stdout.splitlines())]

    def one(self, server, tls="none", login=False, sender="support@helpdesk.example", to="eva@acme.example", mail=None, **more):
        return self.send([(tls, server.port)], [(sender, to, mail or self.mail)], login, **more)[0]


@contextlib.contextmanager
def fixture():
    with tempfile.TemporaryDirectory(prefix="casemail-smtp-") as folder:
        yield Fixture(folder)


def outcome(got, result, code, down=False, text=""):
    tap.equal(got[:3], (result, code, down), f"outcome ({got[3]})")
    tap.check(text in got[3], f"wanted {text!r} in {got[3]!r}")


def test_a_mail_arrives_as_it_was(f):
    with Server() as s:
        outcome(f.one(s), "sent", 250, text="taken")
        tap.equal(s.mails, [MAIL], "the mail")
        tap.check("MAIL FROM:<support@helpdesk.example> SIZE=%d" % len(MAIL) in s.commands, f"MAIL in {s.commands}")
        tap.check("RCPT TO:<eva@acme.example>" in s.commands, f"RCPT in {s.commands}")
        tap.check("AUTH" not in s.verbs(), "no login without a user")


def test_the_null_sender(f):
    with Server() as s:
        outcome(f.one(s, sender="-"), "sent", 250)
        tap.check(any(c.startswith("MAIL FROM:<> ") or c == "MAIL FROM:<>" for c in s.commands), f"null sender in {s.commands}")


def test_ten_mails_on_one_connection(f):
    with Server(f.good, implicit=True, offers=["AUTH PLAIN"]) as s:
        got = f.send([("implicit", s.port)], [("a@b.example", f"u{i}@c.example", f.mail) for i in range(10)], login=True)
        tap.equal([g[0] for g in got], ["sent"] * 10, "results")
        tap.equal((s.connections, len(s.mails), s.verbs().count("AUTH")), (1, 10, 1), "connections, mails, logins")


def test_starttls_and_login(f):
    with Server(f.good, offers=["STARTTLS", "AUTH PLAIN LOGIN"]) as s:
        outcome(f.one(s, "starttls", login=True), "sent", 250)
        tap.check(s.verbs()[:3] == ["EHLO", "STARTTLS", "EHLO"], f"TLS first: {s.verbs()}")
        secret = base64.b64encode(b"\0" + USER.encode() + b"\0" + PASSWORD.encode()).decode()
        tap.check(any(secret in c for c in s.commands), "the login")


def test_a_wrong_certificate_gets_no_login(f):
    for name, certificate in (("wrong name", f.wrong), ("expired", f.expired), ("other authority", f.other)):
        for tls, implicit in (("implicit", True), ("starttls", False)):
            with Server(certificate, implicit=implicit, offers=["STARTTLS", "AUTH PLAIN"]) as s:
                outcome(f.one(s, tls, login=True), "later", 0, True)
                tap.check("AUTH" not in s.verbs() and not s.mails, f"{name}, {tls}: {s.commands}")


def test_no_starttls_no_mail(f):
    with Server(offers=["AUTH PLAIN"]) as s:
        outcome(f.one(s, "starttls", login=True), "later", 0, True)
        tap.check("AUTH" not in s.verbs() and "MAIL" not in s.verbs(), f"{s.commands}")
    with Server(offers=["STARTTLS", "AUTH PLAIN"], STARTTLS="454 not now") as s:
        outcome(f.one(s, "starttls", login=True), "later", 454, True)
        tap.check("AUTH" not in s.verbs() and "MAIL" not in s.verbs(), f"{s.commands}")


def test_without_tls_only_to_this_machine(f):
    outcome(f.send([("none", "mail.invalid", 25)], [("a@b.example", "c@d.example", f.mail)])[0], "later", 0, True, "this machine")


def test_a_refused_login_is_no_verdict_on_the_mail(f):
    with Server(f.good, implicit=True, offers=["AUTH PLAIN"], AUTH="535 wrong password") as s:
        outcome(f.one(s, "implicit", login=True), "later", 535, True, "wrong password")
        tap.check("MAIL" not in s.verbs(), f"{s.verbs()}")


def test_a_recipient_refused_or_put_off(f):
    with Server(RCPT="550-5.1.1 no such\r\n550 5.1.1 user") as s:
        outcome(f.one(s), "refused", 550, text="no such 5.1.1 user")
        tap.equal(s.mails, [], "nothing is handed over")
    with Server(RCPT="451 greylisted") as s:
        outcome(f.one(s), "later", 451, text="greylisted")
    with Server(RCPT=["550 no", "250 ok"]) as s:
        got = f.send([("none", s.port)], [("a@b.example", "x@c.example", f.mail), ("a@b.example", "y@c.example", f.mail)])
        tap.equal([g[0] for g in got], ["refused", "sent"], "the one after a refused one")


def test_a_sender_refused(f):
    with Server(MAIL="550 not you") as s:
        outcome(f.one(s), "refused", 550)
    with Server(MAIL="530 log in first") as s:
        outcome(f.one(s), "later", 530)


def test_data_refused(f):
    with Server(DATA="554 no") as s:
        outcome(f.one(s), "refused", 554)
    with Server(DATA="451 later") as s:
        outcome(f.one(s), "later", 451)


def test_the_mail_refused_after_the_dot(f):
    with Server(DOT="554 spam") as s:
        outcome(f.one(s), "refused", 554, text="spam")
    with Server(DOT="452 disk full") as s:
        outcome(f.one(s), "later", 452, text="disk full")


def test_cut_after_the_dot_is_unknown(f):
    with Server(DOT=CUT) as s:
        outcome(f.one(s), "unknown", 0)
        tap.equal(len(s.mails), 1, "it had arrived")


def test_cut_before_the_data_is_later(f):
    for verb in ("greeting", "EHLO", "MAIL", "RCPT", "DATA"):
        with Server(**{verb: CUT}) as s:
            got = f.one(s)
            tap.equal((got[0], got[1]), ("later", 0), f"cut at {verb} ({got[3]})")


def test_cut_within_the_data_is_later(f):
    big = f.write("big", b"Subject: big\r\n\r\n" + (b"x" * 98 + b"\r\n") * 200000)
    with Server(offers=[], body=CUT) as s:
        got = f.one(s, mail=big)
        tap.equal((got[0], got[1]), ("later", 0), f"outcome ({got[3]})")


def test_a_kept_connection_that_was_closed(f):
    jobs = [("a@b.example", "x@c.example", f.mail), ("a@b.example", "y@c.example", f.mail)]
    for close in (CUT, "421 too many mails"):
        with Server(MAIL=["250 ok", close]) as s:
            got = f.send([("none", s.port)], jobs)
            tap.equal([g[0] for g in got], ["sent", "sent"], f"results {got}")
            tap.equal((s.connections, len(s.mails)), (2, 2), "connections, mails")


def test_a_server_that_says_nothing(f):
    with socket.create_server(("127.0.0.1", 0)) as s:
        outcome(f.send([("none", s.getsockname()[1])], [("a@b.example", "c@d.example", f.mail)], timeout=1)[0], "later", 0, True)


def test_the_next_server_where_one_is_down(f):
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    with Server(greeting="554 no service") as refusing, Server() as s:
        got = f.send([("none", port), ("none", refusing.port), ("none", s.port)], [("a@b.example", "c@d.example", f.mail)])
        outcome(got[0], "sent", 250)
    with Server(RCPT="550 no") as first, Server() as second:
        got = f.send([("none", first.port), ("none", second.port)], [("a@b.example", "c@d.example", f.mail)])
        outcome(got[0], "refused", 550)
        tap.equal(second.commands, [], "a refusal is not taken elsewhere")
    outcome(f.send([("none", port)], [("a@b.example", "c@d.example", f.mail)])[0], "later", 0, True)


def test_unfit_addresses_and_mails_reach_nobody(f):
    bare = f.write("bare", b"Subject: x\n\n.\n")
    with Server() as s:
        for sender, to, mail in (("a@b.example", "c@d.example>", f.mail), ("<a@b.example", "c@d.example", f.mail),
                                 ("a@b.example", "nobody", f.mail), ("a@b.example", "c@d.example", bare)):
            got = f.one(s, sender=sender, to=to, mail=mail)
            tap.equal(got[:3], ("refused", 0, False), f"{sender} {to}")
        tap.equal(s.connections, 0, "connections")


def test_replies_without_end(f):
    with Server(RCPT="\r\n".join(["250-x" * 100] * 2000)) as s:
        tap.equal(f.one(s, timeout=5)[0], "later", "outcome")


if __name__ == "__main__":
    tap.main(__name__, make=fixture)
