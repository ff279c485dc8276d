#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The forgery drill: an attacker who has more and more of what an approver has, through real servers.

Each case has a request of its own. Afterwards nothing may be granted, the ledger must say why, those concerned must be
told, and the attacker's mailbox must be empty. "row N" in a name is a row of the decision table for answers, "req N" a
requirement. Mail whose trace fields matter is put into the mailbox by APPEND, as the border would have left it there.
"""

import contextlib
import datetime
import email
import email.utils
import itertools
import os
import secrets
import smtplib
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, people, tap
from rig.desk import Desk
from rig.rig import DOMAINS, Rig
from rig.waiting import until
from test_smtp import Server

SECONDS = 20
SPOOFED = 200
BORDER = "border.example"


class Request:
    """An access request of its own, and the mails that ask about it."""

    def __init__(self, drill, approvers, org_id, hours_ago=0):
        """hours_ago: what the clock of the command that asks is slow by."""
        self.drill, self.org_id = drill, org_id
        self.grantee = drill.stranger(f"gus.grantee{next(drill.numbers)}@customer.example")
        drill.desk.contact(self.grantee, "Acme Ltd", f"{org_id}=read-only")
        with drill.clock_shifted(-hours_ago):
            drill.desk.request_access(self.grantee, org_id, "read-write", drill.eva)
        row = drill.daemon.rows("SELECT id, case_id FROM request ORDER BY id DESC LIMIT 1")[0]
        self.id, self.case_id = row["id"], row["case_id"]
        self.asks = [self.notice(p, "access-request") for p in approvers]
        self.token = people.address_of(self.asks[0]["Reply-To"]).partition("+")[2].partition("@")[0]
        tap.equal(len(self.token), 26, "characters of the reply token")

    def notices(self, kind):
        return self.drill.daemon.rows("SELECT * FROM outbox WHERE request = ? AND kind = ? ORDER BY id", self.id, kind)

    def notice(self, person, kind):
        """The newest notice of this kind about this request, out of the person's mailbox."""
        row = self.drill.daemon.wait_rows("SELECT message_key FROM outbox WHERE request = ? AND kind = ? AND to_address = ?"
                                          " ORDER BY id DESC", self.id, kind, person.address, seconds=SECONDS)[0]
        return person.wait_for(predicate=lambda m: row["message_key"] in str(m["Message-ID"]), seconds=SECONDS)

    def told(self, kind, *persons):
        """Exactly these people were sent a notice of this kind about this request."""
        tap.equal(sorted(r["to_address"] for r in self.notices(kind)), sorted(p.address for p in persons), f"told by {kind}")

    def level(self):
        return self.drill.daemon.value("SELECT a.level FROM access a JOIN person p ON p.id = a.person JOIN deployment d"
                                       " ON d.id = a.deployment WHERE p.address = ? AND d.org_id = ?", self.grantee.address, self.org_id)

    def states(self):
        return [r["state"] for r in self.drill.daemon.rows("SELECT state FROM request_line WHERE request = ?", self.id)]

    def pending(self):
        """Nothing is granted, nothing is denied, and the attacker has got nothing."""
        tap.equal((self.level(), self.states()), ("read-only", ["pending"]), "level and state")
        self.drill.attacker_has_nothing()


