"""Reading what a browser asks, and saying what is wrong with it: nothing that arrives is trusted.

What one tab alone is asked stands beside that tab. Every reader takes anything at all.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from vaegmm.runtime import MAX_SEED

C = TypeVar("C", bound=str)
T = TypeVar("T")

LARGEST = 10**9  # short enough for a message


def read_model_question(question: object, models: Mapping[str, T]) -> T:
    """Read {model}; who is to answer.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model)} if model in models:
            return models[model]
    raise misfit()


def read_number(value: object, name: str) -> float:
    """Read a number.

    Raises:
        ValueError: it is anything else, or beyond a thousand million.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not -LARGEST <= value <= LARGEST
    ):
        raise ValueError(f"{name} must be a number, got {shorten(value)}.")
    return value


def read_whole(value: object, name: str) -> int:
    """Read a whole number.

    Raises:
        ValueError: it is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ValueError(f"{name} must be a whole number, got {shorten(value)}.")
    return int(value)


def read_seed(value: object, name: str = "The seed") -> int:
    """Read a seed.

    Raises:
        ValueError: it is not a whole number from 0 to `MAX_SEED`.
    """
    seed = read_whole(value, name)
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"{name} must lie between 0 and {MAX_SEED}, got {shorten(value)}.")
    return seed


def choose(value: str | None, known: Iterable[C], name: str) -> C:
    """Read one of several names.

    Raises:
        ValueError: it is none of them.
    """
    chosen = next((one for one in known if one == value), None)
    if chosen is None:
        raise ValueError(f"{name} must be one of {', '.join(known)}; got none of them.")
    return chosen


def shorten(value: object) -> str:
    """What was received, as a message may repeat it."""
    return repr(value)[:40]


def misfit() -> ValueError:
    """What is said of a question that the page itself never asks."""
    return ValueError("The page and the program do not fit together; reload the page.")


def as_sentence(error: ValueError) -> str:
    """The message of an error, as a visitor reads it."""
    words = str(error)
    return words[:1].upper() + words[1:].removesuffix(".") + "."
