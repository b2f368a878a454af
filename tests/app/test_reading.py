"""The words and the JSON of the reading."""

import base64
import json

import numpy as np
import pytest

from app.reading.reading import as_answer, as_words
from vaegmm.data.datasets import LabelledImages
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify


@pytest.mark.parametrize(
    ("labels", "words"),
    [((1, 4, 8), "1, 4 or 8"), ((0, 1), "0 or 1"), ((7,), "7"), (tuple(range(10)), "digit")],
)
def test_labels_stand_in_a_sentence(labels: tuple[int, ...], words: str) -> None:
    assert as_words(labels) == words


def test_an_answer_is_json_and_carries_both_pictures(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    result = classify(tiny_model, sample.images[0].numpy())
    answer = json.loads(json.dumps(as_answer(result)))
    assert answer["label"] == result.label
    assert answer["probabilities"] == {str(k): p for k, p in result.probabilities.items()}
    for key, pixels in (("seen", result.x), ("rebuilt", result.x_hat)):
        levels = np.frombuffer(base64.b64decode(answer[key]), np.uint8).reshape(28, 28)
        assert np.abs(levels / 255 - pixels).max() <= 0.5 / 255 + 1e-6