class Drill:
    def __init__(self, rig):
        self.rig, self.scratch, self.stranger = rig, rig.scratch, rig.stranger
        self.numbers = itertools.count(1)
        self.support = rig.person("support@helpdesk.example", "Example Support")
        self.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        self.ada = rig.person("ada.alm@customer.example", "Ada Alm")
        self.karl = rig.person("karl.krona@customer.example", "Karl Krona")
        self.nils = rig.person("nils.norn@unlisted.example", "Nils Norn")
        self.pia = rig.person("pia.palm@partner.example", "Pia Palm")
        self.otto = rig.person("otto.operator@helpdesk.example", "Otto Operator")
        self.rita = rig.person("rita.rep@helpdesk.example", "Rita Rep")
        self.mallory = rig.stranger("mallory@stranger.example", "Mallory")
        rig.start()
        for unlisted in ("unlisted.example", "stranger.example"):
            rig.border.domains.discard(unlisted)  # for these the border knows no policy: "none", not "fail"
        self.daemon = casemail.Casemail(rig, self.support)
        self.daemon.settings["approval"] = {"expiry_days": 2}
        self.daemon.configure()
        self.daemon.ctl("init")
        desk = self.desk = Desk(self.daemon)
        desk.organisation("Acme Ltd", "ACME-1")
        desk.type("deployment", "add", "ACME-2", "--org", "Acme Ltd", "--product", "Cloud Ledger")
        desk.organisation("Other Ltd", "OTHER-1")
        desk.contact(self.eva, "Acme Ltd", "ACME-1=read-write")
        desk.contact(self.pia, "Other Ltd", "OTHER-1=read-write")
        desk.approver(self.ada, "ACME-1")
        desk.approver(self.karl, "ACME-1")
        desk.approver(self.nils, "ACME-2")
        desk.representative(self.rita)
        desk.administrator(self.otto)
        self.daemon.start()

    def asked(self, hours_ago=0):
        return Request(self, [self.ada, self.karl], "ACME-1", hours_ago)

    def asked_nils(self):
        """Of an approver whose domain publishes no policy: the border can say "none" of a forged From."""
        return Request(self, [self.nils], "ACME-2")

    @contextlib.contextmanager
    def clock_shifted(self, hours):
        """For casectl; the daemon's clock is right."""
        path = os.path.join(self.daemon.folder, "clock")
        with open(path, "w", encoding="ascii") as f:
            f.write(str(hours * 3600 * 1000))
        self.daemon.environment["CASEMAIL_TEST_CLOCK"] = path
        try:
            yield
        finally:
            del self.daemon.environment["CASEMAIL_TEST_CLOCK"]

    # --- mail -------------------------------------------------------------

    def newest(self):
        return self.daemon.value("SELECT max(id) FROM message") or 0

    def after(self, message):
        """The first row of the ledger behind that one: of mail whose header is not believed, which has no Message-ID there."""
        return self.daemon.wait_rows("SELECT * FROM message WHERE id > ? ORDER BY id", message, seconds=SECONDS)[0]

    def row(self, message_id):
        return self.daemon.wait_rows("SELECT * FROM message WHERE message_id = ? ORDER BY id", message_id.strip("<> "), seconds=SECONDS)

    def outcome(self, message, outcome, reason=None):
        """The ledger's row of a mail that was sent or appended, by its Message-ID."""
        row = self.row(str(message["Message-ID"]))[-1]
        tap.equal(row["outcome"] if reason is None else (row["outcome"], row["reason"]),
                  outcome if reason is None else (outcome, reason), f"the ledger (rule {row['rule']})")
        return row

    def raw(self, to, text, headers=(), sender=None, top=()):
        """A mail as bytes. top: fields that the border wrote; headers: further ones of the sender."""
        sender = sender or self.mallory
        message_id = f"<{secrets.token_hex(10)}@{sender.address.partition('@')[2]}>"
        fields = [*top, ("From", str(sender)), ("To", to), ("Subject", "Re: your request"),
                  ("Date", email.utils.formatdate()), ("Message-ID", message_id), *headers,
                  ("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8")]
        return {"Message-ID": message_id}, ("".join(f"{n}: {v}\r\n" for n, v in fields) + "\r\n" + text + "\r\n").encode("utf-8")

    def received(self):
        return ("Received", f"from mx.{BORDER} (localhost [127.0.0.1])\r\n\tby {BORDER} with LMTP; {email.utils.formatdate()}")

    def append(self, raw, when=None):
        """Into the mailbox, as the border would have left it. when: the arrival time."""
        s = self.support.session()
        try:
            status, text = s.append("INBOX", None, when, raw)
            tap.equal(status, "OK", f"APPEND: {text}")
        finally:
            s.logout()

    def settled(self):
        """Every letter written so far is sent."""
        until(lambda: self.daemon.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0, SECONDS, "the outbox to be sent")

    def attacker_has_nothing(self):
        tap.equal(self.daemon.rows("SELECT to_address, kind FROM outbox WHERE to_address LIKE '%mallory%'"), [], "letters to the attacker")
        tap.equal([str(m["Subject"]) for m in self.mallory.new()], [], "the attacker's mailbox")


