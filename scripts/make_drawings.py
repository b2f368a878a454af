"""Write drawings/drawings.json: digits as people draw them, by pen and not by pixel.

Forms are ways to write a digit, laid out by hand as points that a pen passes; styles are what a
hand does to them: slant, proportions, tremor, haste, a lifted pen, thin and thick pens, place and
size. Nothing here knows the augmentation that a model is trained with.
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

from vaegmm.data.strokes import DRAWINGS

Points = NDArray[np.float64]
# A stroke is a list of smooth pieces; where one ends and the next begins the pen turns sharply.
Piece = list[tuple[float, float]]
Form = list[list[Piece]]
Style = Callable[[list[Points], Generator], list[Points]]

PEN, THIN, THICK = 0.075, 0.04, 0.12
SPACING = 0.035  # between the points of a stroke, of the height of a digit


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, n: int = 9) -> Piece:
    """Points of an ellipse around (x, y), from one angle to another; 0 is right, 90 is up."""
    angles = np.radians(np.linspace(start, end, n))
    return [(x + rx * math.cos(a), y - ry * math.sin(a)) for a in angles]


# Each in a box of about 0.6 x 1, y down.
FORMS: dict[int, dict[str, Form]] = {
    0: {
        "oval": [[arc(0.3, 0.5, 0.3, 0.5, 95, 450)]],
        "clockwise": [[arc(0.3, 0.5, 0.27, 0.5, 80, -275)]],
        "open": [[arc(0.3, 0.5, 0.28, 0.5, 105, 425)]],
        "overlapping": [[[(0.42, 0.06), *arc(0.3, 0.5, 0.3, 0.48, 95, 455), (0.14, 0.12)]]],
        "round": [[arc(0.4, 0.5, 0.44, 0.48, 60, 415)]],
    },
    1: {
        "plain": [[[(0.1, 0.0), (0.1, 0.35), (0.1, 0.7), (0.1, 1.0)]]],
        "leaning": [[[(0.3, 0.0), (0.2, 0.35), (0.1, 0.7), (0.0, 1.0)]]],
        "flag": [
            [[(0.0, 0.25), (0.14, 0.12), (0.25, 0.0)], [(0.25, 0.0), (0.25, 0.5), (0.25, 1.0)]]
        ],
        "flag and foot": [
            [[(0.0, 0.22), (0.12, 0.1), (0.22, 0.0)], [(0.22, 0.0), (0.22, 0.5), (0.22, 1.0)]],
            [[(0.0, 1.0), (0.22, 1.0), (0.44, 0.99)]],
        ],
        "short flag": [[[(0.02, 0.12), (0.12, 0.0)], [(0.12, 0.0), (0.11, 0.5), (0.1, 1.0)]]],
    },
    2: {
        "flat base": [[
            [*arc(0.28, 0.27, 0.27, 0.27, 170, -20), (0.36, 0.62), (0.0, 1.0)],
            [(0.0, 1.0), (0.3, 1.0), (0.62, 0.98)],
        ]],
        "looped": [[[
            *arc(0.28, 0.26, 0.26, 0.26, 165, -30), (0.3, 0.7), (0.1, 0.93), (0.0, 0.9),
            (0.06, 0.8), (0.2, 0.86), (0.38, 0.99), (0.62, 0.93),
        ]]],
        "angular": [[
            [(0.02, 0.1), (0.3, 0.0), (0.56, 0.06)],
            [(0.56, 0.06), (0.3, 0.55), (0.0, 1.0)],
            [(0.0, 1.0), (0.3, 0.98), (0.6, 1.0)],
        ]],
        "wavy base": [[
            [*arc(0.27, 0.28, 0.26, 0.28, 175, -25), (0.3, 0.66), (0.02, 0.96)],
            [(0.02, 0.96), (0.2, 0.9), (0.4, 1.0), (0.62, 0.9)],
        ]],
        "swan": [[
            [(0.08, 0.22), *arc(0.3, 0.2, 0.22, 0.2, 150, -40), (0.3, 0.6), (0.0, 0.98)],
            [(0.0, 0.98), (0.5, 0.96)],
        ]],
    },
    3: {
        "round": [[
            arc(0.24, 0.24, 0.25, 0.24, 150, -85), [(0.26, 0.48), (0.2, 0.48)],
            arc(0.2, 0.74, 0.32, 0.26, 85, -150),
        ]],
        "flat top": [[
            [(0.02, 0.02), (0.26, 0.01), (0.5, 0.02)], [(0.5, 0.02), (0.36, 0.2), (0.2, 0.4)],
            arc(0.2, 0.7, 0.34, 0.3, 85, -150),
        ]],
        "one line": [[[
            (0.04, 0.1), (0.22, 0.0), (0.44, 0.1), (0.42, 0.32), (0.22, 0.46), (0.2, 0.48),
            (0.4, 0.52), (0.54, 0.72), (0.4, 0.94), (0.18, 1.0), (0.0, 0.88),
        ]]],
        "looped middle": [[[
            (0.03, 0.12), (0.24, 0.0), (0.46, 0.14), (0.38, 0.38), (0.2, 0.5), (0.14, 0.45),
            (0.24, 0.42), (0.46, 0.54), (0.54, 0.76), (0.34, 0.98), (0.02, 0.92),
        ]]],
        "angular": [[
            [(0.0, 0.08), (0.24, 0.0), (0.46, 0.14)], [(0.46, 0.14), (0.34, 0.34), (0.14, 0.46)],
            [(0.14, 0.46), (0.4, 0.54), (0.5, 0.72)], [(0.5, 0.72), (0.34, 0.92), (0.0, 1.0)],
        ]],
    },
    4: {
        "open": [
            [[(0.08, 0.0), (0.04, 0.3), (0.0, 0.56)], [(0.0, 0.56), (0.3, 0.57), (0.62, 0.54)]],
            [[(0.46, 0.04), (0.44, 0.5), (0.42, 1.0)]],
        ],
        "closed": [
            [[(0.42, 0.0), (0.2, 0.32), (0.0, 0.64)], [(0.0, 0.64), (0.3, 0.64), (0.62, 0.63)]],
            [[(0.42, 0.0), (0.42, 0.5), (0.41, 1.0)]],
        ],
        "one stroke": [[
            [(0.4, 0.02), (0.2, 0.3), (0.0, 0.6)], [(0.0, 0.6), (0.3, 0.6), (0.56, 0.58)],
            [(0.56, 0.58), (0.48, 0.34), (0.44, 0.14)], [(0.44, 0.14), (0.42, 0.6), (0.4, 1.0)],
        ]],
        "like a y": [
            [[(0.04, 0.0), (0.03, 0.3), (0.14, 0.5), (0.34, 0.46), (0.5, 0.3)]],
            [[(0.54, 0.0), (0.5, 0.5), (0.46, 1.0)]],
        ],
        "long bar": [
            [[(0.16, 0.06), (0.06, 0.36), (0.0, 0.5)], [(0.0, 0.5), (0.4, 0.5), (0.78, 0.47)]],
            [[(0.46, 0.2), (0.44, 0.6), (0.4, 1.0)]],
        ],
    },
    5: {
        "two strokes": [
            [[(0.1, 0.02), (0.08, 0.22), (0.06, 0.42)], arc(0.22, 0.68, 0.3, 0.31, 120, -140)],
            [[(0.1, 0.02), (0.32, 0.02), (0.56, 0.0)]],
        ],
        "one stroke": [[
            [(0.54, 0.02), (0.3, 0.02), (0.1, 0.03)], [(0.1, 0.03), (0.08, 0.24), (0.06, 0.42)],
            [(0.06, 0.42), *arc(0.22, 0.69, 0.3, 0.3, 95, -140)],
        ]],
        "like an s": [[[
            (0.54, 0.04), (0.3, 0.0), (0.1, 0.14), (0.12, 0.36), (0.34, 0.48), (0.5, 0.68),
            (0.4, 0.94), (0.16, 1.0), (0.0, 0.9),
        ]]],
        "angular": [[
            [(0.52, 0.0), (0.08, 0.02)], [(0.08, 0.02), (0.06, 0.44)],
            [(0.06, 0.44), (0.34, 0.42), (0.5, 0.56)], [(0.5, 0.56), (0.46, 0.86), (0.0, 0.98)],
        ]],
        "bar apart": [
            [[(0.08, 0.08), (0.06, 0.44)], arc(0.2, 0.7, 0.3, 0.3, 110, -145)],
            [[(0.16, 0.02), (0.36, 0.0), (0.6, -0.03)]],
        ],
    },
    6: {
        "curved": [[[
            (0.46, 0.0), (0.2, 0.22), (0.04, 0.54), *arc(0.27, 0.74, 0.25, 0.26, 195, 540),
        ]]],
        "straight stem": [[[
            (0.3, 0.0), (0.14, 0.36), (0.03, 0.66), *arc(0.25, 0.76, 0.23, 0.24, 200, 530),
        ]]],
        "hooked": [[[
            (0.52, 0.1), (0.38, 0.0), (0.14, 0.2), (0.02, 0.56), (0.1, 0.9), (0.3, 1.0),
            (0.52, 0.84), (0.44, 0.6), (0.24, 0.54), (0.04, 0.7),
        ]]],
        "open bowl": [[[
            (0.4, 0.0), (0.12, 0.3), (0.02, 0.66), (0.16, 0.96), (0.4, 0.96), (0.5, 0.74),
            (0.36, 0.56), (0.16, 0.64),
        ]]],
        "big bowl": [[[
            (0.36, 0.0), (0.12, 0.2), (0.02, 0.46), *arc(0.3, 0.66, 0.3, 0.34, 185, 530),
        ]]],
    },
    7: {
        "plain": [[
            [(0.0, 0.02), (0.3, 0.02), (0.56, 0.0)], [(0.56, 0.0), (0.36, 0.5), (0.2, 1.0)],
        ]],
        "crossed": [
            [[(0.0, 0.02), (0.3, 0.02), (0.58, 0.0)], [(0.58, 0.0), (0.38, 0.5), (0.22, 1.0)]],
            [[(0.16, 0.5), (0.36, 0.49), (0.58, 0.48)]],
        ],
        "curved": [[
            [(0.0, 0.06), (0.28, 0.0), (0.56, 0.03)],
            [(0.56, 0.03), (0.4, 0.3), (0.3, 0.6), (0.28, 1.0)],
        ]],
        "with a tick": [[
            [(0.02, 0.2), (0.0, 0.02)], [(0.0, 0.02), (0.3, 0.03), (0.58, 0.0)],
            [(0.58, 0.0), (0.36, 0.5), (0.24, 1.0)],
        ]],
        "ticked and crossed": [
            [
                [(0.02, 0.18), (0.0, 0.03)], [(0.0, 0.03), (0.3, 0.02), (0.56, 0.02)],
                [(0.56, 0.02), (0.38, 0.5), (0.28, 1.0)],
            ],
            [[(0.18, 0.54), (0.4, 0.5), (0.6, 0.5)]],
        ],
    },
    8: {
        "one stroke": [[[
            (0.46, 0.1), (0.26, 0.0), (0.06, 0.14), (0.14, 0.36), (0.36, 0.56), (0.48, 0.78),
            (0.26, 1.0), (0.02, 0.8), (0.14, 0.56), (0.36, 0.36), (0.46, 0.16), (0.38, 0.04),
        ]]],
        "two rings": [
            [arc(0.27, 0.24, 0.21, 0.24, 90, 450)], [arc(0.27, 0.74, 0.27, 0.26, 90, 450)]
        ],
        "from the middle": [[[
            (0.24, 0.48), (0.06, 0.3), (0.1, 0.08), (0.3, 0.0), (0.48, 0.12), (0.42, 0.36),
            (0.22, 0.5), (0.02, 0.7), (0.1, 0.94), (0.32, 1.0), (0.52, 0.82), (0.42, 0.58),
            (0.24, 0.48),
        ]]],
        "angular": [[
            [(0.46, 0.04), (0.1, 0.1), (0.12, 0.34), (0.44, 0.66)],
            [(0.44, 0.66), (0.4, 0.96), (0.08, 0.94)],
            [(0.08, 0.94), (0.04, 0.7), (0.3, 0.4), (0.46, 0.04)],
        ]],
        "narrow": [[[
            (0.3, 0.04), (0.16, 0.0), (0.04, 0.16), (0.12, 0.4), (0.26, 0.62), (0.28, 0.86),
            (0.14, 1.0), (0.0, 0.84), (0.06, 0.6), (0.22, 0.4), (0.32, 0.18), (0.26, 0.03),
        ]]],
    },
    9: {
        "straight stem": [
            [[*arc(0.24, 0.25, 0.23, 0.25, 20, 385)], [(0.46, 0.16), (0.45, 0.6), (0.42, 1.0)]],
        ],
        "curved tail": [[[
            *arc(0.25, 0.26, 0.24, 0.26, 40, 380), (0.46, 0.5), (0.38, 0.84), (0.2, 1.0),
            (0.02, 0.92),
        ]]],
        "two strokes": [
            [arc(0.22, 0.26, 0.22, 0.25, 30, 390)], [[(0.46, 0.02), (0.45, 0.5), (0.44, 1.0)]],
        ],
        "open loop": [[[
            (0.44, 0.1), (0.24, 0.0), (0.04, 0.18), (0.06, 0.42), (0.26, 0.46), (0.42, 0.26),
        ], [(0.44, 0.1), (0.42, 0.5), (0.36, 1.0)]]],
        "leaning": [[[
            *arc(0.32, 0.22, 0.21, 0.22, 45, 385), (0.46, 0.44), (0.3, 0.74), (0.12, 1.0),
        ]]],
    },
}  # fmt: skip


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
