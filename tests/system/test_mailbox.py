#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The IMAP session against a real Dovecot, and against servers that mean no good. Drives tests/unit/imap_probe."""

import contextlib
import hashlib
import imaplib
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from fake_imap import Fake, drip, flood
from rig import tap
from rig.ca import Authority
from rig.dovecot import VMAIL, Dovecot
from rig.scratch import Scratch
from rig.waiting import until

PROBE = os.path.join(os.environ.get("CASEMAIL_BIN", "."), "tests/unit/imap_probe")
USER, PASSWORD = "support@helpdesk.example", "correct horse battery"


class Probe:
    """One run of imap_probe, started; end() waits for it."""

    def __init__(self, settings, *command):
        words = [PROBE] + [f"{k}={v}" for k, v in settings.items()] + [str(c) for c in command]
        self.begun = time.monotonic()
        self.child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []

    def until(self, word, seconds=20):
        """Reads lines up to one that starts with word."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line = self.child.stdout.readline()
            if not line:
                break
            self.lines.append(line.rstrip("\n"))
            if line.startswith(word):
                return self.lines[-1]
        raise tap.Failed(f"no line {word!r} in {self.lines[-20:]}")

    def end(self, seconds=60):
        late = threading.Timer(seconds, self.child.kill)
        late.start()
        self.lines += self.child.stdout.read().splitlines()
        self.child.wait()
        late.cancel()
        self.seconds = time.monotonic() - self.begun
        self.child.stdin.close()
        self.child.stdout.close()
        return self

    def of(self, word):
        return [line.split()[1:] for line in self.lines if line.startswith(word + " ")]

    def done(self):
        tap.check(self.lines and self.lines[-1] == "done" and self.child.returncode == 0, f"failed: {self.lines[-5:]}")
        return self

    def trouble(self, kind, err="retry", text=""):
        t = self.of("trouble")
        tap.check(t and t[0][0] == kind and t[0][1] == err, f"wanted trouble {kind} {err}, got {self.lines[-5:]}")
        tap.check(text in self.lines[-1], f"wanted {text!r} in {self.lines[-1]!r}")
        return self

    def memory_mb(self):
        return int(re.search(r"memory_kb=(\d+)", "\n".join(self.lines))[1]) / 1024


class Servers:
    def __init__(self, scratch):
        self.scratch = scratch
        self.ca = Authority(scratch.folder("ca"))
        self.certificate = self.ca.issue("server")
        self.wrong = self.ca.wrong_name()
        self.stranger = Authority(scratch.folder("other"), "other").issue("stranger")
        self.password = scratch.file("password")
        with open(self.password, "w", encoding="ascii") as f:
            f.write(PASSWORD + "\n")
        os.chmod(self.password, 0o600)
        self.dovecot = self.new_dovecot("dovecot")

    def new_dovecot(self, name, extra="", driver="maildir"):
        d = Dovecot(self.scratch, self.certificate, name=name, extra=extra, driver=driver)
        d.add_user(USER, PASSWORD)
        return d.start()

    def settings(self, port=None, **more):
        given = {"host": "127.0.0.1", "port": port or self.dovecot.imaps, "tls": "implicit", "user": USER,
                 "password": self.password, "ca": self.ca.cert, "timeout": 5}
        return {**given, **more}

    def probe(self, *command, port=None, seconds=60, **more):
        return Probe(self.settings(port, **more), *command).end(seconds)

    def start(self, *command, port=None, **more):
        return Probe(self.settings(port, **more), *command)

    @contextlib.contextmanager
    def login(self, dovecot=None):
        context = ssl.create_default_context(cafile=self.ca.cert)
        with imaplib.IMAP4_SSL("127.0.0.1", (dovecot or self.dovecot).imaps, ssl_context=context, timeout=20) as c:
            c.login(USER, PASSWORD)
            yield c

    def fill(self, messages, folder="INBOX", dovecot=None):
        """Empties the folder, then puts the messages there; they keep their order."""
        with self.login(dovecot) as c:
            for name in (folder, "Processed"):
                if c.select(name)[0] == "OK":
                    c.uid("STORE", "1:*", "+FLAGS.SILENT", "(\\Deleted)")
                    c.expunge()
            for m in messages:
                tap.equal(c.append(folder, None, None, m)[0], "OK", "append")

    def folder(self, name, dovecot=None):
        """The sha256 of each message of a folder, and whether it has been seen."""
        with self.login(dovecot) as c:
            if c.select(name, readonly=True)[1] == [b"0"]:
                return []
            got = c.fetch("1:*", "(FLAGS BODY.PEEK[])")[1]
            return [(hashlib.sha256(g[1]).hexdigest(), b"\\Seen" in g[0]) for g in got if isinstance(g, tuple)]


def message(n, size=300):
    head = f"From: a@customer.example\r\nSubject: number {n}\r\nMessage-ID: <{n}@customer.example>\r\n\r\n".encode()
    line = b"0123456789" * 7 + b"\r\n"
    return head + line * max(1, (size - len(head)) // len(line))


def digest(m):
    return hashlib.sha256(m).hexdigest()


@contextlib.contextmanager
def servers():
    with Scratch() as scratch:
        yield Servers(scratch)


def says_nothing(fake):
    for word in (b"LOGIN", b"AUTHENTICATE", PASSWORD.encode()):
        tap.check(word not in fake.heard.upper() and word not in fake.heard, f"the client said {fake.heard!r}")
    tap.check(fake.clients > 0, "nobody came")


def plain_talk(server, c):
    server.converse(c, {})


def test_tls_from_the_start(s):
    p = s.probe("state").done()
    tap.check("idle=1 move=1 uidplus=1" in " ".join(p.lines), str(p.lines))


def test_a_certificate_of_our_own_is_shown(s):
    extra = "ssl_ca = </etc/rig/client-ca.crt\nssl_verify_client_cert = yes\nauth_ssl_require_client_cert = yes\nssl_require_crl = no\n"
    own = s.ca.issue("client", ("DNS:casemail.example",), usage="clientAuth")
    stranger = Authority(s.scratch.folder("stranger"), "strangers").issue("client", ("DNS:casemail.example",), usage="clientAuth")
    for c in (own, stranger):
        os.chmod(c.key, 0o600)
    d = Dovecot(s.scratch, s.certificate, name="client-cert", extra=extra)
    shutil.copyfile(s.ca.cert, os.path.join(d.root, "etc/rig/client-ca.crt"))
    d.add_user(USER, PASSWORD)
    d.start()
    try:
        for tls, port in (("implicit", d.imaps), ("starttls", d.imap)):
            s.probe("state", port=port, tls=tls, cert=own.cert, key=own.key).done()
        s.probe("state", port=d.imaps).trouble("login", "retry")
        refused = s.probe("state", port=d.imaps, cert=stranger.cert, key=stranger.key)
        tap.check(refused.of("trouble"), "a certificate of another authority is refused")
        os.chmod(own.key, 0o644)
        s.probe("state", port=d.imaps, cert=own.cert, key=own.key).trouble("tls", "fatal", "may be read by others")
    finally:
        d.stop()


def test_we_say_who_we_are_where_that_is_asked_for(s):
    with Fake(lambda f, c: f.converse(c, {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 ID\r\n%t OK done\r\n",
                                          b"ID": b'* ID ("name" "fake")\r\n%t OK done\r\n'}), s.certificate) as fake:
        s.probe("state", port=fake.port)
        tap.check(b'ID ("name" "casemail" "version"' in fake.heard, f"heard: {fake.heard}")


def test_starttls(s):
    s.probe("state", port=s.dovecot.imap, tls="starttls").done()


def test_folders_are_made_once(s):
    s.probe("state", processed="Fälle/Erledigt").done()
    s.probe("state", processed="Fälle/Erledigt").done()
    with s.login() as c:
        names = str(c.list()[1])
    for name in ("F&AOQ-lle/Erledigt", "Refused", "Held", "Quarantine"):
        tap.check(name in names, f"{name} not in {names}")


def test_wrong_name_gets_no_password(s):
    with Fake(plain_talk, s.wrong) as fake:
        s.probe("state", port=fake.port).trouble("tls")
        says_nothing(fake)


def test_unknown_authority_gets_no_password(s):
    with Fake(plain_talk, s.stranger) as fake:
        s.probe("state", port=fake.port).trouble("tls")
        says_nothing(fake)


def test_the_fake_server_would_hear_a_password(s):
    with Fake(plain_talk, s.certificate) as fake:
        s.probe("state", port=fake.port).done()
        tap.check(b"LOGIN" in fake.heard, f"{fake.heard!r}")


def test_starttls_missing_is_refused(s):
    with Fake(plain_talk) as fake:
        s.probe("state", port=fake.port, tls="starttls").trouble("tls")
        says_nothing(fake)


def test_starttls_refused_is_refused(s):
    answers = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%t OK done\r\n", b"STARTTLS": b"%t NO not today\r\n"}
    with Fake(lambda f, c: f.converse(c, answers)) as fake:
        s.probe("state", port=fake.port, tls="starttls").trouble("tls")
        says_nothing(fake)


def test_preauth_in_clear_is_refused(s):
    def preauth(server, c):
        c.sendall(b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
        while True:
            tag = server.line(c).split()[0]
            c.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n")
    for tls in ("starttls", "none"):
        with Fake(preauth) as fake:
            s.probe("state", port=fake.port, tls=tls).trouble("tls")
            says_nothing(fake)


def test_clear_is_for_loopback_only(s):
    s.probe("state", host="192.0.2.1", port=143, tls="none").trouble("connection", "fatal", "loopback")


def test_login_refused(s):
    bad = s.scratch.file("bad")
    with open(bad, "w", encoding="ascii") as f:
        f.write("wrong\n")
    os.chmod(bad, 0o600)
    p = s.probe("state", password=bad).trouble("login", "retry", "AUTHENTICATIONFAILED")
    tap.check("wrong\n" not in "\n".join(p.lines), "the password is not shown")


def test_a_busy_server_is_not_a_refused_login(s):
    answers = {b"(LOGIN|AUTHENTICATE)": b"%t NO [UNAVAILABLE] later\r\n"}
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        s.probe("state", port=fake.port).trouble("server", "retry", "UNAVAILABLE")


def test_fetch_in_order_and_unseen(s):
    sent = [message(n, 200 + 37 * n) for n in range(120)]
    s.fill(sent)
    p = s.probe("fetch", batch=50).done()
    tap.equal([m[3] for m in p.of("message")], [digest(m) for m in sent], "bytes, oldest first")
    tap.equal([int(i[1]) for i in p.of("item")], [len(m) for m in sent], "sizes")
    tap.equal(s.folder("INBOX"), [(digest(m), False) for m in sent], "nothing is marked as read")


def test_list_from_a_uid_and_over_gaps(s):
    s.fill([message(n) for n in range(30)])
    uids = [int(i[0]) for i in s.probe("list").done().of("item")]
    p = s.probe("list", uids[7], batch=3).done()
    tap.equal([int(i[0]) for i in p.of("item")], uids[7:], "from a UID on")
    with s.login() as c:
        c.select("INBOX")
        c.uid("STORE", f"{uids[1]}:{uids[26]}", "+FLAGS.SILENT", "(\\Deleted)")
        c.expunge()
    p = s.probe("list", batch=2).done()
    tap.equal([int(i[0]) for i in p.of("item")], uids[:1] + uids[27:], "over a gap")


def test_a_large_message(s):
    large = message(1, 8 * 1024 * 1024)
    s.fill([message(0), large, message(2)])
    p = s.probe("fetch").done()
    tap.equal([m[3] for m in p.of("message")], [digest(message(0)), digest(large), digest(message(2))], "bytes")


def test_a_message_above_the_limit_gives_its_header(s):
    large = message(1, 300000)
    s.fill([message(0), large, message(2)])
    p = s.probe("fetch", message=100000, header=64).done()
    tap.equal([m[1] for m in p.of("message")].count("header"), 1, "one header")
    by_uid = sorted((int(m[0]), m[1], int(m[2])) for m in p.of("message"))
    tap.equal([m[1] for m in by_uid], ["whole", "header", "whole"], "parts")
    tap.check(by_uid[1][2] <= 64, "the header is cut")


def moved(s, dovecot=None):
    sent = [message(n) for n in range(25)]
    s.fill(sent, dovecot=dovecot)
    port = (dovecot or s.dovecot).imaps
    s.probe("drain", port=port, batch=10).done()
    tap.equal(s.folder("INBOX", dovecot), [], "INBOX")
    tap.equal(sorted(s.folder("Processed", dovecot)), sorted((digest(m), False) for m in sent), "Processed")
    s.probe("move", "Processed", 1, 2, 3, 4000000000 % 2**31, port=port).done()
    tap.equal(len(s.folder("Processed", dovecot)), 25, "moving what is gone changes nothing")


def test_move(s):
    moved(s)


def test_move_without_move(s):
    moved(s, s.new_dovecot("no-move", "imap_capability = IMAP4rev1 UIDPLUS IDLE\n"))


def test_move_without_uidplus(s):
    d = s.new_dovecot("no-uidplus", "imap_capability = IMAP4rev1\n")
    moved(s, d)
    s.fill([message(1), message(2), message(3)], dovecot=d)
    with s.login(d) as c:
        c.select("INBOX")
        c.store("3", "+FLAGS.SILENT", "(\\Deleted)")
        uid = c.fetch("1", "(UID)")[1][0].split()[2].rstrip(b")").decode()
    s.probe("move", "Processed", uid, port=d.imaps).done()
    tap.equal(len(s.folder("INBOX", d)), 3, "a message that somebody else marked is not expunged")
    tap.equal([d for d, _ in s.folder("Processed", d)], [digest(message(1))], "copied")
    flags = [int(i[3]) & 8 for i in s.probe("list", port=d.imaps).done().of("item")]
    tap.equal(flags, [8, 0, 8], "ours is marked")


def test_idle_wakes_on_mail(s):
    s.fill([])
    p = s.start("wait", 20000)
    p.until("waiting")
    with s.login() as c:
        c.append("INBOX", None, None, message(1))
        begun = time.monotonic()
        p.until("event", 10)
    p.end().done()
    tap.equal(p.of("event")[0][0], "mail", "event")
    tap.check(time.monotonic() - begun < 5, "within a deadline")


def test_idle_wakes_by_descriptor(s):
    p = s.start("wait", 20000)
    p.until("waiting")
    p.child.stdin.write("x")
    p.child.stdin.flush()
    p.until("event", 5)
    p.end().done()
    tap.equal(p.of("event")[0][0], "woken", "event")


def test_idle_is_renewed_and_ends_in_time(s):
    p = s.start("wait", 2500, idle=1)
    p.until("event", 10)
    tap.equal(p.of("event")[0][0], "timeout", "event")
    tap.check(2400 <= int(p.of("event")[0][1]) < 4000, f"{p.of('event')}")
    p.end().done()


def test_without_idle_it_polls(s):
    d = s.new_dovecot("no-idle", "imap_capability = IMAP4rev1 UIDPLUS MOVE\n")
    s.fill([], dovecot=d)
    p = s.start("wait", 20000, port=d.imaps, poll=1)
    p.until("waiting")
    with s.login(d) as c:
        c.append("INBOX", None, None, message(1))
    p.until("event", 10)
    tap.equal(p.of("event")[0][0], "mail", "event")
    p.end().done()


def test_exists_before_the_plus_is_not_lost(s):
    answers = {b"IDLE": lambda c, tag, _command: (c.sendall(b"* 9 EXISTS\r\n+ idling\r\n"), c.recv(100), c.sendall(tag + b" OK done\r\n"))}
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        p = s.probe("wait", 10000, port=fake.port).done()
        tap.equal(p.of("event")[0][0], "mail", "event")


def test_server_restarted_in_mid_batch(s):
    d = s.new_dovecot("restart")
    sent = [message(n, 20000) for n in range(400)]
    s.fill(sent, dovecot=d)
    p = s.start("fetch", port=d.imaps, batch=100)
    p.until("message")
    d.kill()
    p.end().trouble("connection")
    got = [m[3] for m in p.of("message")]
    tap.check(0 < len(got) < 400, f"{len(got)} came before the end")
    d.start()
    last = int(p.of("message")[-1][0])
    rest = s.probe("fetch", last + 1, port=d.imaps).done()
    tap.equal(got + [m[3] for m in rest.of("message")], [digest(m) for m in sent], "a new session continues")


def bounded(p, seconds, megabytes):
    tap.check(p.seconds < seconds, f"took {p.seconds:.1f} s")
    tap.check(p.memory_mb() < megabytes, f"took {p.memory_mb():.0f} MB")


def fetch_answer(body):
    return {rb"UID FETCH .*BODY": body}


def test_a_dripping_server_is_left_by_the_deadline(s):
    def script(server, c):
        server.converse(c, fetch_answer(lambda c, tag, _command: drip(c, b"* 1 FETCH (UID 1 BODY[] {5}\r\nA", 30)))
    with Fake(script, s.certificate) as fake:
        bounded(s.probe("fetch", port=fake.port, timeout=2).trouble("connection", text="too long"), 6, 40)


def test_a_dripping_greeting_is_left_by_the_deadline(s):
    with Fake(lambda f, c: drip(c, b"* OK hello ", 30)) as fake:
        p = s.probe("state", port=fake.port, timeout=2, tls="none").trouble("connection")
        tap.check(p.seconds < 5, f"{p.seconds}")


def test_a_silent_server_is_left_by_the_deadline(s):
    with Fake(lambda f, c: f.line(c), s.certificate) as fake:
        p = s.probe("state", port=fake.port, timeout=2).trouble("connection")
        tap.check(p.seconds < 5, f"{p.seconds}")


def test_an_endless_line_is_bounded(s):
    def script(server, c):
        server.converse(c, fetch_answer(lambda c, tag, _command: flood(c, b"* 1 FETCH (FLAGS (" + b"a" * 65000, 1 << 30)))
    with Fake(script, s.certificate) as fake:
        bounded(s.probe("fetch", port=fake.port).trouble("connection", text="line longer"), 6, 40)


def test_an_endless_greeting_is_bounded(s):
    took = []
    with Fake(lambda f, c: took.append(flood(c, b"* OK " + b"a" * 65000, 1 << 30))) as fake:
        p = s.probe("state", port=fake.port, timeout=3, tls="none")
        tap.check(p.of("trouble") and p.seconds < 6, f"{p.seconds} {p.lines}")
        until(lambda: took, 5)
        tap.check(took[0] < 64 << 20, f"took {took[0]} bytes")


def test_endless_untagged_lines_are_bounded(s):
    def script(server, c):
        server.converse(c, {b"NOOP": lambda c, tag, _command: flood(c, b"* 5 EXPUNGE\r\n" * 5000, 1 << 30),
                            rb"UID FETCH .*SIZE": lambda c, tag, _command: flood(c, b"* 5 EXPUNGE\r\n" * 5000, 1 << 30)})
    with Fake(script, s.certificate) as fake:
        bounded(s.probe("list", port=fake.port).trouble("connection", text="more than"), 10, 300)


def test_a_literal_of_4_gb_is_refused(s):
    for size in (b"4294967295", b"40000000", b"99999999999999999999"):
        with Fake(lambda f, c, n=size: f.converse(c, fetch_answer(b"* 1 FETCH (UID 1 BODY[] {" + n + b"}\r\n")), s.certificate) as fake:
            p = s.probe("fetch", port=fake.port)
            bounded(p.trouble("connection", text="literal"), 6, 40)
            tap.check("suspect=1" in p.lines[-1], p.lines[-1])


def test_deep_parentheses_are_refused(s):
    deep = b"* 1 FETCH (UID 1 BODYSTRUCTURE " + b"(" * 50000
    with Fake(lambda f, c: f.converse(c, fetch_answer(deep + b"\r\n")), s.certificate) as fake:
        bounded(s.probe("fetch", port=fake.port).trouble("connection", text="parentheses"), 6, 40)


def test_farewell_in_mid_fetch(s):
    answers = fetch_answer(b"* 1 FETCH (UID 1 BODY[] {5}\r\nA: b\n)\r\n* BYE shutting down\r\n")
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        p = s.probe("fetch", port=fake.port).trouble("connection", text="shutting down")
        tap.equal(len(p.of("message")), 1, "what came before counts")


def test_what_was_not_asked_for_is_left_out(s):
    answers = fetch_answer(b"* 9 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 77 BODY[] {2}\r\nxx)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nA: b\n)\r\n"
                           b"* 1 FETCH (UID 1 BODY[] {5}\r\nC: d\n)\r\n* 2 FETCH (UID 2 BODY[] NIL)\r\n%t OK done\r\n")
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        p = s.probe("fetch", port=fake.port).done()
        tap.equal([(m[0], m[1], m[3]) for m in p.of("message")], [("1", "whole", digest(b"A: b\n")), ("2", "unreadable", digest(b"")),
                                                                  ("3", "unreadable", digest(b""))], "messages")


def test_one_message_that_the_server_cannot_give(s):
    answers = {rb"UID FETCH 2 .*BODY": b"%t NO cannot convert\r\n", rb"UID FETCH (1:3|2) .*BODY.PEEK\[\]": b"%t NO cannot convert\r\n",
               rb"UID FETCH 1 .*BODY": b"* 1 FETCH (UID 1 BODY[] {5}\r\nA: b\n)\r\n%t OK done\r\n",
               rb"UID FETCH 3 .*BODY": b"* 3 FETCH (UID 3 BODY[] {5}\r\nA: b\n)\r\n%t OK done\r\n"}
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        p = s.probe("fetch", port=fake.port).done()
        tap.equal([(m[0], m[1]) for m in p.of("message")], [("1", "whole"), ("2", "unreadable"), ("3", "whole")], "messages")


def test_folders_below_a_prefix(s):
    d = s.new_dovecot("prefix", "namespace inbox {\n  prefix = INBOX.\n  separator = .\n}\n")
    s.probe("state", port=d.imaps, processed="Cases/Done").done()
    with s.login(d) as c:
        names = str(c.list()[1])
    for name in ("INBOX.Cases.Done", "INBOX.Refused", "INBOX.Held", "INBOX.Quarantine"):
        tap.check(name in names, f"{name} not in {names}")


def test_a_folder_name_is_quoted(s):
    name = 'He said "yes" \\\\ (no) [x] {5}'
    s.fill([message(1)])
    s.probe("drain", processed=name).done()
    s.probe("drain", processed=name).done()
    with s.login() as c:
        quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        tap.equal(c.select(quoted, readonly=True), ("OK", [b"1"]), "the folder")


def test_a_folder_made_anew_has_another_uidvalidity(s):
    def uidvalidity():
        return re.search(r"uidvalidity=(\d+)", " ".join(s.probe("state", folder="Watched").done().lines))[1]
    with s.login() as c:
        c.create("Watched")
        first = uidvalidity()
        tap.equal(uidvalidity(), first, "UIDVALIDITY of the same folder")
        c.delete("Watched")
        s.probe("state", folder="Watched").trouble("server", text="Watched")
        until(lambda: c.create("Watched")[0] == "OK" and (uidvalidity() != first or c.delete("Watched")[0] != "OK"), 10)


def test_a_missing_authority_file_is_fatal(s):
    s.probe("state", ca="/nonexistent/ca.crt").trouble("tls", "fatal")


def test_messages_expunged_between_listing_and_fetch(s):
    s.fill([message(n) for n in range(6)])
    uids = [int(i[0]) for i in s.probe("list").done().of("item")]
    with s.login() as c:
        c.select("INBOX")
        c.uid("STORE", f"{uids[1]}:{uids[3]}", "+FLAGS.SILENT", "(\\Deleted)")
        c.expunge()
    p = s.probe("take", *uids).done()
    tap.equal([int(m[0]) for m in p.of("message")], uids[:1] + uids[4:], "those that are left")


def test_idle_refused_falls_back_to_polling(s):
    answers = {b"IDLE": b"%t NO not here\r\n"}
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        p = s.start("wait", 1500, port=fake.port, poll=1)
        p.until("event", 10)
        tap.equal(p.of("event")[0][0], "timeout", "event")
        p.end().done()
        tap.check(fake.heard.count(b"IDLE") == 1 and fake.heard.count(b"NOOP") >= 2, f"{fake.heard!r}")


def test_chatter_while_idling_does_not_hold_us(s):
    def chatter(c, tag, _command):
        c.sendall(b"+ idling\r\n")
        c.settimeout(0.01)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                c.sendall(b"* OK Still here\r\n" * 20)
                if b"DONE" in c.recv(100):
                    break
            except (TimeoutError, ssl.SSLWantReadError):
                pass
        c.settimeout(20)
        c.sendall(tag + b" OK done\r\n")
    with Fake(lambda f, c: f.converse(c, {b"IDLE": chatter}), s.certificate) as fake:
        p = s.start("wait", 1500, port=fake.port)
        p.until("event", 10)
        tap.equal(p.of("event")[0][0], "timeout", "event")
        p.end().done()
        p = s.start("wait", 20000, port=fake.port)
        p.until("waiting")
        p.child.stdin.write("x")
        p.child.stdin.flush()
        p.until("event", 5)
        tap.equal(p.of("event")[0][0], "woken", "event")
        p.end().done()


def test_a_folder_of_half_a_million(s):
    """The server has UIDs 3,000,001 to 3,500,000, and a last one far above; it answers any range asked for, whole."""
    ranges = []

    def listing(c, tag, command):
        low, high = (int(n) for n in re.search(rb"(\d+):(\d+)", command).groups())
        ranges.append(high - low + 1)
        found = list(range(max(low, 3000001), min(high, 3500000) + 1)) + [4000000000] * (low <= 4000000000 <= high)
        c.sendall(b"".join(b'* 1 FETCH (UID %d FLAGS () INTERNALDATE "01-Jan-2026 00:00:00 +0000" RFC822.SIZE 5)\r\n' % n
                           for n in found) + tag + b" OK done\r\n")

    def number(c, tag, command):
        n = int(command.split()[1])
        c.sendall(b"* %d FETCH (UID %d)\r\n" % (n, 4000000000 if n == 500001 else 3000000 + n) + tag + b" OK done\r\n")
    answers = {b"SELECT": b"* 500001 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4000000001] x\r\n%t OK [READ-WRITE] x\r\n",
               rb"UID FETCH .*SIZE": listing, b"FETCH": number}
    with Fake(lambda f, c: f.converse(c, answers), s.certificate) as fake:
        p = s.probe("list", port=fake.port, batch=500).done()
        uids = [int(i[0]) for i in p.of("item")]
        tap.equal((len(uids), uids[0], uids[-2], uids[-1]), (500001, 3000001, 3500000, 4000000000), "all of them")
        tap.check(uids == sorted(uids), "oldest first")
        tap.check(max(ranges) <= 500 and p.memory_mb() < 40, f"{max(ranges)} asked for at once, {p.memory_mb()} MB")


def test_the_connection_cut_anywhere(s):
    """Cut after every so many bytes of the answer to a fetch: always RETRY, never a message that is not whole."""
    answer = b"".join(b"* %d FETCH (UID %d BODY[] {5}\r\nA: b\n)\r\n" % (n, n) for n in (1, 2, 3)) + b"%t OK done\r\n"
    for at in range(0, len(answer) - 1, 3):
        def cut(c, tag, _command, at=at):
            c.sendall(answer.replace(b"%t", tag)[:at])
            raise ConnectionError
        with Fake(lambda f, c, cut=cut: f.converse(c, fetch_answer(cut)), s.certificate) as fake:
            p = s.probe("fetch", port=fake.port).trouble("connection")
            whole = answer[:at].count(b")\r\n")
            tap.equal([m[3] for m in p.of("message")], [digest(b"A: b\n")] * whole, f"cut at {at}")


def test_a_date_that_cannot_be(s):
    given = {b"04-Jul-2026 23:59:60 +0230": 1783200600000, b"01-Jan-1969 00:00:00 +0000": 0, b"32-Jan-2026 00:00:00 +0000": 0,
             b"01-Jan-999999999 00:00:00 +0000": 0, b"01-Jan-2026 00:00:00 -9999": 1767587940000}
    for date, wanted in given.items():
        answer = b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE "' + date + b'" RFC822.SIZE 5)\r\n%t OK done\r\n'
        with Fake(lambda f, c, a=answer: f.converse(c, {b"UID FETCH 1:": a}), s.certificate) as fake:
            p = s.probe("list", port=fake.port).done()
            tap.equal([int(i[2]) for i in p.of("item") if i[0] == "1"], [wanted], date.decode())


def test_a_bad_answer(s):
    with Fake(lambda f, c: f.converse(c, fetch_answer(b"%t BAD what\r\n")), s.certificate) as fake:
        s.probe("fetch", port=fake.port).trouble("connection", text="BAD what")


if __name__ == "__main__":
    tap.main(__name__, make=servers)
