"""What the documents hold that can be run or looked up: fenced blocks, links, commands in the text.

Reads Markdown as GitHub does, as far as these documents go. Runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *(name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md") if (ROOT / name).exists()),
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")),
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("weights/*/README.md")),
)
INDENTED = "indented"  # the language of a block that is set off by four spaces

FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*(\S*)\s*$")
ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
SOURCE = re.compile(r'<img src="([^"]+)"')
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


@dataclass(frozen=True)
class Fence:
    """A block of code.

    Attributes:
        file: the document, from the repository's folder.
        line: of the first line of the text, from 1.
        language: as it is given after the fence; "indented" where there is none.
        text: without the indentation that it has as part of a list.
        section: heading that it stands under, or "".
    """

    file: str
    line: int
    language: str
    text: str
    section: str = ""

    @property
    def place(self) -> str:
        """Where it is, as an editor takes it."""
        return f"{self.file}:{self.line}"


def read_fences(text: str, file: str) -> list[Fence]:
    """Return the blocks of a document, in their order.

    Raises:
        ValueError: a fence that is never closed.
    """
    found: list[Fence] = []
    lines = text.splitlines()
    section, in_list, number = "", False, 0
    while number < len(lines):
        line = lines[number]
        if fence := FENCE.match(line):
            end = _find_end(lines, number, fence[2], file)
            inside = [one.removeprefix(fence[1]) for one in lines[number + 1 : end]]
            found.append(Fence(file, number + 2, fence[3], "\n".join(inside), section))
            number = end + 1
            continue
        if heading := HEADING.match(line):
            section, in_list = heading[1], False
        elif ITEM.match(line):
            in_list = True
        elif line[:1].strip() and not lines[number - 1].strip():  # a paragraph ends a list
            in_list = False
        if line.startswith("    ") and not in_list and not lines[number - 1].strip():
            end = number
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            inside = [one[4:] for one in lines[number:end]]
            found.append(Fence(file, number + 1, INDENTED, "\n".join(inside).rstrip(), section))
            number = end
            continue
        number += 1
    return found


def _find_end(lines: list[str], start: int, mark: str, file: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == mark:
            return number
    raise ValueError(f"{file}:{start + 1}: the block is never closed; write {mark} below it")


def strip_blocks(text: str, file: str) -> str:
    """Return a document without its blocks, line by line as long as before."""
    lines = text.splitlines()
    for fence in read_fences(text, file):
        n = fence.text.count("\n") + 1
        first = fence.line - 1 if fence.language == INDENTED else fence.line - 2
        last = fence.line - 1 + n if fence.language == INDENTED else fence.line + n
        lines[first:last] = [""] * (last - first)
    return "".join(f"{line}\n" for line in lines)


def find_links(text: str) -> list[str]:
    """Return where links and pictures lead to, but for those into the web."""
    text = CODE.sub("", text)
    found = [*LINK.findall(text), *SOURCE.findall(text)]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def find_anchors(text: str) -> set[str]:
    """Return the names that a document's headings can be linked by."""
    headings = [match[1] for line in text.splitlines() if (match := HEADING.match(line))]
    words = [re.sub(r"[^\w\- ]", "", LINK.sub("", heading).lower()) for heading in headings]
    return {one.strip().replace(" ", "-") for one in words}


def find_spoken_commands(text: str) -> list[str]:
    """Return the commands that stand in sentences, as `python ...` or `make ...`."""
    spans = (" ".join(span.split()) for span in CODE.findall(text))
    return [span for span in spans if re.match(r"(python|make|vaegmm) \S", span)]


def read_document(name: str) -> str:
    """Return a document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def all_fences() -> list[Fence]:
    """Return the blocks of all documents."""
    return [fence for name in DOCUMENTS for fence in read_fences(read_document(name), name)]
