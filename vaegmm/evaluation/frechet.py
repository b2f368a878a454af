"""How far made images are from real ones, as sets: the Frechet distance of their features."""

from __future__ import annotations

import torch
from torch import Tensor


def frechet_distance(features: Tensor, others: Tensor) -> float:
    """Return the squared Frechet distance of two Gaussians, fitted to two sets of features.

    Source: Heusel et al. 2017, "GANs trained by a two time-scale update rule", equation 6. With the
    judge's features it compares with nothing that was measured on others (Inception's, say), and it
    falls with the number of images, so that both sets have to be as large as those compared with.

    Args:
        features: (N, F), of some images.
        others: (M, F), of others.
    """
    (mean, covariance), (mean_2, covariance_2) = _moments(features), _moments(others)
    values, vectors = torch.linalg.eigh(covariance)
    half = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    # the eigenvalues of A^1/2 B A^1/2 are those of A B, and never negative
    shared = torch.linalg.eigvalsh(half @ covariance_2 @ half).clamp(min=0).sqrt().sum()
    spread = covariance.trace() + covariance_2.trace() - 2 * shared
    return float((mean - mean_2).square().sum() + spread)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    features = features.double()
    return features.mean(0), features.T.cov()
