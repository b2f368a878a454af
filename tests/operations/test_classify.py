"""Reading one picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from vaegmm.data.datasets import LabelledImages
from vaegmm.data.images import BlankImageError
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import Classification, classify, classify_pixels


def test_the_parts_of_an_answer_agree(digits148: VAEGMM, sample: LabelledImages) -> None:
    for image in sample.images[:20].numpy():
        result = classify(digits148, Image.fromarray(image))
        assert tuple(result.probabilities) == digits148.labels
        assert sum(result.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert result.label == max(result.probabilities, key=result.probabilities.__getitem__)
        surprise = torch.tensor([result.log_density]), torch.tensor([result.misfit])
        assert result.is_outlier == digits148.config.outliers.is_outlier(*surprise).item()
        for picture in (result.x, result.x_hat):
            assert picture.shape == (28, 28)
            assert picture.dtype == np.float32
            assert picture.min() >= 0
            assert picture.max() <= 1


def test_a_clear_digit_is_read_and_rebuilt(digits148: VAEGMM, sample: LabelledImages) -> None:
    for label in (1, 4, 8):
        image = sample.images[sample.labels == label][0].numpy()
        result = classify(digits148, image)
        assert result.label == label
        assert not result.is_outlier
        overlap = np.corrcoef(result.x.ravel(), result.x_hat.ravel())[0, 1]
        assert overlap > 0.8


def test_the_answer_holds_no_pictures_as_json(digits148: VAEGMM, sample: LabelledImages) -> None:
    import json

    summary = classify(digits148, sample.images[0].numpy()).summary()
    assert json.loads(json.dumps(summary)) == summary
    assert set(summary) == set(Classification.__dataclass_fields__) - {"z", "x", "x_hat"}


def test_mode_is_restored_and_nothing_is_remembered(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    tiny_model.train()
    image = sample.images[0].numpy()
    first, second = (classify(tiny_model, image) for _ in range(2))
    assert tiny_model.training
    assert first.log_density == second.log_density


def test_noise_is_called_unlike_any_digit(digits148: VAEGMM) -> None:
    random = torch.Generator().manual_seed(0)
    noise = torch.rand(10, 28, 28, generator=random).numpy()
    results = [classify_pixels(digits148, x) for x in noise]
    assert all(result.is_outlier for result in results)


def test_a_blank_picture_is_no_digit(digits148: VAEGMM) -> None:
    with pytest.raises(BlankImageError):
        classify(digits148, Image.new("L", (50, 50), 255))
