"""The distance of two sets of features."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from vaegmm.evaluation.frechet import frechet_distance

GENERATOR = torch.Generator().manual_seed(0)


def test_it_is_the_formula() -> None:
    a = torch.randn(500, 6, generator=GENERATOR, dtype=torch.float64)
    b = 1 + torch.randn(300, 6, generator=GENERATOR) @ torch.randn(6, 6, generator=GENERATOR)
    s, t = np.cov(a.T), np.cov(b.double().T)
    expected = ((a.mean(0) - b.double().mean(0)) ** 2).sum()
    expected += np.trace(s + t - 2 * sqrtm(s @ t).real)
    assert frechet_distance(a, b) == pytest.approx(float(expected), rel=1e-8)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-8)


def test_a_set_is_at_no_distance_from_itself_even_if_it_is_flat() -> None:
    flat = torch.randn(50, 1, generator=GENERATOR) * torch.ones(1, 8)
    assert frechet_distance(flat, flat) == pytest.approx(0, abs=1e-6)


def test_a_shift_counts_by_its_square() -> None:
    a = torch.randn(50, 4, generator=GENERATOR)
    assert frechet_distance(a, a + torch.tensor([3.0, 0, 4, 0])) == pytest.approx(25, rel=1e-5)
