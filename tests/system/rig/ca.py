# SPDX-License-Identifier: ISC
"""Throw-away certificate authorities and server certificates, made by the openssl command."""

import os
import subprocess


def openssl(*words):
    done = subprocess.run(["openssl", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {words[0]} failed:\n{done.stdout}")


class Certificate:
    """Paths of a PEM certificate and its key; text() gives both."""

    def __init__(self, folder, name):
        self.cert = os.path.join(folder, name + ".crt")
        self.key = os.path.join(folder, name + ".key")


class Authority(Certificate):
    def __init__(self, folder, name="ca"):
        super().__init__(folder, name)
        self.folder = folder
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN=casemail rig {name}", "-keyout", self.key, "-out", self.cert,
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, names=("DNS:localhost", "IP:127.0.0.1"), days=30, usage="serverAuth"):
        """A certificate for these subject alternative names, by default a server's. days < 0: it ended so many days ago."""
        made = Certificate(self.folder, name)
        request, extensions = made.cert + ".csr", made.cert + ".ext"
        with open(extensions, "w", encoding="ascii") as f:
            f.write(f"subjectAltName={','.join(names)}\nbasicConstraints=CA:FALSE\nextendedKeyUsage={usage}\n"
                    "keyUsage=digitalSignature\n")
        # RSA: OpenSMTPD 6.8 keeps the key in a process of its own and can only sign with RSA there
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes",
                "-subj", f"/CN={names[0].split(':', 1)[1]}", "-keyout", made.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial",
                "-days", str(days), "-sha256", "-extfile", extensions, "-out", made.cert)
        os.unlink(request)
        os.unlink(extensions)
        return made

    def wrong_name(self):
        return self.issue("wrong-name", ("DNS:elsewhere.example",))

    def expired(self):
        return self.issue("expired", days=-1)
