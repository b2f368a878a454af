"""What a browser asks of the Morph tab, read: nothing that arrives here is trusted.

Shapes and lengths are checked here; whether a number can be written, a morph made or a file encoded
with such settings say the operations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.pad.pictures import decode_bytes, decode_digit, decode_drawing
from app.shared.questions import misfit, read_number, read_seed, read_whole
from vaegmm.data.numbers import MAX_DIGITS
from vaegmm.media import FORMATS, Format, MediaSettings
from vaegmm.operations.morph import EASINGS, PATHS, MorphSettings
from vaegmm.operations.writing import Digit

PAD_ASPECT = 2

T = TypeVar("T")


@dataclass(frozen=True)
class Typed:
    """A number to be written, and in which handwriting."""

    text: str
    style: int


@dataclass(frozen=True)
class Place:
    """One digit place on its way; at one end there may be no digit."""

    start: Digit | None
    end: Digit | None
    settings: MorphSettings


@dataclass(frozen=True)
class Film:
    """Frames (T, 28, 28 P) uint8, and the file that they are to become."""

    frames: NDArray[np.uint8]
    settings: MediaSettings
    format: Format


def read_number_question(
    question: object, morphers: Mapping[str, T]
) -> tuple[T, Typed | Image.Image]:
    """Read {model, text, style} or {model, drawing}; who is to answer first.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"model": str(model), "text": str(text), "style": style} if model in morphers:
            return morphers[model], Typed(text, read_seed(style, "The style"))
        case {"model": str(model), "drawing": drawing} if model in morphers:
            return morphers[model], decode_drawing(drawing, PAD_ASPECT)
    raise misfit()


def read_place_question(question: object, morphers: Mapping[str, T]) -> tuple[T, Place]:
    """Read {model, start, end, path, n_frames, easing, keep_ends}; who is to answer first.

    Raises:
        ValueError: it is anything else, or nothing at either end.
    """
    match question:
        case {
            "model": str(model),
            "start": start,
            "end": end,
            "path": path,
            "n_frames": n_frames,
            "easing": easing,
            "keep_ends": bool(keep_ends),
        } if (
            model in morphers
            and path in PATHS
            and easing in EASINGS
            and (start is not None or end is not None)
        ):
            first, last = (None if one is None else decode_digit(one) for one in (start, end))
            settings = MorphSettings(path, read_count(n_frames), easing, keep_ends)
            return morphers[model], Place(first, last, settings)
    raise misfit()


def read_film_question(question: object) -> Film:
    """Read {frames: [of each place], n_frames, format, fps, size, ink, paper, returns}.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {
            "frames": list(places),
            "n_frames": n_frames,
            "format": format,
            "fps": fps,
            "size": size,
            "ink": str(ink),
            "paper": str(paper),
            "returns": bool(returns),
        } if 0 < len(places) <= MAX_DIGITS and format in FORMATS:
            rate, height = read_number(fps, "The frames per second"), read_number(size, "The size")
            settings = MediaSettings(rate, read_whole(height, "The size"), ink, paper, returns)
            count = read_count(n_frames)
            parts = [decode_bytes(place, count) for place in places]
            return Film(np.concatenate(parts, axis=2), settings, format)
    raise misfit()


def read_count(value: object) -> int:
    """Read a number of frames.

    Raises:
        ValueError: it is no whole number.
    """
    name = "The number of frames"
    return read_whole(read_number(value, name), name)
