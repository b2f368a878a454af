"""Pictures that are no digits: scribbles of a pen, and noise. Made here, by seed."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from torch import Tensor
from tqdm import tqdm

from vaegmm.data.images import normalise_drawing
from vaegmm.data.strokes import Drawing, Stroke, render

PAD_SIDE = 112  # pixels of the picture that the pad sends


def make_scribbles(n: int, seed: int) -> Tensor:
    """Return scribbles (N, 28, 28) uint8, drawn and normalised as on the pad.

    One or two smooth lines through 9 to 15 random points each: enough turns not to be a digit.
    """
    random = np.random.default_rng(seed)
    drawings = [_scribble(random) for _ in range(n)]
    return paint(drawings, "scribbles")


def paint(drawings: list[Drawing], what: str = "drawings") -> Tensor:
    """Return drawings as the model sees them on the pad, (N, 28, 28) uint8."""
    pictures = [
        normalise_drawing(render(drawing, PAD_SIDE))
        for drawing in tqdm(drawings, desc=what, leave=False, disable=None)
    ]
    return torch.from_numpy(np.round(255 * np.stack(pictures)).astype(np.uint8))


def make_noise(images: Tensor, seed: int) -> Tensor:
    """Return noise (N, 28, 28) uint8: half of it uniform, half the images' own pixels, shuffled.

    Args:
        images: (N, 28, 28) uint8.
        seed: of the noise.
    """
    generator = torch.Generator().manual_seed(seed)
    uniform = torch.randint(0, 256, images.shape, generator=generator, dtype=torch.uint8)
    order = torch.rand(len(images), images[0].numel(), generator=generator).argsort(1)
    shuffled = images.flatten(1).gather(1, order).view(images.shape)
    return torch.cat([uniform[::2], shuffled[1::2]])


def _scribble(random: np.random.Generator) -> Drawing:
    strokes = tuple(_line(random) for _ in range(random.integers(1, 3)))
    width = random.uniform(0.03, 0.08)
    return Drawing(label=-1, form="scribble", style="any", width=width, strokes=strokes)


def _line(random: np.random.Generator) -> Stroke:
    points: NDArray[np.float64] = random.uniform(0.12, 0.88, (random.integers(9, 16), 2))
    last = len(points) - 1
    curve = CubicSpline(np.arange(len(points)), points)(np.linspace(0, last, 12 * last))
    return tuple((x, y) for x, y in np.clip(curve, 0, 1).tolist())
