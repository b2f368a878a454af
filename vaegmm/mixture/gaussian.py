"""Density of a mixture of Gaussians with full covariances. Pure functions on tensors.

Cholesky factors and log space throughout (Bishop 2006, section 9.2.2). Letters: N points, D
dimensions, K components.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def cholesky_precisions(covariances: Tensor) -> Tensor:
    """Return upper triangular U (K, D, D) with U U^T = covariance^-1.

    Args:
        covariances: (K, D, D), symmetric and positive definite.

    Raises:
        ValueError: a covariance is not positive definite.
    """
    lower, info = torch.linalg.cholesky_ex(covariances)
    if bool((info != 0).any()):
        raise ValueError(
            "Fitting the mixture model failed because some components have ill-defined empirical "
            "covariance (for instance caused by singleton or collapsed samples). Try to decrease "
            "the number of components, increase reg_covar, or scale the input data."
        )
    eye = torch.eye(covariances.shape[-1], dtype=lower.dtype, device=lower.device)
    inverse: Tensor = torch.linalg.solve_triangular(lower, eye.expand_as(lower), upper=False)
    return inverse.mT


def log_gaussians(z: Tensor, means: Tensor, precisions_cholesky: Tensor) -> Tensor:
    """Return log N(z_n | m_k, S_k).

    Args:
        z: (N, D).
        means: (K, D).
        precisions_cholesky: (K, D, D), as `cholesky_precisions` gives them.

    Returns:
        (N, K), in nats.
    """
    dim = z.shape[1]
    columns = []
    for mean, factor in zip(means, precisions_cholesky, strict=True):
        columns.append(((z - mean) @ factor).square().sum(1))  # (N,), squared Mahalanobis distance
    log_det = precisions_cholesky.diagonal(dim1=1, dim2=2).log().sum(1)  # (K,)
    return -0.5 * (dim * math.log(2 * math.pi) + torch.stack(columns, 1)) + log_det


def log_joint(z: Tensor, weights: Tensor, means: Tensor, precisions_cholesky: Tensor) -> Tensor:
    """Return log pi_k + log N(z_n | m_k, S_k), (N, K); its logsumexp over K is log p(z)."""
    return log_gaussians(z, means, precisions_cholesky) + weights.log()


def log_joint_weights(weights: Tensor, means: Tensor, precisions_cholesky: Tensor) -> Tensor:
    """Return W (P, K) with `statistics.features(z) @ W` = `log_joint(z, ...)`.

    The log-density of a Gaussian is linear in (1, z, z z^T): one matrix product instead of K.
    """
    dim = means.shape[1]
    precisions = precisions_cholesky @ precisions_cholesky.mT  # (K, D, D)
    linear = (precisions @ means[:, :, None]).squeeze(2)  # (K, D)
    log_det = precisions_cholesky.diagonal(dim1=1, dim2=2).log().sum(1)
    constant = (
        weights.log() + log_det - 0.5 * ((linear * means).sum(1) + dim * math.log(2 * math.pi))
    )
    rows, columns = torch.triu_indices(dim, dim, device=means.device)
    # z_i z_j with i < j stands for two equal terms of z^T A z
    quadratic = -precisions[:, rows, columns] * torch.where(rows == columns, 0.5, 1.0)
    return torch.cat([constant[:, None], linear, quadratic], 1).T
