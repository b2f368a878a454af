"""Digits as a hand draws them: strokes, each a list of points in fractions of the pad."""

import math

Stroke = list[tuple[float, float]]


def figure_eight() -> Stroke:
    """One closed line that crosses itself, begun at the top right."""
    turns = [2 * math.pi * i / 40 for i in range(41)]
    return [(0.5 + 0.16 * math.sin(2 * t + 0.35), 0.5 - 0.3 * math.cos(t + 0.175)) for t in turns]


ONE: list[Stroke] = [[(0.52, 0.2), (0.5, 0.4), (0.49, 0.6), (0.47, 0.8)]]
FOUR: list[Stroke] = [
    [(0.36, 0.2), (0.34, 0.4), (0.33, 0.52), (0.5, 0.53), (0.68, 0.5)],
    [(0.62, 0.2), (0.6, 0.5), (0.58, 0.82)],
]
EIGHT: list[Stroke] = [figure_eight()]
DIGITS = {1: ONE, 4: FOUR, 8: EIGHT}

# Nothing that anyone would call a digit.
SCRIBBLE: list[Stroke] = [
    [(0.12, 0.15), (0.88, 0.2), (0.12, 0.35), (0.88, 0.45), (0.12, 0.6), (0.88, 0.7), (0.12, 0.85)],
    [(0.15, 0.12), (0.2, 0.88), (0.45, 0.12), (0.5, 0.88), (0.75, 0.12), (0.85, 0.88)],
]
