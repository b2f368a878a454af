"""A picture of a number becomes its digits in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.data.composing import THREE, TWO, Picture, compose, crop, difference, draw, random_number
from vaegmm.data.datasets import LabelledImages
from vaegmm.data.images import BlankImageError, normalise_drawing
from vaegmm.data.numbers import split_number
from vaegmm.data.paper import WORKING_SIDE
from vaegmm.data.strokes import load_drawings, render
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify_pixels


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
