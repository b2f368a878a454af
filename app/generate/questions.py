"""What a browser asks of the Generate tab, read: nothing that arrives here is trusted.

Shapes are checked here; whether labels are known and settings in range say the operations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.pad.pictures import decode_digit, decode_drawing
from app.shared.questions import misfit, read_number, read_seed, read_whole
from vaegmm.operations.generate import SOURCES, GenerateSettings

SURE = 0.9  # probability of its label from which on the model is sure of a digit
MOST_CHOICES = 100  # labels or components that a question may name

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """A digit that is taken further.

    Attributes:
        picture: a drawing, or a picture (28, 28) float32 that this page has made.
        radius: how far its variations go.
        seed: of the variations, and of whose hands the same digit is written in.
    """

    picture: Image.Image | NDArray[np.float32]
    radius: float
    seed: int


def read_digits_question(
    question: object, models: Mapping[str, T]
) -> tuple[T, GenerateSettings, int]:
    """Read {model, labels, components, temperature, is_sure, source, seed}: model, how, and seed.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {
            "model": str(model),
            "labels": list(labels),
            "components": list(components),
            "temperature": temperature,
            "is_sure": bool(is_sure),
            "source": source,
            "seed": seed,
        } if model in models and source in SOURCES:
            settings = GenerateSettings(
                read_choices(labels, "A digit"),
                read_choices(components, "A component"),
                read_number(temperature, "The temperature"),
                keep_sure=SURE if is_sure else 0.0,
                source=source,
            )
            return models[model], settings, read_seed(seed)
    raise misfit()


def read_label_question(question: object, models: Mapping[str, T]) -> tuple[T, int]:
    """Read {model, label}.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model), "label": label} if model in models:
            return models[model], read_whole(read_number(label, "The digit"), "The digit")
    raise misfit()


def read_source_question(question: object, models: Mapping[str, T]) -> tuple[T, Source]:
    """Read {model, radius, seed} with {picture} or {drawing}.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model), "radius": radius, "seed": seed, "picture": levels} if (
            model in models
        ):
            picture: Image.Image | NDArray[np.float32] = decode_digit(levels)
        case {"model": str(model), "radius": radius, "seed": seed, "drawing": drawing} if (
            model in models
        ):
            picture = decode_drawing(drawing)
        case _:
            raise misfit()
    return models[model], Source(picture, read_number(radius, "The radius"), read_seed(seed))


def read_choices(values: list[object], name: str) -> tuple[int, ...]:
    """Read some whole numbers.

    Raises:
        ValueError: one of them is none, or they are far too many.
    """
    if len(values) > MOST_CHOICES:
        raise misfit()
    return tuple(read_whole(read_number(value, name), name) for value in values)
