"""Parsing by dataclass, words on stdout, and errors as one line; the page uses these, too."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

import tyro
from tyro.constructors import MISSING_NONPROP

from vaegmm.cli.explain import REGISTRY, describe, plainly, read_options
from vaegmm.cli.stop import stopping
from vaegmm.cli.wrong import check_words
from vaegmm.hub.errors import HubWarning

T = TypeVar("T")


def parse(
    cls: type[T],
    argv: Sequence[str] | None,
    prog: str,
    default: T | None = None,
    command: str | None = None,
) -> T:
    """Parse a command line into a dataclass; nested settings carry no prefix.

    Args:
        cls: the dataclass; docstrings, its own and its fields', are the help.
        argv: the command line; the process's own when not given.
        prog: the program's name, in usage and errors.
        default: replaces the dataclass's own defaults, for example by those of a TOML file.
        command: what examples begin with; prog when not given.

    Raises:
        ValueError: an option is unknown, missing or of another type.
    """
    argv = sys.argv[1:] if argv is None else argv
    options = read_options(cls)
    is_help = asks_for_help(argv)
    if not is_help:
        check_words(argv, options)
    with plainly(prog, options, is_help):
        return tyro.cli(
            cls,
            args=["--help"] if is_help else argv,  # whatever else is wrong
            prog=prog,
            description=describe(cls, command or prog),
            default=MISSING_NONPROP if default is None else default,
            config=(tyro.conf.OmitArgPrefixes, tyro.conf.FlagCreatePairsOff),
            registry=REGISTRY,
        )


def asks_for_help(argv: Sequence[str] | None) -> bool:
    """Whether a command line, the process's own when not given, asks for help."""
    return not {"-h", "--help"}.isdisjoint(sys.argv[1:] if argv is None else argv)


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
    except OSError as error:
        _silence(sys.stdout)
        if not isinstance(error, BrokenPipeError):  # a disk that is full
            raise


def _complain(text: str) -> None:
    """Print a line on stderr; where that cannot be written, the exit code still tells."""
    try:
        print(text, file=sys.stderr)
    except OSError:  # a disk that is full, a reader that has left
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Send what is still to be printed nowhere; else Python complains when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _replace_closed() -> None:
    """Put nothing in the place of streams that were closed before the start: Python has None."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _spell(error: UnicodeError) -> tuple[bytes, int]:
    """Spell what a stream has no signs for: a file's name as its bytes, all else as "?" s."""
    assert isinstance(error, UnicodeEncodeError)
    signs = error.object[error.start : error.end]
    spelt = (bytes([ord(s) & 0xFF]) if "\udc80" <= s <= "\udcff" else b"?" for s in signs)
    return b"".join(spelt), error.end


def _print_whatever_there_is() -> None:
    """Let no sign that a terminal does not know end a command, or spoil what it has done."""
    codecs.register_error("spell", _spell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="spell")


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
            _complain(f"{prog}: {message}")
        else:
            show(message, category, filename, lineno, file, line)

    warnings.showwarning = say_it
    try:
        yield
    finally:
        warnings.showwarning = show


@contextmanager
def _staying_stopped(came: list[int]) -> Iterator[None]:
    """What a signal left half done may fail to close, as an archive does: it was stopped still."""
    try:
        yield
    except (ValueError, OSError) as error:
        if not came:
            raise
        raise KeyboardInterrupt from error


def run(command: Callable[[], None], prog: str) -> int:
    """Run a command; what the user can mend becomes one line on stderr and exit code 2.

    Ctrl-C gives 130 and SIGTERM 143, as shells count.
    """
    _replace_closed()
    _print_whatever_there_is()
    with stopping() as came:
        try:
            with _telling_of_the_hub(prog), _staying_stopped(came):
                command()
        except ValueError as error:
            _complain(f"{prog}: {error}")
            return 2
        except BrokenPipeError:  # a long --help
            _silence(sys.stdout)
        except OSError as error:  # a folder that cannot be written, a disk that is full
            where = f"{error.filename}: " if error.filename else ""
            _complain(f"{prog}: {where}{error.strerror or error}")
            return 2
        except KeyboardInterrupt as stop:
            _complain(f"{prog}: stopped{'; ' if stop.args else ''}{stop}")
            return 128 + (came[-1] if came else signal.SIGINT)
    return 0
