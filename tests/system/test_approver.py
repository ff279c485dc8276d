#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What an approver sees and answers, through real servers: the buttons of the mails."""

import contextlib
import html.parser
import itertools
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, people, tap
from rig.desk import Desk
from rig.rig import Rig
from rig.waiting import until

MAILBOXES = 12


@contextlib.contextmanager
def servers():
    with Rig() as rig:
        rig.eva = rig.person("eva.lind@customer.example", "Eva Lind")
        rig.ada = rig.person("ada.alm@customer.example", "Ada Alm")
        rig.otto = rig.person("otto.admin@helpdesk.example", "Otto Admin")
        rig.supports = iter([rig.person(f"support{n}@helpdesk.example") for n in range(MAILBOXES)])
        rig.numbers = itertools.count(1)
        rig.start()
        yield rig


@contextlib.contextmanager
def installed(rig, **settings):
    daemon = casemail.Casemail(rig, next(rig.supports), f"approver{next(rig.numbers)}")
    daemon.settings.update(settings)
    daemon.configure()
    daemon.ctl("init")
    desk = daemon.desk = Desk(daemon)
    desk.organisation("Acme Ltd", "ACME-1")
    desk.contact(rig.eva, "Acme Ltd", "ACME-1=read-write")
    desk.administrator(rig.otto)
    try:
        yield daemon
    finally:
        daemon.stop()


def grantee(daemon, name):
    """A new contact, without a mailbox: who is granted what is read from the database."""
    person = people.Person(daemon.rig, f"{name}@customer.example")
    daemon.desk.contact(person, "Acme Ltd")
    return person


def level(daemon, person):
    return daemon.value("SELECT a.level FROM access a JOIN person p ON p.id = a.person WHERE p.address = ?", person.address)


def take_in(daemon, messages):
    """Passes until the ledger holds so many messages."""
    until(lambda: len(daemon.support.messages()) > 0, 20, "an answer in the mailbox")

    def done():
        daemon.once()
        return daemon.value("SELECT count(*) FROM message") >= messages
    until(done, 60, f"{messages} messages in the ledger")
    tap.equal(daemon.value("SELECT count(*) FROM message"), messages, "messages in the ledger")


# --- buttons ------------------------------------------------------------------

class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src", "action", "background")]


def buttons(mail):
    return Links(mail.get_body(("html",)).get_content()).found


def press(person, link):
    """Sends what a mail program composes from a mailto link (RFC 6068) when nothing is added to it."""
    scheme, _, rest = link.partition(":")
    tap.equal(scheme, "mailto", "scheme")
    to, _, fields = rest.partition("?")
    values = dict(field.split("=", 1) for field in fields.split("&"))
    tap.equal(sorted(values), ["body", "subject"], "fields of the link")
    person.send(urllib.parse.unquote(to), urllib.parse.unquote(values["subject"]), urllib.parse.unquote(values["body"]))


def pressed(rig, which, level_after, outcome, kind="access-request", **settings):
    with installed(rig, **settings) as daemon:
        daemon.desk.approver(rig.ada, "ACME-1")
        bo = grantee(daemon, "bo.falk")
        daemon.desk.request_access(bo, "ACME-1", "read-only", rig.eva)
        daemon.once()
        mail = daemon.notice(rig.ada, "access-request")
        messages = 1
        if kind == "ask-again":
            rig.ada.reply(mail, "Who is this?", style="apple")
            take_in(daemon, messages)
            mail = daemon.notice(rig.ada, kind)
            messages += 1
        found = buttons(mail)
        tap.equal(len(found), 2, "links of the mail")
        tap.check("mailto:" not in people.plain(mail), "the text shows a link")
        press(rig.ada, found[which])
        take_in(daemon, messages)
        tap.equal(daemon.value("SELECT outcome || ' ' || reason FROM message ORDER BY id DESC"), outcome, "outcome")
        tap.equal(level(daemon, bo), level_after, "level")
        for where in ("SELECT group_concat(html) FROM outbox WHERE state = 'sent'", "SELECT group_concat(trace) FROM message"):
            tap.check(people.address_of(mail["Reply-To"]).partition("+")[2][:26] not in str(daemon.value(where)), f"a token is left: {where}")


def test_the_first_button_approves(rig):
    pressed(rig, 0, "read-only", "decided approved")


def test_the_second_button_denies(rig):
    pressed(rig, 1, None, "decided denied")


def test_the_buttons_of_ask_again(rig):
    pressed(rig, 0, "read-only", "decided approved", kind="ask-again")


def test_no_buttons_without_sub_addresses(rig):
    with installed(rig) as daemon:
        daemon.settings["mail"]["subaddress_delimiter"] = ""
        daemon.configure()
        daemon.desk.approver(rig.ada, "ACME-1")
        daemon.desk.request_access(grantee(daemon, "bo.falk"), "ACME-1", "read-only", rig.eva)
        daemon.once()
        tap.equal(buttons(daemon.notice(rig.ada, "access-request")), [], "links")


def test_a_template_with_a_wrong_button_is_refused(rig):
    with installed(rig) as daemon:
        folder = os.path.join(daemon.folder, "templates")
        os.mkdir(folder)
        daemon.settings["mail"]["template_dir"] = folder
        daemon.configure()
        for name, answer, says in (("reminder.de.txt", "VIELLEICHT: Mit VIELLEICHT antworten", "is read neither as a yes nor as a no"),
                                   ("reminder.en.txt", "YES: Yes", 'the line "Yes" reads as a yes or a no'),
                                   ("reminder.fr.txt", "OUI", "a button is written"),
                                   ("update.en.txt", "YES: Reply YES", 'no value "reply_to"')):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"Subject: s {{{{reference}}}}\n\ntext\n\n%%answer {answer}\n")
            try:
                daemon.run("casemaild", "-n", "-c", daemon.conf)
            except casemail.ProgramFailed as e:
                tap.check(name.removesuffix(".txt") in e.text and says in e.text, f"it does not say {says!r}: {e.text}")
            else:
                raise tap.Failed(f"{answer}: accepted")
            os.unlink(path)
        daemon.run("casemaild", "-n", "-c", daemon.conf)


if __name__ == "__main__":
    tap.main(__name__, servers)
