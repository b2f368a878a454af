"""Web pages of tables and pictures that need no other file."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path

from vaegmm.files import replacing

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1240px;margin:2rem auto;padding:0 1rem}
img{max-width:100%;background:#fff}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px}
td,th{padding:.3rem .5rem;border-bottom:1px solid #8886;text-align:right;white-space:nowrap}
td:first-child,th:first-child{text-align:left}:root{color-scheme:light dark}p{max-width:46rem}
h1,h2{overflow-wrap:anywhere}figure{margin:1rem 0}"""


def heading(text: str, level: int) -> str:
    """Return a heading of level 1 to 6."""
    return f"<h{level}>{html.escape(text)}</h{level}>"


def paragraph(text: str) -> str:
    """Return a paragraph of plain text."""
    return f"<p>{html.escape(text)}</p>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that scrolls by itself where the page is narrow."""
    lines = [_row("th", head), *(_row("td", row) for row in rows)]
    return f"<div class=wide><table>{''.join(lines)}</table></div>"


def picture(path: Path, what: str) -> str:
    """Return a PNG with a line that says what it shows, inside the page itself."""
    data = base64.b64encode(path.read_bytes()).decode()
    what = html.escape(what)
    image = f'<img alt="{what}" src="data:image/png;base64,{data}">'
    return f"<figure><figcaption>{what}</figcaption>{image}</figure>"


def write_page(title: str, parts: Sequence[str], path: Path) -> None:
    """Write a page, whole or not at all."""
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
    meta = '<meta name=viewport content="width=device-width">'
    write_text(f"{head}<style>{STYLE}</style>{meta}{''.join(parts)}</html>\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a text file, whole or not at all; a file's name in it that is no text gets "?" s."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", "replace"))


def as_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as aligned text: the first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (head, *rows)
    )


def _row(tag: str, texts: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in texts)}</tr>"
