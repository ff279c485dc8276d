# SPDX-License-Identifier: ISC
"""A person with a mailbox and a mail program.

Sends through the SMTP server as that person's program would, written the way the usual programs
write replies; receives by IMAP. Both sides verify TLS by the rig's authority.
"""

import email
import email.policy
import email.utils
import html
import imaplib
import secrets
import smtplib
from email.message import EmailMessage

from .waiting import Late, until

POLICY = email.policy.default.clone(max_line_length=200)
CRLF = email.policy.SMTP.clone(max_line_length=200)


def plain(message):
    """The text of a message, line ends as \\n."""
    part = message.get_body(("plain", "html"))
    return part.get_content().replace("\r\n", "\n") if part else ""


def address_of(field):
    return email.utils.parseaddr(str(field or ""))[1]


def quoted(text):
    return "".join((">" if line.startswith(">") else "> " if line else ">") + line + "\n" for line in text.rstrip().split("\n"))


def paragraphs(text):
    return "<br>".join(html.escape(line, quote=False) for line in text.rstrip("\n").split("\n"))


def gmail(text, before, when, who, address):
    head = f"On {when:%a, %b} {when.day}, {when:%Y} at {when.hour % 12 or 12}:{when:%M %p} {who} <{address}> wrote:"
    return (f"{text}\n\n{head}\n\n{quoted(before)}",
            f'<div dir="ltr">{paragraphs(text)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
            f'{html.escape(head)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
            f'border-left:1px solid rgb(204,204,204);padding-left:1ex">{paragraphs(before)}</blockquote></div>')


def outlook(text, before, when, who, address, to="", subject=""):
    when = f"{when:%A, %B} {when.day}, {when:%Y} {when.hour % 12 or 12}:{when:%M %p}"
    return (f"{text}\n\n________________________________\nFrom: {who} <{address}>\nSent: {when}\nTo: {to}\nSubject: {subject}\n\n{before}",
            f'<html><head></head><body><div class="elementToProof" style="font-family:Calibri">{paragraphs(text)}</div>'
            f'<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
            f'<font face="Calibri, sans-serif"><b>From:</b> {html.escape(who)} &lt;{address}&gt;<br><b>Sent:</b> {when}<br>'
            f'<b>To:</b> {html.escape(to)}<br><b>Subject:</b> {html.escape(subject)}</font><div>&nbsp;</div></div>'
            f'<div>{paragraphs(before)}</div></body></html>')


def apple(text, before, when, who, address):
    head = f"On {when.day} {when:%b %Y}, at {when:%H:%M}, {who} <{address}> wrote:"
    return (f"{text}\n\n> {head}\n> \n{quoted(before)}",
            f'<html><body dir="auto">{paragraphs(text)}<br><div dir="ltr"><br><blockquote type="cite">{html.escape(head)}'
            f'<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{paragraphs(before)}</div></blockquote></body></html>')


def thunderbird(text, before, when, who, _address):
    return (f"{text}\n\nOn {when:%d/%m/%Y %H:%M}, {who} wrote:\n{quoted(before)}", None)


STYLES = {"gmail": gmail, "outlook": outlook, "apple": apple, "thunderbird": thunderbird}


