"""Drawings of a four, as pictures and files."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

FOUR = [((50, 20), (35, 60)), ((35, 60), (75, 60)), ((65, 25), (62, 95))]


def draw_four(width: int = 8, paper: int = 255, ink: int = 0, side: int = 112) -> Image.Image:
    """A 4 of three straight strokes, `width` of 112 pixels thick."""
    picture = Image.new("L", (side, side), paper)
    pen = ImageDraw.Draw(picture)
    for stroke in FOUR:
        line = [(x * side / 112, y * side / 112) for x, y in stroke]
        pen.line(line, ink, round(width * side / 112))
    return picture


def difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """The share of ink that two digits do not have in common."""
    return float(np.abs(a - b).sum() / (a.sum() + b.sum()))