@contextlib.contextmanager
def drill():
    with Rig(domains=DOMAINS + ("unlisted.example",)) as rig:
        yield Drill(rig)


# --- with less than both proofs ------------------------------------------------

def test_row_11_the_text_of_the_request_mail_alone(d):
    r = d.asked()
    m = d.mallory.send(d.support.address, "access", "Yes\n\n" + people.quoted(people.plain(r.asks[0])))
    d.outcome(m, "refused")
    r.pending()


def test_row_11_the_reference_but_not_the_token(d):
    r = d.asked()
    m = d.mallory.reply(r.asks[0], "Yes", to=d.support.address, headers={"In-Reply-To": None, "References": None})
    d.outcome(m, "refused")
    forged = d.mallory.reply(r.asks[0], "Yes", to=d.support.address,
                             headers={"In-Reply-To": None, "References": None, "From": str(d.ada)})
    d.outcome(forged, "refused", "authentication-failed")
    r.told("security")
    r.pending()


def test_req_1_row_10_verified_but_without_the_token(d):
    r = d.asked()
    m = d.ada.reply(r.asks[0], "Yes", to=d.support.address, headers={"In-Reply-To": None, "References": None})
    d.outcome(m, "confirmation-asked", "no-token")
    r.told("confirm", d.ada)
    r.pending()


def test_req_1_the_token_in_subject_and_body_alone(d):
    r = d.asked_nils()
    words = f"Yes\n\nsupport+{r.token}@helpdesk.example {r.asks[0]['Message-ID']}"
    headers = {"In-Reply-To": None, "References": None, "From": str(d.nils)}
    m = d.mallory.reply(r.asks[0], words, to=d.support.address, subject=f"Re: {r.token} {r.asks[0]['Subject']}", headers=headers)
    row = d.outcome(m, "refused", "no-token")
    tap.check(row["token"] is None, "no token is taken from there")
    r.pending()


def test_req_2_row_4_the_token_from_another_address(d):
    r = d.asked()
    m = d.mallory.reply(r.asks[0], "Yes")
    d.outcome(m, "refused", "sender-differs")
    r.told("security", d.ada, d.otto)
    tap.check(d.mallory.address in people.plain(r.notice(d.ada, "security")), "the approver is told who used the address")
    again = d.mallory.reply(r.asks[0], "Yes")
    d.outcome(again, "refused")
    r.told("security", d.ada, d.otto)
    late = d.ada.reply(r.asks[0], "Yes")
    d.outcome(late, "confirmation-asked", "no-token")
    r.pending()


def test_req_2_row_4_the_token_of_another_approver(d):
    r = d.asked()
    m = d.karl.reply(r.asks[0], "Yes")
    d.outcome(m, "refused", "sender-differs")
    r.told("security", d.ada, d.otto)
    r.pending()


def test_req_3_row_3_the_token_and_a_forged_from(d):
    r = d.asked()
    m = d.mallory.reply(r.asks[0], "Yes", headers={"From": str(d.ada)})
    d.outcome(m, "refused", "authentication-failed")
    r.told("security", d.ada)
    no = d.mallory.reply(r.asks[0], "No", headers={"From": str(d.ada)})
    d.outcome(no, "refused", "authentication-failed")
    r.told("security", d.ada)
    r.pending()


def test_row_8_the_token_and_a_from_nobody_vouches_for(d):
    r = d.asked_nils()
    m = d.mallory.reply(r.asks[0], "Yes", headers={"From": str(d.nils)})
    row = d.outcome(m, "confirmation-asked", "confirmation-needed")
    tap.equal(row["authentication"], "none", "what the border said")
    confirm = r.notice(d.nils, "confirm")
    for guess in ("Yes", "ABC123", "123456"):
        m = d.mallory.reply(r.asks[0], guess, headers={"From": str(d.nils)})
        tap.check(d.row(str(m["Message-ID"]))[-1]["outcome"] in ("confirmation-asked", "asked-again", "held"), "a guess is no code")
    tap.check(len(r.notices("confirm")) <= 3, "confirmations are bounded")
    r.pending()
    code = next(line for line in people.plain(confirm).splitlines() if "Code:" in line).split()[-1]
    m = d.mallory.reply(r.asks[0], code, headers={"From": str(d.nils)})
    d.row(str(m["Message-ID"]))
    r.pending()  # the code counts with the confirmation's own token alone


