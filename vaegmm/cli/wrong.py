"""What is said of a wrong command line: one sentence in our words, not in the parser's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_SIGNS = 300  # of what was typed
SUGGESTION = re.compile(" (Perhaps you meant|Arguments similar to)")
MISSING = re.compile(" {5}[^ ]")  # a name of what is missing; text about it stands further in
NAME = re.compile("(?:Error parsing|for argument) '?([a-z_-]+)")
GIVEN = re.compile(r"(?:from|arguments:) \[(.+)\]|(?:base 10|to float): (.+)|choice (.+) for ")


@dataclass(frozen=True)
class Option:
    """What stands for an option's values in help, and what they have to be."""

    name: str  # "--dims"; "" of what is given by its place alone
    values: str  # "DIM DIM"
    kind: str  # of each value, "whole number"; "" of words
    choices: tuple[str, ...]

    def tell(self) -> str:
        """Return what it takes, as the beginning of a sentence."""
        takes = f"{self.name} takes" if self.name else "expected"
        is_many = " " in self.values
        if self.choices:
            return f"{takes} {'any' if is_many else 'one'} of {', '.join(self.choices)}"
        kinds = f"{self.kind}s" if is_many else f"a {self.kind}"
        return f"{takes} {self.values}{f' ({kinds})' if self.kind else ''}"


def check_words(argv: Sequence[str], options: Mapping[str, Option]) -> None:
    """Refuse what the parser would take for -o and its value: -overwrite wrote to "verwrite".

    Raises:
        ValueError: says which option may have been meant.
    """
    for word in argv:
        if "-o" in options and re.match("-o[A-Za-z]", word):
            long = f"-{word}"
            near = [name for name in options if name.startswith(long)]
            near += difflib.get_close_matches(long, options, n=1)
            hint = f"did you mean {near[0]}?" if near else "-o takes its value as the next word"
            raise ValueError(f"unknown option {word!r}; {hint}")


def unbox(box: str, prog: str, options: Mapping[str, Option]) -> str:
    """Return what tyro's box says, and the option that it suggests.

    Args:
        box: lines with a frame.
        prog: the program's name, for a hint.
        options: by what tyro calls them.
    """
    title, *rows = (row.strip("│").rstrip() for row in box.splitlines()[:-1])
    rules = [number for number, row in enumerate(rows) if row and not row.strip(" ─")]
    said = rows[: rules[0]] if rules else rows
    if "Required" in title:
        said = ["missing:", ", ".join(row.strip() for row in said if MISSING.match(row))]
    words = " ".join(row.strip() for row in said).partition("  Got errors")[0].rstrip(".")
    meant = [rows[i + 1].strip() for i, row in enumerate(rows[:-1]) if SUGGESTION.match(row)]
    hint = f"did you mean {meant[0]}?" if meant else f"see {prog} --help"
    said_in_full = _translate(words, options)
    return f"{said_in_full[:MAX_SIGNS]}{'...' if said_in_full[MAX_SIGNS:] else ''}; {hint}"


def _translate(words: str, options: Mapping[str, Option]) -> str:
    """Say in our words that an option's values are wrong; else leave what is said."""
    name, given = NAME.search(words), GIVEN.search(words)
    option = options.get(name[1]) if name else None
    if option is None:
        return f"{words[:1].lower()}{words[1:]}"
    few = "too few values" if " " in option.values else "no value"
    return f"{option.tell()}, got {next(filter(None, given.groups())) if given else few}"
