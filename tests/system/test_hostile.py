#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Hostile mail against the caged reader: each kind of tests/hostile ends soon, small, with the outcome stated there, and
harms nothing but a reader: the ordinary mail behind it is read at once.

With names of kinds as arguments only these are run. In a build with sanitizers time and memory are not judged."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "hostile"))

import generate
from rig import tap

BUILD = os.environ.get("CASEMAIL_BIN", os.curdir)
CPU_MS, MEMORY_KB = 1000, 128 * 1024
LEAST = 150
PIECE = 60  # so many on disk at a time


def is_sanitized():
    with open(os.path.join(BUILD, "config.h"), encoding="utf-8") as f:
        return "#define SANITIZED 1" in f.read()


def complaints(name, expected, outcome, cpu, memory, after):
    if outcome != expected:
        yield f"{name}: {outcome}, expected {expected}"
    if after != "well":
        yield f"{name}: the mail behind it was not read"
    if not is_sanitized():
        if cpu > CPU_MS:
            yield f"{name}: {cpu:.0f} ms of CPU"
        if memory > MEMORY_KB or memory <= 0:
            yield f"{name}: {memory} KB of memory"


def probe(kinds, folder):
    """The results of reader_probe for these kinds: (name, expected, outcome, ms, KB, after)."""
    table = []
    for name, form, expected, make in kinds:
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(make())
        table.append(f"{form}\t{expected}\t{path}\n")
    run = subprocess.run([os.path.join(BUILD, "reader_probe")], input="".join(table), capture_output=True, text=True, timeout=1800, check=False)
    lines = [line.split("\t") for line in run.stdout.splitlines()]
    tap.equal(run.returncode, 0, f"status of reader_probe: {run.stderr[-400:]}")
    tap.equal(len(lines), len(kinds), "results")
    for (name, _, expected, _), (_, outcome, cpu, memory, after, path) in zip(kinds, lines):
        os.unlink(path)
        yield name, expected, outcome, float(cpu), int(memory), after


def test_each_kind_ends_soon_and_small(folder):
    chosen = [k for k in generate.kinds() if not NAMES or k[0] in NAMES]
    tap.check(NAMES or len(chosen) >= LEAST, f"only {len(chosen)} kinds")
    bad, slowest, largest = [], (0, ""), (0, "")
    for start in range(0, len(chosen), PIECE):
        for result in probe(chosen[start:start + PIECE], folder):
            slowest = max(slowest, (result[3], result[0]))
            largest = max(largest, (result[4], result[0]))
            bad.extend(complaints(*result))
    tap.diag(f"{len(chosen)} kinds; most CPU {slowest[0]:.0f} ms ({slowest[1]}); most memory {largest[0]} KB ({largest[1]})")
    tap.check(not bad, "\n".join(bad))


def test_casectl_reads_them_too(folder):
    # one of each outcome through the operator's tool, which starts the same process
    path = os.path.join(folder, "mail")
    for name in ("from-two-at", "head-two-from", "nested-10000", "html-div", "name-zero-width", "parts-200000"):
        _, _, expected, make = next(k for k in generate.kinds() if k[0] == name)
        with open(path, "wb") as f:
            f.write(make())
        run = subprocess.run([os.path.join(BUILD, "casectl"), "read", path], capture_output=True, text=True, timeout=60, check=False)
        tap.equal(run.returncode, 0, f"{name}: status of casectl read: {run.stderr}")
        tap.equal(json.loads(run.stdout).get("malformed") or "reading", expected, name)


def test_what_breaks_a_reader_is_quarantined(folder):
    # a limit of CPU below what the mail needs can not be set; a reader that is refused memory is the same case
    if is_sanitized():
        tap.skip("no address-space limit in this build")
    path = os.path.join(folder, "mail")
    with open(path, "wb") as f:
        f.write(next(k[3] for k in generate.kinds() if k[0] == "size-30mb-letters")())
    run = subprocess.run([os.path.join(BUILD, "reader_probe"), "64"], input=f"message\tquarantined\t{path}\n", capture_output=True, text=True,
                         timeout=120, check=False)
    tap.equal(run.returncode, 0, f"status of reader_probe: {run.stderr[-400:]}")
    _, outcome, _, _, after, _ = run.stdout.rstrip("\n").split("\t")
    tap.equal((outcome, after), ("quarantined", "well"), "outcome, and the mail behind it")


class Folder(str):
    """A folder's path, with what tap asks for: logs, of which there are none."""

    class scratch:
        @staticmethod
        def logs():
            return []


@contextlib.contextmanager
def made():
    with tempfile.TemporaryDirectory(prefix="casemail-hostile.") as folder:
        yield Folder(folder)


if __name__ == "__main__":
    NAMES = [n for n in sys.argv[1:] if not n.startswith("test_")]
    sys.argv[1:] = [n for n in sys.argv[1:] if n.startswith("test_")] or (["test_each_kind_ends_soon_and_small"] if NAMES else [])
    tap.main(__name__, made)
