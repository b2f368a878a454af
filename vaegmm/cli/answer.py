"""What a command has to say in the end: in words, or as JSON that stands alone on stdout."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Protocol, TextIO

from vaegmm.cli.parse import say

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Answer(Protocol):
    """Says results, one by one."""

    def __call__(self, values: Mapping[str, object], words: str = "") -> None:
        """Say the values as JSON, or else the words where there are any."""


class _Page(io.TextIOBase):
    """A stream that is no terminal, whatever lies beneath it: no progress bar shows there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(text)
        self._stream.flush()
        return len(text)


@contextmanager
def answering(as_json: bool) -> Iterator[Answer]:
    """Give a function that says results, each in a line.

    With JSON, whatever else is printed meanwhile goes to stderr, and bars are not shown.
    """
    out = sys.stdout

    def answer(values: Mapping[str, object], words: str = "") -> None:
        if as_json:
            with redirect_stdout(out):
                say(json.dumps(values, allow_nan=False))
        elif words:
            say(words)

    if not as_json:
        yield answer
        return
    page = _Page(sys.stderr)
    with redirect_stdout(page), redirect_stderr(page):
        yield answer


def settings_of(arguments: DataclassInstance) -> dict[str, object]:
    """Return a command's options by name, for its JSON: what was asked for."""
    values = dataclasses.asdict(arguments)
    del values["json"]
    return values