class Person:
    def __init__(self, rig, address, name="", password=None):
        self.rig, self.address = rig, address
        self.name = name or address.partition("@")[0].replace(".", " ").title()
        self.password = password or secrets.token_hex(12)
        self.sent = []     # bytes, in order
        self.taken = set()  # UIDs wait_for has given out

    def __str__(self):
        return f"{self.name} <{self.address}>"

    # --- sending ---------------------------------------------------------

    def message(self, to, subject, text, html_text=None, attachments=(), headers=None):
        """attachments: (file name, media type, bytes)."""
        m = EmailMessage(policy=CRLF)
        m["From"] = email.utils.formataddr((self.name, self.address))
        m["To"] = to
        m["Subject"] = subject
        m["Date"] = email.utils.localtime()
        m["Message-ID"] = f"<{secrets.token_hex(10)}@{self.address.partition('@')[2]}>"
        for name, value in (headers or {}).items():
            if name in m:
                del m[name]
            if value is not None:
                m[name] = value
        m.set_content(text)
        if html_text:
            m.add_alternative(html_text, subtype="html")
        for name, media, data in attachments:
            main, _, sub = media.partition("/")
            m.add_attachment(data, maintype=main, subtype=sub, filename=name)
        return m

    def send(self, to, subject, text, **more):
        """A mail of their own; returns it."""
        login = more.pop("login", True)
        recipient = more.pop("recipient", None)
        m = self.message(to, subject, text, **more)
        self.submit(m.as_bytes(), [recipient or address_of(to)], login=login)
        return m

    def reply(self, received, text, style="gmail", signature="", subject=None, to=None, login=True, attachments=(),
              headers=None):
        """Answers a mail as the program `style` would, quoting it below; returns the answer.

        to: instead of its Reply-To. headers: set (or, with None, left out) besides the usual ones."""
        before = plain(received)
        target = to or str(received["Reply-To"] or received["From"])
        title = str(received["Subject"] or "")
        if subject is None:
            subject = title if title.lower().startswith("re:") else ("RE: " if style == "outlook" else "Re: ") + title
        name, address = email.utils.parseaddr(str(received["From"]))
        when = email.utils.parsedate_to_datetime(str(received["Date"]))
        if signature:
            text = text + "\n\n-- \n" + signature
        extra = (str(received["To"]), title) if style == "outlook" else ()
        plain_text, html_text = STYLES[style](text, before, when, name or address, address, *extra)
        threading = {"In-Reply-To": str(received["Message-ID"]).strip(),
                     "References": " ".join((str(received["References"] or "") + " " + str(received["Message-ID"])).split())}
        m = self.message(target, subject, plain_text, html_text, attachments, {**threading, **(headers or {})})
        self.submit(m.as_bytes(), [address_of(target)], login=login)
        return m

    def submit(self, raw, recipients, sender=None, login=True):
        """Hands raw bytes to the SMTP server, with STARTTLS, logged in as this person or as nobody. sender: of the envelope."""
        with smtplib.SMTP("localhost", self.rig.smtp.port, timeout=20) as s:
            s.starttls(context=self.rig.tls())
            if login:
                s.login(self.address, self.password)
            s.sendmail(self.address if sender is None else sender, recipients, raw)
        self.sent.append(raw)

    # --- receiving -------------------------------------------------------

    def session(self):
        s = imaplib.IMAP4_SSL("localhost", self.rig.imap.imaps, ssl_context=self.rig.tls(), timeout=20)
        s.login(self.address, self.password)
        return s

    def may_log_in(self):
        try:
            self.session().logout()
        except imaplib.IMAP4.error:
            return False
        return True

    def folders(self):
        """Names of all folders."""
        s = self.session()
        try:
            return sorted(line.decode().rpartition(' "/" ')[2].strip('"') for line in s.list()[1] if line)
        finally:
            s.logout()

    def messages(self, folder="INBOX", session=None):
        """All messages of a folder by UID, as email.message.EmailMessage; empty if the folder does not exist."""
        s = session or self.session()
        try:
            if s.select(f'"{folder}"', readonly=True)[0] != "OK":
                return {}
            uids = s.uid("SEARCH", None, "ALL")[1][0].split()
            if not uids:
                return {}
            found = {}
            for item in s.uid("FETCH", b",".join(uids), "(UID BODY.PEEK[])")[1]:
                if isinstance(item, tuple):
                    uid = int(item[0].split(b"UID ")[1].split()[0])
                    found[uid] = email.message_from_bytes(item[1], policy=POLICY)
            return dict(sorted(found.items()))
        finally:
            if session is None:
                s.logout()

    def wait_for(self, subject=None, predicate=None, seconds=20, folder="INBOX"):
        """The first message not given out before whose subject contains `subject` and for which predicate(message) is
        true. Raises Late with what did come."""
        s = self.session()

        def look():
            for uid, m in self.messages(folder, s).items():
                if ((folder, uid) not in self.taken and (subject is None or subject in str(m["Subject"]))
                        and (predicate is None or predicate(m))):
                    self.taken.add((folder, uid))
                    return m
            return None

        try:
            return until(look, seconds, f"a mail to {self.address}" + (f' with "{subject}" in its subject' if subject else ""))
        except Late as e:
            got = [str(m["Subject"]) for m in self.messages(folder, s).values()]
            raise Late(f"{e}; the folder {folder} holds {got or 'nothing'}") from None
        finally:
            s.logout()

    def new(self, folder="INBOX"):
        """The messages not given out yet, without waiting."""
        return [m for uid, m in self.messages(folder).items() if (folder, uid) not in self.taken]


class Stranger(Person):
    """Somebody without a login at our border, with a mailbox all the same so that one sees what they get."""

    def submit(self, raw, recipients, sender=None, login=False):
        super().submit(raw, recipients, sender, False)


