# SPDX-License-Identifier: ISC
"""What an operator types: the casectl commands that the demo and the system tests need stand here, once."""

import shlex


class Desk:
    def __init__(self, daemon, echo=None):
        """echo: called with each command as a line of text."""
        self.daemon, self.echo = daemon, echo

    def type(self, *words):
        if self.echo:
            self.echo("casectl " + " ".join(shlex.quote(w) for w in words))
        return self.daemon.ctl(*words)

    def organisation(self, name, org_id, product="Cloud Ledger"):
        """An organisation with one deployment."""
        self.type("org", "add", name)
        self.type("deployment", "add", org_id, "--org", name, "--product", product)

    def contact(self, person, organisation, access=None):
        """access: "ORGID=read-write"."""
        self.type("contact", "add", person.address, "--name", person.name, "--org", organisation, "--employer", organisation,
                  "--country", "Sweden", *(("--access", access) if access else ()))

    def approver(self, person, org_id):
        self.type("approver", "add", person.address, "--name", person.name, "--deployment", org_id)

    def representative(self, person):
        self.type("representative", "add", person.address, "--name", person.name)

    def administrator(self, person):
        self.type("admin", "add", person.address, "--name", person.name)

    def open_case(self, contact, org_id, owner, subject="Export fails", description="The nightly export stops half way."):
        """Returns the case's number."""
        self.type("case", "open", "--contact", contact.address, "--deployment", org_id, "--owner", owner.address,
                  "--subject", subject, description)
        return self.daemon.value("SELECT number FROM cases ORDER BY id DESC LIMIT 1")

    def ask(self, number, representative, text):
        """A public update that asks for information."""
        self.type("case", "reply", number, "--by", representative.address, "--ask", "--yes", text)

    def close(self, number, representative):
        self.type("case", "status", number, "--by", representative.address, "closed")

    def request_access(self, person, org_id, level, requester):
        self.type("access", "request", person.address, "--deployment", f"{org_id}={level}", "--by", requester.address)
