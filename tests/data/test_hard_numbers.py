"""Digits that are torn, aslant or touching: split rightly, or refused in one clear sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tests.data.composing import (
    COLUMN,
    THREE,
    TWO,
    Picture,
    compose,
    count_parts,
    crop,
    difference,
    draw,
    random_number,
)
from vaegmm.data.datasets import LabelledImages
from vaegmm.data.images import normalise_drawing
from vaegmm.data.numbers import split_number

FIVE_WITH_ITS_FLAG_APART = [[(4, 10), (2, 28), (28, 30), (26, 60), (0, 60)], [(8, 0), (40, -4)]]


SLANTED_ONE = [[(30, 0), (0, 60)]]


MINUS = [[(0, 30), (20, 30)]]


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
