"""How every command runs: parsed, done, said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from vaegmm.cli.answer import Answer, answering
from vaegmm.cli.parse import parse, run
from vaegmm.cli.program import advise, program


class Arguments(Protocol):
    """A command's options, a dataclass."""

    @property
    def json(self) -> bool:
        """Whether results are said as JSON."""


A = TypeVar("A", bound=Arguments)


def run_command(
    name: str, cls: type[A], work: Callable[[A, Answer], None], argv: Sequence[str] | None
) -> int:
    """Run a command; return its exit code.

    Args:
        name: of the command.
        cls: its options.
        work: does it, and says its results.
        argv: what follows the name; the process's own arguments when not given.
    """
    prog = program(name)

    def command() -> None:
        arguments = parse(cls, argv, prog, command=advise(name))
        with answering(arguments.json) as answer:
            work(arguments, answer)

    return run(command, prog)
