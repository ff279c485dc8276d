# SPDX-License-Identifier: ISC
"""The whole: people ─► SMTP server ─► border ─► Dovecot ─► people, all on loopback, under one scratch folder."""

import ssl

from .border import Border
from .ca import Authority
from .dovecot import Dovecot
from .people import Person, Stranger
from .scratch import Scratch
from .smtp import Postfix
from .waiting import until

DOMAINS = ("helpdesk.example", "customer.example", "partner.example", "stranger.example")


class Rig:
    """rig.imap, rig.smtp, rig.border are the servers; rig.person() makes people. Leaving the `with` ends all."""

    def __init__(self, keep=False, results=True, smtp=Postfix, domains=DOMAINS):
        """results: whether the border vouches for senders (Authentication-Results)."""
        self.scratch = Scratch(keep)
        try:
            self.people = {}
            self.domains = tuple(domains)
            self.ca = Authority(self.scratch.folder("ca"))
            self.certificate = self.ca.issue("server")
            self.imap = Dovecot(self.scratch, self.certificate)
            self.border = None
            self.smtp_class, self.results = smtp, results
            self.smtp = None
        except BaseException:
            self.scratch.close()
            raise

    def person(self, address, name="", kind=Person):
        """Before start(): with a login at the SMTP server. Afterwards: a mailbox only, as a Stranger."""
        p = kind(self, address, name)
        self.people[address] = p
        self.imap.add_user(p.address, p.password)
        if self.smtp:  # Dovecot looks for new users once a second at most
            until(p.may_log_in, 20, f"{address} to be known to the IMAP server")
        return p

    def stranger(self, address, name=""):
        return self.person(address, name, Stranger)

    def start(self):
        try:
            self.imap.start()
            self.border = Border(self.scratch, self.imap.lmtp, self.domains, self.results)
            self.smtp = self.smtp_class(self.scratch, self.certificate, self.domains, self.border.port)
            for p in self.people.values():
                if not isinstance(p, Stranger):
                    self.smtp.add_login(p.address, p.password)
            self.smtp.start()
        except BaseException:
            self.scratch.close()
            raise
        return self

    def tls(self):
        """A TLS context that believes the rig's authority alone and checks names."""
        return ssl.create_default_context(cafile=self.ca.cert)

    def close(self):
        self.scratch.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
