"""Write drawings/drawings.json: digits as people draw them, by pen and not by pixel.

Forms are ways to write a digit (digit_forms.py); styles are what a hand does to them: slant,
proportions, tremor, haste, a lifted pen, thin and thick pens, place and size. Nothing here knows
the augmentation that a model is trained with.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from scripts.digit_forms import FORMS, Form
from vaegmm.data.strokes import DRAWINGS

Points = NDArray[np.float64]
Style = Callable[[list[Points], Generator], list[Points]]

PEN, THIN, THICK = 0.075, 0.04, 0.12
SPACING = 0.035  # between the points of a stroke, of the height of a digit


def trace(form: Form, random: Generator) -> list[Points]:
    """Let a pen follow a form, never twice the same: each stroke (N, 2), evenly spaced."""
    strokes = []
    for pieces in form:
        moved = [
            np.array(piece) + 0.018 * random.standard_normal((len(piece), 2)) for piece in pieces
        ]
        for before, after in itertools.pairwise(moved):
            after[0] = before[-1] = (after[0] + before[-1]) / 2  # the corner stays one
        strokes.append(np.concatenate([_follow(piece) for piece in moved]))
    return strokes


def _follow(points: Points) -> Points:
    lengths = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    n = max(2, round(lengths[-1] / SPACING))
    along = np.linspace(0, lengths[-1], n)
    if len(points) < 3:
        return np.stack([np.interp(along, lengths, axis) for axis in points.T], 1)
    curve: Points = CubicSpline(lengths, points)(along)
    return curve


def sheared(amount: float) -> Style:
    """Lean the digit: to the right for positive amounts."""
    return lambda strokes, random: [
        s + np.stack([-(amount + 0.06 * random.standard_normal()) * s[:, 1], 0 * s[:, 1]], 1)
        for s in strokes
    ]


def stretched(width: float) -> Style:
    """Change the proportion of width and height."""
    return lambda strokes, random: [s * [width, 1.0] for s in strokes]


def turned(degrees: float) -> Style:
    """Turn the whole digit, counter-clockwise."""
    a = math.radians(degrees)
    turn = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    return lambda strokes, random: [s @ turn.T for s in strokes]


def shaky(strokes: list[Points], random: Generator) -> list[Points]:
    """A hand that trembles."""
    return [
        s + 0.35 * gaussian_filter1d(random.standard_normal(s.shape), 1.5, 0) * 0.11
        for s in strokes
    ]


def hasty(strokes: list[Points], random: Generator) -> list[Points]:
    """Corners are cut and few points are caught: the pointer is read 60 times a second."""
    return [
        gaussian_filter1d(s, 1.3, axis=0, mode="nearest")[:: random.integers(3, 5)] for s in strokes
    ]


def broken(strokes: list[Points], random: Generator) -> list[Points]:
    """The pen loses the paper for a moment, once a stroke."""
    parts = []
    for stroke in strokes:
        cut = int(random.uniform(0.3, 0.7) * len(stroke))
        parts += [stroke[: max(cut - 1, 1)], stroke[min(cut + 2, len(stroke) - 1) :]]
    return parts


def hooked(strokes: list[Points], random: Generator) -> list[Points]:
    """The pen lands and leaves with a small hook."""
    out = []
    for s in strokes:
        begin, end = (0.07 * random.standard_normal(2) for _ in range(2))
        out.append(np.concatenate([s[:1] + begin, s, s[-1:] + end]))
    return out


def as_it_is(strokes: list[Points], random: Generator) -> list[Points]:
    """Leave the strokes alone."""
    return strokes


# What the hand does, the pen's width, the digit's height, its centre's distance from the middle.
STYLES: dict[str, tuple[Style, float, float, float]] = {
    "plain": (as_it_is, PEN, 0.66, 0.03),
    "slanted right": (sheared(0.4), PEN, 0.64, 0.03),
    "slanted left": (sheared(-0.25), PEN, 0.64, 0.03),
    "narrow": (stretched(0.65), PEN, 0.66, 0.03),
    "wide": (stretched(1.4), PEN, 0.6, 0.03),
    "turned left": (turned(12), PEN, 0.64, 0.03),
    "turned right": (turned(-12), PEN, 0.64, 0.03),
    "shaky": (shaky, PEN, 0.66, 0.03),
    "hasty": (hasty, PEN, 0.66, 0.03),
    "broken": (broken, PEN, 0.66, 0.03),
    "hooked": (hooked, PEN, 0.66, 0.03),
    "thin pen": (as_it_is, THIN, 0.66, 0.03),
    "thick pen": (as_it_is, THICK, 0.66, 0.03),
    "small, off-centre": (as_it_is, PEN, 0.32, 0.22),
    "large": (as_it_is, PEN, 0.86, 0.01),
}


def place(strokes: list[Points], height: float, off: float, random: Generator) -> list[Points]:
    """Bring strokes to a height on the pad, their middle near the pad's."""
    every = np.concatenate(strokes)
    low, high = every.min(0), every.max(0)
    scale = min(height / (high - low)[1], 0.88 / (high - low)[0]) * random.uniform(0.94, 1.04)
    angle = random.uniform(0, 2 * math.pi)
    middle = 0.5 + off * np.array([math.cos(angle), math.sin(angle)])
    return [np.clip((s - (low + high) / 2) * scale + middle, 0.02, 0.98) for s in strokes]


def main() -> None:
    """Write every form in every style."""
    random = np.random.default_rng(2026)
    rows = []
    for label, forms in FORMS.items():
        for form, pieces in forms.items():
            for style, (hand, width, height, off) in STYLES.items():
                strokes = place(hand(trace(pieces, random), random), height, off, random)
                points = [np.rint(1000 * s).astype(int).tolist() for s in strokes]
                row = {"label": label, "form": form, "style": style, "width": width}
                rows.append({**row, "strokes": points})
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    DRAWINGS.parent.mkdir(exist_ok=True)
    DRAWINGS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(rows)} drawings in {DRAWINGS}")


if __name__ == "__main__":
    main()
