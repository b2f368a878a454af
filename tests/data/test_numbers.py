"""A picture of a number becomes its digits in order, or one clear sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.data.images import BlankImageError, normalise_drawing
from vaegmm.data.numbers import split_number
from vaegmm.data.paper import WORKING_SIDE
from vaegmm.data.strokes import load_drawings, render
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify_pixels

Picture = NDArray[np.uint8]
Strokes = Sequence[Sequence[tuple[float, float]]]

THREE = [[(0, 0), (30, 0), (12, 25), (30, 40), (25, 58), (0, 60)]]
TWO = [[(0, 10), (15, 0), (30, 12), (0, 60), (32, 60)]]
FIVE_WITH_ITS_FLAG_APART = [[(4, 10), (2, 28), (28, 30), (26, 60), (0, 60)], [(8, 0), (40, -4)]]
SLANTED_ONE = [[(30, 0), (0, 60)]]
MINUS = [[(0, 30), (20, 30)]]
COLUMN = 10  # of paper around a composed number, in pixels


@pytest.fixture(scope="module")
def all_digits() -> LabelledImages:
    """The sample's test images."""
    return load_dataset("sample", train=False)


@pytest.fixture(scope="module")
def whole_digits(all_digits: LabelledImages) -> list[Picture]:
    """300 test images of one connected part, neither very low nor very wide."""
    pictures = [crop(image) for image in all_digits.images[::5].numpy()]
    whole = [p for p in pictures if count_parts(p) == 1 and p.shape[0] >= 17]
    return whole[:300]


def crop(image: Picture) -> Picture:
    rows, columns = np.nonzero(image > 25)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def count_parts(picture: Picture) -> int:
    return int(ndimage.label(picture > 25, np.ones((3, 3)))[1])


def compose(digits: Sequence[Picture], gaps: Sequence[int], drops: Sequence[int]) -> Picture:
    """Write digits beside each other, with gaps and drops from the middle line in pixels."""
    height = 2 * max(len(digit) for digit in digits)
    width = sum(digit.shape[1] for digit in digits) + sum(max(gap, 0) for gap in gaps)
    page = np.zeros((height, width + 2 * COLUMN), np.uint8)
    left = COLUMN
    for digit, gap, drop in zip(digits, [*gaps, 0], drops, strict=True):
        top = (height - len(digit)) // 2 + drop
        place = page[top : top + len(digit), left : left + digit.shape[1]]
        np.maximum(place, digit, out=place)
        left += digit.shape[1] + gap
    return page


def draw(places: Sequence[tuple[Strokes, int, int]], size: tuple[int, int] = (224, 112)) -> Picture:
    """Draw strokes at their places as the pad does: white on black, 0.075 of the height wide."""
    picture = Image.new("L", size)
    pen = ImageDraw.Draw(picture)
    for strokes, left, top in places:
        for stroke in strokes:
            line = [(x + left, y + top) for x, y in stroke]
            pen.line(line, 255, round(0.075 * size[1]), joint="curve")
    return np.asarray(picture)


def difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """The share of ink that two digits do not have in common."""
    return float(np.abs(a - b).sum() / (a.sum() + b.sum()))


def random_number(
    images: NDArray[np.uint8], random: np.random.Generator, n: int, joined: int | None = None
) -> Picture:
    """Compose n digits of unlike sizes; `joined` overlaps the one after it by 2 to 4 pixels."""
    digits = []
    for image in images[random.integers(0, len(images), n)]:
        picture = Image.fromarray(crop(image))
        scale = random.uniform(0.8, 1.25)
        size = (max(2, round(picture.width * scale)), round(picture.height * scale))
        digits.append(np.asarray(picture.resize(size, Image.Resampling.BICUBIC)))
    gaps = random.integers(3, 9, n - 1)
    if joined is not None:
        gaps[joined] = -random.integers(2, 5)
    return compose(digits, gaps.tolist(), random.integers(-3, 4, n).tolist())


# Numbers


