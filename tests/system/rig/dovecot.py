# SPDX-License-Identifier: ISC
"""A Dovecot of our own: IMAP with TLS from the start and by STARTTLS, LMTP, one Maildir a user.

The same Server object can be stopped and started again on the same ports (mail stays), and told to
show another certificate or other users on the way.
"""

import os
import shutil

from . import packages
from .process import Process
from .waiting import Late, answers, free_ports, greets, until

USERS = (("dovecot", 801), ("dovenull", 802), ("vmail", 803))
VMAIL = 803

COMMON = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = /run/dovecot
login_greeting = ready
log_path = /dev/stderr
auth_mechanisms = plain login {mechanisms}
first_valid_uid = 1
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mail_fsync = never
mail_max_userip_connections = 100
protocol lmtp {{
  postmaster_address = postmaster@{hostname}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
  user = vmail
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

# What the two generations call differently.
VERSION_2_3 = """\
hostname = {hostname}
instance_name = {name}
ssl = required
ssl_cert = </etc/rig/server.crt
ssl_key = </etc/rig/server.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
mail_location = {location}
mail_uid = vmail
mail_gid = vmail
lmtp_hdr_delivery_address = final
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u /etc/rig/users
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home=/srv/mail/%u allow_all_users=no
}}
"""

VERSION_2_4 = """\
hostname = {hostname}
instance_name = {name}
ssl = required
ssl_server_cert_file = /etc/rig/server.crt
ssl_server_key_file = /etc/rig/server.key
ssl_min_protocol = TLSv1.2
auth_allow_cleartext = no
mail_driver = {driver}
mail_path = ~/mail
mail_uid = vmail
mail_gid = vmail
lmtp_hdr_delivery_address = final
passdb passwd-file {{
  passwd_file_path = /etc/rig/users
  default_password_scheme = PLAIN
}}
userdb static {{
  fields {{
    uid = vmail
    gid = vmail
    home = /srv/mail/%{{user}}
  }}
}}
"""


class Dovecot:
    def __init__(self, scratch, certificate, name="dovecot", driver="maildir", extra=""):
        """certificate: shown to clients. driver: maildir, sdbox or mdbox. extra: more lines of configuration."""
        self.scratch, self.name, self.driver, self.extra = scratch, name, driver, extra
        self.hostname = "imap.border.example"
        self.log = os.path.join(scratch.folder("log"), name + ".log")
        self.root = packages.instance("dovecot", packages.DOVECOT, scratch.file(name), USERS)
        self.imap = self.imaps = self.lmtp = 0
        self.users = {}
        self.mechanisms = ""
        os.makedirs(os.path.join(self.root, "srv/mail"))
        os.chown(os.path.join(self.root, "srv/mail"), VMAIL, VMAIL)
        self.show(certificate)
        self.process = Process(name, ["/usr/sbin/dovecot", "-F"], self.log, root=self.root, env=scratch.environment)
        scratch.undo.callback(self.stop)

    def show(self, certificate):
        """The certificate from the next start on."""
        os.makedirs(os.path.join(self.root, "etc/rig"), exist_ok=True)
        shutil.copyfile(certificate.cert, os.path.join(self.root, "etc/rig/server.crt"))
        shutil.copyfile(certificate.key, os.path.join(self.root, "etc/rig/server.key"))

    def add_user(self, address, password):
        """Works while the server runs, too."""
        self.users[address] = password
        packages.put(self.root, "etc/rig/users.new", "".join(f"{a}:{p}\n" for a, p in self.users.items()), 0o644)
        os.replace(os.path.join(self.root, "etc/rig/users.new"), os.path.join(self.root, "etc/rig/users"))

    def version(self):
        exists = os.path.exists(os.path.join(self.root, "usr/lib/dovecot/modules/lib01_acl_plugin.so"))
        with open(os.path.join(self.root, "usr/lib/dovecot/libdovecot.so.0"), "rb") as f:
            return "2.3" if exists and b"2.3." in f.read() else "2.4"

    def configure(self):
        version = self.version()
        values = {"hostname": self.hostname, "name": self.name, "imap": self.imap, "imaps": self.imaps,
                  "lmtp": self.lmtp, "driver": self.driver, "location": f"{self.driver}:~/mail",
                  "mechanisms": self.mechanisms}
        first = "" if version == "2.3" else "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        text = first + (COMMON + (VERSION_2_3 if version == "2.3" else VERSION_2_4)).format(**values) + self.extra
        packages.put(self.root, "etc/dovecot/dovecot.conf", text)
        if not self.users:
            packages.put(self.root, "etc/rig/users", "")

    def ready(self):
        if not self.process.running():
            raise RuntimeError(f"{self.name} ended at once:\n" + "\n".join(self.process.tail()))
        return (greets(self.imap, b"* OK") and answers(self.imaps) and greets(self.lmtp, b"220"))

    def start(self, seconds=15):
        for last in (False, False, True):
            if not self.imap or not last and self.process.child is None:
                self.imap, self.imaps, self.lmtp = free_ports(3)
            self.configure()
            self.process.start()
            try:
                until(self.ready, seconds, f"{self.name} to answer")
                return self
            except (Late, RuntimeError):
                self.stop()
                if last or not any("already in use" in line for line in self.process.tail()):
                    raise
                self.imap = 0
        return self

    def stop(self):
        # its master waits a second for children that have long ended
        self.process.stop(0.2)

    def kill(self):
        self.process.kill()

    def maildir(self, address):
        """The folder of a user's mail in the file system of the host."""
        return os.path.join(self.root, "srv/mail", address, "mail")