def test_req_12_row_1_two_from_fields(d):
    r = d.asked()
    to = people.address_of(r.asks[0]["Reply-To"])
    for other in ("From", "FROM", "from"):
        before = d.newest()
        _, raw = d.raw(to, "Yes", [(other, str(d.ada))])
        d.mallory.submit(raw, [to])
        row = d.after(before)
        tap.equal((row["outcome"], row["reason"]), ("quarantined", "malformed"), other)
    for odd in ("From ", "From\t", "\tFrom", "From\r\n", "From\x0b", "\u200bFrom"):
        before = d.newest()
        _, raw = d.raw(to, "Yes", [(odd, str(d.ada))], top=[("Authentication-Results", f"{BORDER}; dmarc=pass header.from=customer.example"),
                                                           d.received()])
        d.append(raw)
        tap.check(d.after(before)["outcome"] in ("quarantined", "refused"), f"{odd!r}")
    r.pending()


def test_req_14_row_4_a_from_that_only_looks_like_the_approver(d):
    r = d.asked()
    to = people.address_of(r.asks[0]["Reply-To"])
    passed = ("Authentication-Results", f"{BORDER}; dmarc=pass header.from=customer.example")
    a = d.ada.address
    for odd in (f'"{a}" <{d.mallory.address}>', f"{a} <{d.mallory.address}>", f"<{a}>:<{d.mallory.address}>", f"x:{a};",
                f"<@stranger.example:{a}>", f"{a}, {d.mallory.address}", f"=?utf-8?q?ada.alm?=@customer.example",
                f"{a}@stranger.example", f"ada.alm(x)@customer.example", f"<{a}> <{d.mallory.address}>", f"{a}\x00", "ada.alm @customer.example"):
        before = d.newest()
        raw = (f"{passed[0]}: {passed[1]}\r\n{d.received()[0]}: {d.received()[1]}\r\nFrom: {odd}\r\nTo: {to}\r\nSubject: Re\r\n"
               f"Date: {email.utils.formatdate()}\r\nMessage-ID: <{secrets.token_hex(10)}@stranger.example>\r\n\r\nYes\r\n").encode("utf-8")
        d.append(raw)
        tap.check(d.after(before)["outcome"] in ("refused", "quarantined", "held"), f"From: {odd}")
        r.pending()
    tap.equal([p for n in r.notices("security") for p in (n["to_address"],) if p not in (d.ada.address, d.otto.address)], [], "told others")


# --- forged results ---------------------------------------------------------------

def forged_results(d):
    """Names, and the fields above the sender's own, of mail that claims to have passed."""
    claim = "dmarc=pass header.from=unlisted.example; dkim=pass header.d=unlisted.example"
    results = "Authentication-Results"
    own, none = (results, f"{BORDER}; {claim}"), (results, f"{BORDER}; dmarc=none header.from=unlisted.example")
    return {
        "own id, below the boundary": [d.received(), own],
        "own id, below the boundary, the border's above": [none, d.received(), own],
        "two fields above the boundary": [own, none, d.received()],
        "the same one twice": [own, own, d.received()],
        "another id": [(results, f"mx.stranger.example; {claim}"), d.received()],
        "an id that begins as ours": [(results, f"{BORDER}.stranger.example; {claim}"), d.received()],
        "our id in a comment": [(results, f"stranger.example ({BORDER}); {claim}"), d.received()],
        "no border at all": [own],
        "a border by another name": [own, ("Received", "from x by mx.stranger.example with SMTP; " + email.utils.formatdate())],
        "our name in a comment of Received": [own, ("Received", f"from x (by {BORDER} with SMTP) by mx.stranger.example; x")],
        "a result in a comment": [(results, f"{BORDER}; dmarc=none (x; {claim}) header.from=unlisted.example"), d.received()],
        "a result in a value": [(results, f'{BORDER}; spf=fail smtp.mailfrom="x; {claim};"'), d.received()],
        "a result in an unclosed comment": [(results, f"{BORDER}; spf=none (; {claim}"), d.received()],
        "of another domain": [(results, f"{BORDER}; dmarc=pass header.from=stranger.example"), d.received()],
        "of two domains": [(results, f"{BORDER}; dmarc=pass header.from=stranger.example header.from=unlisted.example"), d.received()],
        "by HELO": [(results, f"{BORDER}; spf=pass smtp.helo=unlisted.example"), d.received()],
        "ARC": [("ARC-Authentication-Results", f"i=1; {BORDER}; {claim}"), d.received()],
        "a weak signature": [(results, f"{BORDER}; dkim=pass header.d=unlisted.example header.a=rsa-sha1"), d.received()],
        "a version that is none of ours": [(results, f"{BORDER} 2; {claim}"), d.received()],
    }


