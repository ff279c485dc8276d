# SPDX-License-Identifier: ISC
"""An SMTP server that fails where it is told to, in threads of the test."""

import contextlib
import email
import socket
import ssl
import threading

CUT = object()  # instead of a reply: the connection is cut


def message_id(mail):
    return str(email.message_from_bytes(mail)["Message-ID"]).strip("<> ")


class Server:
    """An SMTP server that answers by the book, but for what replies says: by the verb ("greeting", "EHLO", "MAIL", ..., DOT for
    the end of the data) a reply, a list of replies used up one after the other, CUT, or a function of the command that gives a
    reply, CUT, or None for the usual one, and may take its time. mails: what arrived, also where the answer was bad; taken: the
    recipient and the Message-ID of each that was answered with 250."""

    def __init__(self, certificate=None, implicit=False, offers=("SIZE 1000000",), port=0, **replies):
        self.replies = {k.replace("DOT", "."): list(v) if isinstance(v, list) else v for k, v in replies.items()}
        self.implicit, self.offers = implicit, list(offers)
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate.cert, certificate.key)
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.commands, self.mails, self.taken, self.connections = [], [], [], 0
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            peer.settimeout(20)
            thread = threading.Thread(target=self.serve, args=(peer,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def reply(self, peer, verb, usual, command=""):
        said = self.replies.get(verb, usual)
        if isinstance(said, list):
            said = said.pop(0) if said else usual
        if callable(said):
            said = said(command) or usual
        if said is CUT:
            raise ConnectionError
        peer.sendall((said + "\r\n").encode())
        return said

    def serve(self, peer):
        with contextlib.suppress(OSError, ValueError), contextlib.closing(peer):
            if self.implicit:
                peer = self.context.wrap_socket(peer, server_side=True)
            self.talk(peer)

    def talk(self, peer):
        self.reply(peer, "greeting", "220 fake ESMTP")
        stream, to = peer.makefile("rb"), ""
        while line := stream.readline():
            command = line.decode("latin-1").rstrip("\r\n")
            self.commands.append(command)
            verb = command.split(" ", 1)[0].upper()
            if verb == "EHLO":
                lines = ["fake"] + self.offers
                self.reply(peer, verb, "\r\n".join(f"250{'-' if i + 1 < len(lines) else ' '}{x}" for i, x in enumerate(lines)))
            elif verb == "STARTTLS":
                if self.reply(peer, verb, "220 go").startswith("220"):
                    peer = self.context.wrap_socket(peer, server_side=True)
                    stream = peer.makefile("rb")
                    self.offers = [o for o in self.offers if o != "STARTTLS"]
            elif verb == "AUTH":
                if command.upper() == "AUTH PLAIN":
                    peer.sendall(b"334 \r\n")
                    self.commands.append("PLAIN " + stream.readline().decode().strip())
                self.reply(peer, verb, "235 ok")
            elif verb == "DATA":
                if self.reply(peer, verb, "354 go").startswith("354"):
                    mail = self.data(stream)
                    if self.reply(peer, ".", "250 taken", to).startswith("250"):
                        self.taken.append((to, message_id(mail)))
            elif verb == "QUIT":
                self.reply(peer, verb, "221 bye")
                return
            else:
                if verb == "RCPT":
                    to = command.partition("<")[2].partition(">")[0]
                self.reply(peer, verb, "250 ok", command)

    def data(self, stream):
        got = b""
        while (line := stream.readline()) != b".\r\n":
            if not line:
                raise ConnectionError
            if self.replies.get("body") is CUT and len(got) > 100000:
                raise ConnectionError
            got += line[1:] if line.startswith(b".") else line
        self.mails.append(got)
        return got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def verbs(self):
        return [c.split(" ", 1)[0].upper() for c in self.commands]
