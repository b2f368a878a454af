"""Tell ink from paper, whatever the light: pure array work.

*Grey* is float32 (H, W) in [0, 1], black = 0; *ink* is float32 (H, W) in [0, 1], paper = 0, full
ink = 1. How ink becomes a digit in MNIST's frame stands in `vaegmm.data.drawing`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

WORKING_SIDE = 400  # pixels; a larger picture is cut to its ink and reduced before the costly steps
MIN_CONTRAST = 0.015  # of the full range: paper that varies by less than 4 of 255 levels is blank
VISIBLE = 0.1  # fainter ink does not count as drawn

Ink = NDArray[np.float32]
Grey = NDArray[np.float32]


def find_ink(grey: Grey) -> Ink:
    """Tell ink from paper in the brightness of a picture (H, W); all 0 when nothing is drawn.

    The border shows the paper, flat or lit unevenly; ink is what differs from it most, darker or
    lighter. Noise that the border shows is taken away.
    """
    paper = _find_paper(grey)
    contrast = grey - paper
    if -contrast.min() > contrast.max():  # dark ink: the light on ink and paper cancels out
        contrast = -contrast / np.maximum(paper, 0.05)
    strongest = contrast.max()
    noise = 1.4826 * np.median(np.abs(_border(contrast)))  # a normal distribution's deviation
    if strongest < max(MIN_CONTRAST, 6 * noise):
        return np.zeros_like(grey)
    if noise < 1 / 512:
        return np.asarray(np.clip(contrast / strongest, 0, 1), np.float32)
    ink = _drop_specks(np.where(contrast > 4 * noise, contrast, 0))
    full = np.percentile(ink[ink > ink.max() / 2], 95)
    return np.asarray(np.clip(ink / full, 0, 1), np.float32)


def _border(pixels: Grey) -> Grey:
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _drop_specks(ink: Ink) -> Ink:
    """Keep the connected parts that cover at least 2 % of the area of the largest."""
    parts, _ = ndimage.label(ink > 0, np.ones((3, 3)))
    areas = np.bincount(parts.ravel())
    areas[0] = 0  # the paper
    return np.where((areas >= 0.02 * areas.max())[parts], ink, 0).astype(np.float32)


def _find_paper(grey: Grey) -> Grey:
    """The brightness (H, W) of the paper without ink.

    Flat where most of the border has one level; else a quadratic surface, fitted to the border
    first and then, in a few rounds, to all that lies near the surface.
    """
    border = _border(grey)
    level = np.median(border)
    if np.median(np.abs(border - level)) < 1 / 512:  # half a level of 8 bits
        return np.full_like(grey, level)
    height, width = (min(64, side) for side in grey.shape)
    small = np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))
    terms = _quadratic_terms(height, width)
    is_paper = np.ones(small.shape, bool)
    is_paper[1:-1, 1:-1] = False
    for _ in range(5):
        weights = np.linalg.lstsq(terms[is_paper], small[is_paper], rcond=None)[0]
        distance = np.abs(small - terms @ weights)
        is_paper = distance <= 4.5 * np.median(distance[is_paper]) + 1e-3
    return np.asarray(_quadratic_terms(*grey.shape) @ weights, np.float32)


def _quadratic_terms(height: int, width: int) -> NDArray[np.float64]:
    """1, x, y, x^2, x y, y^2 at every pixel: (H, W, 6)."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def cut_to_ink(grey: Grey) -> Grey:
    """Cut (H, W) to its ink and some paper around it, and reduce that to the working side.

    What is that small already, or blank, is left as it is: the costly steps only need a bound.
    """
    if max(grey.shape) <= WORKING_SIDE:
        return grey
    coarse, factor = _reduce(grey)
    rows, columns = np.nonzero(find_ink(coarse) > VISIBLE)
    if len(rows) == 0:
        return coarse
    margin = 2 + max(np.ptp(rows), np.ptp(columns)) // 10
    cut = tuple(
        slice(max(0, i.min() - margin) * factor, (i.max() + 1 + margin) * factor)
        for i in (rows, columns)
    )
    return _reduce(grey[cut])[0]


def _reduce(grey: Grey) -> tuple[Grey, int]:
    """Average blocks so that no side exceeds the working side: the result, the side of a block."""
    factor = math.ceil(max(grey.shape) / WORKING_SIDE)
    return np.asarray(Image.fromarray(grey).reduce(factor)), factor
