"""Typed numbers in handwriting, and pictures of digits read."""

from __future__ import annotations

import re

import numpy as np
import pytest

from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting, encode_handwriting
from vaegmm.operations.muddle import muddle
from vaegmm.operations.writing import FAINT, describe_doubts, read_digits, write_number


def test_what_is_written_is_read_again(digits: VAEGMM, handwriting: Handwriting) -> None:
    for style in range(30):
        written = write_number(digits, handwriting, "907418"[: 1 + style % 6], style)
        assert all(digit.shape == (28, 28) and digit.dtype == np.float32 for digit in written)
        read = read_digits(digits, written)
        assert "".join(map(str, read)) == "907418"[: 1 + style % 6]


def test_a_style_writes_the_same_again_and_another_writes_otherwise(
    digits: VAEGMM, handwriting: Handwriting
) -> None:
    first, again, other = (write_number(digits, handwriting, "33", s) for s in (5, 5, 6))
    assert np.array_equal(first, again)
    plain, zero = (
        write_number(digits, handwriting, "33"),
        write_number(digits, handwriting, "33", 0),
    )
    assert np.array_equal(plain, zero)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[1])  # no hand writes two alike


@pytest.mark.parametrize(
    ("text", "style", "words"),
    [
        ("", 0, "a number must be 1 to 6 digits, got ''"),
        ("3a", 0, "a number must be 1 to 6 digits, got '3a'"),
        ("-3", 0, "a number must be 1 to 6 digits"),
        ("³", 0, "a number must be 1 to 6 digits"),
        ("٣", 0, "a number must be 1 to 6 digits"),
        ("x" * 999, 0, "a number must be 1 to 6 digits, got 'xxxxxxxxxxxxxxxxxxxx'"),
        ("1234567", 0, "at most 6 digits, got 7"),
        ("3", -1, "the style must be from 0"),
        ("3", 2**60, "the style must be from 0"),
    ],
)
def test_what_cannot_be_written_is_said(
    digits: VAEGMM, handwriting: Handwriting, text: str, style: int, words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        write_number(digits, handwriting, text, style)


def test_a_model_writes_only_the_digits_that_it_knows(digits148: VAEGMM) -> None:
    handwriting = encode_handwriting(digits148, load_dataset("sample", train=False))
    assert read_digits(digits148, write_number(digits148, handwriting, "814", 0)) == [8, 1, 4]
    with pytest.raises(ValueError, match="the digits must be among 1, 4, 8, got 3"):
        write_number(digits148, handwriting, "83", 0)


def test_another_models_handwriting_is_refused(digits148: VAEGMM, handwriting: Handwriting) -> None:
    with pytest.raises(ValueError, match=r"which knows \[1, 4, 8\]; got digits \[0, 1, 2"):
        write_number(digits148, handwriting, "1")
    with pytest.raises(ValueError, match="handwriting must be encoded by the model"):
        muddle(digits148, handwriting, [1])


def test_nothing_is_read_where_hardly_any_ink_is(digits: VAEGMM, handwriting: Handwriting) -> None:
    (one,) = write_number(digits, handwriting, "1", 3)
    faint = one * np.float32(0.9 * FAINT / one.sum())
    assert read_digits(digits, [one, faint, np.zeros_like(one)]) == [1, None, None]
    thinnest = handwriting.images.flatten(1).sum(1).min() / 255
    assert thinnest > FAINT


def test_what_is_unlike_any_digit_is_said(digits: VAEGMM, handwriting: Handwriting) -> None:
    three, eight = write_number(digits, handwriting, "38", 1)
    assert describe_doubts(digits, [three, eight]) == ""
    strange = np.maximum(three, three.T)
    said = describe_doubts(digits, [three, strange, eight])
    assert said.startswith("Digit 2 is unlike any that the model knows; if two touch")
    assert describe_doubts(digits, [strange, strange]).startswith("Digits 1, 2 are unlike")
    assert describe_doubts(digits, [strange]).startswith("It is unlike any digit")
