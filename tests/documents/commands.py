"""Shell blocks as commands, one by one. Runs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.documents.fences import Fence, all_fences

LOOP = re.compile(r"for (\w+) in ([^;]+?)\s*; do (.+?)\s*;? done")
INSTALLED = re.compile(r"^((?:\w+=\S+ )*)vaegmm ")


@dataclass(frozen=True)
class Command:
    """One command of a document.

    Attributes:
        file, line: where it begins.
        text: on one line, without comment and prompt.
        section: heading that it stands under.
    """

    file: str
    line: int
    text: str
    section: str = ""

    @property
    def place(self) -> str:
        """Where it is, and what, as a test is named."""
        return f"{self.file}:{self.line} {self.text}"

    @property
    def spelled_out(self) -> str:
        """The same as a checkout understands it: the installed command is `python -m vaegmm`."""
        text = INSTALLED.sub(r"\1python -m vaegmm ", self.text)
        return re.sub(r"python -m vaegmm (train|evaluate)\b", r"python \1.py", text)


def is_script(fence: Fence) -> bool:
    """Whether a block's lines need each other: one sets a variable that another uses."""
    return fence.language == "sh" and re.search(r"^\s*\w+=\$\(", fence.text, re.M) is not None


def read_commands(fence: Fence) -> list[Command]:
    """Return the commands of a shell block: continued lines joined, loops unrolled."""
    found: list[Command] = []
    begun: list[str] = []
    for number, raw in enumerate(fence.text.splitlines(), fence.line):
        line = cut_comment(raw).strip().removeprefix("$ ")
        if not line and not begun:
            continue
        if not begun:
            start = number
        is_continued = line.endswith("\\")
        begun.append(line.removesuffix("\\").strip())
        joined = " ".join(begun)
        if is_continued or (joined.startswith("for ") and not joined.endswith("done")):
            continue
        found += [Command(fence.file, start, one, fence.section) for one in unroll(joined)]
        begun = []
    if begun:
        raise ValueError(f"{fence.place}: the command is not finished: {' '.join(begun)}")
    return found


def cut_comment(line: str) -> str:
    """Return a line up to its comment."""
    quote = ""
    for place, sign in enumerate(line):
        if sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote = sign
        elif not quote and sign == "#" and line[:place].endswith(("", " ")[place > 0]):
            return line[:place]
    return line


def unroll(text: str) -> list[str]:
    """Return a line's commands: parts joined by &&, and those of a loop once for each value."""
    if loop := LOOP.fullmatch(text):
        bodies = [loop[3].replace(f"${loop[1]}", value) for value in loop[2].split()]
        return [one for body in bodies for one in unroll(body)]
    return [part.strip().removesuffix("&").strip() for part in text.split("&&")]


def all_commands() -> list[Command]:
    """Return the commands of all documents; what stands in several, once."""
    shells = [fence for fence in all_fences() if fence.language == "sh" and not is_script(fence)]
    found: dict[str, Command] = {}
    for fence in shells:
        for command in read_commands(fence):
            found.setdefault(command.spelled_out, command)
    return list(found.values())
