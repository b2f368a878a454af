"""The M-step: sums over points, weighted by responsibilities, and the parameters they give.

The sums are one matrix product with the points' features (1, z, z z^T). Meant for points that were
standardised, so that nothing is lost in the differences of squares. Source: Bishop 2006,
equations 9.24 to 9.27.
"""

from __future__ import annotations

import torch
from torch import Tensor


def features(z: Tensor) -> Tensor:
    """Return (1, z, z_i z_j for i <= j) of points z (N, D): (N, 1 + D + D (D + 1) / 2)."""
    rows, columns = torch.triu_indices(z.shape[1], z.shape[1], device=z.device)
    return torch.cat([torch.ones_like(z[:, :1]), z, z[:, rows] * z[:, columns]], 1)


def m_step(sums: Tensor, dim: int, reg_covar: float | Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the weights (K,), means (K, D) and covariances (K, D, D) that maximise the likelihood.

    Args:
        sums: (K, P), responsibilities^T @ features: what adds up over parts of the data.
        dim: D.
        reg_covar: added to every covariance's diagonal; a number or (D,).
    """
    counts = sums[:, 0] + 10 * torch.finfo(sums.dtype).eps  # (K,)
    means = sums[:, 1 : dim + 1] / counts[:, None]
    rows, columns = torch.triu_indices(dim, dim, device=sums.device)
    moments = sums.new_empty(len(sums), dim, dim)
    moments[:, rows, columns] = moments[:, columns, rows] = sums[:, dim + 1 :] / counts[:, None]
    covariances = moments - means[:, :, None] * means[:, None, :]
    covariances.diagonal(dim1=1, dim2=2).add_(reg_covar)
    return counts / counts.sum(), means, covariances
