# SPDX-License-Identifier: ISC
"""TAP for system tests: each function of a file whose name starts with test_ is one case, in the order written.

    if __name__ == "__main__":
        tap.main(__name__, make=start_the_rig)

make() gives a context manager; every case is called with what it yields. A case fails when it raises;
check() raises with both values. After a failure the ends of all logs follow as diagnostics.
"""

import os
import sys
import time
import traceback


class Failed(AssertionError):
    pass


class Skipped(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failed(text)


def equal(got, wanted, what):
    if got != wanted:
        raise Failed(f"{what}: got {got!r}, wanted {wanted!r}")


def skip(reason):
    raise Skipped(reason)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def diag(text):
    for line in text.splitlines():
        say("# " + line)


def tails(logs, lines=25):
    for path in logs:
        try:
            with open(path, "rb") as f:
                text = f.read()[-8192:].decode("utf-8", "replace").splitlines()[-lines:]
        except OSError:
            continue
        diag(f"--- {path}")
        diag("\n".join(text))


def run(number, name, case, argument):
    """Runs one case; returns whether it did not fail."""
    title = name.removeprefix("test_").replace("_", " ")
    begun = time.monotonic()
    try:
        case(argument)
    except Skipped as e:
        say(f"ok {number} - {title} # SKIP {e}")
        return True
    except Exception as e:  # a case may fail in any way
        say(f"not ok {number} - {title}")
        diag(str(e) if isinstance(e, Failed) else traceback.format_exc())
        return False
    say(f"ok {number} - {title} ({time.monotonic() - begun:.1f} s)")
    return True


def unwatched(case):
    """A case about memory or the reader's cage: no part of the plan where sanitizers or valgrind watch the programs, which
    then run without those limits."""
    case.unwatched = True
    return case


def main(module, make):
    watched = os.environ.get("CASEMAIL_WRAPPER") or "ASAN_OPTIONS" in os.environ
    cases = [(n, f) for n, f in vars(sys.modules[module]).items()
             if n.startswith("test_") and callable(f) and not (watched and hasattr(f, "unwatched"))]
    wanted = sys.argv[1:]
    cases = [(n, f) for n, f in cases if not wanted or n in wanted]
    say(f"1..{len(cases)}")
    bad = 0
    try:
        with make() as made:
            for number, (name, case) in enumerate(cases, 1):
                if not run(number, name, case, made):
                    bad += 1
                    tails(made.scratch.logs())
    except Exception:  # the servers did not start or did not end: none of it counts as passed
        diag(traceback.format_exc())
        say("Bail out! the servers failed")
        sys.exit(99)
    sys.exit(1 if bad else 0)
