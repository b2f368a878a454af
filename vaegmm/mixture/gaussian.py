"""Density of a mixture of Gaussians, for four kinds of covariance. Pure functions on tensors.

Cholesky factors and log space throughout (Bishop 2006, section 9.2.2). Letters: N points, D
dimensions, K components. Covariances and their factors have the shape of their kind: full
(K, D, D), tied (D, D), diag (K, D), spherical (K,).
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

CovarianceType = Literal["full", "tied", "diag", "spherical"]

ILL_DEFINED = (
    "Fitting the mixture model failed because some components have ill-defined empirical "
    "covariance (for instance caused by singleton or collapsed samples). Try to decrease "
    "the number of components, increase reg_covar, or scale the input data."
)

N_AT_ONCE = 2**16  # numbers of a block of components that is computed in one product


def cholesky_precisions(covariances: Tensor, kind: CovarianceType = "full") -> Tensor:
    """Return upper triangular U with U U^T = covariance^-1; for diag and spherical its diagonal.

    Args:
        covariances: of the shape of their kind, positive definite.
        kind: of covariance.

    Raises:
        ValueError: a covariance is not positive definite.
    """
    if kind in ("diag", "spherical"):
        if not bool((covariances > 0).all()):
            raise ValueError(ILL_DEFINED)
        return covariances.rsqrt()
    lower, info = torch.linalg.cholesky_ex(covariances)
    if bool((info != 0).any()) or not bool(lower.isfinite().all()):
        raise ValueError(ILL_DEFINED)
    eye = torch.eye(covariances.shape[-1], dtype=lower.dtype, device=lower.device)
    inverse: Tensor = torch.linalg.solve_triangular(lower, eye.expand_as(lower), upper=False)
    return inverse.mT


def cholesky_of_precisions(precisions: Tensor, kind: CovarianceType) -> Tensor:
    """Return the factors U with U U^T = precision, from the precisions themselves.

    Cholesky gives L L^T with L lower triangular; reversing rows and columns before and after
    makes it upper triangular.
    """
    if kind in ("diag", "spherical"):
        return precisions.sqrt()
    lower: Tensor = torch.linalg.cholesky(precisions.flip(-2, -1))
    return lower.flip(-2, -1)


def precisions_of(factors: Tensor, kind: CovarianceType) -> Tensor:
    """Return U U^T, the precisions, in the shape of their kind."""
    return factors.square() if kind in ("diag", "spherical") else factors @ factors.mT


def covariances_of(factors: Tensor, kind: CovarianceType) -> Tensor:
    """Return (U U^T)^-1, the covariances, in the shape of their kind."""
    if kind in ("diag", "spherical"):
        return factors.square().reciprocal()
    eye = torch.eye(factors.shape[-1], dtype=factors.dtype, device=factors.device)
    inverse: Tensor = torch.linalg.solve_triangular(factors, eye.expand_as(factors), upper=True)
    return inverse.mT @ inverse


def log_determinants(factors: Tensor, kind: CovarianceType, dim: int) -> Tensor:
    """Return log |U|, half the log-determinant of each precision: (K,), or () when tied."""
    if kind == "spherical":
        return dim * factors.log()
    diagonal = factors if kind == "diag" else factors.diagonal(dim1=-2, dim2=-1)
    return diagonal.log().sum(-1)


def n_parameters(n_components: int, dim: int, kind: CovarianceType) -> int:
    """Return how many free parameters a mixture of K Gaussians in D dimensions has."""
    k, d = n_components, dim
    covariances = {"full": k * d * (d + 1) // 2, "tied": d * (d + 1) // 2, "diag": k * d}
    return covariances.get(kind, k) + k * d + k - 1


def log_gaussians(
    z: Tensor, means: Tensor, factors: Tensor, kind: CovarianceType = "full"
) -> Tensor:
    """Return log N(z_n | m_k, S_k), without loss by cancellation.

    Args:
        z: (N, D).
        means: (K, D).
        factors: as `cholesky_precisions` gives them.
        kind: of covariance.

    Returns:
        (N, K), in nats.
    """
    dim = z.shape[1]
    n_at_once = max(1, N_AT_ONCE // max(1, z.numel()))
    distances = [
        _squared_distances(
            z,
            means[k : k + n_at_once],
            factors if kind == "tied" else factors[k : k + n_at_once],
            kind,
        )
        for k in range(0, len(means), n_at_once)
    ]
    log_det = log_determinants(factors, kind, dim)
    return -0.5 * (dim * math.log(2 * math.pi) + torch.cat(distances, 1)) + log_det


def _squared_distances(z: Tensor, means: Tensor, factors: Tensor, kind: CovarianceType) -> Tensor:
    """Return the squared Mahalanobis distances (N, K) of z (N, D) from means (K, D)."""
    difference = z - means[:, None]  # (K, N, D)
    if kind in ("full", "tied"):
        white = difference @ factors
    else:
        white = difference * factors.view(len(means), 1, -1)
    return white.square().sum(2).mT


def log_joint(
    z: Tensor, weights: Tensor, means: Tensor, factors: Tensor, kind: CovarianceType = "full"
) -> Tensor:
    """Return log pi_k + log N(z_n | m_k, S_k), (N, K); its logsumexp over K is log p(z)."""
    return log_gaussians(z, means, factors, kind) + weights.log()


def log_joint_coefficients(
    weights: Tensor, means: Tensor, factors: Tensor, kind: CovarianceType
) -> Tensor:
    """Return W (K, P) with W @ `statistics.features(z)` = `log_joint(z, ...)`, transposed.

    The log-density of a Gaussian is linear in (1, z, z z^T): one matrix product instead of K. When
    tied, the quadratic term is the same for all components and left out (see `em`).
    """
    dim = means.shape[1]
    precisions = precisions_of(factors, kind)
    if kind in ("full", "tied"):
        linear = (precisions @ means[:, :, None]).squeeze(2)  # (K, D)
    else:
        linear = means * (precisions if kind == "diag" else precisions[:, None])
    constant = (
        weights.log()
        + log_determinants(factors, kind, dim)
        - 0.5 * ((linear * means).sum(1) + dim * math.log(2 * math.pi))
    )
    if kind == "tied":
        return torch.cat([constant[:, None], linear], 1)
    if kind == "full":
        rows, columns = torch.triu_indices(dim, dim, device=means.device)
        # z_i z_j with i < j stands for two equal terms of z^T A z
        quadratic = -precisions[:, rows, columns] * torch.where(rows == columns, 0.5, 1.0)
    else:
        quadratic = -0.5 * precisions.view(len(means), -1)
    return torch.cat([constant[:, None], linear, quadratic], 1)
