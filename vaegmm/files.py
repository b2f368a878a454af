"""Files that are whole or not there: written beside the target, then moved into its place."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; `path` becomes that file only if no error occurs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)  # mkstemp's own 0600 would hide a model from the next user
        with temporary.open("rb") as file:
            os.fsync(file.fileno())  # else the name might outlive a power cut, and not the bytes
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove what `replacing` left beside a file when its process was killed."""
    for leftover in path.parent.glob(f".{path.name}.*{path.suffix}"):
        leftover.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write a value as readable JSON; NaN and infinity are refused, since JSON has neither."""
    text = json.dumps(value, indent=2, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
