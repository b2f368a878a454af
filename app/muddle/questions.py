"""What a browser asks of the Muddle tab, read: nothing that arrives here is trusted.

Only the shape is checked; whether a digit is known or equals its partner says the operation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image

from app.pad.pictures import decode_drawing
from app.shared.questions import misfit, read_seed, read_whole, shorten
from vaegmm.operations.muddle import METHODS, Method

MAX_WISHES = 12  # a call does not queue: it must stay short

T = TypeVar("T")


@dataclass(frozen=True)
class Wish:
    """One muddle that is asked for.

    Attributes:
        digit: None where a drawing takes its place.
        partner: None for the nearest.
        mix: share of the digit.
        seed: which of the muddles of these two.
        method: how it is made.
    """

    digit: int | None
    partner: int | None
    mix: float
    seed: int
    method: Method


@dataclass(frozen=True)
class Question:
    """Some muddles, all of digits or all of one drawing."""

    drawing: Image.Image | None
    wishes: tuple[Wish, ...]


def read_question(question: object, models: Mapping[str, T]) -> tuple[T, Question]:
    """Read {model, drawing, wishes: [{digit, partner, mix, seed, method}]}; who is to answer first.

    Raises:
        ValueError: it is anything else, or more than `MAX_WISHES`.
    """
    match question:
        case {"model": str(model), "drawing": drawing, "wishes": list(wishes)} if (
            model in models and 0 < len(wishes) <= MAX_WISHES
        ):
            picture = None if drawing is None else decode_drawing(drawing)
            read = tuple(read_wish(wish, picture is not None) for wish in wishes)
            return models[model], Question(picture, read)
    raise misfit()


def read_wish(wish: object, is_drawn: bool) -> Wish:
    """Read one wish.

    Raises:
        ValueError: it is anything else.
    """
    match wish:
        case {"digit": digit, "partner": partner, "mix": mix, "seed": seed, "method": method} if (
            method in METHODS
        ):
            return Wish(
                None if is_drawn else read_whole(digit, "The digit"),
                None if partner is None else read_whole(partner, "The partner"),
                read_mix(mix),
                read_seed(seed),
                method,
            )
    raise misfit()


def read_mix(value: object) -> float:
    """Read a share.

    Raises:
        ValueError: it is not between 0 and 1, or no number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise ValueError(f"The mix must lie between 0 and 1, got {shorten(value)}.")
    return float(value)
