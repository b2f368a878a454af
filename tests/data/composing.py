"""Numbers composed of digits, and drawn by strokes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

Picture = NDArray[np.uint8]


Strokes = Sequence[Sequence[tuple[float, float]]]


THREE = [[(0, 0), (30, 0), (12, 25), (30, 40), (25, 58), (0, 60)]]


TWO = [[(0, 10), (15, 0), (30, 12), (0, 60), (32, 60)]]


COLUMN = 10  # of paper around a composed number, in pixels


def crop(image: Picture) -> Picture:
    rows, columns = np.nonzero(image > 25)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def count_parts(picture: Picture) -> int:
    return int(ndimage.label(picture > 25, np.ones((3, 3)))[1])


def compose(digits: Sequence[Picture], gaps: Sequence[int], drops: Sequence[int]) -> Picture:
    """Write digits beside each other, with gaps and drops from the middle line in pixels."""
    height = 2 * max(len(digit) for digit in digits)
    width = sum(digit.shape[1] for digit in digits) + sum(max(gap, 0) for gap in gaps)
    page = np.zeros((height, width + 2 * COLUMN), np.uint8)
    left = COLUMN
    for digit, gap, drop in zip(digits, [*gaps, 0], drops, strict=True):
        top = (height - len(digit)) // 2 + drop
        place = page[top : top + len(digit), left : left + digit.shape[1]]
        np.maximum(place, digit, out=place)
        left += digit.shape[1] + gap
    return page


def draw(places: Sequence[tuple[Strokes, int, int]], size: tuple[int, int] = (224, 112)) -> Picture:
    """Draw strokes at their places as the pad does: white on black, 0.075 of the height wide."""
    picture = Image.new("L", size)
    pen = ImageDraw.Draw(picture)
    for strokes, left, top in places:
        for stroke in strokes:
            line = [(x + left, y + top) for x, y in stroke]
            pen.line(line, 255, round(0.075 * size[1]), joint="curve")
    return np.asarray(picture)


def difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """The share of ink that two digits do not have in common."""
    return float(np.abs(a - b).sum() / (a.sum() + b.sum()))


def random_number(
    images: NDArray[np.uint8], random: np.random.Generator, n: int, joined: int | None = None
) -> Picture:
    """Compose n digits of unlike sizes; `joined` overlaps the one after it by 2 to 4 pixels."""
    digits = []
    for image in images[random.integers(0, len(images), n)]:
        picture = Image.fromarray(crop(image))
        scale = random.uniform(0.8, 1.25)
        size = (max(2, round(picture.width * scale)), round(picture.height * scale))
        digits.append(np.asarray(picture.resize(size, Image.Resampling.BICUBIC)))
    gaps = random.integers(3, 9, n - 1)
    if joined is not None:
        gaps[joined] = -random.integers(2, 5)
    return compose(digits, gaps.tolist(), random.integers(-3, 4, n).tolist())
