# SPDX-License-Identifier: ISC
"""The programs under test: their configuration for the rig, the daemon's processes, and what the database holds.

The programs are found below $CASEMAIL_BIN, the folder of a build, as tests/run and contrib/demo
set it. The database is read by a read-only connection of our own, so that what is
checked is what was committed.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sqlite3
import subprocess
import time

from .process import Process
from .waiting import until


class ProgramFailed(Exception):
    """A program ended otherwise than expected; text: all it said."""

    def __init__(self, words, status, text):
        super().__init__(f"{' '.join(words)}: status {status}\n{text}")
        self.status, self.text = status, text


def quote(value):
    """A value as libconfig writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + " ".join(f"{k} = {quote(v)};" for k, v in value.items()) + " }"
    if value and isinstance(value[0], dict):
        return "( " + ", ".join(quote(v) for v in value) + " )"
    return "[ " + ", ".join(quote(v) for v in value) + " ]"


def program(name):
    """The path of casemaild or casectl."""
    folder = os.environ.get("CASEMAIL_BIN", "")
    for place in ("", "src", "src/daemon", "src/ctl"):
        path = os.path.join(folder, place, name)
        if folder and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise RuntimeError(f"{name} not found: set CASEMAIL_BIN to the folder of a build")


class Casemail:
    """One installation: a configuration, a database, the daemon when started. The mailbox is a person of the rig."""

    def __init__(self, rig, support, name="casemail", mode="results"):
        self.rig, self.support, self.name = rig, support, name
        self.programs = {name: program(name) for name in ("casemaild", "casectl")}
        self.folder = rig.scratch.folder(name)
        os.chmod(self.folder, 0o700)
        self.conf = os.path.join(self.folder, "casemaild.conf")
        self.database = os.path.join(self.folder, "casemail.db")
        self.log = os.path.join(rig.scratch.folder("log"), name + ".log")
        self.fault_file = os.path.join(self.folder, "fault")
        self.daemon = None
        self.noticed = set()  # outbox rows that notice() has given out
        self.settings = self.defaults(mode)
        self.environment = {**rig.scratch.environment, "HOME": self.folder, "LC_ALL": "C.UTF-8"}
        for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if key in os.environ:
                self.environment[key] = os.environ[key]
        self.wrapper = os.environ.get("CASEMAIL_WRAPPER", "").split()  # valgrind and its options
        rig.scratch.undo.callback(self.stop)

    # --- configuration ---------------------------------------------------

    def secret(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
            f.write(text + "\n")
        return path

    def mailbox(self, person, name):
        return {"name": name, "host": "localhost", "port": self.rig.imap.imaps, "tls": "implicit",
                "user": person.address, "password_file": self.secret(name + "-imap", person.password),
                "ca_file": self.rig.ca.cert, "timeout_seconds": 20, "folder": "INBOX", "processed": "Processed",
                "refused": "Refused", "held": "Held", "quarantine": "Quarantine"}

    def defaults(self, mode):
        """The configuration as nested values: change self.settings before configure()."""
        p, rig = self.support, self.rig
        settings = {
            "brand": "Example Support", "instance": self.name, "database": self.database,
            "mailboxes": [self.mailbox(p, "support")],
            "smtp": [{"host": "localhost", "port": rig.smtp.port, "tls": "starttls", "user": p.address,
                      "password_file": self.secret("smtp", p.password), "ca_file": rig.ca.cert, "timeout_seconds": 20}],
            "mail": {"from_name": p.name, "address": p.address, "subaddress_delimiter": "+",
                     "noreply": "no-reply@" + p.address.partition("@")[2], "language": "en"},
            "outbox": {"per_recipient_per_hour": 0},  # a case of hundreds of mails is no storm
            "authentication": {"mode": mode}}
        if mode == "results":
            settings["authentication"].update(authserv_ids=["border.example"], border_hosts=["border.example"])
            settings["updates"] = {"authentication": "pass"}
        else:
            settings["updates"] = {"authentication": "none"}
        return settings

    def configure(self, extra=""):
        """Writes the configuration file. extra: text that is appended as it is."""
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write("".join(f"{k} = {quote(v)};\n" for k, v in self.settings.items()) + extra)
        os.chmod(self.conf, 0o600)
        return self.conf

    # --- programs --------------------------------------------------------

    def run(self, name, *words, expect=0, stdin=None, seconds=60, cwd=None):
        """Runs a program to its end; returns what it wrote to standard output. expect: its status; None: any."""
        argv = self.wrapper + [self.programs[name], *words]
        done = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds,
                              env=self.environment, cwd=cwd, check=False, **({} if isinstance(stdin, bytes) else {"text": True}))
        with open(self.log, "a", encoding="utf-8") as f:
            f.write(f"$ {name} {' '.join(words)}  (status {done.returncode})\n{done.stderr}\n")
        if expect is not None and done.returncode != expect:
            raise ProgramFailed([name, *words], done.returncode, f"{done.stdout}{done.stderr}")
        return done.stdout

    def ctl(self, *words, **more):
        """casectl with our configuration."""
        return self.run("casectl", "-c", self.conf, *words, **more)

    def json(self, *words):
        return json.loads(self.ctl("--json", *words))

    def once(self, **more):
        """One pass of all mailboxes and of the outbox."""
        return self.run("casemaild", "-c", self.conf, "--once", **more)

    def start(self, *words, seconds=30):
        """The daemon in the foreground; returns when it has told its service manager, us, that it is ready."""
        path = os.path.join(self.folder, "notify")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        argv = self.wrapper + [self.programs["casemaild"], "-f", "-c", self.conf, *words]
        environment = {**self.environment, "NOTIFY_SOCKET": path, "CASEMAIL_TEST_FAULT": self.fault_file}
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            self.daemon = Process(self.name, argv, self.log, env=environment).start()
            pidfd = os.pidfd_open(self.daemon.pid)
            try:
                self.wait_ready(manager, pidfd, seconds)
            finally:
                os.close(pidfd)
        return self

    def wait_ready(self, manager, pidfd, seconds):
        deadline = time.monotonic() + seconds
        while True:
            readable, _, _ = select.select([manager, pidfd], [], [], max(0, deadline - time.monotonic()))
            if manager in readable and b"READY=1" in manager.recv(4096):
                return
            if not readable or pidfd in readable:
                what = f"was not ready after {seconds} s" if not readable else f"ended with status {self.daemon.wait(5)}"
                raise RuntimeError(f"casemaild {what}:\n" + "\n".join(self.daemon.tail()))

    def die_at(self, step):
        """The process that comes to this step (the names stand in the code: fault_point) is killed there, once."""
        with open(self.fault_file + ".new", "w", encoding="ascii") as f:
            f.write(step)
        os.rename(self.fault_file + ".new", self.fault_file)

    def stop(self):
        """SIGTERM; returns the daemon's exit status."""
        if self.daemon is None:
            return None
        status = self.daemon.stop(10)
        self.daemon = None
        return status

    def kill(self):
        """kill -9 of all its processes at once."""
        for pid in self.daemon.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.daemon.kill()
        self.daemon = None

    # --- database --------------------------------------------------------

    def rows(self, sql, *values):
        """Rows as dictionaries."""
        c = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            c.row_factory = sqlite3.Row
            return [dict(r) for r in c.execute(sql, values)]
        finally:
            c.close()

    def value(self, sql, *values):
        """The first column of the first row, or None."""
        rows = self.rows(sql, *values)
        return next(iter(rows[0].values())) if rows else None

    def wait_rows(self, sql, *values, seconds=20, n=1):
        """The rows of a query as soon as there are at least n."""
        return until(lambda: (lambda r: r if len(r) >= n else None)(self.rows(sql, *values)), seconds, f"{n} rows of {sql} {values}")

    def notice(self, person, kind, seconds=20):
        """The next notice of this kind to a person, as it arrived: its outbox row must be there, and marked as sent, and
        the mail with its Message-ID's key must be in the mailbox of the person."""
        def row():
            rows = self.rows("SELECT id, message_key FROM outbox WHERE kind = ? AND to_address = ? ORDER BY id", kind, person.address)
            return next((r for r in rows if r["id"] not in self.noticed), None)
        found = until(row, seconds, f"a notice {kind} to {person.address} in the outbox")
        self.noticed.add(found["id"])
        # The key is the part of the Message-ID that stays when a sent row's token is scrubbed: [TOKEN.]KEY@domain.
        key = found["message_key"]
        mail = person.wait_for(predicate=lambda m: str(m["Message-ID"]).strip("<> ").partition("@")[0].rpartition(".")[2] == key,
                               seconds=seconds)
        until(lambda: self.value("SELECT state FROM outbox WHERE id = ?", found["id"]) == "sent", seconds, f"outbox row {found['id']} to be sent")
        return mail

    def moved(self, row, folder, seconds=20):
        """Waits until the message of a ledger row lies in a folder of the mailbox and nowhere else."""
        wanted = row["message_id"].strip("<>")

        def places():
            return [f for f in self.support.folders() for m in self.support.messages(f).values()
                    if str(m["Message-ID"]).strip("<> ") == wanted]
        until(lambda: places() == [folder], seconds, f"{wanted} in {folder} alone")