def test_req_4_req_5_row_8_forged_authentication_results(d):
    r = d.asked_nils()
    to = people.address_of(r.asks[0]["Reply-To"])
    for name, top in forged_results(d).items():
        m, raw = d.raw(to, "Yes", sender=d.nils, top=top)
        d.append(raw)
        row = d.row(m["Message-ID"])[-1]
        tap.equal(row["authentication"], "none", f"{name}: authentication")
        tap.check(row["outcome"] in ("confirmation-asked", "held"), f"{name}: {row['outcome']}")
        r.pending()
    tap.check(len(r.notices("confirm")) <= 3, "confirmations are bounded")
    r.told("access-granted")


def test_req_4_the_border_takes_its_own_name_from_strangers(d):
    r = d.asked()
    claim = f"{BORDER}; dmarc=pass header.from=customer.example"
    m = d.mallory.reply(r.asks[0], "Yes", headers={"From": str(d.ada), "Authentication-Results": claim})
    d.outcome(m, "refused", "authentication-failed")
    r.pending()


# --- too late, or once more --------------------------------------------------------

def test_row_5_req_19_replays_of_a_decided_answer(d):
    r = d.asked()
    m = d.ada.reply(r.asks[0], "Yes", style="apple")
    d.outcome(m, "decided", "approved")
    tap.equal((r.level(), r.states()), ("read-write", ["approved"]), "granted once")
    same = d.ada.sent[-1]
    d.ada.submit(same, [people.address_of(r.asks[0]["Reply-To"])])
    until(lambda: [x["outcome"] for x in d.row(str(m["Message-ID"]))] == ["decided", "duplicate"], SECONDS, "the duplicate")
    d.mallory.submit(same, [people.address_of(r.asks[0]["Reply-To"])])
    until(lambda: len(d.row(str(m["Message-ID"]))) == 3, SECONDS, "the stranger's copy")
    later = d.ada.reply(r.asks[0], "No")
    d.outcome(later, "already-decided", "decided")
    forged = d.mallory.reply(r.asks[0], "No", headers={"From": str(d.ada)})
    d.outcome(forged, "refused")
    stranger = d.mallory.reply(r.asks[0], "No")
    tap.check(d.row(str(stranger["Message-ID"]))[-1]["outcome"] in ("refused", "already-decided"), "the token is used up")
    tap.equal((r.level(), r.states()), ("read-write", ["approved"]), "as decided")
    r.told("already-decided", d.ada)
    r.told("access-granted", r.grantee)
    d.attacker_has_nothing()


def test_req_19_a_forged_copy_that_comes_first_hides_nothing(d):
    """Who gets to see an answer on its way (a list, a slow border) cannot have the true one taken for a copy."""
    r = d.asked()
    to = people.address_of(r.asks[0]["Reply-To"])
    passed = [("Authentication-Results", f"{BORDER}; dmarc=pass header.from=customer.example"), d.received()]
    m, raw = d.raw(to, "Yes", sender=d.ada)
    d.append("".join(f"{n}: {v}\r\n" for n, v in [d.received(), ("List-Id", "<all.customer.example>")]).encode() + raw.replace(b"+" + r.token.encode(), b""))
    d.row(m["Message-ID"])
    d.append("".join(f"{n}: {v}\r\n" for n, v in passed).encode() + raw)
    until(lambda: len(d.row(m["Message-ID"])) == 2, SECONDS, "the true answer")
    d.outcome(m, "decided", "approved")
    tap.equal(r.level(), "read-write", "the true answer counts")


