#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The manual pages and the completions against what --help says: nothing is missing, and nothing is said that is not so."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig import casemail, tap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXTRA = {"--help", "--json"}  # every command has them


def text_of(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def said(name, *words):
    done = subprocess.run([casemail.program(name), *words], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


class Command:
    """What --help says of one command. options: name to the name of its value, or an empty text."""

    def __init__(self, name):
        self.name, self.help = name, said("casectl", *name.split(), "--help")
        usage = re.match(rf"usage: casectl {name}(.*)\n", self.help)
        self.words = usage.group(1).replace("[options]", "").strip()
        self.options, self.required, self.repeatable = {}, set(), set()
        for option, value, text in re.findall(r"^  --([\w-]+)(?: (\S.*?))?\s{2,}(.*)$", self.help, re.M):
            self.options[option] = value
            if "(must be given)" in text:
                self.required.add(option)
            if "(may be repeated)" in text:
                self.repeatable.add(option)
        self.example = re.search(r"^example: (.*)$", self.help, re.M).group(1)


def commands():
    names = re.findall(r"^  (\S+(?: \S+)?)\s{2,}\S", said("casectl", "--help"), re.M)
    tap.check(len(names) > 30, "the overview lists the commands")
    return {name: Command(name) for name in names}


def plain(text):
    """An mdoc line's words without its quotes and escapes."""
    return text.replace("\\(dq", '"').replace("\\e", "\\").replace("\\&", "")


class Manual:
    """The commands of casectl(8), read from its source: name to words, options, must, may, examples."""

    def __init__(self, text):
        self.commands, self.current, self.option = {}, None, None
        part = text.split(".Sh COMMANDS\n")[1].split("\n.Sh ")[0]
        for line in part.split("\n"):
            self.line(line)

    def line(self, line):
        option = re.match(r"\.It Fl -([\w-]+)(?: Ar (.*))?$", line)
        if line.startswith(".It Cm "):
            name, _, words = re.match(r"\.It Cm ([a-z-]+(?: [a-z]+)?)( (.*))?$", line).groups()
            self.current = self.commands[name] = types.SimpleNamespace(
                words=self.words(words or ""), has_options="Op Ar options" in line, options={}, must=set(), may=set(), examples=[])
        elif option:
            self.option = option.group(1)
            self.current.options[self.option] = plain(option.group(2) or "")
        elif line == "Must be given.":
            self.current.must.add(self.option)
        elif line == "May be repeated.":
            self.current.may.add(self.option)
        elif line.startswith(".Dl "):
            self.current.examples.append(plain(line[4:]))

    @staticmethod
    def words(text):
        text = text.replace("Op Ar options", "").replace(" | Cm ", "|").replace("Oo ", "[").replace(" Oc", "]")
        return text.replace("Ar ", "").strip()


def test_casectl_8_has_every_command_and_no_other(here):
    tap.equal(sorted(here.manual.commands), sorted(here.commands), "commands of casectl(8)")


def test_casectl_8_has_the_words_and_options_of_every_command(here):
    for name, command in here.commands.items():
        written = here.manual.commands[name]
        tap.equal(written.words, command.words, f"words of {name}")
        tap.equal(written.options, command.options, f"options of {name}")
        tap.equal(written.has_options, bool(command.options), f"{name} is written with options")
        tap.equal(written.must, command.required, f"options of {name} that must be given")
        tap.equal(written.may, command.repeatable, f"options of {name} that may be repeated")


def test_casectl_8_has_the_example_of_every_command(here):
    for name, command in here.commands.items():
        tap.check(command.example in here.manual.commands[name].examples, f"the example of {name}: {command.example}")


def test_examples_use_options_that_exist(here):
    for text in [e for written in here.manual.commands.values() for e in written.examples] + re.findall(
            r"^(casectl .*(?:\n    .*)*)", plain(text_of("src/ctl/casectl.8")).split(".Sh EXAMPLES")[1], re.M):
        words = shlex.split(text.replace("\\\n", " ").split("|")[-1 if text.startswith("echo") else 0])
        if words[1] == "--as":
            del words[1:3]
        name = " ".join(words[1:3]) if " ".join(words[1:3]) in here.commands else words[1]
        tap.check(name in here.commands, f"{text} names a command")
        used = {w[2:].split("=")[0] for w in words if w.startswith("--")}
        tap.check(used <= set(here.commands[name].options), f"{text} uses {used - set(here.commands[name].options)}")
        tap.check(here.commands[name].required <= used, f"{text} gives what must be given")


def test_casectl_8_lists_the_general_options(here):
    usage = said("casectl", "--help").split("\n", 1)[0]
    synopsis = text_of("src/ctl/casectl.8").split(".Sh DESCRIPTION")[0]
    for option in re.findall(r"--?[\w-]+", usage.replace("usage:", "")):
        tap.check(f"Fl {option[1:]}" in synopsis, f"{option} in the synopsis")


def test_every_command_tells_of_itself(here):
    for command in here.commands.values():
        tap.check(f"casectl {command.name}" in command.example, f"the example of {command.name} shows it")


def test_casemaild_8_has_the_options_of_casemaild(here):
    listed = said("casemaild", "--help")
    known = set(re.findall(r"(?<![\w-])(--?[a-z]+)", re.sub(r"^example.*$|\[-\w+\]", "", listed, flags=re.M)))
    known |= {"-" + letter for letter in re.search(r"\[-(\w+)\]", listed).group(1)}
    page = text_of("src/daemon/casemaild.8")
    options = page.split("The options are:\n")[1].split(".El\n")[0]
    written = {"-" + flag for line in re.findall(r"^\.It (Fl .*)$", options, re.M) for flag in re.findall(r"Fl (-?\w+)", line)}
    tap.equal(sorted(written), sorted(known), "options of casemaild(8)")


def complete_bash(*words, path=None):
    """What bash offers for the last of these words; path: a folder whose programs come first."""
    script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; _casectl; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", os.path.join(TOP, "contrib/completion/casectl.bash"), *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "PATH": f"{path or '/nonexistent'}:/usr/bin:/bin"})
    tap.equal(done.stderr, "", "what bash complains about")
    return sorted(w.strip() for w in done.stdout.split("\n") if w.strip())


def test_bash_completes_every_command_and_option(here):
    groups = sorted({name.split()[0] for name in here.commands})
    tap.equal([w for w in complete_bash("casectl", "") if not w.startswith("-")], groups, "groups")
    for group in groups:
        verbs = sorted(name.split()[1] for name in here.commands if name.split()[0] == group and " " in name)
        if verbs:
            tap.equal(complete_bash("casectl", group, ""), verbs, f"verbs of {group}")
    for name, command in here.commands.items():
        tap.equal(complete_bash("casectl", "-c", "x", *name.split(), "--"), sorted({"--" + o for o in command.options} | EXTRA),
                  f"options of {name}")


def test_bash_completes_the_statuses_of_the_configuration(here):
    with tempfile.TemporaryDirectory(prefix="completion-") as folder:
        with open(os.path.join(folder, "casectl"), "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\n[ \"$1 $2 $3 $4\" = '-c x case statuses' ] && printf 'IN WORK\\tNew\\nIN WORK\\tOld\\nDONE\\tNow\\n'\n")
        os.chmod(f.name, 0o755)
        for words in (("case", "list", "--status", ""), ("case", "status", "1", "")):
            tap.equal(complete_bash("casectl", "-c", "x", *words, path=folder), ["done", "in-work"], f"statuses for {' '.join(words)}")
    tap.equal(complete_bash("casectl", "case", "status", "1", "aw"), ["awaiting-info"], "without a configuration: the shipped ones")


def test_zsh_completes_every_command_and_option(here):
    """zsh itself need not be there: the table of the file is read."""
    text = text_of("contrib/completion/_casectl")
    table = dict(re.findall(r"^\t'([a-z-]+(?: [a-z]+)?)' '([^']*)'$", text, re.M))
    tap.equal(sorted(table), sorted(here.commands), "commands")
    for name, command in here.commands.items():
        wanted = {"--" + o + ("=" if v else "") for o, v in command.options.items()} | EXTRA
        tap.equal(sorted(table[name].split()), sorted(wanted), f"options of {name}")


@contextlib.contextmanager
def pages():
    nothing = types.SimpleNamespace(logs=lambda: [])
    yield types.SimpleNamespace(commands=commands(), manual=Manual(text_of("src/ctl/casectl.8")), scratch=nothing)


if __name__ == "__main__":
    tap.main(__name__, make=pages)
