"""What a browser asks of the Explore tab, read: nothing that arrives here is trusted."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.shared.questions import misfit, read_number, shorten

FARTHEST = 1000.0  # from 0, of a place or a latent's coordinate; maps end long before

T = TypeVar("T")


def read_map_question(question: object, maps: Mapping[str, T]) -> T:
    """Read {map}; which of a model's maps is meant.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"map": str(name)} if name in maps:
            return maps[name]
    raise misfit()


def pick(question: object, name: str) -> object:
    """Take one part out of a question, unread.

    Raises:
        ValueError: there is none.
    """
    if not isinstance(question, dict) or name not in question:
        raise misfit()
    part: object = question[name]
    return part


def read_place(place: object) -> NDArray[np.float32]:
    """Read a place (2,) of a map.

    Raises:
        ValueError: it is anything else, or beyond every map.
    """
    return _read_numbers(place, 2, "A place")


def read_latent(z: object, latent_dim: int) -> NDArray[np.float32]:
    """Read a latent (D,).

    Raises:
        ValueError: it is anything else, or far from every latent.
    """
    return _read_numbers(z, latent_dim, "A latent")


def _read_numbers(values: object, length: int, name: str) -> NDArray[np.float32]:
    if not isinstance(values, list) or len(values) != length:
        raise ValueError(f"{name} must be a list of {length} numbers, got {shorten(values)}.")
    numbers = np.array([read_number(one, f"{name}'s number") for one in values], np.float32)
    farthest = float(np.abs(numbers).max())
    if farthest > FARTHEST:
        raise ValueError(f"{name} may lie at most {FARTHEST:g} from 0, got {farthest:g}.")
    return numbers