def test_row_5_req_18_an_expired_token(d):
    """Expiry is judged by when the answer came, whatever its Date says."""
    r = d.asked(hours_ago=49)
    yesterday = email.utils.format_datetime(datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1))
    m = d.ada.reply(r.asks[0], "Yes", headers={"Date": yesterday})
    d.outcome(m, "already-decided", "expired")
    until(lambda: r.notices("already-decided"), SECONDS, "the approver to be told")
    r.told("already-decided", d.ada)
    stranger = d.mallory.reply(r.asks[0], "Yes")
    tap.check(d.row(str(stranger["Message-ID"]))[-1]["outcome"] in ("refused", "already-decided"), "an expired token of another")
    tap.equal(r.level(), "read-only", "level")
    r.told("access-granted")
    d.attacker_has_nothing()


def test_row_5_req_18_an_answer_that_came_in_time_and_was_read_late(d):
    r = d.asked()
    passed = [("Authentication-Results", f"{BORDER}; dmarc=pass header.from=customer.example"), d.received()]
    m, raw = d.raw(people.address_of(r.asks[0]["Reply-To"]), "Yes", sender=d.ada, top=passed)
    d.append(raw, datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1))
    d.outcome(m, "decided", "approved")


# --- our own words, and machines ---------------------------------------------------

def test_req_10_row_12_yes_in_the_quote_alone(d):
    for style in people.STYLES:
        r = d.asked()
        m = d.ada.reply(r.asks[0], "", style=style)
        d.outcome(m, "asked-again", "unclear")
        r.told("ask-again", d.ada)
        r.pending()


def test_req_10_row_12_somebody_elses_yes_in_the_quote(d):
    for style in people.STYLES:
        r = d.asked()
        ask = r.asks[0]
        ask.get_body(("plain",)).set_content("Yes, approved.\n\nYes\n\n" + people.plain(ask))
        m = d.ada.reply(ask, "", style=style)
        row = d.row(str(m["Message-ID"]))[-1]
        tap.check(row["outcome"] in ("asked-again", "held"), f"{style}: {row['outcome']}")
        r.pending()


def test_req_33_row_2_our_own_notice_sent_back(d):
    r = d.asked()
    raw = r.asks[0].as_bytes(policy=people.CRLF)
    to = people.address_of(r.asks[0]["Reply-To"])
    for sender in (d.ada, d.mallory):
        before = d.newest()
        sender.submit(raw, [to])
        row = d.after(before)
        tap.equal((row["outcome"], row["reason"]), ("machine", "own-mail"), "the ledger")
    answered = d.ada.reply(r.asks[0], "Yes", headers={"X-Loop": str(r.asks[0]["X-Loop"])})
    d.outcome(answered, "machine", "own-mail")
    r.pending()


def test_req_11_row_2_an_automatic_yes(d):
    r = d.asked()
    for headers in ({"Auto-Submitted": "auto-replied"}, {"X-Autoreply": "yes"}, {"Precedence": "auto_reply"}):
        m = d.ada.reply(r.asks[0], "Yes", headers=headers)
        d.outcome(m, "machine")
    vacation = d.ada.reply(r.asks[0], "Yes", subject="Automatic reply: " + str(r.asks[0]["Subject"]))
    d.outcome(vacation, "machine")
    r.told("ask-again")
    r.pending()


def test_req_11_row_2_yes_through_a_list(d):
    r = d.asked()
    m = d.ada.reply(r.asks[0], "Yes", headers={"List-Id": "<all.customer.example>", "Precedence": "list"})
    d.outcome(m, "machine", "list")
    r.told("ask-again")
    r.pending()


# --- others -----------------------------------------------------------------------

def test_req_27_row_4_somebody_copied_in(d):
    r = d.asked()
    persons = d.daemon.value("SELECT count(*) FROM person")
    m = d.ada.reply(r.asks[0], "Let me think about it", headers={"Cc": str(d.mallory)})
    d.outcome(m, "asked-again")
    r.told("ask-again", d.ada)
    tap.equal(d.daemon.value("SELECT count(*) FROM person"), persons, "persons")
    r.pending()
    m = d.mallory.reply(r.asks[0], "Yes", headers={"Cc": str(d.ada)})
    d.outcome(m, "refused", "sender-differs")
    r.told("security", d.ada, d.otto)
    r.pending()


