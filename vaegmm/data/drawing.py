"""From ink to the digit in MNIST's frame: its box, its centre, the width of its strokes.

*Ink* is float32 (H, W) in [0, 1], paper = 0, full ink = 1; where it comes from stands in
`vaegmm.data.paper`. Files, colours and the public ways in live in `vaegmm.data.images`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from vaegmm.data.paper import VISIBLE, Ink

FRAME = 28  # pixels, the side of an MNIST image
DIGIT = 20  # pixels, the longest side of an MNIST digit
FINE = 4  # pixels per MNIST pixel where strokes are measured and redrawn

# Stroke widths of MNIST's training images in pixels of the 20-pixel box, as `mend_stroke_width`
# measures them: percentiles 0.1, 1, 25, 50, 75, 99, 99.9 are 1.1, 1.4, 2.1, 2.5, 3.0, 4.9, 6.8.
THINNEST, THICKEST = 1.4, 6.8  # beyond: far too thin, far too thick
THIN, THICK = 2.3, 5.5  # what these become; of the widths tried, these read best


@dataclass(frozen=True)
class Box:
    """The rectangle around the ink, in fractional pixels; pixel i spans [i, i + 1]."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def longest(self) -> float:
        """The longer side in pixels."""
        return max(self.right - self.left, self.bottom - self.top)


def ink_box(ink: Ink) -> Box:
    """Find the box around the ink of an array (H, W)."""
    across, down = ink.max(0), ink.max(1)  # (W,), (H,)
    extents = [np.ptp(np.flatnonzero(profile > VISIBLE)) + 1 for profile in (across, down)]
    mnist_pixel = max(1, round(max(extents) / DIGIT))
    height, width = ink.shape
    return Box(
        left=_find_edge(across, mnist_pixel),
        top=_find_edge(down, mnist_pixel),
        right=width - _find_edge(across[::-1], mnist_pixel),
        bottom=height - _find_edge(down[::-1], mnist_pixel),
    )


def _find_edge(profile: Ink, mnist_pixel: int) -> float:
    """Distance in pixels from the start of a profile (n,) to the edge of the ink.

    The edge lies where the profile reaches half of its maximum over one MNIST pixel from where it
    starts. An MNIST image enlarged by any filter so keeps the box it had: blur moves the first
    faint pixel outwards, but not the half-way point.
    """
    visible = np.where(profile > VISIBLE, profile, 0)
    start = int(np.argmax(visible > 0))
    half = visible[start : start + mnist_pixel].max() / 2
    inside = start + int(np.argmax(visible[start:] >= half))
    outer = visible[inside - 1] if inside > 0 else 0.0
    # Values stand for pixel centres: the crossing lies between inside - 1/2 and inside + 1/2.
    return inside + 0.5 - float((visible[inside] - half) / (visible[inside] - outer))


def _cut_window(ink: Ink, left: float, top: float, pixel: float, side: int) -> Ink:
    """Resample the square of `side` x `side` pixels, each `pixel` wide, that starts at left, top.

    Area filtering where that reduces the ink, Lanczos where it enlarges it; beyond it is paper.
    """
    span = side * pixel
    height, width = ink.shape
    margin = 1 + math.ceil(max(-left, -top, left + span - width, top + span - height, 0))
    kernel = Image.Resampling.BOX if pixel >= 1 else Image.Resampling.LANCZOS
    window = Image.fromarray(np.pad(ink, margin)).resize(
        (side, side),
        kernel,
        box=(left + margin, top + margin, left + margin + span, top + margin + span),
    )
    return np.clip(np.asarray(window, np.float32), np.float32(0), np.float32(1))


def centre(ink: Ink) -> Ink:
    """Frame a digit (H, W) as MNIST's were: (28, 28), the strongest ink 1.

    The longest side becomes 20 pixels; then whole pixels of shift bring the centre of mass to the
    centre of pixel (14, 14), as far as the digit stays inside the frame (LeCun et al. 1998,
    "Gradient-based learning applied to document recognition", section III.A).
    """
    box = ink_box(ink)
    pixel = box.longest / DIGIT
    left = box.left - pixel * _offset(ink.sum(0), box.left, box.right, pixel)
    top = box.top - pixel * _offset(ink.sum(1), box.top, box.bottom, pixel)
    framed = _cut_window(ink, left, top, pixel, FRAME)
    return np.asarray(framed / framed.max(), np.float32)


def _offset(mass: Ink, low: float, high: float, pixel: float) -> int:
    """Frame pixels between the frame's edge and the box from low to high, along one axis.

    `mass` (n,) is the ink summed over the other axis; a frame pixel is `pixel` wide.
    """
    centre_of_mass = float(mass @ (np.arange(len(mass)) + 0.5)) / float(mass.sum())
    wanted = round((FRAME + 1) / 2 - (centre_of_mass - low) / pixel)
    free = FRAME - math.ceil((high - low) / pixel - 1e-3)
    return min(max(wanted, 0), free)


def stroke_width(ink: Ink) -> float:
    """Measure the mean width of the strokes of (H, W) in pixels; 0 without ink.

    A straight stroke of length L and width w has the area w L, and over it the distance to its
    outline integrates to L w^2 / 4: w is four times the mean distance. Good from 3 pixels on.
    """
    if not ink.any():
        return 0.0
    is_ink = np.pad(_is_stroke(ink), 1)
    # The transform measures to the centre of the nearest pixel of paper: half a pixel too far.
    distance = ndimage.distance_transform_edt(is_ink)[is_ink] - 0.5
    return 4 * float(distance.mean())


def _is_stroke(ink: Ink) -> NDArray[np.bool_]:
    """Where ink exceeds half its mean, each pixel weighing as much as its ink.

    A line thinner than a pixel is faint all along but where it crosses itself: half of the
    strongest ink would break it.
    """
    return np.asarray(ink > 0.5 * (ink * ink).sum() / ink.sum())


def _move_outline(ink: Ink, distance: float) -> Ink:
    """Redraw (H, W) with its outline `distance` pixels further out (further in when negative)."""
    is_ink = _is_stroke(ink)
    inwards = ndimage.distance_transform_edt(is_ink) - ndimage.distance_transform_edt(~is_ink)
    inwards -= np.sign(inwards) / 2  # distance to the outline, not to the pixel beyond it
    return np.clip(inwards + distance + 0.5, 0, 1).astype(np.float32)


def mend_stroke_width(ink: Ink) -> Ink:
    """Redraw a digit whose strokes are far too thin or thick beside MNIST's; else return it as is.

    Moving the outline out by r adds 2 r to the width w and to the longest side of 20 pixels. The
    wanted width in the 20-pixel box then asks for (w + 2 r) / (20 + 2 r) = wanted / 20.
    """
    box = ink_box(ink)
    pixel = box.longest / (DIGIT * FINE)
    margin = 2 * FINE
    side = DIGIT * FINE + 2 * margin
    fine = _cut_window(ink, box.left - margin * pixel, box.top - margin * pixel, pixel, side)
    width = stroke_width(fine) / FINE
    if THINNEST <= width <= THICKEST:
        return ink
    wanted = THIN if width < THINNEST else THICK
    return _move_outline(fine, FINE * (wanted - width) / (2 * (1 - wanted / DIGIT)))
