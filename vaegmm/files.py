"""Files and folders that are whole or not there: written beside the target, then moved there."""

from __future__ import annotations

import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"  # ending of a folder that is being filled


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
    """Remove what `replacing` left beside a file when its process was killed.

    One process at a time writes a file: what another is just writing would go, too.
    """
    name, ending = glob.escape(path.name), glob.escape(path.suffix)
    # Exactly the names that mkstemp gives: what a person calls nearly so is not ours.
    for leftover in path.parent.glob(f".{name}.{'?' * 8}{ending}"):
        leftover.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; `folder` becomes that one only if no error occurs.

    What an earlier process left beside it, being killed, goes first: one process at a time fills a
    folder. A power cut soon after may still empty files; to force each of a million onto the disk
    takes longer than to make them.

    Raises:
        OSError: it exists and is not empty, or cannot be written.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in folder.parent.glob(f".{glob.escape(folder.name)}.{'?' * 8}{UNFINISHED}"):
        shutil.rmtree(leftover)
    temporary = Path(tempfile.mkdtemp(UNFINISHED, f".{folder.name}.", folder.parent))
    try:
        yield temporary
        temporary.chmod(0o755)  # mkdtemp's own 0700 would hide it from the next user
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_json(path: Path, value: object) -> None:
    """Write a value as readable JSON; NaN and infinity are refused, since JSON has neither."""
    text = json.dumps(value, indent=2, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
