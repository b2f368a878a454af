"""Drawings as pen trajectories, and how they look on the pad.

`drawings/drawings.json` holds digits drawn by strokes, to measure a model with: nothing is trained
on them. Positions are fractions of the pad's side, x to the right, y down; the file has them in
thousandths.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

DRAWINGS = Path(__file__).parents[2] / "drawings" / "drawings.json"
SIDE = 280  # of a rendered pad, in pixels
OVERSAMPLING = 4  # the canvas of a browser smooths edges; PIL draws larger and is reduced
STEPS = 8  # straight pieces of one curve

Stroke = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Drawing:
    """One drawn digit.

    Attributes:
        label: the digit.
        form: which of the ways to write it, for example "crossed".
        style: what the hand did, for example "slanted right".
        width: of the pen, as a fraction of the pad's side.
        strokes: one tuple of points per stroke.
    """

    label: int
    form: str
    style: str
    width: float
    strokes: tuple[Stroke, ...]


def load_drawings(path: Path = DRAWINGS) -> list[Drawing]:
    """Read drawings.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [
            Drawing(
                label=int(row["label"]),
                form=str(row["form"]),
                style=str(row["style"]),
                width=float(row["width"]),
                strokes=tuple(tuple((x / 1000, y / 1000) for x, y in s) for s in row["strokes"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"cannot read the drawings in {path}: {error}") from error


def render(drawing: Drawing, side: int = SIDE) -> NDArray[np.uint8]:
    """Paint a drawing as the pad does: (side, side), white ink on black paper.

    Quadratic curves between the midpoints of the points, with round ends (app/pad/drawing.js).
    """
    large = side * OVERSAMPLING
    image = Image.new("L", (large, large))
    pen = ImageDraw.Draw(image)
    radius = drawing.width * large / 2
    for stroke in drawing.strokes:
        points = _smooth(np.array(stroke)) * large
        line = [(float(x), float(y)) for x, y in points]
        pen.line(line, fill=255, width=round(2 * radius), joint="curve")
        for x, y in line:  # round joints and ends
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.reduce(OVERSAMPLING))


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (M, 2) along the curve that the pad draws through points (N, 2)."""
    if len(points) < 3:
        return points if len(points) > 1 else np.repeat(points, 2, 0)
    middles = (points[1:] + points[:-1]) / 2
    starts = np.concatenate([points[:1], middles[1:-1]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None, None]
    controls, ends = points[1:-1], middles[1:]
    curve = (1 - t) ** 2 * starts + 2 * t * (1 - t) * controls + t**2 * ends  # (STEPS, N - 2, 2)
    flat: NDArray[np.float64] = curve.transpose(1, 0, 2).reshape(-1, 2)
    return np.concatenate([flat, points[-1:]])
