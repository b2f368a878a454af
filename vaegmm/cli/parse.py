"""What the subcommands share: parsing by dataclass, and errors as one line."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

import tyro

from vaegmm.hub.errors import HubWarning

T = TypeVar("T")


def parse(cls: type[T], argv: Sequence[str] | None, prog: str, default: T | None = None) -> T:
    """Parse a command line into a dataclass; nested settings carry no prefix.

    `default` replaces the dataclass's own defaults, for example by those of a TOML file.
    """
    config = (tyro.conf.OmitArgPrefixes, tyro.conf.FlagCreatePairsOff)
    if default is None:
        return tyro.cli(cls, args=argv, prog=prog, config=config)
    return tyro.cli(cls, args=argv, prog=prog, default=default, config=config)


def is_main_process() -> bool:
    """Whether this process is the only one, or the first that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


def say(text: str) -> None:
    """Print a line at once, in the main process alone.

    A reader that has left (`| head`) ends the talk, not the work.
    """
    if not is_main_process():
        return
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _silence()


def _silence() -> None:
    """Send what is still to be printed nowhere; else Python complains when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _telling_of_the_hub(prog: str) -> Iterator[None]:
    """Say in one line, too, that the hub failed and the cache serves."""
    show = warnings.showwarning

    def say_it(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, HubWarning):
            print(f"{prog}: {message}", file=sys.stderr)
        else:
            show(message, category, filename, lineno, file, line)

    warnings.showwarning = say_it
    try:
        yield
    finally:
        warnings.showwarning = show


def run(command: Callable[[], None], prog: str) -> int:
    """Run a command; what the user can mend becomes one line on stderr and exit code 2."""
    try:
        with _telling_of_the_hub(prog):
            command()
    except ValueError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # a long --help
        _silence()
    except OSError as error:  # a folder that cannot be written, a disk that is full
        where = f"{error.filename}: " if error.filename else ""
        print(f"{prog}: {where}{error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"{prog}: stopped{'; ' if stop.args else ''}{stop}", file=sys.stderr)
        return 130
    return 0
