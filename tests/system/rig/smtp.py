# SPDX-License-Identifier: ISC
"""Real SMTP servers of our own: STARTTLS and AUTH, mail for the test domains goes on by LMTP.

Each takes mail for its domains only and hands all of it to one LMTP port on loopback: no way leads
out of the machine. They add Received fields, and nothing that says who the sender is.
"""

import os
import shutil
import subprocess

from . import packages
from .process import Process
from .waiting import Late, free_ports, greets, until


class SmtpServer:
    """What OpenSMTPD and Postfix have in common. port: STARTTLS; AUTH is offered under TLS only, and is not demanded."""

    name, packages, users = "", (), ()

    def __init__(self, scratch, certificate, domains, lmtp_port, extra=""):
        """domains: taken mail for. lmtp_port: where it all goes. extra: more lines of configuration."""
        self.scratch, self.domains, self.lmtp_port = scratch, tuple(domains), lmtp_port
        self.extra = extra
        self.hostname = "mx.border.example"
        self.port = 0
        self.logins = {}
        self.log = os.path.join(scratch.folder("log"), self.name + ".log")
        self.root = packages.instance(self.name, self.packages, scratch.file(self.name), self.users)
        os.makedirs(os.path.join(self.root, "etc/rig"), exist_ok=True)
        self.show(certificate)
        self.process = None
        # the server writes it inside its root, everybody else looks for it with the other logs
        inside = os.path.join(self.root, "var/log", self.name + ".log")
        with open(inside, "wb"):
            os.chmod(inside, 0o666)
        os.symlink(inside, self.log)
        scratch.undo.callback(self.stop)

    def show(self, certificate):
        """The certificate from the next start on."""
        for source, name in ((certificate.cert, "server.crt"), (certificate.key, "server.key")):
            path = os.path.join(self.root, "etc/rig", name)
            shutil.copyfile(source, path)
            os.chmod(path, 0o600)

    def add_login(self, user, password):
        """Before the start."""
        self.logins[user] = password

    def ready(self):
        if not self.process.running():
            raise RuntimeError(f"{self.name} ended at once:\n" + "\n".join(self.process.tail()))
        return greets(self.port, b"220")

    def start(self, seconds=15):
        fixed = self.port != 0
        for last in (False, False, True):
            if not self.port:
                self.port = free_ports(1)[0]
            self.configure()
            self.process = Process(self.name, self.command(), self.log, root=self.root, env=self.scratch.environment)
            self.process.start()
            try:
                until(self.ready, seconds, f"{self.name} to answer")
                return self
            except (Late, RuntimeError):
                self.stop()
                if last or fixed or not any("in use" in line for line in self.process.tail()):
                    raise
                self.port = 0
        return self

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        if self.process:
            self.process.kill()

    def configure(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError


MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
flush unix n - n 1000? 0 flush
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


class Postfix(SmtpServer):
    """The master process alone, without the postfix command: no shell is needed in its root."""

    name, packages = "postfix", packages.POSTFIX
    users = (("postfix", 821), ("postdrop", 822))

    def configure(self):
        put, root = packages.put, self.root
        put(root, "etc/postfix/main.cf", f"""\
compatibility_level = 3.6
myhostname = {self.hostname}
mydestination =
mynetworks =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = /var/log/{self.name}.log
daemon_directory = /usr/lib/postfix/sbin
virtual_mailbox_domains = {", ".join(self.domains)}
virtual_transport = lmtp:inet:127.0.0.1:{self.lmtp_port}
default_transport = error:5.4.4 no mail leaves this machine
local_transport = error:5.1.1 no local mail
relay_transport = error:5.4.4 no mail leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
recipient_delimiter = +
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = /etc/rig/server.crt
smtpd_tls_key_file = /etc/rig/server.key
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain =
smtpd_sasl_authenticated_header = yes
cyrus_sasl_config_path = /etc/postfix/sasl
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtputf8_enable = yes
message_size_limit = 67108864
mailbox_size_limit = 0
virtual_mailbox_limit = 0
queue_run_delay = 2s
minimal_backoff_time = 1s
maximal_backoff_time = 4s
in_flow_delay = 0
{self.extra}
""")
        put(root, "etc/postfix/master.cf", MASTER.format(port=self.port))
        put(root, "etc/postfix/sasl/smtpd.conf",
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: /etc/rig/sasldb\n")
        spool = os.path.join(root, "var/spool/postfix")
        for name in ("", "pid"):
            os.makedirs(os.path.join(spool, name), exist_ok=True)
        for name in ("private", "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
                     "saved", "trace"):
            os.makedirs(os.path.join(spool, name), mode=0o700, exist_ok=True)
            os.chown(os.path.join(spool, name), 821, 0)
        for name, mode in (("public", 0o2710), ("maildrop", 0o1730)):
            os.makedirs(os.path.join(spool, name), exist_ok=True)
            os.chown(os.path.join(spool, name), 821, 822)
            os.chmod(os.path.join(spool, name), mode)
        data = os.path.join(root, "var/lib/postfix")
        os.makedirs(data, exist_ok=True)
        os.chown(data, 821, 821)
        self.write_logins()

    def write_logins(self):
        database = os.path.join(self.root, "etc/rig/sasldb")
        if os.path.exists(database):
            os.unlink(database)
        for user, password in self.logins.items():
            name, _, realm = user.partition("@")
            subprocess.run(["chroot", self.root, "/usr/sbin/saslpasswd2", "-p", "-c", "-f", "/etc/rig/sasldb",
                            "-u", realm or self.hostname, name], input=password, text=True, check=True)
        if self.logins:
            os.chown(database, 821, 821)

    def command(self):
        return ["/usr/lib/postfix/sbin/master", "-c", "/etc/postfix", "-d"]
