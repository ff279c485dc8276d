# SPDX-License-Identifier: ISC
"""IMAP servers that misbehave: each is a script played to one client after another, and writes down all it hears."""

import re
import select
import socket
import ssl
import threading
import time

SELECTED = (b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n")


class Fake:
    """script(server, connection) is run for each connection, in a thread. heard: every byte of every client."""

    def __init__(self, script, certificate=None):
        self.script, self.heard, self.clients, self.ended = script, b"", 0, False
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate.cert, certificate.key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended = True
        with socket.socket() as s:
            s.connect_ex(("127.0.0.1", self.port))  # wakes accept()
        self.thread.join(5)
        self.listener.close()

    def serve(self):
        while True:
            c, _ = self.listener.accept()
            if self.ended:
                c.close()
                return
            self.clients += 1
            threading.Thread(target=self.client, args=(c,), daemon=True).start()

    def client(self, c):
        c.settimeout(30)
        try:
            if self.context:
                c = self.context.wrap_socket(c, server_side=True)
            self.script(self, c)
        except (OSError, ssl.SSLError, StopIteration):
            pass
        finally:
            c.close()

    def line(self, c):
        """The next line of the client; StopIteration at its end."""
        got = b""
        while not got.endswith(b"\n"):
            one = c.recv(1)
            self.heard += one
            if not one:
                raise StopIteration
            got += one
        return got

    def converse(self, c, answers):
        """Logs the client in and answers as an ordinary small server would, but for the commands in answers:
        a dict of a regular expression to bytes (%t: the tag) or to a function(connection, tag, command)."""
        c.sendall(b"* OK ready\r\n")
        while True:
            tag, _, command = self.line(c).strip().partition(b" ")
            for pattern, answer in answers.items():
                if re.match(pattern, command, re.I):
                    if callable(answer):
                        answer(c, tag, command)
                    else:
                        c.sendall(answer.replace(b"%t", tag))
                    break
            else:
                c.sendall(self.usual(command).replace(b"%t", tag))

    def usual(self, command):
        word = command.upper()
        if word.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n%t OK done\r\n"
        if word.startswith(b"LIST"):
            name = command.split()[-1]
            return b'* LIST () "/" ' + name + b"\r\n%t OK done\r\n"
        if word.startswith(b"SELECT"):
            return SELECTED + b"%t OK [READ-WRITE] done\r\n"
        if word.startswith(b"UID FETCH") and b"RFC822.SIZE" in word:
            return b"".join(b'* %d FETCH (UID %d FLAGS () INTERNALDATE "01-Jan-2026 00:00:00 +0000" RFC822.SIZE 5)\r\n' % (n, n)
                            for n in (1, 2, 3) if int(re.search(rb"\d+", command)[0]) <= n) + b"%t OK done\r\n"
        if word.startswith(b"UID FETCH"):
            return b"".join(b"* %d FETCH (UID %d BODY[] {5}\r\nA: b\n)\r\n" % (n, n) for n in (1, 2, 3)) + b"%t OK done\r\n"
        if word.startswith(b"FETCH"):
            return b"* 1 FETCH (UID 1)\r\n%t OK done\r\n"
        return b"%t OK done\r\n"


def drip(c, data, seconds, pause=0.2):
    """One byte at a time, until the client has enough."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for i in range(len(data)):
            c.sendall(data[i:i + 1])
            if select.select([c], [], [], pause)[0] and not isinstance(c, ssl.SSLSocket) and c.recv(1, socket.MSG_PEEK) == b"":
                return


def flood(c, data, most):
    """As much as the client takes, up to most bytes; how many it took."""
    sent = 0
    try:
        while sent < most:
            c.sendall(data)
            sent += len(data)
    except OSError:
        pass
    return sent
