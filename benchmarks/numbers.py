"""How well pictures of numbers are split into their digits: `python -m benchmarks.numbers`.

Composes numbers from the bundled sample's test digits, side by side at a distance or with their ink
joined, each digit of another size and height, enlarged, dark on light and light on dark.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.data.numbers import MAX_DIGITS, split_number
from vaegmm.model import VAEGMM
from vaegmm.operations.writing import describe_doubts, read_digits

PROG = "python -m benchmarks.numbers"
SCALES, ENLARGED = (0.8, 1.25), (2.0, 12.0)
JITTER = 3  # of MNIST's pixels, up or down
GAPS = ((1, 1), (2, 2), (3, 3), (4, 6), (7, 12))
OVERLAPS = ((0, 1), (2, 4))
Levels = NDArray[np.uint8]


@dataclass(frozen=True)
class NumbersBenchmark:
    """Measure how well numbers are split into digits."""

    n: int = 300
    """Numbers of each kind."""
    seed: int = 0
    """Of what they are made of."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: measure(parse(NumbersBenchmark, argv, PROG)), PROG)


def measure(arguments: NumbersBenchmark) -> None:
    """Print how many are split rightly, how many of the digits read, and how many refused."""
    data, model = load_dataset("sample", train=False), VAEGMM.from_pretrained()
    rng = np.random.default_rng(arguments.seed)
    head = ("split rightly", "refused", "too few", "but doubted", "read rightly")
    say(f"{'digits':<24}" + "".join(f"{name:>15}" for name in head))
    for low, high in GAPS:
        kinds = [int(n) for n in rng.integers(1, MAX_DIGITS + 1, arguments.n)]
        _report(f"{low} to {high} pixels apart", model, data, rng, kinds, (low, high))
    for low, high in OVERLAPS:
        name = f"joined, overlap {low} to {high}"
        _report(name, model, data, rng, [2] * arguments.n, (-high, -low))


def _report(
    name: str,
    model: VAEGMM,
    data: LabelledImages,
    rng: np.random.Generator,
    lengths: list[int],
    gaps: tuple[int, int],
) -> None:
    n_right = n_refused = n_few = n_doubted = n_read = n_digits = 0
    for length in lengths:
        picture, labels = compose(data, rng, length, gaps)
        try:
            digits = split_number(picture)
        except ValueError:
            n_refused += 1
            continue
        if len(digits) < length:
            n_few += 1
            n_doubted += describe_doubts(model, digits) != ""
        if len(digits) == length:
            n_right += 1
            n_digits += length
            read = read_digits(model, digits)
            n_read += sum(a == b for a, b in zip(read, labels, strict=True))
    shares = [count / len(lengths) for count in (n_right, n_refused, n_few, n_doubted)]
    figures = [f"{share:.1%}" for share in shares]
    figures.append(f"{n_read / n_digits:.1%}" if n_digits else "-")
    say(f"{name:<24}" + "".join(f"{figure:>15}" for figure in figures))


def compose(
    data: LabelledImages, rng: np.random.Generator, length: int, gaps: tuple[int, int]
) -> tuple[Image.Image, list[int]]:
    """Write digits side by side; return the picture and their labels.

    Args:
        data: digits to take.
        rng: chooses everything.
        length: how many.
        gaps: pixels between two boxes of ink, from and to; negative where they overlap, and there
            the ink itself is joined.
    """
    while True:
        index = rng.integers(0, len(data), length)
        parts = [_scale(data.images[k].numpy(), rng) for k in index]
        line = parts[0]
        for part in parts[1:]:
            line = _append(line, part, int(rng.integers(gaps[0], gaps[1] + 1)))
            if gaps[1] <= 0 and not _is_joined(line):
                break
        else:
            break
    line = np.pad(line, 8)
    factor = rng.uniform(*ENLARGED)
    size = round(line.shape[1] * factor), round(line.shape[0] * factor)
    picture = Image.fromarray(line).resize(size, Image.Resampling.BICUBIC)
    is_dark = rng.random() < 0.5
    shown = Image.fromarray(255 - np.asarray(picture)) if is_dark else picture
    return shown, data.labels[index].tolist()


def _scale(digit: Levels, rng: np.random.Generator) -> Levels:
    """Cut a digit to its ink, at another size, on paper that lets it move up and down."""
    rows, columns = np.nonzero(digit > 25)
    box = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = rng.uniform(*SCALES)
    size = max(1, round(box.shape[1] * scale)), max(1, round(box.shape[0] * scale))
    scaled = np.asarray(Image.fromarray(box).resize(size, Image.Resampling.BICUBIC))
    height = round(28 * SCALES[1]) + 2 * JITTER
    top = (height - scaled.shape[0]) // 2 + int(rng.integers(-JITTER, JITTER + 1))
    return np.pad(scaled, ((top, height - scaled.shape[0] - top), (0, 0)))


def _append(line: Levels, part: Levels, gap: int) -> Levels:
    width = line.shape[1] + gap + part.shape[1]
    joined = np.zeros((line.shape[0], width), np.uint8)
    joined[:, : line.shape[1]] = line
    right = joined[:, -part.shape[1] :]
    np.maximum(right, part, out=right)
    return joined


def _is_joined(line: Levels) -> bool:
    """Whether the ink of both digits is one connected part, specks aside."""
    parts, n_parts = ndimage.label(line > 60, np.ones((3, 3)))
    areas = np.bincount(parts.ravel())[1:]
    return n_parts > 0 and areas.max() > 0.95 * areas.sum()


if __name__ == "__main__":
    sys.exit(main())
