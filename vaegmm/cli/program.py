"""What the program is called: as the user typed it, in usage, errors and advice."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def program(command: str = "") -> str:
    """Return the name under which a command was started.

    That is `python -m vaegmm COMMAND`, `vaegmm COMMAND` by the installed script, or `train.py` and
    `evaluate.py` by their doors.
    """
    started = Path(sys.argv[0]).name
    if is_door(command):
        return started
    name = "vaegmm" if started.removesuffix(".exe") == "vaegmm" else "python -m vaegmm"
    return f"{name} {command}".rstrip()


def advise(command: str) -> str:
    """Return how to start a command as this one was started, for messages that say what to do."""
    return f"python {shlex.quote(sys.argv[0])}" if is_door(command) else program(command)


def is_door(command: str) -> bool:
    """Whether a command was started by its own file, such as train.py."""
    return Path(sys.argv[0]).name == f"{command}.py"
