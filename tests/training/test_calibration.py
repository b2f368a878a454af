"""The temperature that makes probabilities honest."""

from __future__ import annotations

import pytest
import torch

from vaegmm.training.calibration import COOLEST, HOTTEST, fit_temperature


def test_it_finds_the_temperature_that_labels_were_drawn_at() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = 6 * torch.randn(20_000, 4, generator=generator)
    labels = torch.multinomial((logits / 2.5).softmax(1), 1, generator=generator).squeeze(1)
    assert fit_temperature(logits.log_softmax(1), labels) == pytest.approx(2.5, rel=0.03)


def test_a_label_without_a_component_does_not_count() -> None:
    log_labels = torch.tensor([[0.0, -1.0, -torch.inf], [-2.0, 0.0, -torch.inf]]).log_softmax(1)
    with_stranger = fit_temperature(log_labels, torch.tensor([1, 2]))
    assert with_stranger == fit_temperature(log_labels[:1], torch.tensor([1]))
    assert fit_temperature(log_labels, torch.tensor([2, 2])) == 1


def test_it_stays_within_bounds_when_all_or_nothing_is_right() -> None:
    log_labels = torch.eye(3).log_softmax(1)
    assert fit_temperature(log_labels, torch.arange(3)) == pytest.approx(COOLEST, rel=0.01)
    assert fit_temperature(log_labels, torch.tensor([1, 2, 0])) == pytest.approx(HOTTEST, rel=0.01)
