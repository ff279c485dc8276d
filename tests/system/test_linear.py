#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Twice the input costs each scanning step of reading at most 2.6 times the instructions.

Instructions are counted by callgrind, so load changes nothing. In a build with sanitizers, which valgrind can not run,
it is left out: the plain build shows the same."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import tap

BUILD = os.environ.get("CASEMAIL_BIN", os.curdir)
MOST = 2.6
FLOOR = 200000  # instructions: below it what does not depend on the input counts for more
STEPS = {"guard", "mime", "charset", "html", "split", "machine", "reference", "verdict", "authentication", "record"}


def counts(folder):
    """{step/input: {size: instructions}} from the dumps that the probe asked for."""
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
            text = f.read()
        about = re.search(r"^desc: Trigger: Client Request: (\S+)/(\d+)$", text, re.M)
        total = re.search(r"^(?:totals|summary): (\d+)", text, re.M)
        if about and total:
            found.setdefault(about.group(1), {})[int(about.group(2))] = int(total.group(1))
    return found


def test_twice_the_input_costs_twice(folder):
    with open(os.path.join(BUILD, "config.h"), encoding="utf-8") as f:
        if "#define SANITIZED 1" in f.read():
            return
    subprocess.run(["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={folder}/out", "--dump-line=no",
                    os.path.join(BUILD, "tests/unit/linear_probe")], check=True, timeout=1200, capture_output=True)
    found = counts(folder)
    tap.equal({name.split("/")[0] for name in found}, STEPS | {"control"}, "steps")
    control = found.pop("control/0")
    tap.check(max(control.values()) > MOST * min(control.values()), f"the control, which is quadratic, was not found out: {control}")
    bad, worst = [], (0, "")
    for name, sizes in sorted(found.items()):
        tap.equal(len(sizes), 2, f"sizes of {name}")
        (_, one), (_, two) = sorted(sizes.items())
        if two > FLOOR:
            worst = max(worst, (two / one, name))
            if two > MOST * one:
                bad.append(f"{name}: {one} instructions, then {two}: {two / one:.2f} times")
    tap.diag(f"{len(found)} inputs; most growth {worst[0]:.2f} ({worst[1]})")
    tap.check(not bad, "\n".join(bad))


class Folder(str):
    """A folder's path, with what tap asks for: logs, of which there are none."""

    class scratch:
        @staticmethod
        def logs():
            return []


@contextlib.contextmanager
def made():
    with tempfile.TemporaryDirectory(prefix="casemail-linear.") as folder:
        yield Folder(folder)


if __name__ == "__main__":
    tap.main(__name__, made)
