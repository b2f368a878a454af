"""The part of a document that the command writes; the prose around it is a person's."""

from __future__ import annotations

from pathlib import Path

from benchmarks.clusters.pictures import Picture
from benchmarks.clusters.tables import Table
from vaegmm.evaluation.markdown import escape, picture, table
from vaegmm.evaluation.page import write_text

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def check_document(path: Path) -> None:
    """Refuse a document that has no place for the figures.

    Raises:
        ValueError: it is not there, or has not one line of each kind, in their order.
    """
    _cut(path)


def write_figures(
    path: Path, tables: list[Table], notes: list[str], pictures: list[Picture]
) -> None:
    """Write tables and pictures between a document's two lines; the rest stays as it is.

    Args:
        path: the document.
        tables: in their order.
        notes: sentences that follow the tables.
        pictures: in a folder below the document's.

    Raises:
        ValueError: as `check_document`.
    """
    before, after = _cut(path)
    parts = [f"{one.title}\n\n{table(one.head, one.rows)}" for one in tables]
    parts += ["\n".join(f"- {escape(note)}" for note in notes)] if notes else []
    parts += [
        f"{one.caption}\n\n{picture(one.path.relative_to(path.parent).as_posix(), one.what)}"
        for one in pictures
    ]
    write_text("\n\n".join([before, *parts, after]), path)


def _cut(path: Path) -> tuple[str, str]:
    """Return the text up to the first line and from the second one on, those included."""
    if not path.is_file():
        raise ValueError(
            f"no document {path}; give another --document, or write one with the lines {BEGIN!r} "
            f"and {END!r}"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    begins, ends = ([i for i, line in enumerate(lines) if line == mark] for mark in (BEGIN, END))
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise ValueError(
            f"{path} must have one line {BEGIN!r} and below it one line {END!r}; write both where "
            "the figures are to stand"
        )
    return "\n".join(lines[: begins[0] + 1]), "\n".join([*lines[ends[0] :], ""])
