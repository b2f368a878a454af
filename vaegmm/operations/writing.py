"""Numbers as pictures of their digits: typed ones in real handwriting, and any of them read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from vaegmm.data.numbers import MAX_DIGITS
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify_pixels
from vaegmm.operations.handwriting import Handwriting, check_handwriting
from vaegmm.runtime import MAX_SEED, evaluating

Digit = NDArray[np.float32]
CLEAR = 0.9  # probability from which on a digit of the handwriting is taken for typed text
FAINT = 12.0  # sum of ink, in pixels, below which nothing is read; MNIST's thinnest 1 has 17


def write_number(model: VAEGMM, handwriting: Handwriting, text: str, style: int = 0) -> list[Digit]:
    """Write a number in handwriting.

    Args:
        model: in any mode; only digits that it reads rightly are taken.
        handwriting: the digits to take, as this model encodes them.
        text: 1 to 6 digits that the model knows.
        style: from 0; the same one writes the same number in the same hand.

    Returns:
        P pictures (28, 28) float32 in [0, 1], ink = 1, from left to right.

    Raises:
        ValueError: no number, too many digits, a digit that the model does not know, a style out
            of range, or another model's handwriting.

    Example:
        >>> [digit.shape for digit in write_number(model, hand, "32")]
        [(28, 28), (28, 28)]
    """
    check_handwriting(model, handwriting)
    check_number(model, text, style)
    with evaluating(model):
        shares = model.label_probabilities(handwriting.z.to(model.means.device)).cpu()
    names = torch.tensor(model.labels)
    own = torch.searchsorted(names, handwriting.labels)
    is_clear = shares.gather(1, own[:, None]).squeeze(1) >= CLEAR
    digits = []
    for place, sign in enumerate(text):
        pool = handwriting.of(int(sign))
        pool = pool[is_clear[pool]] if is_clear[pool].any() else pool
        u = np.random.default_rng((style, place)).random()
        picture = handwriting.images[pool[int(u * len(pool))]]
        digits.append(to_pixels(picture[None])[0, 0].numpy())
    return digits


def check_number(model: VAEGMM, text: str, style: int = 0) -> None:
    """Refuse what no number can be written of; arguments and errors as in `write_number`."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"a number must be 1 to {MAX_DIGITS} digits, got {text[:20]!r}; type some")
    if len(text) > MAX_DIGITS:
        raise ValueError(
            f"a number may have at most {MAX_DIGITS} digits, got {len(text)}; leave some out"
        )
    strangers = sorted({int(sign) for sign in text} - {*model.labels})
    if strangers:
        known = ", ".join(map(str, model.labels))
        raise ValueError(f"the digits must be among {known}, got {strangers[0]}; type others")
    if not 0 <= style <= MAX_SEED:
        raise ValueError(f"the style must be from 0 to {MAX_SEED}, got {style}")


def read_digits(model: VAEGMM, x: NDArray[np.float32] | Sequence[Digit]) -> list[int | None]:
    """Return the label that a model reads in each of N pictures; None where hardly any ink is.

    Args:
        model: in any mode; its mode is restored.
        x: (N, 28, 28) float32 in [0, 1], ink = 1.
    """
    pixels = torch.from_numpy(np.asarray(x, np.float32))[:, None]
    with evaluating(model):
        z, _ = model.network.encode(pixels.to(model.means.device))
        best = model.log_labels(z).argmax(1).tolist()
    is_faint = (pixels.flatten(1).sum(1) < FAINT).tolist()
    answers = zip(best, is_faint, strict=True)
    return [None if faint else model.labels[k] for k, faint in answers]


def describe_doubts(model: VAEGMM, digits: Sequence[Digit]) -> str:
    """Say which of a number's pictures (28, 28) are unlike any digit of a model; "" if none is.

    Two digits that touch may have passed for one: most of them are unlike any.
    """
    doubts = [
        str(place)
        for place, digit in enumerate(digits, 1)
        if classify_pixels(model, digit).is_outlier
    ]
    if not doubts:
        return ""
    if len(digits) == 1:
        return "It is unlike any digit that the model knows; if two touch, write them apart."
    which = f"Digit {doubts[0]} is" if len(doubts) == 1 else f"Digits {', '.join(doubts)} are"
    return f"{which} unlike any that the model knows; if two touch, write them apart."
