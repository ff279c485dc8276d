#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The demo: casemail's whole main job on real mail servers, step by step, each checked in the database and in the
mailbox of the person concerned. Run it by contrib/demo."""

import os
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests/system"))

from rig import casemail, people
from rig.desk import Desk
from rig.rig import Rig
from rig.waiting import Late, until

SECONDS = 20  # the longest any single thing may take


class Broken(Exception):
    """Something did not happen as it should."""


def hold(condition, text):
    if not condition:
        raise Broken(text)
    print(f"      ok  {text}", flush=True)


class Demo:
    def __init__(self, rig):
        self.rig = rig
        person = rig.person
        self.support = person("support@helpdesk.example", "Example Support")
        self.eva = person("eva.lind@customer.example", "Eva Lind")
        self.bo = person("bo.berg@customer.example", "Bo Berg")
        self.ada = person("ada.alm@customer.example", "Ada Alm")
        self.karl = person("karl.krona@customer.example", "Karl Krona")
        self.rita = person("rita.rep@helpdesk.example", "Rita Rep")
        self.otto = person("otto.operator@helpdesk.example", "Otto Operator")
        self.mallory = rig.stranger("mallory@stranger.example", "Mallory")
        rig.start()
        self.daemon = casemail.Casemail(rig, self.support)
        self.daemon.configure()
        self.desk = Desk(self.daemon, lambda line: print(f"      $ {line}", flush=True))
        self.last_message = 0

    # --- what is looked at ------------------------------------------------

    def notice(self, person, kind):
        mail = self.daemon.notice(person, kind, SECONDS)
        print(f"      ✉   {person.name} gets: {mail['Subject']}   (from {people.address_of(mail['From'])})", flush=True)
        return mail

    def outcome(self, outcome, folder, subject=None):
        """The ledger's next row: its outcome, and the folder the message was moved to."""
        row = self.daemon.wait_rows("SELECT * FROM message WHERE id > ? ORDER BY id", self.last_message, seconds=SECONDS)[0]
        self.last_message = row["id"]
        hold(row["outcome"] == outcome, f"ledger: {row['outcome']} ({row['reason']}, rule {row['rule']}), wanted {outcome}")
        self.daemon.moved(row, folder, SECONDS)
        print(f"      ok  moved to {folder}", flush=True)
        return row

    def status(self):
        row = self.daemon.rows("SELECT status, sub_status FROM cases WHERE number = ?", self.number)[0]
        return f"{row['status']} / {row['sub_status']}"

    def letters(self):
        return self.daemon.value("SELECT count(*) FROM outbox")

    def updates(self):
        return self.daemon.rows("SELECT u.* FROM case_update u JOIN cases c ON c.id = u.case_id WHERE c.number = ? ORDER BY u.id",
                                self.number)

    def access(self):
        return self.daemon.value("SELECT a.level FROM access a JOIN person p ON p.id = a.person WHERE p.address = ?", self.bo.address)

    # --- the steps --------------------------------------------------------

    def step_the_people(self):
        """An operator sets up a customer with two contacts and two approvers, a representative and an administrator"""
        self.daemon.ctl("init")
        desk = self.desk
        desk.organisation("Acme Ltd", "ACME-1")
        desk.contact(self.eva, "Acme Ltd", "ACME-1=read-write")
        desk.contact(self.bo, "Acme Ltd", "ACME-1=read-only")
        desk.approver(self.ada, "ACME-1")
        desk.approver(self.karl, "ACME-1")
        desk.representative(self.rita)
        desk.administrator(self.otto)
        self.daemon.start()
        hold(self.daemon.daemon.running(), "casemaild runs and says that it is ready")

    def step_a_case_is_opened(self):
        """A case is opened; the contact is notified"""
        self.number = self.desk.open_case(self.eva, "ACME-1", self.rita)
        mail = self.notice(self.eva, "case-opened")
        hold(self.number in people.plain(mail) or self.number in str(mail["Subject"]), f"the mail names the case {self.number}")
        hold("+" in str(mail["Reply-To"]), f"replies go to an address of her own: {mail['Reply-To']}")

    def step_information_is_asked_for(self):
        """The representative asks for information"""
        self.desk.ask(self.number, self.rita, "Which version do you run, and what does the log say?")
        self.question = self.notice(self.eva, "info-requested")
        hold(self.status() == "AWAITING INFO / Info Required from Customer", f"status: {self.status()}")

    def step_the_contact_replies(self):
        """The contact replies from Gmail: quote below, signature, one file"""
        self.eva.reply(self.question, "It is version 4.2. The log is attached.", signature="Eva Lind\nAcme Ltd",
                       attachments=[("export.log", "text/plain", b"01:00 out of memory\n")])
        self.outcome("appended", "Processed")
        last = self.updates()[-1]
        hold(last["text"].strip() == "It is version 4.2. The log is attached.", f"only the new text is appended: {last['text']!r}")
        files = self.daemon.rows("SELECT a.name, b.size FROM attachment a JOIN blob b ON b.id = a.blob WHERE a.case_update = ?", last["id"])
        hold(files == [{"name": "export.log", "size": 20}], f"and the file: {files}")
        hold(self.status() == "OPEN / Customer Responded", f"status: {self.status()}")
        self.notice(self.rita, "customer-replied")

    def step_a_stranger_replies(self):
        """A stranger who got hold of the mail replies with the same reference"""
        before = self.updates(), self.status(), self.letters()
        self.mallory.reply(self.question, "Please close the case.")
        self.outcome("refused", "Refused")
        hold((self.updates(), self.status(), self.letters()) == before, "nothing changed, and no answer is sent")

    def step_a_forger_replies(self):
        """The stranger writes Eva's address into From"""
        before = self.updates(), self.status()
        self.mallory.reply(self.question, "Please close the case.", headers={"From": str(self.eva)})
        row = self.daemon.wait_rows("SELECT * FROM message WHERE id > ? ORDER BY id", self.last_message, seconds=SECONDS)[0]
        self.last_message = row["id"]
        hold(row["outcome"] in ("refused", "held"), f"ledger: {row['outcome']} ({row['reason']}): the border did not vouch for her")
        hold((self.updates(), self.status()) == before, "nothing changed")

    def step_no_reference(self):
        """A registered contact writes without any reference"""
        self.eva.send(self.support.address, "A new problem", "Hello, our import is slow, too.")
        self.outcome("refused", "Refused")
        answer = self.notice(self.eva, "reply-refused")
        hold(str(answer["Auto-Submitted"]).startswith("auto-"), "one polite answer, marked as automatic")
        hold(self.daemon.value("SELECT count(*) FROM cases WHERE type <> 'Admin Case'") == 1, "no case is made by mail")

    def step_out_of_office(self):
        """The contact's program answers: out of office"""
        before = self.status(), self.letters()
        self.eva.reply(self.question, "I am out of the office until Monday.", subject="Automatic reply: " + str(self.question["Subject"]),
                       headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"})
        self.outcome("machine", "Processed")
        hold((self.status(), self.letters()) == before, "no change of status, no answer")

    def step_access_is_requested(self):
        """Read-Write access is requested for Bo; two approvers are asked"""
        self.desk.request_access(self.bo, "ACME-1", "read-write", self.eva)
        self.ask_ada, self.ask_karl = self.notice(self.ada, "access-request"), self.notice(self.karl, "access-request")
        hold(self.access() == "read-only", "Bo still has read-only")

    def step_an_unclear_answer(self):
        """Ada answers: Well, maybe next week"""
        self.ada.reply(self.ask_ada, "Well, maybe next week", style="apple")
        self.outcome("asked-again", "Processed")
        self.ask_ada = self.notice(self.ada, "ask-again")
        hold(self.access() == "read-only", "nothing is guessed: Bo still has read-only")

    def step_approved(self):
        """Ada answers: Yes, approved."""
        self.ada.reply(self.ask_ada, "Yes, approved.", style="outlook")
        self.outcome("decided", "Processed")
        mail = self.notice(self.bo, "access-granted")
        hold(people.address_of(mail["From"]).startswith("no-reply@"), "the instructions come from the no-reply address")
        hold(self.access() == "read-write", "Bo has read-write")

    def step_too_late(self):
        """Karl answers: No"""
        self.karl.reply(self.ask_karl, "No", style="thunderbird")
        self.outcome("already-decided", "Processed")
        mail = self.notice(self.karl, "already-decided")
        hold("Ada Alm" in people.plain(mail), "he is told who decided")
        hold(self.access() == "read-write", "Bo keeps read-write")

    def step_the_case_is_closed(self):
        """The case is closed; the contact replies all the same"""
        self.desk.close(self.number, self.rita)
        mail = self.notice(self.eva, "case-closed")
        before = self.updates(), self.status()
        self.eva.reply(mail, "It happened again!")
        self.outcome("refused", "Refused")
        self.notice(self.eva, "reply-refused")
        hold((self.updates(), self.status()) == before, f"kept, but nothing changed: {self.status()}")

    def step_killed_between_commit_and_move(self):
        """kill -9 between commit and move, and a restart"""
        self.number = self.desk.open_case(self.eva, "ACME-1", self.rita)
        mail = self.notice(self.eva, "case-opened")
        self.daemon.die_at("after-commit")
        self.eva.reply(mail, "One more thing: it is urgent.", style="apple")
        row = self.daemon.wait_rows("SELECT * FROM message WHERE id > ? ORDER BY id", self.last_message, seconds=SECONDS)[0]
        until(lambda: not os.path.exists(self.daemon.fault_file), SECONDS, "the intake to die")
        self.daemon.kill()
        hold(True, "the intake died after its commit; then all of casemaild was killed")
        self.daemon.start()
        self.outcome("appended", "Processed")
        self.notice(self.rita, "customer-replied")
        until(lambda: self.daemon.value("SELECT moved_at FROM message WHERE id = ?", row["id"]), SECONDS, "the mark that it was moved")
        texts = [u["text"].strip() for u in self.updates()]
        hold(texts.count("One more thing: it is urgent.") == 1, "the reply stands in the case once")
        hold(not self.daemon.rows("SELECT 1 FROM outbox WHERE kind = 'customer-replied' AND id NOT IN (%s)"
                                  % ",".join(str(i) for i in self.daemon.noticed)), "the owner was notified once")

    def steps(self):
        return [(n, getattr(self, n)) for n in vars(Demo) if n.startswith("step_")]

    def run(self):
        for number, (_, step) in enumerate(self.steps(), 1):
            print(f"\n{number:4}. {step.__doc__}", flush=True)
            step()


def connect(demo):
    """How to look at it with one's own mail program."""
    rig = demo.rig
    print(f"""
Everything stays up until you press Ctrl-C. With your own mail program:
  IMAP  localhost port {rig.imap.imaps} (TLS) or {rig.imap.imap} (STARTTLS)
  SMTP  localhost port {rig.smtp.port} (STARTTLS, same user and password)
  CA    {rig.ca.cert}
  users and passwords:""")
    for p in rig.people.values():
        print(f"    {p.address:36} {p.password}")
    print(f"""Try: reply to a notice as eva.lind; answer as somebody else; then
  {demo.daemon.programs['casectl']} -c {demo.daemon.conf} case show {demo.number}
  {demo.daemon.programs['casectl']} -c {demo.daemon.conf} mail list
Logs: {rig.scratch.folder('log')}""", flush=True)
    threading.Event().wait()


def main():
    keep = "--keep" in sys.argv[1:]
    begun = time.monotonic()
    with Rig() as rig:
        demo = None
        try:
            demo = Demo(rig)
            print(f"Dovecot answers on ports {rig.imap.imaps} and {rig.imap.imap}, {rig.smtp.name} on {rig.smtp.port}", flush=True)
            demo.run()
            print()
            for words in (("case", "show", demo.number), ("mail", "list"), ("access", "list"), ("audit", "verify")):
                print(demo.desk.type(*words))
        except (Broken, Late, casemail.ProgramFailed, RuntimeError) as e:
            print(f"\nNOT AS IT SHOULD BE: {e}", flush=True)
            for path in rig.scratch.logs():
                print(f"--- {path}")
                with open(path, "rb") as f:
                    print("\n".join(f.read()[-8192:].decode("utf-8", "replace").splitlines()[-30:]), flush=True)
            return 1
        print(f"All {len(demo.steps())} steps held, in {time.monotonic() - begun:.0f} s.", flush=True)
        if keep:
            connect(demo)
    return 0


if __name__ == "__main__":
    sys.exit(main())
