"""What a browser asks of the Explore tab, read: nothing that arrives here is trusted."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.shared.questions import misfit, read_number

FARTHEST = 1000.0  # from 0, of a place or a latent's coordinate; maps end long before

T = TypeVar("T")


def read_model_question(question: object, explorers: Mapping[str, T]) -> T:
    """Read {model}; who is to answer.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model)} if model in explorers:
            return explorers[model]
    raise misfit()


def read_map_question(question: object, maps: Mapping[str, T]) -> T:
    """Read {map}; which of a model's maps is meant.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"map": str(name)} if name in maps:
            return maps[name]
    raise misfit()


def read_place_question(question: object) -> NDArray[np.float32]:
    """Read {place}; a place (2,) on a map.

    Raises:
        ValueError: it is anything else, or beyond every map.
    """
    match question:
        case {"place": place}:
            return _read_numbers(place, 2, "A place")
    raise misfit()


def read_latent_question(question: object, latent_dim: int) -> NDArray[np.float32]:
    """Read {z}; a latent (D,).

    Raises:
        ValueError: it is anything else, or far from every latent.
    """
    match question:
        case {"z": z}:
            return _read_numbers(z, latent_dim, "A latent")
    raise misfit()


def _read_numbers(values: object, length: int, name: str) -> NDArray[np.float32]:
    if not isinstance(values, list) or len(values) != length:
        raise misfit()
    numbers = np.array([read_number(value, f"{name}'s number") for value in values], np.float32)
    if np.abs(numbers).max() > FARTHEST:
        raise ValueError(
            f"{name} may lie at most {FARTHEST:g} from 0, got {np.abs(numbers).max()}."
        )
    return numbers
