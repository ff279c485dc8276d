# SPDX-License-Identifier: ISC
"""casectl on a real database, without servers: a configuration, a password file and a database in a folder of its own."""

import contextlib
import fcntl
import hashlib
import json
import os
import pty
import re
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import termios
import types
import unicodedata

from rig import casemail, tap


class Office:
    """A configuration, a password file and a database in a folder of its own. used: the commands that were done, by name."""

    def __init__(self, folder, used):
        self.folder, self.used = folder, used
        self.conf, self.database = os.path.join(folder, "casemaild.conf"), os.path.join(folder, "casemail.db")
        self.secret = self.file("password", b"secret\n", 0o600)
        server = {"host": "localhost", "tls": "implicit", "user": "support@helpdesk.example", "password_file": self.secret}
        self.settings = {
            "brand": "Example Support", "instance": "test", "database": self.database,
            "mailboxes": [{"name": "support", **server, "folder": "INBOX", "processed": "Processed", "refused": "Refused",
                           "held": "Held", "quarantine": "Quarantine"}],
            "smtp": [server],
            "mail": {"from_name": "Example Support", "address": "support@helpdesk.example", "subaddress_delimiter": "+",
                     "noreply": "no-reply@helpdesk.example", "language": "en"},
            "authentication": {"mode": "token"}, "updates": {"authentication": "none"}}
        self.configure()

    def file(self, name, content, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(content)
        os.chmod(path, mode)
        return path

    def configure(self, extra=""):
        text = "".join(f"{k} = {casemail.quote(v)};\n" for k, v in self.settings.items()) + extra
        self.file("casemaild.conf", text.encode(), 0o600)

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k == "PATH"}
        return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": self.folder, **more}

    def run(self, name, *words, stdin=b"", environment=None):
        """(status, standard output, standard error) of a program with our configuration."""
        argv = os.environ.get("CASEMAIL_WRAPPER", "").split() + [casemail.program(name), "-c", self.conf, *words]
        done = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              env=self.environment(**(environment or {})), check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def ctl(self, *words, **more):
        """What a command that is done prints."""
        status, out, said = self.run("casectl", *words, **more)
        tap.equal((status, said), (0, ""), f"status and complaints of casectl {' '.join(words)}")
        plain = [w for w in words if not w.startswith("-")]
        self.used.update((plain[0], " ".join(plain[:2])))
        return out

    def json(self, *words, **more):
        return json.loads(self.ctl(*words, "--json", **more))

    def terminal(self, *words, columns=80, rows=24, environment=None, answer="", status=0):
        """What a command shows on a terminal, where answer is typed."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        with subprocess.Popen([casemail.program("casectl"), "-c", self.conf, *words], stdin=slave, stdout=slave, stderr=slave,
                              env=self.environment(**(environment or {}))) as p:
            os.close(slave)
            os.write(master, answer.encode())
            shown = b""
            with contextlib.suppress(OSError):  # the end of a terminal
                while True:
                    shown += os.read(master, 65536)
            os.close(master)
            tap.equal(p.wait(60), status, "status on a terminal")
        return shown.decode().replace("\r\n", "\n")

    def dump(self):
        """All of the database as text."""
        c = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return "\n".join(c.iterdump())
        finally:
            c.close()

    def value(self, sql, *values):
        c = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return (c.execute(sql, values).fetchone() or [None])[0]
        finally:
            c.close()

    def change(self, sql, *values):
        """A change that no program of ours would make, or only a daemon."""
        with contextlib.closing(sqlite3.connect(self.database)) as c:
            c.execute(sql, values)
            c.commit()

    def receive(self, raw, subject, **more):
        """A message in the ledger; its number."""
        digest = hashlib.sha256(raw).hexdigest()
        self.change("INSERT INTO blob (sha256, size, created_at, content) VALUES (?, ?, 1, ?)", digest, len(raw), raw)
        row = {"mailbox": "support", "uidvalidity": 1, "uid": 1, "message_id": "<1@acme.example>", "content_key": "k",
               "raw_sha256": digest, "raw": self.value("SELECT id FROM blob WHERE sha256 = ?", digest), "size": len(raw),
               "sender": "eva@acme.example", "subject": subject, "kind": "person", "authentication": "none",
               "authentication_detail": "", "arrived_at": 1, "decided_at": 1, "outcome": "held", "reason": "test", "rule": "test",
               "verdict": "none", "decision_line": "", "trace": "[]", **more}
        self.change(f"INSERT INTO message ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())
        return str(self.value("SELECT max(id) FROM message"))

    def reference(self, case):
        """The Reference ID of a case as its notices carry it."""
        return f"[ref:{self.value('SELECT number FROM cases WHERE id = ?', case)}-{self.value('SELECT reference FROM cases WHERE id = ?', case)}]"

    def reply(self, words, sender="Eva Lind <eva@acme.example>", uid=1, **more):
        """A reply to the first case in the ledger, held; its number."""
        reference = self.reference(1)
        raw = (f"From: {sender}\r\nTo: support@helpdesk.example\r\nSubject: Re: Login fails {reference}\r\n"
               f"Message-ID: <{uid}@mail.example>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n{words}\r\n")
        return self.receive(raw.encode(), "Re: Login fails", uid=uid, message_id=f"<{uid}@mail.example>", content_key=f"k{uid}", **more)

    def fill(self):
        self.ctl("init")
        self.ctl("org", "add", "Acme Ltd")
        self.ctl("deployment", "add", "ACME-1", "--org", "Acme Ltd", "--product", "Ledger")
        self.ctl("contact", "add", "eva@acme.example", "--name", "Eva Lind", "--org", "Acme Ltd", "--employer", "Acme Ltd",
                 "--country", "Sweden", "--access", "ACME-1=read-write")
        self.ctl("approver", "add", "ada@acme.example", "--name", "Ada Ng", "--org", "Acme Ltd")
        self.ctl("representative", "add", "rolf@helpdesk.example", "--name", "Rolf Berg", "--queue", "Ledger")
        self.ctl("admin", "add", "ulla@helpdesk.example", "--name", "Ulla Ek", "--language", "de")
        self.ctl("case", "open", "--contact", "eva@acme.example", "--deployment", "ACME-1", "--subject", "Login fails",
                 "--owner", "rolf@helpdesk.example", "Nobody gets in since Monday.")
        return self


def office(house):
    """A filled office of one's own."""
    folder = tempfile.mkdtemp(dir=house.folder)
    mine = Office(folder, house.used)
    shutil.copyfile(house.base.database, mine.database)
    os.chmod(mine.database, 0o600)
    return mine


def width(line):
    line = re.sub(r"\x1b\[[0-9;]*m", "", line)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@contextlib.contextmanager
def house_of_offices():
    """What the tests share: a filled office to be copied, and the commands that were done."""
    with tempfile.TemporaryDirectory(prefix="casectl-") as folder:
        os.mkdir(os.path.join(folder, "base"), 0o700)
        used = set()
        yield types.SimpleNamespace(folder=folder, used=used, base=Office(os.path.join(folder, "base"), used).fill(),
                                    scratch=types.SimpleNamespace(logs=lambda: []))
