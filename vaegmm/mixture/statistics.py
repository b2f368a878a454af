"""The M-step: sums over points, weighted by responsibilities, and the parameters they give.

The sums are one matrix product with the points' features (1, z, products of z), and they add up
over parts of the data, on whichever process those lie. Source: Bishop 2006, equations 9.24 to 9.27.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vaegmm.mixture.gaussian import CovarianceType


def n_features(dim: int, kind: CovarianceType) -> int:
    """Return P, the number of features that a covariance of this kind asks for."""
    quadratic = {"full": dim * (dim + 1) // 2, "tied": 0, "diag": dim, "spherical": 1}
    return 1 + dim + quadratic[kind]


def features(z: Tensor, kind: CovarianceType, out: Tensor) -> Tensor:
    """Write the features of points z (..., D, N), one a column, into `out` (..., P, N); return it.

    Full: (1, z, z_i z_j for i <= j); diag: (1, z, z_i^2); spherical: (1, z, |z|^2); tied: (1, z),
    since the sum of z z^T over all points never changes.
    """
    dim = z.shape[-2]
    out[..., 0, :] = 1
    out[..., 1 : dim + 1, :] = z
    if kind == "full":
        start = dim + 1
        for i in range(dim):
            products = out[..., start : start + dim - i, :]
            torch.mul(z[..., i:, :], z[..., i : i + 1, :], out=products)
            start += dim - i
    elif kind == "diag":
        torch.square(z, out=out[..., dim + 1 :, :])
    elif kind == "spherical":
        torch.sum(z * z, -2, out=out[..., dim + 1, :])
    return out


def maximise(
    sums: Tensor, kind: CovarianceType, about: Tensor, origin: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return counts, means and covariances that maximise the likelihood, before regularisation.

    Args:
        sums: (K, P), responsibilities @ features^T, of points taken relative to `about`.
        kind: full, diag or spherical.
        about: (K, D), what each component's points were taken relative to.
        origin: (D,), where the input's own zero lies; an empty component goes there.
        eps: the counts' share of this keeps an empty component from a division by zero.

    Returns:
        counts (K,), means (K, D), and covariances in the shape of their kind.
    """
    dim = about.shape[1]
    n, first = sums[:, 0], sums[:, 1 : dim + 1]
    counts = n + 10 * eps
    # For the empty: (first + n about - n origin) / counts is the mean relative to the origin.
    shift = (first - (counts - n)[:, None] * (about - origin)) / counts[:, None]  # (K, D)
    means = about + shift
    if kind == "full":
        rows, columns = torch.triu_indices(dim, dim, device=sums.device)
        second = sums.new_empty(len(sums), dim, dim)
        second[:, rows, columns] = second[:, columns, rows] = sums[:, dim + 1 :]
        cross = first[:, :, None] * shift[:, None, :]
        outer = shift[:, :, None] * shift[:, None, :]
        scatter = second - cross - cross.mT + n[:, None, None] * outer
        return counts, means, scatter / counts[:, None, None]
    second = sums[:, dim + 1 :]
    if kind == "diag":
        scatter = second - 2 * first * shift + n[:, None] * shift.square()
        return counts, means, scatter / counts[:, None]
    scatter = second[:, 0] - 2 * (first * shift).sum(1) + n * shift.square().sum(1)
    return counts, means, scatter / (counts * dim)


def maximise_tied(
    sums: Tensor, scatter: Tensor, about: Tensor, origin: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return counts, means and the tied covariance (D, D), as `maximise`.

    Args:
        sums: (K, 1 + D), responsibilities @ (1, z)^T about `about`.
        scatter: (D, D), the sum of (z - about)(z - about)^T over points and responsibilities.
        about: (K, D), what each component's points were taken relative to.
        origin: (D,), where the input's own zero lies.
        eps: as in `maximise`.
    """
    n, first = sums[:, 0], sums[:, 1:]
    counts = n + 10 * eps
    shift = (first - (counts - n)[:, None] * (about - origin)) / counts[:, None]
    cross = first.T @ shift
    within = scatter - cross - cross.T + (n[:, None] * shift).T @ shift
    return counts, about + shift, within / counts.sum()


def add_to_diagonal(covariances: Tensor, kind: CovarianceType, amount: Tensor) -> Tensor:
    """Return covariances with `amount` (D,), or (1,) for all alike, on every diagonal."""
    if kind in ("full", "tied"):
        covariances = covariances.clone()
        covariances.diagonal(dim1=-2, dim2=-1).add_(amount)
        return covariances
    return covariances + (amount if kind == "diag" else amount[0])
