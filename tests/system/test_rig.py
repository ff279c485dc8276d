#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The rig's own test: mail goes through all servers, TLS is verified, nothing is left behind."""

import contextlib
import imaplib
import os
import signal
import smtplib
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import border, people, process, tap, waiting
from rig.ca import Authority
from rig.rig import Rig

HELD = ("import sys; sys.path.insert(0, sys.argv[1])\n"
        "from rig.rig import Rig\n"
        "r = Rig(); r.person('a@customer.example'); r.start()\n"
        "print(r.scratch.path, r.imap.imaps, r.smtp.port, flush=True)\n"
        "sys.stdin.read()\n"
        "if sys.argv[2] == 'end': sys.exit(0)\n")


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.ann = rig.person("ann.baker@customer.example", "Ann Baker")
        rig.support = rig.person("support@helpdesk.example", "Help Desk")
        rig.eve = rig.stranger("eve@stranger.example", "Eve")
        rig.start()
        yield rig


def test_a_mail_goes_there_and_back(rig):
    rig.support.send(str(rig.ann), "There", "What is the version?\n")
    there = rig.ann.wait_for("There")
    tap.equal(people.plain(there), "What is the version?\n", "text")
    rig.ann.reply(there, "4.2, see the file.", attachments=[("log.txt", "text/plain", b"a log\n")])
    back = rig.support.wait_for("Re: There")
    tap.check(people.plain(back).startswith("4.2, see the file.\n\nOn "), "the new text stands above the quote")
    tap.equal(str(back["In-Reply-To"]), str(there["Message-ID"]), "threading")
    tap.equal([(p.get_filename(), p.get_content()) for p in back.iter_attachments()], [("log.txt", "a log\n")], "attachment")


def test_every_style_of_reply_quotes_below(rig):
    rig.support.send(str(rig.ann), "Styles", "First line\n\nSecond line\n")
    there = rig.ann.wait_for("Styles")
    for style in people.STYLES:
        rig.ann.reply(there, f"Written with {style}", style=style, signature="Ann", subject=style)
        text = people.plain(rig.support.wait_for(style))
        tap.check(text.startswith(f"Written with {style}\n\n-- \nAnn\n") and text.index("Second line") > 30, f"{style}: {text}")


def test_a_subaddress_reaches_its_mailbox(rig):
    rig.ann.send("support+k7r2-token@helpdesk.example", "Token", "x")
    m = rig.support.wait_for("Token")
    tap.equal(m["Delivered-To"], "support+k7r2-token@helpdesk.example", "Delivered-To")
    tap.equal(m["To"], "support+k7r2-token@helpdesk.example", "To")


def test_an_unknown_mailbox_bounces(rig):
    rig.ann.send("nobody@helpdesk.example", "Lost", "x")
    m = rig.ann.wait_for("Undelivered")
    tap.equal(m.get_content_type(), "multipart/report", "a bounce")


def test_the_border_vouches_for_logged_in_senders_only(rig):
    forged = "border.example; dmarc=pass header.from=customer.example"
    rig.ann.send(str(rig.support), "Mine", "x", headers={"Authentication-Results": forged + "; mine"})
    rig.ann.send(str(rig.support), "Not logged in", "x", login=False)
    rig.eve.send(str(rig.support), "Forged", "x", headers={"From": rig.ann.address, "Authentication-Results": forged})
    for subject, result in (("Mine", "pass"), ("Not logged in", "fail"), ("Forged", "fail")):
        m = rig.support.wait_for(subject)
        fields = [str(f) for f in m.get_all("Authentication-Results")]
        tap.equal(len(fields), 1, f"{subject}: number of fields")
        tap.check(fields[0].startswith(f"{border.NAME};") and f"dmarc={result} " in fields[0], f"{subject}: {fields[0]}")
        names = m.keys()
        tap.check(names.index("Authentication-Results") < [i for i, n in enumerate(names) if n == "Received"][1],
                  f"{subject}: above the border's Received")


def test_the_border_can_say_nothing(rig):
    rig.border.results = False
    try:
        rig.ann.send(str(rig.support), "Silent", "x")
        tap.equal(rig.support.wait_for("Silent")["Authentication-Results"], None, "Authentication-Results")
    finally:
        rig.border.results = True


