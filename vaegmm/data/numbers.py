"""A picture of a whole number becomes its digits, each in MNIST's form, from left to right.

The connected parts of the ink are sorted into digits by where they lie; nothing is read here. How
one digit gets its form stands in `vaegmm.data.images` and `vaegmm.data.drawing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from vaegmm.data.drawing import DIGIT, centre, mend_stroke_width
from vaegmm.data.images import SPECK, normalise_drawing, to_grey
from vaegmm.data.paper import VISIBLE, Ink, cut_to_ink, find_ink

Labels = NDArray[np.int32]
Box = tuple[slice, ...]  # rows, columns

MAX_DIGITS = 6
MAX_PARTS = 8 * MAX_DIGITS  # more than any handwriting breaks six digits into

# Shares of the height of the tallest part.
TALL = 0.4  # a part from here on is a digit or half of a broken one; a lower one is a fragment
LINE_GAP = 0.12  # rows of paper between two lines of digits; a broken digit leaves fewer

# Shares of the longer side of the largest part, a digit's size.
SMALL = 0.6  # what is smaller is no digit: an MNIST digit has 1 whatever its form
NEAR = 0.12  # a fragment no further from a digit belongs to it,
ABOVE = 0.3  # rows counting so much less: what breaks off lies above or below more than beside
FLAG = 1.0  # if no wider than a 5's flag: a line under the number is wider
DUST = 0.2, 0.35  # a fragment of no digit is dust up to this width and height; a dash is wider
FAINT = 0.5  # or if no ink of it is stronger: erased, or from the page's other side

# Shares of the smaller of two parts.
SAME_COLUMNS = 0.3  # parts that share more columns lie above each other or interlock: one digit,
SIDE_BY_SIDE = 0.5  # unless they share more rows than this, one left of the other: slanted digits
ON_ONE_LINE = 0.25  # neighbours share more rows

# One digit or two that touch, see `_doubt`: a logistic regression's weights, from the sample's
# training digits against pairs that overlap by 2 to 4 of MNIST's pixels.
CROSSINGS_WEIGHT, SPREAD_WEIGHT = 2.5, -8.2
DOUBTFUL, DOUBTFUL_ALONE = 3.4, 3.6  # beyond lie 0.3 and 0.4 % of the digits there


@dataclass(frozen=True, eq=False)
class Part:
    """Connected ink, or what has been joined to one digit.

    Attributes:
        labels: of the connected pieces.
        left: (H,) the first column with ink in every row; W where there is none.
        right: (H,) the last column; -1 where there is none.
    """

    labels: tuple[int, ...]
    left: NDArray[np.intp]
    right: NDArray[np.intp]

    @property
    def inked_rows(self) -> NDArray[np.intp]:
        """The rows with ink, from the top."""
        return np.flatnonzero(self.right >= 0)

    @property
    def rows(self) -> range:
        """From the first row with ink to the last."""
        return range(int(self.inked_rows[0]), int(self.inked_rows[-1]) + 1)

    @property
    def columns(self) -> range:
        """From the first column with ink to the last."""
        return range(int(self.left.min()), int(self.right.max()) + 1)

    @property
    def size(self) -> int:
        """The longer side."""
        return max(len(self.rows), len(self.columns))


def split_number(image: Image.Image | NDArray[np.generic]) -> list[Ink]:
    """Split a picture of a whole number into its digits, in the order in which they are read.

    A picture of one digit gives exactly what `normalise_drawing` gives. Strokes of one digit may
    lie apart, digits may slant into each other's columns, and dust counts for nothing, a point
    included; but ink must not join two digits.

    Args:
        image: as `to_grey` takes it, of any size: 1 to 6 digits in one line.

    Returns:
        (28, 28) float32 in [0, 1] for every digit, ink = 1, as `normalise_drawing` gives it.

    Raises:
        BlankImageError: nothing is drawn, or no more than a speck.
        ValueError: digits that touch, too many of them, or in more than one line; something beside
            them that is no digit; or as `to_grey`.
    """
    ink = find_ink(cut_to_ink(to_grey(image)))
    labels = np.asarray(ndimage.label(ink > VISIBLE, np.ones((3, 3)))[0], np.int32)  # (H, W)
    digit_of = _sort_into_digits(ink, labels)
    n_digits = int(digit_of.max())
    if n_digits < 2:
        return [normalise_drawing(image)]
    # The faint rim of a stroke goes with the part that is nearest to it.
    nearest = ndimage.distance_transform_edt(
        labels == 0, return_distances=False, return_indices=True
    )
    digits = digit_of[labels[tuple(nearest)]]  # (H, W)
    alone = [np.where(digits == i, ink, np.float32(0)) for i in range(1, n_digits + 1)]
    return [centre(mend_stroke_width(digit)) for digit in alone]


def _sort_into_digits(ink: Ink, labels: Labels) -> Labels:
    """Tell which digit every connected part of the ink belongs to.

    Args:
        ink: (H, W).
        labels: (H, W), 0 = paper, 1 to P = the parts.

    Returns:
        (P + 1,): by label the number of the digit from the left, from 1; 0 for paper and dust.
    """
    boxes: list[Box] = ndimage.find_objects(labels)
    heights = np.array([rows.stop - rows.start for rows, _ in boxes])
    tallest = heights.max(initial=0)
    digit_of = np.zeros(len(boxes) + 1, np.int32)
    if tallest < SPECK:
        return digit_of
    is_tall = heights >= TALL * tallest
    _check_count(int(is_tall.sum()), MAX_PARTS)
    parts = [_outline(labels, i + 1, box) for i, box in enumerate(boxes) if is_tall[i]]
    size = max(part.size for part in parts)
    digits = [digit for digit in _join(parts) if digit.size >= SMALL * size]
    _check_line(digits, tallest)
    _check_count(len(digits), MAX_DIGITS)
    for number, digit in enumerate(digits, 1):
        digit_of[list(digit.labels)] = number
    _add_fragments(digit_of, ink, labels, boxes, size)
    line = max(len(digit.rows) for digit in digits)
    limit = DOUBTFUL if len(digits) > 1 else DOUBTFUL_ALONE
    for number in range(1, len(digits) + 1):
        if _doubt(digit_of[labels] == number, line) > limit:
            raise ValueError(
                f"Part {number} from the left looks like digits that touch; "
                "write them further apart."
            )
    return digit_of


def _outline(labels: Labels, label: int, box: Box) -> Part:
    height, width = labels.shape
    left, right = np.full(height, width), np.full(height, -1)
    row, column = np.nonzero(labels[box] == label)
    np.minimum.at(left, row + box[0].start, column + box[1].start)
    np.maximum.at(right, row + box[0].start, column + box[1].start)
    return Part((label,), left, right)


def _join(parts: list[Part]) -> list[Part]:
    """Join the parts that make one digit; the digits come from left to right."""
    digits: list[Part] = []
    for part in parts:
        same = [digit for digit in digits if _is_one_digit(digit, part)]
        digits = [digit for digit in digits if digit not in same]
        pieces = [part, *same]
        labels = tuple(label for piece in pieces for label in piece.labels)
        left = np.min([piece.left for piece in pieces], axis=0)
        right = np.max([piece.right for piece in pieces], axis=0)
        digits.append(Part(labels, left, right))
    return sorted(digits, key=lambda digit: digit.columns.start + digit.columns.stop)


def _is_one_digit(a: Part, b: Part) -> bool:
    """Whether two parts lie so that they can only be pieces of one digit.

    Slanted digits share columns too, but they stand side by side: each row that both have crosses
    first the one, then the other.
    """
    if _shared(a.columns, b.columns) < SAME_COLUMNS:
        return False
    if _shared(a.rows, b.rows) < SIDE_BY_SIDE:
        return True
    rows = (a.right >= 0) & (b.right >= 0)
    return bool((a.right >= b.left)[rows].any() and (b.right >= a.left)[rows].any())


def _shared(a: range, b: range) -> float:
    """The share of the shorter range that both have; negative when they lie apart."""
    return (min(a.stop, b.stop) - max(a.start, b.start)) / min(len(a), len(b))


def _check_line(digits: list[Part], tallest: int) -> None:
    gap = max(np.diff(digit.inked_rows).max(initial=1) - 1 for digit in digits)
    is_stair = any(_shared(a.rows, b.rows) < ON_ONE_LINE for a, b in pairwise(digits))
    if is_stair or gap > LINE_GAP * tallest:
        raise ValueError(
            "The digits do not stand in one line; write the number in one line, or cut the picture."
        )


def _check_count(n_parts: int, limit: int) -> None:
    if n_parts > limit:
        raise ValueError(
            f"The picture shows {n_parts} parts; a number here has at most {MAX_DIGITS} digits: "
            "write fewer, or cut the picture."
        )


def _add_fragments(digit_of: Labels, ink: Ink, labels: Labels, boxes: list[Box], size: int) -> None:
    """Give every part without a digit to the one next to it, in place; what is left is dust."""
    low = np.flatnonzero(digit_of[1:] == 0) + 1
    if len(low) == 0:
        return
    owners = digit_of[labels]  # (H, W)
    distance, nearest = ndimage.distance_transform_edt(
        owners == 0, sampling=(ABOVE, 1), return_indices=True
    )
    closest = ndimage.minimum_position(distance, labels, low)
    strongest = ndimage.maximum(ink, labels, low)
    for label, place, full in zip(low, closest, strongest, strict=True):
        height, width = (side.stop - side.start for side in boxes[label - 1])
        if distance[place] <= NEAR * size and width <= FLAG * size:
            digit_of[label] = owners[tuple(index[place] for index in nearest)]
        elif full > FAINT and (width > DUST[0] * size or height > DUST[1] * size):
            raise ValueError(
                "Something beside the digits is too small for a digit or no digit; "
                "write a whole number without signs, all digits of one size."
            )


def _doubt(is_ink: NDArray[np.bool_], line: int) -> float:
    """How much a part (H, W) looks like two digits that touch.

    Two digits are wider than one, a row crosses more of their strokes, and their ink lies in the
    middle where they meet: a wide 0 has it at the edges.
    """
    rows, columns = np.nonzero(is_ink)
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    # Gaps in a row narrower than one of MNIST's pixels are a ragged outline, not paper.
    solid = is_ink | ndimage.binary_closing(is_ink, np.ones((1, max(1, round(line / DIGIT))), bool))
    n_crossings = np.count_nonzero(np.diff(solid, prepend=False) & solid) / height
    spread = float(columns.std()) / width
    return width / max(height, line) + CROSSINGS_WEIGHT * n_crossings + SPREAD_WEIGHT * spread
