#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What an approver sees and answers, through real servers: the buttons of the mails, and every language."""

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
        rig.approvers = [rig.person(f"approver{n}@customer.example", f"Ann Approver{n}") for n in range(len(READ))]
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


def test_quoted_buttons_are_no_part_of_the_answer(rig):
    """A program that quotes without marks, and has turned the HTML part into text."""
    with installed(rig) as daemon:
        daemon.desk.approver(rig.ada, "ACME-1")
        for name, row in (("bo.falk", "Reply YES (approve)\nReply NO (reject)"), ("ed.ek", "Reply YES (approve) Reply NO (reject)")):
            daemon.desk.request_access(grantee(daemon, name), "ACME-1", "read-only", rig.eva)
            daemon.once()
            mail = daemon.notice(rig.ada, "access-request")
            rig.ada.send(people.address_of(mail["Reply-To"]), "Re: " + str(mail["Subject"]), "Yes, approved.\n\n" + row + "\n",
                         headers={"In-Reply-To": str(mail["Message-ID"])})
            daemon.support.wait_for("Re:")
            daemon.once()
            tap.equal(daemon.value("SELECT outcome || ' ' || reason FROM message ORDER BY id DESC"), "decided approved", row)


def test_no_buttons_without_sub_addresses(rig):
    with installed(rig) as daemon:
        daemon.settings["mail"]["subaddress_delimiter"] = ""
        daemon.configure()
        daemon.desk.approver(rig.ada, "ACME-1")
        daemon.desk.request_access(grantee(daemon, "bo.falk"), "ACME-1", "read-only", rig.eva)
        daemon.once()
        tap.equal(buttons(daemon.notice(rig.ada, "access-request")), [], "links")


def test_req_36_a_template_with_a_wrong_button_is_refused(rig):
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


# --- languages ----------------------------------------------------------------

# language: words of the request mail, and of the mail that asks again; what approves, what denies, and what does neither
MAILED = {
    "en": ("Reply with YES to approve", "The line we looked at is", "Yes, approved.", "No, rejected.", "I will ask his manager first"),
    "de": ("Antworten Sie mit JA", "Gelesen haben wir die Zeile", "Ja, gerne.", "Nein, danke.", "Ich frage erst seine Vorgesetzte"),
    "fr": ("Répondez OUI", "La ligne que nous avons lue", "Oui, merci.", "Non, merci.", "Je dois d'abord demander à son chef"),
    "es": ("Responda SÍ", "La línea que leímos", "Sí, gracias.", "No, gracias.", "Primero tengo que preguntar a su jefa"),
    "pt": ("Responda SIM", "A linha que lemos", "Sim, obrigado.", "Não, obrigado.", "Primeiro preciso de perguntar ao chefe"),
    "it": ("Risponda SÌ", "La riga che abbiamo letto", "Sì, grazie.", "No, grazie.", "Devo prima chiedere al suo capo"),
    "pl": ("Odpowiedz TAK", "Odczytana linia", "Tak, dziękuję.", "Nie, dziękuję.", "Najpierw zapytam jego przełożoną"),
    "ja": ("「はい」", "読み取った行", "はい、承認します。", "いいえ、却下します。", "まず上司に確認します"),
}
# Languages without mails of their own.
READ = {
    "nl": ("Ja, akkoord.", "Nee, afgewezen.", "Ik vraag het eerst aan zijn chef"),
    "cs": ("Ano, schvaluji.", "Ne, zamítám.", "Nejdřív se zeptám jeho šéfa"),
    "sv": ("Ja, godkänns.", "Nej, tack.", "Jag frågar hans chef först"),
    "da": ("Ja, godkendt.", "Nej, afvist.", "Jeg spørger først hans chef"),
    "no": ("Ja, godkjent.", "Nei, avslått.", "Jeg spør sjefen hans først"),
    "fi": ("Kyllä, hyväksyn.", "Ei, hylkään.", "Kysyn ensin hänen esimieheltään"),
    "tr": ("Evet, onaylıyorum.", "Hayır, reddediyorum.", "Önce müdürüne soracağım"),
    "ru": ("Да, одобряю.", "Нет, отклоняю.", "Сначала спрошу его начальника"),
    "uk": ("Так, погоджую.", "Ні, відхиляю.", "Спершу запитаю його керівника"),
    "zh": ("同意", "不同意", "我先问一下他的经理"),
    "ko": ("네, 승인합니다.", "아니요, 반려합니다.", "먼저 팀장님께 여쭤보겠습니다"),
    "ar": ("نعم، أوافق.", "لا، أرفض.", "سأسأل مديره أولاً"),
    "he": ("כן, מאשר.", "לא, נדחה.", "אשאל קודם את המנהל שלו"),
}
DECIDED = ("read-only", None, None)  # the level after a yes, a no, and neither
OUTCOMES = ("decided approved", "decided denied", "asked-again unclear")


def asked_in(rig, daemon, language, number):
    """An approver with this language, of a deployment with three requests."""
    approver = rig.approvers[number]
    org_id = f"ORG-{number}"
    daemon.desk.type("deployment", "add", org_id, "--org", "Acme Ltd")
    daemon.desk.type("approver", "add", approver.address, "--name", approver.name, "--deployment", org_id, "--language", language)
    persons = [grantee(daemon, f"{language}.{n}") for n in ("yes", "no", "perhaps")]
    for person in persons:
        daemon.desk.request_access(person, org_id, "read-only", rig.eva)
    return approver, persons


def answered_in(rig, languages, wanted):
    """All are asked, all answer, in one go. languages: the three answers of each; wanted(language): what their mails hold."""
    with installed(rig, outbox={"answers_per_10_minutes": 1000}) as daemon:
        asked = {language: asked_in(rig, daemon, language, n) for n, language in enumerate(languages)}
        daemon.once()
        for language, (approver, persons) in asked.items():
            for person, answer in zip(persons, languages[language]):
                mail = approver.wait_for(predicate=lambda m, p=person: p.address in people.plain(m))
                tap.check(wanted(language)[0] in people.plain(mail), f"{language}: the mail is {people.plain(mail)}")
                approver.reply(mail, answer, style="gmail")
        take_in(daemon, 3 * len(languages))
        daemon.once()
        for language, (approver, persons) in asked.items():
            rows = daemon.rows("SELECT m.outcome || ' ' || m.reason AS what FROM message m JOIN request r ON r.id = m.request"
                               " WHERE m.sender = ? ORDER BY r.id", approver.address)
            tap.equal(tuple(r["what"] for r in rows), OUTCOMES, f"outcomes in {language}")
            tap.equal(tuple(level(daemon, p) for p in persons), DECIDED, f"levels in {language}")
            again = people.plain(daemon.notice(approver, "ask-again"))
            unwrapped = " ".join(again.split())
            tap.check(wanted(language)[1] in unwrapped and languages[language][2] in unwrapped, f"{language}: asked again by {again}")


def test_each_language_of_the_mails(rig):
    answered_in(rig, {k: v[2:] for k, v in MAILED.items()}, MAILED.get)


def test_each_language_that_is_only_read(rig):
    answered_in(rig, READ, lambda _: MAILED["en"])


if __name__ == "__main__":
    tap.main(__name__, servers)