def test_starttls_is_verified_by_our_authority(rig):
    stranger = ssl.create_default_context(cafile=Authority(rig.scratch.folder("other")).cert)
    for context, name, works in ((rig.tls(), "localhost", True), (rig.tls(), "127.0.0.1", True), (stranger, "localhost", False)):
        for kind in (lambda: smtplib.SMTP(name, rig.smtp.port, timeout=10).starttls(context=context),
                     lambda: imaplib.IMAP4(name, rig.imap.imap, timeout=10).starttls(ssl_context=context),
                     lambda: imaplib.IMAP4_SSL(name, rig.imap.imaps, ssl_context=context, timeout=10)):
            try:
                kind()
                worked = True
            except ssl.SSLError:
                worked = False
            tap.equal(worked, works, f"TLS with {name}")


def test_bad_certificates_are_refused(rig):
    for certificate, word in ((rig.ca.wrong_name(), "mismatch"), (rig.ca.expired(), "expired"),
                              (Authority(rig.scratch.folder("unknown")).issue("server"), "unable to get local issuer")):
        rig.imap.stop()
        rig.imap.show(certificate)
        rig.imap.start()
        try:
            imaplib.IMAP4_SSL("localhost", rig.imap.imaps, ssl_context=rig.tls(), timeout=10)
            raise tap.Failed(f"accepted: {word}")
        except ssl.SSLCertVerificationError as e:
            tap.check(word in str(e), str(e))
        finally:
            rig.imap.stop()
            rig.imap.show(rig.certificate)
            rig.imap.start()


def test_no_login_without_tls(rig):
    # IMAP has no such case: Dovecot counts a client on the server's own address as secure
    with smtplib.SMTP("localhost", rig.smtp.port, timeout=10) as s:
        s.ehlo()
        tap.check(not s.has_extn("auth"), "AUTH offered without TLS")


def test_mail_for_elsewhere_is_refused(rig):
    try:
        rig.ann.send("someone@elsewhere.example", "Out", "x")
        raise tap.Failed("accepted")
    except smtplib.SMTPRecipientsRefused as e:
        tap.equal(list(e.recipients.values())[0][0], 554, "answer")


def test_servers_come_back_on_their_ports_with_their_mail(rig):
    rig.ann.send(str(rig.support), "Before", "x")
    rig.support.wait_for("Before")
    rig.imap.kill()
    rig.ann.send(str(rig.support), "Meanwhile", "x")
    rig.imap.start()
    rig.support.wait_for("Meanwhile")
    rig.smtp.stop()
    tap.check(not waiting.answers(rig.smtp.port), "a stopped server does not answer")
    rig.smtp.start()
    rig.ann.send(str(rig.support), "After", "x")
    rig.support.wait_for("After")
    tap.check([m for m in rig.support.messages().values() if m["Subject"] == "Before"], "mail is kept")


def held(how):
    child = subprocess.Popen([sys.executable, "-c", HELD, os.path.dirname(os.path.abspath(__file__)), how],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    words = child.stdout.readline().split()
    return child, words[0], [int(w) for w in words[1:]]


def left_behind(path, ports):
    return (process.of_run(path), [p for p in ports if waiting.answers(p)])


def test_nothing_is_left_at_the_end_or_after_a_signal(_rig):
    for how in ("end", "INT", "TERM", "HUP"):
        child, path, ports = held(how)
        tap.check(process.in_root(path) and all(waiting.answers(p) for p in ports), "it runs")
        if how == "end":
            child.stdin.close()
        else:
            child.send_signal(getattr(signal, "SIG" + how))
        status = child.wait(30)
        tap.equal(status, 0 if how == "end" else -getattr(signal, "SIG" + how), f"{how}: status")
        tap.equal(left_behind(path, ports), ([], []), f"{how}: processes and ports")
        tap.check(not os.path.exists(path), f"{how}: the folder is gone")


def test_a_killed_rig_leaves_nothing_either(_rig):
    child, path, ports = held("KILL")
    child.kill()
    child.wait()
    waiting.until(lambda: left_behind(path, ports) == ([], []), 20, "servers of a killed rig to end")
    waiting.until(lambda: not os.path.exists(path), 20, "its folder to go")


if __name__ == "__main__":
    tap.main(__name__, servers)
