"""Telling what is none of the labels."""

from __future__ import annotations

import torch

from vaegmm.data.datasets import LabelledImages
from vaegmm.data.scribbles import make_noise, make_scribbles
from vaegmm.evaluation.strangers import Surprise, find_surprise, measure_strangers
from vaegmm.model import VAEGMM


def test_the_embedded_model_knows_noise_and_most_scribbles(
    digits148: VAEGMM, sample: LabelledImages
) -> None:
    own = find_surprise(digits148, sample.images)
    noise = find_surprise(digits148, make_noise(sample.images, 0))
    assert measure_strangers(own, noise).auroc >= 0.995
    scribbles = find_surprise(digits148, make_scribbles(60, 0))
    assert measure_strangers(own, scribbles).auroc >= 0.95


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
