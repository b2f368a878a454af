"""Files and folders that are whole or not there: written beside the target, then moved there.

What is being written is held by its process, by a lock of the system's that dies with it. So what a
killed process left is told from what another is writing now.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

UNFINISHED = ".unfinished"  # ending of a folder that is being filled
# What a file system says that keeps no such locks: some that lie on other machines.
NO_LOCKS = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


def readable_name(path: Path) -> str:
    """Return the name of a file or folder as text that can be written down and sent.

    Where the system's words are not in UTF-8 (the locale "C"), Python keeps bytes that it cannot
    read as lone surrogates, which no encoding takes.
    """
    return os.fsencode(path.name).decode(errors="replace")


@contextmanager
def holding(path: Path) -> Iterator[bool]:
    """Hold a file or folder until the block ends, and tell whether no other process has it.

    Where the system has no such locks (Windows, some network folders) nobody is told apart, and
    everything can be had.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    if sys.platform == "win32":
        yield True
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        yield _is_locked_by(handle)
    finally:
        os.close(handle)


def _is_locked_by(handle: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
    return True


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; `path` becomes that file only if no error occurs.

    What killed processes left beside it goes first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    temporary = _name_beside(path.parent, f".{path.name}.", path.suffix)
    try:
        temporary.touch(0o600, exist_ok=False)
        with holding(temporary):
            yield temporary
            temporary.chmod(0o644)  # whole now, and the next user's as well
            with temporary.open("rb") as file:
                os.fsync(file.fileno())  # else the name might outlive a power cut, not the bytes
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; `folder` becomes that one only if no error occurs.

    A power cut soon after may still empty files; to force each of a million onto the disk takes
    longer than to make them.

    Raises:
        OSError: it exists and is not empty, or cannot be written.
        ValueError: another process is filling it.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    refuse_company(folder, UNFINISHED)
    with temporary_folder(folder.parent, f".{folder.name}.", UNFINISHED) as temporary:
        yield temporary
        temporary.chmod(0o755)  # whole now, and the next user's as well
        os.replace(temporary, folder)


@contextmanager
def temporary_folder(parent: Path, prefix: str, suffix: str = "") -> Iterator[Path]:
    """Give an empty folder, which is gone when the block ends.

    Those that killed processes left, with this prefix and suffix, go first.
    """
    _sweep(parent, prefix, suffix)
    folder = _name_beside(parent, prefix, suffix)
    try:
        folder.mkdir(0o700)
        with holding(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(path: Path) -> None:
    """Remove what `replacing` left beside a file when its process was killed."""
    _sweep(path.parent, f".{path.name}.", path.suffix)


def refuse_company(path: Path, suffix: str | None = None) -> None:
    """Refuse to write what another process is writing; what killed ones left beside it goes.

    Args:
        path: the target.
        suffix: of what is written in its stead; the target's own when not given.

    Raises:
        ValueError: says what to do.
    """
    if _sweep(path.parent, f".{path.name}.", path.suffix if suffix is None else suffix):
        raise ValueError(
            f"{path} is being written by another process; wait for its end, or give another name"
        )


def _name_beside(parent: Path, prefix: str, suffix: str) -> Path:
    """Name what nobody else has, before it is there.

    So whoever makes it can remove it also when a signal comes while it is made: the names that
    mkstemp and mkdtemp give are known only afterwards.
    """
    return parent.absolute() / f"{prefix}{secrets.token_hex(4)}{suffix}"


def _sweep(parent: Path, prefix: str, suffix: str) -> bool:
    """Remove what killed processes left; return whether there is something of a living one."""
    is_busy = False
    # Exactly the names that `_name_beside` gives: what a person calls nearly so is not ours.
    for path in parent.glob(f"{glob.escape(prefix)}{'?' * 8}{glob.escape(suffix)}"):
        # Gone meanwhile, or another user's.
        with suppress(FileNotFoundError, PermissionError), holding(path) as is_left:
            if not is_left:
                is_busy = True
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return is_busy


def write_json(path: Path, value: object) -> None:
    """Write a value as readable JSON; NaN and infinity are refused, since JSON has neither."""
    text = json.dumps(value, indent=2, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
