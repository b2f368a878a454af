"""What a browser asks about a model, read: nothing that arrives here is trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.shared.questions import misfit, read_seed, read_whole

T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """Digits of one label that are read as one label."""

    truth: int
    answer: int


def read_cell_question(question: object, models: Mapping[str, T]) -> tuple[T, Cell]:
    """Read {model, truth, answer}; who is to answer first.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model), "truth": truth, "answer": answer} if model in models:
            cell = Cell(read_whole(truth, "The digit"), read_whole(answer, "The answer"))
            return models[model], cell
    raise misfit()


def read_rebuild_question(question: object, models: Mapping[str, T]) -> tuple[T, int]:
    """Read {model, seed}; who is to answer first.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model), "seed": seed} if model in models:
            return models[model], read_seed(seed)
    raise misfit()
