#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Mail made to hurt a parser: every kind has a name, an outcome that is expected, and bytes.

    generate.py --list           name, kind of input and expected outcome of each, one a line
    generate.py --one NAME       its bytes on standard output
    generate.py FOLDER           one file each, and FOLDER/list: input, expected outcome and path, tab-separated

Expected is "reading" (read to the end, whatever it is worth), the code with which the guard refuses it, or
"quarantined" (it breaks its reader, twice). The same bytes come out of every run.
"""

import os
import sys

import compound
import flood

EXPECTED = ("reading", "quarantined")


def kinds():
    """All kinds, in order: (name, input, expected, function that gives the bytes)."""
    found = flood.kinds() + compound.kinds()
    names = [k[0] for k in found]
    assert len(set(names)) == len(names), "two kinds of one name"
    return found


def write_all(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "list"), "w", encoding="ascii") as table:
        for name, form, expected, make in kinds():
            path = os.path.join(folder, name)
            with open(path, "wb") as f:
                f.write(make())
            table.write(f"{form}\t{expected}\t{path}\n")


def main(words):
    if words == ["--list"]:
        for name, form, expected, _ in kinds():
            print(f"{name}\t{form}\t{expected}")
    elif len(words) == 2 and words[0] == "--one":
        sys.stdout.buffer.write(next(k[3]() for k in kinds() if k[0] == words[1]))
    elif len(words) == 1 and not words[0].startswith("-"):
        write_all(words[0])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
