"""Telling what is none of the labels."""

from __future__ import annotations

import pytest
import torch

from vaegmm.data.datasets import LabelledImages
from vaegmm.data.scribbles import make_noise, make_scribbles
from vaegmm.evaluation.strangers import Surprise, find_surprise, measure_strangers
from vaegmm.model import VAEGMM


@pytest.mark.parametrize("name", ["digits", "digits148"])
def test_an_embedded_model_knows_noise_and_most_scribbles(
    name: str, sample: LabelledImages, request: pytest.FixtureRequest
) -> None:
    model: VAEGMM = request.getfixturevalue(name)
    own = find_surprise(model, sample.images)
    noise = find_surprise(model, make_noise(sample.images, 0))
    assert measure_strangers(own, noise).auroc >= 0.995
    scribbles = measure_strangers(own, find_surprise(model, make_scribbles(100, 0)))
    assert scribbles.auroc >= 0.98
    assert scribbles.caught >= 0.8


def test_images_of_the_same_kind_are_told_apart_no_better_than_by_chance() -> None:
    random = torch.rand(3, 2, 4000, generator=torch.Generator().manual_seed(0))
    own, other = (Surprise(*rows, rows[2] > 0.9) for rows in random.unbind(1))
    metrics = measure_strangers(own, other)
    assert abs(metrics.caught - 0.1) < 0.02
    for auroc in (metrics.auroc, metrics.auroc_by_density, metrics.auroc_by_misfit):
        assert abs(auroc - 0.5) < 0.02
    better = Surprise(own.log_density + 2, own.misfit - 2, own.score - 2, own.score > 3)
    metrics = measure_strangers(better, other)
    assert metrics.auroc == metrics.auroc_by_density == metrics.auroc_by_misfit == 1
