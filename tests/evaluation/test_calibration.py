"""Confidence against accuracy."""

from __future__ import annotations

import pytest
import torch

from vaegmm.evaluation.calibration import bin_confidences, measure_calibration


def draw(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    log_labels = (3 * torch.randn(n, 3, generator=generator)).log_softmax(1)
    labels = torch.multinomial(log_labels.exp(), 1, generator=generator).squeeze(1)
    return log_labels, labels


def test_honest_probabilities_have_almost_no_error() -> None:
    log_labels, labels = draw(50_000)
    honest = measure_calibration(log_labels, labels, 1.0)
    assert honest.ece < 0.005
    assert honest.ece == honest.ece_without_temperature
    boastful = measure_calibration(log_labels, labels, 0.3)
    assert boastful.ece > 0.05
    assert boastful.brier > honest.brier
    assert boastful.nll is not None
    assert honest.nll is not None
    assert boastful.nll > honest.nll


def test_the_error_is_the_mean_gap_of_the_bins() -> None:
    # Four images say 0.9 and three are right; one says 0.6 and is wrong.
    probabilities = torch.tensor([[0.9, 0.1]] * 4 + [[0.6, 0.4]])
    truth = torch.tensor([0, 0, 0, 1, 1])
    metrics = measure_calibration(probabilities.log(), truth, 1.0)
    assert metrics.ece == pytest.approx((4 * 0.15 + 1 * 0.6) / 5, abs=1e-6)
    assert [c for c in metrics.counts if c] == [1, 4]
    assert metrics.brier == pytest.approx((3 * 0.02 + 1.62 + 0.72) / 5, abs=1e-6)


def test_bins_hold_their_upper_edge() -> None:
    counts, _, _ = bin_confidences(torch.tensor([[1.0, 0.0], [0.2, 0.8]]), torch.tensor([0, 1]))
    assert counts.nonzero().squeeze(1).tolist() == [11, 14]


def test_a_label_held_impossible_makes_the_likelihood_nothing_to_print() -> None:
    log_labels = torch.tensor([[0.0, -torch.inf]])
    assert measure_calibration(log_labels, torch.tensor([1]), 1.0).nll is None
