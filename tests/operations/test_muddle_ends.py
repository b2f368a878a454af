"""The two ends of a muddle: drawings, and what can be none."""

from __future__ import annotations

import numpy as np
import pytest

from vaegmm.data.datasets import load_dataset
from vaegmm.data.images import BlankImageError
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting, encode_handwriting
from vaegmm.operations.muddle import muddle, muddle_drawing


def test_a_drawing_is_one_end(digits: VAEGMM, handwriting: Handwriting) -> None:
    picture = handwriting.images[handwriting.of(3)[0]].numpy()
    made = muddle_drawing(digits, handwriting, picture, [None, 8], [0.5, 0.5], [1, 2])
    assert made.a.tolist() == [3, 3]
    assert made.b[0] != 3
    assert made.b[1] == 8
    np.testing.assert_array_equal(made.x_a[0], made.x_a[1])
    assert np.corrcoef(made.x_a[0].ravel(), picture.ravel())[0, 1] > 0.9


def test_what_is_no_digit_is_no_end(digits: VAEGMM, handwriting: Handwriting) -> None:
    with pytest.raises(BlankImageError):
        muddle_drawing(digits, handwriting, np.zeros((28, 28), np.uint8), [None], [0.5], [0])
    frame = np.zeros((112, 112), np.uint8)
    frame[20:90:8, 20:90] = 255
    with pytest.raises(ValueError, match="does not look like one of the digits 0, 1, 2"):
        muddle_drawing(digits, handwriting, frame, [None], [0.5], [0])


@pytest.mark.parametrize(
    ("labels", "partners", "targets", "seeds", "words"),
    [
        ([4], [4], [0.5], [0], "two different digits, got 4 twice"),
        ([11], [4], [0.5], [0], "the digit must be one of 0, 1, .*, got 11"),
        ([4], [-1], [0.5], [0], "the partner must be one of"),
        ([4], [9], [0.0], [0], "mix must lie between 0 and 1, got 0"),
        ([4], [9], [float("nan")], [0], "mix must lie between 0 and 1, got nan"),
        ([4], [9], [0.5], [-1], "seed must be from 0"),
        ([4], [9], [0.5], [0, 1], "must be as many"),
        ([], [], [], [], "at least one"),
    ],
)
def test_what_cannot_be_muddled_is_refused(
    digits: VAEGMM,
    handwriting: Handwriting,
    labels: list[int],
    partners: list[int | None],
    targets: list[float],
    seeds: list[int],
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words):
        muddle(digits, handwriting, labels, partners, targets, seeds)


def test_a_model_muddles_its_own_digits_only(digits148: VAEGMM) -> None:
    own = encode_handwriting(digits148, load_dataset("sample", train=False))
    assert set(own.labels.tolist()) == {1, 4, 8}
    made = muddle(digits148, own, [1, 4, 8], [None] * 3, [0.5] * 3, [0, 1, 2])
    assert set(made.b.tolist()) <= {1, 4, 8}
    assert made.probabilities[:, [0, 2, 3, 5, 6, 7, 9]].max() == 0
    with pytest.raises(ValueError, match="the digit must be one of 1, 4, 8, got 7"):
        muddle(digits148, own, [7], [None], [0.5], [0])
