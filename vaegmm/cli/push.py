"""Push a model's folder, with a model card, to a repository of the Hugging Face hub."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from tyro.conf import Positional, arg

from vaegmm.cli.answer import Answer, settings_of
from vaegmm.cli.command import run_command
from vaegmm.cli.options import Json
from vaegmm.cli.program import program
from vaegmm.hub.errors import HubError


@dataclass(frozen=True)
class PushArguments:
    """Push a model to a repository of the Hugging Face hub, where --weights user/name finds it.

    It gets a model card made from what is in the folder. Log in first with `hf auth login`, or set
    HF_TOKEN.
    """

    EXAMPLES: ClassVar = ("runs/digits148 user/digits", "runs/mine user/mine --private")

    folder: Annotated[str, Positional, arg(metavar="FOLDER")]
    """Folder of the model, such as a training leaves it."""
    name: Annotated[str, Positional, arg(metavar="USER/NAME")]
    """Repository; made where there is none."""
    private: bool = False
    """A repository that is made is seen by its owner alone."""
    json: Json = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("push", PushArguments, push, argv)


def push(arguments: PushArguments, answer: Answer) -> None:
    """Push a model, and say where it is then.

    Raises:
        HubError: it cannot be pushed.
        ValueError: no model in the folder, or no name of a repository.
    """
    begun = time.perf_counter()
    url = push_model(Path(arguments.folder), arguments.name, arguments.private)
    seconds = time.perf_counter() - begun
    values = {"url": url, "seconds": seconds, "settings": settings_of(arguments)}
    answer(values, f"pushed to {url}")


def push_model(folder: Path, name: str, is_private: bool = False) -> str:
    """Push a model that can be loaded, with its card; return the repository's address.

    The card is made anew, to name the repository, unless somebody wrote the folder's README.md by
    hand.

    Raises:
        HubError: it cannot be pushed.
        ValueError: no model in the folder, or no name of a repository.
    """
    from vaegmm.evaluation.model_card import CARD_MARK, README, write_model_card
    from vaegmm.hub.push import push_folder
    from vaegmm.hub.repository import check_name
    from vaegmm.model import VAEGMM

    check_name(name)
    VAEGMM.from_pretrained(folder)
    card, own = write_model_card(folder, name), folder / README
    try:
        written = own.read_text(encoding="utf-8")
    except FileNotFoundError:
        written = CARD_MARK
    except UnicodeDecodeError as error:
        raise ValueError(f"{own} must be UTF-8: {error}; write it again, or remove it") from error
    return push_folder(folder, name, card if CARD_MARK in written else written, is_private)


def check_push(names: Sequence[str]) -> None:
    """Refuse to train for hours what could not be pushed then.

    Args:
        names: of the repositories that finished runs are to be pushed to.

    Raises:
        ValueError: no name, nobody logged in, no hub, or several runs for one repository.
    """
    if len(names) > 1:
        raise ValueError(
            f"push_to_hub must be of one run, got {len(names)} runs for {names[0]}; push the best "
            f"of them afterwards with {program('push')}"
        )
    if names:
        from vaegmm.hub.push import check_access

        check_access(names[0])


def push_run(folder: Path, name: str) -> str:
    """Push a finished run's model; return the repository's address.

    Raises:
        ValueError: it cannot be pushed; says how to try again.
    """
    try:
        return push_model(folder, name)
    except HubError as error:
        command = f"{program('push')} {shlex.quote(str(folder))} {name}"
        raise ValueError(f"{error}; the run is whole; push it with: {command}") from error
