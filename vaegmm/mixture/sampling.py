"""Draws from a fitted mixture, in scikit-learn's order: by component."""

from __future__ import annotations

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vaegmm.mixture.gaussian import CovarianceType

Array = NDArray[np.float64]


def draw(
    weights: Array,
    means: Array,
    covariances: Array,
    kind: CovarianceType,
    n_samples: int,
    random: RandomState,
) -> tuple[Array, NDArray[np.int64]]:
    """Return points (n_samples, D), and the component (n_samples,) of each."""
    counts = random.multinomial(n_samples, weights / weights.sum())
    components = np.repeat(np.arange(len(weights)), counts)
    noise = random.standard_normal((n_samples, means.shape[1]))
    if kind in ("full", "tied"):
        lower = np.linalg.cholesky(covariances)
        lower = np.broadcast_to(lower, (len(weights), *lower.shape[-2:]))
        noise = np.einsum("nij,nj->ni", lower[components], noise)
    else:
        noise = noise * np.sqrt(covariances).reshape(len(weights), -1)[components]
    return means[components] + noise, components