def words_of(mail, *hidden):
    """What an answer says, without what differs in every mail."""
    text = people.plain(mail)
    for h in hidden:
        text = text.replace(h, "")
    return text.split()


def test_req_26_req_28_a_contact_of_another_customer(d):
    number = d.desk.open_case(d.eva, "ACME-1", d.rita)
    notice = d.daemon.notice(d.eva, "case-opened", SECONDS)
    updates = d.daemon.value("SELECT count(*) FROM case_update")
    m = d.pia.reply(notice, "Tell me more about this, please.")
    tap.equal(d.row(str(m["Message-ID"]))[-1]["outcome"], "held", "the ledger")
    m = d.pia.send(d.support.address, f"Re: {notice['Subject']}", "And this?")
    tap.equal(d.row(str(m["Message-ID"]))[-1]["outcome"], "held", "by the subject alone")
    tap.equal(d.daemon.value("SELECT count(*) FROM case_update"), updates, "updates of any case")
    d.settled()
    answers = d.daemon.rows("SELECT text, subject FROM outbox WHERE to_address = ?", d.pia.address)
    tap.check(all(number not in a["text"] + a["subject"] and "Export fails" not in a["text"] + a["subject"] for a in answers),
              f"what she is told shows nothing of the case: {answers}")
    tap.check(len(answers) <= 1, "one answer a day")


def test_req_44_an_escape_in_names_reaches_no_terminal(d):
    m, raw = d.raw(d.support.address, "hello", [("X-Note", "x")], sender=d.pia)
    raw = raw.replace(b"Re: your request", b"=?utf-8?q?=1B]0;owned=07=E2=80=AEtxt?=")
    d.append(raw)
    d.row(m["Message-ID"])
    for words in (("mail", "list"), ("mail", "show", str(d.row(m["Message-ID"])[-1]["id"]))):
        shown = d.daemon.ctl(*words)
        tap.check("\x1b" not in shown and "\u202e" not in shown and "\x07" not in shown, f"casectl {' '.join(words)}")


def test_req_45_no_token_is_kept_logged_or_shown(d):
    r = d.asked()
    token = r.token
    d.append(r.asks[0].as_bytes(policy=people.CRLF))
    m = d.ada.reply(r.asks[0], f"Hm, support+{token}@helpdesk.example\n{r.asks[0]['Message-ID']}", style="outlook",
                    subject=f"Re: {token} {token}@x", headers={"X-Ref": token})
    d.row(str(m["Message-ID"]))
    odd, raw = d.raw(people.address_of(r.asks[0]["Reply-To"]), f"well {token}", sender=d.mallory)
    raw = raw.replace(b"Message-ID: <", b"Message-ID: <" + token.encode() + b".")
    d.mallory.submit(raw, [people.address_of(r.asks[0]["Reply-To"])])
    until(lambda: r.notices("security"), SECONDS, "the security notices")
    d.settled()
    found = []
    for table in ("message", "case_update", "audit", "case_status", "request", "request_line", "cases", "attachment"):
        for row in d.daemon.rows(f"SELECT * FROM {table}"):
            found += [f"{table}.{k}: {v[:80]!r}" for k, v in row.items() if isinstance(v, str) and token in v.lower()]
    for row in d.daemon.rows("SELECT * FROM outbox WHERE to_address <> ? OR state = 'sent'", d.ada.address):
        found += [f"outbox.{k} to {row['to_address']}" for k, v in row.items() if isinstance(v, str) and token in v.lower()]
    for words in (("mail", "list"), ("audit", "show"), ("outbox", "list"), ("access", "list")):
        if token in d.daemon.ctl(*words, expect=None).lower():
            found.append("casectl " + " ".join(words))
    with open(d.daemon.log, encoding="utf-8", errors="replace") as f:
        found += ["log: " + line.strip()[:160] for line in f if token in line.lower() and not line.startswith("$ ")]
    tap.equal(found, [], "places where a token stands")


