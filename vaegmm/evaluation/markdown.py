"""Markdown that text from outside cannot break: file names, and words out of a config."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST = 200  # characters of a text from outside that are shown
# What begins something in Markdown, HTML or a formula when it stands within a line.
SIGNS = re.compile(r"[\\`*_\[\]{}<>|~&$@:!#^=]")
# "https:" is broken by its escaped colon; this needs none to become a link.
BARE_LINK = re.compile(r"\bwww(?=\.)", re.IGNORECASE)


def as_line(text: str) -> str:
    """Return a text as one line without signs that do not show, cut where it is too long."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(shown.split())
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"


def escape(text: str) -> str:
    """Return a text as one line of Markdown in which nothing is more than it seems."""
    return BARE_LINK.sub(r"\g<0>\\", SIGNS.sub(r"\\\g<0>", as_line(text)))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def picture(name: str, what: str) -> str:
    """Return a picture that lies beside the page.

    Args:
        name: of its file.
        what: one sees on it, in words without brackets.
    """
    return f"![{what}]({name})"