@settings(max_examples=100, derandomize=True)
@given(st.data(), st.integers(1, 6), st.integers(1, 4), st.booleans())
def test_the_digits_come_back_in_order(
    whole_digits: list[Picture],
    data: st.DataObject,
    n: int,
    scale: int,
    is_dark_on_light: bool,
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(range(300)), min_size=n, max_size=n))
    gaps = data.draw(st.lists(st.integers(2, 12), min_size=n - 1, max_size=n - 1))
    drops = data.draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n))
    digits = [whole_digits[i] for i in chosen]
    page = compose(digits, gaps, drops)
    # A page that is wider is reduced, and a digit alone would not be.
    block = np.ones(2 * (min(scale, WORKING_SIDE // page.shape[1]),), np.uint8)
    large = np.kron(page, block)
    found = split_number(255 - large if is_dark_on_light else large)
    assert len(found) == n
    for digit, picture in zip(found, digits, strict=True):
        alone = normalise_drawing(np.kron(np.pad(picture, 4), block))
        assert difference(digit, alone) < 0.02


def test_98_of_100_random_numbers_have_the_right_count(all_digits: LabelledImages) -> None:
    random = np.random.default_rng(0)
    n_right = 0
    for _ in range(300):
        n = int(random.integers(1, 7))
        try:
            n_right += len(split_number(random_number(all_digits.images.numpy(), random, n))) == n
        except ValueError:
            continue
    assert n_right >= 294


def photograph(page: Picture, random: np.random.Generator) -> NDArray[np.float64]:
    """Dark ink under uneven light, with grain, eight times as large."""
    height, width = page.shape
    large = Image.fromarray(page).resize((8 * width, 8 * height), Image.Resampling.BICUBIC)
    ink = np.asarray(large) / 255
    y, x = np.mgrid[-1 : 1 : ink.shape[0] * 1j, -1 : 1 : ink.shape[1] * 1j]
    light = 0.7 + 0.1 * x - 0.12 * y
    return np.asarray(np.clip(light * (1 - 0.7 * ink) + random.normal(0, 0.02, ink.shape), 0, 1))


def test_a_photo_with_a_shadow_and_grain_is_split_like_the_number(
    whole_digits: list[Picture],
) -> None:
    random = np.random.default_rng(0)
    for _ in range(25):
        digits = [whole_digits[i] for i in random.choice(300, 2, replace=False)]
        found = split_number(photograph(compose(digits, [5], [0, 2]), random))
        assert len(found) == 2
        alone = [normalise_drawing(np.pad(picture, 4)) for picture in digits]
        for i, digit in enumerate(found):
            assert int(np.argmin([difference(digit, other) for other in alone])) == i


def test_the_model_reads_a_number_as_it_reads_its_digits(
    digits: VAEGMM, all_digits: LabelledImages
) -> None:
    first = [int((all_digits.labels == label).nonzero()[3]) for label in (2, 0, 2, 6)]
    pictures = [crop(all_digits.images[i].numpy()) for i in first]
    found = split_number(compose(pictures, [4, 4, 4], [0, 1, 0, -1]))
    read = [classify_pixels(digits, digit).label for digit in found]
    assert read == [2, 0, 2, 6]


def test_polarity_place_and_scale_change_little(whole_digits: list[Picture]) -> None:
    page = compose(whole_digits[:4], [3, 5, 4], [0, 1, 2, -1])
    first = split_number(page)
    enlarged = np.kron(page, np.ones((3, 3), np.uint8))
    for other in (255 - page, np.pad(page, ((5, 40), (60, 0))), enlarged, 255 - enlarged):
        found = split_number(other)
        assert len(found) == 4
        assert max(difference(a, b) for a, b in zip(first, found, strict=True)) < 0.05


def test_a_number_drawn_on_the_pad_is_split() -> None:
    found = split_number(draw([(THREE, 60, 25), (TWO, 110, 27)]))
    alone = [normalise_drawing(draw([(strokes, 60, 25)])) for strokes in (THREE, TWO)]
    assert len(found) == 2
    assert difference(found[0], alone[0]) < 0.02
    assert difference(found[1], alone[1]) < 0.02
    assert found[0].dtype == np.float32
    assert found[0].max() == 1


# One digit


def test_one_digit_gives_the_bytes_of_normalise_drawing(all_digits: LabelledImages) -> None:
    n_split = n_refused = 0
    for image in all_digits.images.numpy()[::2]:
        try:
            found = split_number(image)
        except ValueError:
            n_refused += 1
            continue
        n_split += len(found) > 1
        if len(found) == 1:
            assert found[0].tobytes() == normalise_drawing(image).tobytes()
    assert n_split <= 2
    assert n_refused <= 5


@pytest.mark.parametrize("place", [(6, 6), (180, 45), (100, 25)])
def test_one_digit_anywhere_on_the_pad_is_one(place: tuple[int, int]) -> None:
    pad = draw([(THREE, *place)])
    assert len(found := split_number(pad)) == 1
    assert np.array_equal(found[0], normalise_drawing(pad))


def test_digits_drawn_in_several_strokes_are_one() -> None:
    drawings = load_drawings()[::5]
    counts = [len(split_number(render(drawing, 112))) for drawing in drawings]
    assert sum(count != 1 for count in counts) <= 1


def test_blank_paper_is_blank() -> None:
    speck = np.zeros((112, 224), np.uint8)
    speck[50:52, 60:62] = 255
    for paper in (np.zeros((112, 224), np.uint8), np.full((40, 90), 255, np.uint8), speck):
        with pytest.raises(BlankImageError, match="No ink can be told from the paper; draw"):
            split_number(paper)


# Hard cases


def test_a_5_whose_flag_is_apart_is_one_digit() -> None:
    assert count_parts(draw([(FIVE_WITH_ITS_FLAG_APART, 60, 30)])) == 2
    alone = normalise_drawing(draw([(FIVE_WITH_ITS_FLAG_APART, 60, 30)]))
    found = split_number(draw([(FIVE_WITH_ITS_FLAG_APART, 40, 30), (TWO, 110, 27)]))
    assert len(found) == 2
    assert difference(found[0], alone) < 0.02


@pytest.mark.parametrize("gap", [1, 2])
def test_a_digit_torn_in_two_is_one(whole_digits: list[Picture], gap: int) -> None:
    # A wide digit: what is torn across and narrow is as good as two digits above each other.
    whole = next(p for p in whole_digits if p.shape[1] >= 18 and len(p) == 20)
    torn = whole.copy()
    torn[9 : 9 + gap] = 0
    assert count_parts(torn) > 1
    found = split_number(compose([whole_digits[0], torn, whole_digits[1]], [4, 4], [0, 0, 0]))
    assert len(found) == 3
    assert difference(found[1], normalise_drawing(np.pad(whole, 4))) < 0.25


def test_halves_that_lie_askew_are_one_digit() -> None:
    five = [[(62, 0), (26, 2), (24, 26)], [(38, 22), (52, 36), (44, 60), (0, 62)]]
    assert count_parts(draw([(five, 60, 30)])) == 2
    assert len(split_number(draw([(five, 20, 30), (TWO, 110, 30)]))) == 2


def test_digits_on_a_slope_are_not_joined() -> None:
    page = draw([(THREE, 20, 10), (TWO, 62, 48)], size=(140, 120))
    assert len(split_number(page)) == 2


def test_a_hairline_holds_together_at_its_corners() -> None:
    page = np.zeros((30, 60), np.uint8)
    page[5:25, 10:30] = page[5:25, 35:55] = 255 * np.eye(20, dtype=np.uint8)
    assert len(split_number(page)) == 2


def test_slanted_digits_may_share_columns() -> None:
    page = draw([(SLANTED_ONE, 40, 25), (SLANTED_ONE, 58, 25), (SLANTED_ONE, 76, 30)])
    assert page[:, 72:84].max(0).min() == 255  # no column parts them
    found = split_number(page)
    assert len(found) == 3
    assert max(difference(found[0], other) for other in found) < 0.05


def test_dust_and_a_point_count_for_nothing(whole_digits: list[Picture]) -> None:
    page = compose(whole_digits[:3], [14, 14], [0, 0, 0])
    dusty = page.copy()
    dusty[:2, :2] = 255
    middle = COLUMN + whole_digits[0].shape[1] + 6
    dusty[28:30, middle : middle + 2] = 255
    for a, b in zip(split_number(page), split_number(dusty), strict=True):
        assert difference(a, b) < 1e-6


# Refusals


def test_digits_that_touch_are_refused(all_digits: LabelledImages) -> None:
    eight, zero, three = (
        crop(all_digits.images[int((all_digits.labels == label).nonzero()[0])].numpy())
        for label in (8, 0, 3)
    )
    with pytest.raises(ValueError, match=r"Part 1 from the left looks like digits that touch; wri"):
        split_number(compose([eight, three], [-2], [0, 0]))
    with pytest.raises(ValueError, match=r"Part 2 .* digits that touch; write them further apart"):
        split_number(compose([three, zero, eight], [4, -1], [0, 0, 0]))


def test_most_touching_pairs_are_refused_and_none_is_cut(all_digits: LabelledImages) -> None:
    random = np.random.default_rng(0)
    n_joined = n_refused = 0
    for _ in range(200):
        page = random_number(all_digits.images.numpy(), random, n=3, joined=1)
        try:
            found = split_number(page)
        except ValueError as error:
            n_refused += "touch" in str(error)
            n_joined += "touch" in str(error)
            continue
        assert len(found) <= 3  # 3 where they overlap without touching
        n_joined += len(found) < 3
    assert n_joined >= 120
    assert n_refused >= 0.7 * n_joined


def test_seven_digits_are_too_many(whole_digits: list[Picture]) -> None:
    with pytest.raises(ValueError, match="shows 7 parts; a number here has at most 6 digits: wri"):
        split_number(compose(whole_digits[:7], [4] * 6, [0] * 7))


def test_a_page_of_noise_is_refused_at_once() -> None:
    noise = np.random.default_rng(0).random((400, 400)) > 0.8
    with pytest.raises(ValueError, match=r"shows \d+ parts; a number here has at most 6 digits"):
        split_number(noise)


@pytest.mark.parametrize("gap", [3, 8, 20])
def test_two_lines_are_refused(whole_digits: list[Picture], gap: int) -> None:
    for n in (1, 2):
        line = compose(whole_digits[:n], [4] * (n - 1), [0] * n)
        inked = line[np.flatnonzero(line.max(1))]
        page = np.pad(np.vstack([inked, np.zeros((gap, line.shape[1]), np.uint8), inked]), 5)
        with pytest.raises(ValueError, match="do not stand in one line; write the number in one"):
            split_number(page)


def test_digits_on_a_stair_are_refused() -> None:
    with pytest.raises(ValueError, match="do not stand in one line"):
        split_number(draw([(THREE, 20, 0), (TWO, 70, 70)], size=(140, 140)))


@pytest.mark.parametrize("place", [(8, 25), (105, 25)])
def test_a_sign_is_refused(place: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="or no digit; write a whole number without signs"):
        split_number(draw([(MINUS, *place), (THREE, 55, 25), (TWO, 150, 27)]))


def test_a_number_underlined_is_refused() -> None:
    line = [[(0, 80), (90, 80)]]
    with pytest.raises(ValueError, match="Something beside the digits is too small"):
        split_number(draw([(THREE, 60, 15), (TWO, 110, 15), (line, 58, 15)]))


@settings(max_examples=100, derandomize=True)
@given(
    arrays(
        np.uint8,
        array_shapes(min_dims=2, max_dims=2, max_side=48),
        elements=st.integers(0, 255) | st.sampled_from([0, 255]),
    )
)
def test_any_picture_becomes_digits_or_one_sentence(picture: Picture) -> None:
    try:
        found = split_number(picture)
    except ValueError as error:
        assert str(error).endswith(".")
        assert len(str(error).splitlines()) == 1
        return
    assert 1 <= len(found) <= 6
    for digit in found:
        assert digit.shape == (28, 28)
        assert digit.dtype == np.float32
        assert digit.min() >= 0
        assert digit.max() == 1