class Repeating(Server):
    """A server that names the mail it took by its Message-ID, as some do."""

    def reply(self, peer, verb, usual, *more):
        if verb == "." and self.mails:
            usual = "250 2.6.0 <" + email.message_from_bytes(self.mails[-1])["Message-ID"].strip("<> ") + "> queued"
        return super().reply(peer, verb, usual, *more)


def test_req_45_a_server_that_repeats_the_token(d):
    with Repeating() as s:
        daemon = casemail.Casemail(d.rig, d.stranger("support2@helpdesk.example"), "casemail2")
        daemon.settings["smtp"] = [{"host": "localhost", "port": s.port, "tls": "none", "timeout_seconds": 10}]
        daemon.configure()
        daemon.ctl("init")
        desk = Desk(daemon)
        desk.organisation("Acme Ltd", "ACME-1")
        desk.contact(d.eva, "Acme Ltd", "ACME-1=read-write")
        desk.representative(d.rita)
        desk.open_case(d.eva, "ACME-1", d.rita)
        daemon.once()
        letter = daemon.rows("SELECT state, last_reply FROM outbox WHERE to_address = ?", d.eva.address)[0]
        mail = next(m for m in map(email.message_from_bytes, s.mails) if d.eva.address in m["To"])
        token = mail["Message-ID"].strip("<> ").partition(".")[0]
        tap.equal((letter["state"], len(token)), ("sent", 26), "state, and characters of the token")
        tap.check("queued" in letter["last_reply"], f"the reply is kept: {letter['last_reply']}")
        with open(daemon.log, encoding="utf-8", errors="replace") as f:
            tap.check(token not in letter["last_reply"] + f.read(), "the token is not")


def test_req_32_two_hundred_spoofed_mails(d):
    r = d.asked()
    d.settled()
    before = d.daemon.value("SELECT max(id) FROM outbox")
    seen = d.daemon.value("SELECT max(id) FROM message")
    to = people.address_of(r.asks[0]["Reply-To"])
    with smtplib.SMTP("localhost", d.rig.smtp.port, timeout=20) as s:
        s.starttls(context=d.rig.tls())
        for n in range(SPOOFED):
            sender = (str(d.eva), str(d.ada), str(d.nils), f"nobody{n}@stranger.example", str(d.pia))[n % 5]
            m, raw = d.raw((to, d.support.address)[n % 2], "Yes", [("X-Number", str(n))])
            raw = raw.replace(f"From: {d.mallory}".encode(), f"From: {sender}".encode())
            s.sendmail(d.mallory.address, [(to, d.support.address)[n % 2]], raw)
    d.daemon.wait_rows("SELECT 1 FROM message WHERE id > ?", seen, n=SPOOFED, seconds=120)
    d.settled()
    sent = d.daemon.rows("SELECT to_address, kind, is_answer FROM outbox WHERE id > ?", before)
    known = {p.address for p in (d.ada, d.otto)}
    tap.equal({x["to_address"] for x in sent} - known, set(), "addresses written to")
    tap.check(len(sent) <= 3, f"letters: {sent}")
    tap.equal([x for x in sent if x["is_answer"]], [], "automatic answers")
    r.pending()


def test_req_32_req_34_a_verified_sender_gets_one_answer(d):
    d.settled()
    before = d.daemon.value("SELECT max(id) FROM outbox")
    seen = d.daemon.value("SELECT max(id) FROM message")
    for n in range(20):
        d.eva.send(d.support.address, f"Question {n}", f"Text {n}")
    d.daemon.wait_rows("SELECT 1 FROM message WHERE id > ?", seen, n=20, seconds=60)
    sent = d.daemon.rows("SELECT to_address, is_answer FROM outbox WHERE id > ?", before)
    tap.check(len(sent) <= 1 and all(x["to_address"] == d.eva.address for x in sent), f"letters: {sent}")


def test_req_51_the_audit_chain_holds_after_all_this(d):
    d.daemon.ctl("audit", "verify")
    d.settled()
    d.attacker_has_nothing()


if __name__ == "__main__":
    tap.main(__name__, make=drill)
