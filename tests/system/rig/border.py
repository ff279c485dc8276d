# SPDX-License-Identifier: ISC
"""What stands between the SMTP server and the mailboxes, as an operator's border would: an LMTP proxy.

It prepends a Received field of its own and, if asked to, an Authentication-Results field above it
(RFC 8601): dmarc=pass where the sender logged in and From is of the same domain, dmarc=fail where
From claims one of our domains without that, dmarc=none for others. Fields that claim to be from the
border itself are removed. It keeps a copy of all that passes, and tests can make it refuse.
"""

import email.utils
import re
import smtplib
import socketserver
import threading


NAME = "border.example"
LOGIN = re.compile(rb"\(Authenticated sender: ([^)\s]+)\)|auth=yes user=(\S+)")
FIELD = re.compile(rb"[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")


def fields_of(raw):
    """The header fields of a message, each with its folded lines."""
    end = re.search(rb"\n\r?\n", raw)
    return FIELD.findall(raw[:end.start() + 1] if end else raw)


def first(fields, name):
    return next((f.split(b":", 1)[1] for f in fields if f.lower().startswith(name.lower() + b":")), b"")


def domain_of(address):
    return address.rpartition("@")[2].strip("<> \r\n").lower()


class Passed:
    """A message that went through: envelope, and the bytes as they were handed on."""

    def __init__(self, sender, recipient, raw):
        self.sender, self.recipient, self.raw = sender, recipient, raw


class Session(socketserver.StreamRequestHandler):
    """One LMTP connection. A transaction with the mailbox server per recipient: each has its own answer."""

    def answer(self, code, text):
        self.wfile.write(f"{code} {text}\r\n".encode("utf-8"))

    def handle(self):
        self.connection.settimeout(60)
        self.reset()
        try:
            self.answer(220, NAME + " LMTP")
            while self.command(self.rfile.readline(4096)):
                pass
        except OSError:
            pass
        finally:
            self.reset()

    def reset(self):
        for _, upstream in getattr(self, "to", ()):
            upstream.close()
        self.mail, self.to = None, []

    def command(self, line):
        word = line[:4].upper()
        text = line.decode("utf-8", "replace").strip()
        if not line or word == b"QUIT":
            if line:
                self.answer(221, "bye")
            return False
        if word == b"LHLO":
            self.wfile.write(b"250-" + NAME.encode() + b"\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n")
        elif word == b"MAIL":
            self.reset()
            self.mail = text[10:]
            self.answer(250, "2.1.0 ok")
        elif word == b"RCPT":
            self.recipient(text[8:])
        elif word == b"DATA":
            self.data()
        elif word in (b"RSET", b"NOOP"):
            if word == b"RSET":
                self.reset()
            self.answer(250, "2.0.0 ok")
        else:
            self.answer(500, "5.5.2 what?")
        return True

    def recipient(self, recipient):
        refusal = self.server.border.refuse(self.mail, recipient)
        if refusal:
            self.answer(*refusal)
            return
        try:
            upstream = smtplib.LMTP("127.0.0.1", self.server.border.upstream, local_hostname=NAME, timeout=30)
        except OSError:
            self.answer(451, "4.4.1 mailboxes not reached")
            return
        upstream.command_encoding = "utf-8"
        upstream.ehlo_or_helo_if_needed()
        code, text = upstream.docmd("MAIL", "FROM:" + self.mail)
        if code == 250:
            code, text = upstream.docmd("RCPT", "TO:" + recipient)
        if code == 250:
            self.to.append((recipient, upstream))
        else:
            upstream.close()
        self.answer(code, text.decode("utf-8", "replace").replace("\n", " "))

    def data(self):
        if not self.to:
            self.answer(503, "5.5.1 no recipients")
            return
        self.answer(354, "go on")
        lines = []
        while True:
            line = self.rfile.readline()
            if not line:
                raise ConnectionError("ended within a message")
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        raw = self.server.border.stamp(self.mail, b"".join(lines))
        for recipient, upstream in self.to:
            try:
                code, text = upstream.data(raw)
            except (OSError, smtplib.SMTPException):
                code, text = 451, b"4.4.2 mailboxes lost"
            if code == 250:
                self.server.border.passed.append(Passed(self.mail, recipient, raw))
            self.answer(code, text.decode("utf-8", "replace").replace("\n", " "))
        self.reset()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Border:
    def __init__(self, scratch, upstream, domains, results=True):
        """upstream: the LMTP port of the mailboxes. domains: those whose mail comes from logged-in people only."""
        self.upstream, self.domains, self.results = upstream, set(domains), results
        self.passed = []
        self.refuse = lambda sender, recipient: None  # tests: a (code, text) to answer RCPT with
        self.server = Server(("127.0.0.1", 0), Session)
        self.server.border = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        scratch.undo.callback(self.stop)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def verdict(self, login, domain):
        if login and domain and domain_of(login) == domain:
            return f"dmarc=pass (p=reject) header.from={domain}; spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}"
        if domain in self.domains:
            return f"dmarc=fail (p=reject) header.from={domain}; spf=fail smtp.mailfrom={domain}"
        return f"dmarc=none header.from={domain or 'unknown'}; spf=none"

    def stamp(self, mail, raw):
        fields = fields_of(raw)
        for claimed in fields:
            if re.match(rb"(?i)authentication-results:\s*" + re.escape(NAME.encode()) + rb"\b", claimed):
                raw = raw.replace(claimed, b"", 1)
        login = LOGIN.search(first(fields, b"Received"))
        login = (login.group(1) or login.group(2)).decode() if login else ""
        sender = email.utils.parseaddr(first(fields, b"From").decode("utf-8", "replace"))[1]
        top = f"Received: from mx.{NAME} (localhost [127.0.0.1])\r\n\tby {NAME} with LMTP; {email.utils.formatdate()}\r\n"
        if self.results:
            top = f"Authentication-Results: {NAME};\r\n\t{self.verdict(login, domain_of(sender))}\r\n" + top
        return top.encode("utf-8") + raw
