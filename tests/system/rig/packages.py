# SPDX-License-Identifier: ISC
"""Debian packages unpacked into a private root, never installed.

The packages and all they depend on are resolved as on an empty system (an empty dpkg status file),
downloaded by apt and unpacked by dpkg-deb into a folder of the cache. A server then runs under
chroot in a copy of that folder (hard links), with users, configuration and spool of its own at the
paths it was compiled for: nothing of the host is seen or touched, and a container's usual rights
are enough. A second run needs no network.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile

FORMAT = "3"  # of the unpacked root; another number makes old ones stale

# Only of use while packages are being installed, which they never are.
NOT_NEEDED = re.compile(
    r"^(perl|perl-.*|libperl.*|lib.*-perl|dpkg|tar|debconf|adduser|passwd|usrmerge|ucf|ssl-cert|sysvinit-utils|"
    r"init-system-helpers|lsb-base|lsb-release|libsemanage.*|libpam-runtime|e2fsprogs|logsave|cpio|bzip2|"
    r"sensible-utils|python3.*|libpython3.*|systemd|udev|dbus.*)$")
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug",
            "usr/share/info", "usr/share/doc-base", "usr/lib/x86_64-linux-gnu/gconv", "lib/systemd", "etc/init.d")

DOVECOT = ("dovecot-core", "dovecot-imapd", "dovecot-lmtpd")
OPENSMTPD = ("opensmtpd",)
POSTFIX = ("postfix", "libsasl2-modules", "sasl2-bin")


class CannotFetch(Exception):
    pass


def cache_folder():
    own = os.environ.get("CASEMAIL_RIG_CACHE")
    path = own or os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "casemail-rig")
    os.makedirs(path, mode=0o755, exist_ok=True)
    return os.path.realpath(path)


@contextlib.contextmanager
def locked(path):
    with open(path, "a", encoding="ascii") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def release():
    with open("/etc/os-release", encoding="utf-8") as f:
        found = re.search(r"^VERSION_CODENAME=(\w+)", f.read(), re.M)
    return found.group(1) if found else "unknown"


def apt_get(folder, *words):
    return subprocess.run(
        ["apt-get", "-q", "-y", "--no-install-recommends", "-o", f"Dir::State::status={folder}/status",
         "-o", f"Dir::Cache::archives={folder}/archives", "-o", "Dir::Cache::pkgcache=", "-o", "Debug::NoLocking=1",
         "-o", "APT::Sandbox::User=root", *words],
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def download(folder, packages):
    """Brings the packages and their dependencies into folder/archives; returns the .deb files to unpack."""
    os.makedirs(f"{folder}/archives/partial")
    with open(f"{folder}/status", "w", encoding="ascii"):
        pass
    for attempt in ("now", "after apt-get update"):
        names = [line.split()[1] for line in apt_get(folder, "-s", "install", *packages).stdout.splitlines()
                 if line.startswith("Inst ")]
        wanted = [n for n in names if not NOT_NEEDED.match(n)]
        if wanted:
            answer = fetch(folder, wanted)
            if answer.returncode == 0:
                return sorted(os.path.join(folder, "archives", f) for f in os.listdir(f"{folder}/archives")
                              if f.endswith(".deb"))
        if attempt == "now":
            # a fresh system has no package lists, and old lists name packages that are gone
            subprocess.run(["apt-get", "-q", "update"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    raise CannotFetch(f"apt-get could not download {' '.join(packages)}:\n{answer.stdout if wanted else 'not found'}")


def fetch(folder, names):
    done = subprocess.run(
        ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *names], cwd=f"{folder}/archives",
        env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False)
    return done


def unpack(deb, root):
    """As dpkg would lay the files out on a system with merged /usr."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as tar:
        subprocess.run(["tar", "-x", "--keep-directory-symlink", "-C", root]
                       + [f"--exclude=./{p}" for p in LEFT_OUT], stdin=tar.stdout, check=True)
    if tar.returncode:
        raise CannotFetch(f"dpkg-deb failed on {deb}")


def device(path, major, minor):
    """A device file, or a plain one where making or opening devices is forbidden (the servers can live with that)."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(path, 0o666)
        with open(path, "rb"):
            return
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    with open(path, "wb") as f:
        f.write(os.urandom(4096) if minor > 3 else b"")
    os.chmod(path, 0o666)


def skeleton(root):
    os.makedirs(root, mode=0o755)
    for d in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/lib32", "usr/libx32", "dev", "etc", "tmp", "run",
              "var/empty", "var/spool", "var/lib", "var/log", "proc"):
        os.makedirs(os.path.join(root, d), mode=0o755)
    for d in ("bin", "sbin", "lib", "lib64", "lib32", "libx32"):
        os.symlink("usr/" + d, os.path.join(root, d))
    os.symlink("/run", os.path.join(root, "var/run"))
    os.chmod(os.path.join(root, "tmp"), 0o1777)


def template(name, packages):
    """The folder with these packages unpacked, made at the first call."""
    cache = cache_folder()
    key = hashlib.sha256("\n".join([FORMAT, release(), *packages]).encode()).hexdigest()[:12]
    root = os.path.join(cache, f"root-{name}-{key}")
    with locked(os.path.join(cache, "lock")):
        if os.path.isdir(root):
            return root
        with tempfile.TemporaryDirectory(prefix="making-", dir=cache) as making:
            debs = download(making, packages)
            new = os.path.join(making, "root")
            skeleton(new)
            for deb in debs:
                unpack(deb, new)
            os.rename(new, root)
    return root


def instance(name, packages, where, users=()):
    """A root of its own for one server, at the folder `where` (in the cache's file system), with these users.

    users: (name, number) pairs beside root, each with a group of the same name and number."""
    base = template(name, packages)
    subprocess.run(["cp", "-a", "--link", base, where], check=True)
    for path in ("etc/passwd", "etc/group", "etc/hosts", "etc/nsswitch.conf", "etc/shells", "etc/resolv.conf"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(where, path))  # a hard link: never write through it
    users = (*users, ("nobody", 65534))
    put(where, "etc/passwd", "root:x:0:0:root:/:/bin/false\n"
        + "".join(f"{u}:x:{n}:{n}::/var/empty:/bin/false\n" for u, n in users))
    put(where, "etc/group", "root:x:0:\n" + "".join(f"{u}:x:{n}:\n" for u, n in users))
    put(where, "etc/hosts", "127.0.0.1 localhost\n")
    put(where, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
    put(where, "etc/resolv.conf", "nameserver 127.0.0.1\n")
    for path, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
        device(os.path.join(where, "dev", path), 1, minor)
    return where


def put(root, path, text, mode=0o644):
    """Writes a file of an instance anew (never into a hard link of the cache)."""
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(full)
    with open(full, "w", encoding="utf-8") as f:
        os.fchmod(f.fileno(), mode)
        f.write(text)
    long_ago = os.stat(full).st_mtime - 60  # Postfix waits seconds for a file that has just changed
    os.utime(full, (long_ago, long_ago))
    return full


def remove(where):
    shutil.rmtree(where, ignore_errors=True)
