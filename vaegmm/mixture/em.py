"""Expectation-maximisation on standardised points, in blocks that fit the processor's caches.

An E-step is one matrix product of coefficients (K, P) with the points' features (P, N) and a
logsumexp; the M-step's sums are one product of responsibilities with the same features. Parameters
are float64, points may be float32: where a component is so narrow, or so far out, that the product
would cancel, all is computed in float64, and beyond that about each component's own mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.mixture.gaussian import (
    CovarianceType,
    cholesky_precisions,
    log_gaussians,
    log_joint_coefficients,
)
from vaegmm.mixture.points import Points, as_blocks, choose_blocks
from vaegmm.mixture.statistics import (
    add_to_diagonal,
    features,
    maximise,
    maximise_tied,
    n_features,
)

# Largest squared distance of a mean from the centre, in its own standard deviations, at which the
# product is exact enough: it loses that many units in the last place.
FLOAT32_REACH = 1e4
FLOAT64_REACH = 1e8

# Smaller responsibilities than e to this are taken as it: they change nothing, and the processor
# is ten times slower with numbers that it cannot normalise.
LOWEST_EXPONENT = {torch.float32: -80.0, torch.float64: -700.0}


@dataclass(frozen=True)
class Parameters:
    """A mixture, float64, in the units of its points; shapes as in `gaussian`."""

    weights: Tensor
    means: Tensor
    covariances: Tensor
    factors: Tensor

    def to(self, dtype: torch.dtype) -> Parameters:
        """Return the parameters in another precision."""
        values = (self.weights, self.means, self.covariances, self.factors)
        return Parameters(*(value.to(dtype) for value in values))


@dataclass(frozen=True)
class Sums:
    """What an E-step leaves for the M-step, added up over all processes, float64.

    Attributes:
        of_features: (K, P), responsibilities @ features^T.
        about: (K, D), what each component's points were taken relative to.
        scatter: (D, D), the sum of (z - about)(z - about)^T when tied; else None.
    """

    of_features: Tensor
    about: Tensor
    scatter: Tensor | None


@dataclass(frozen=True)
class Run:
    """What EM came to from one start: lower bounds are mean log-likelihoods in input units."""

    parameters: Parameters
    lower_bounds: list[float]
    has_converged: bool

    @property
    def lower_bound(self) -> float:
        """The last of the lower bounds; -infinity without any."""
        return self.lower_bounds[-1] if self.lower_bounds else -math.inf


def run_em(
    points: Points,
    start: Parameters,
    reg_covar: float,
    eps: float,
    tol: float,
    max_iter: int,
    previous_bound: float,
    report: Callable[[int, float], None],
) -> Run:
    """Alternate E-step and M-step until the bound gains less than `tol`.

    Raises:
        ValueError: a covariance is not positive definite.
    """
    parameters, has_converged = start, False
    bounds: list[float] = []
    jacobian = float(points.scale.log().sum())
    while len(bounds) < max_iter and not has_converged:
        sums, log_likelihood = e_step(points, parameters)
        parameters = m_step(points, sums, reg_covar, eps)
        bounds.append(log_likelihood / points.total - jacobian)
        change = bounds[-1] - (bounds[-2] if len(bounds) > 1 else previous_bound)
        report(len(bounds), change)
        has_converged = abs(change) < tol
    return Run(parameters, bounds, has_converged)


def e_step(points: Points, parameters: Parameters) -> tuple[Sums, float]:
    """Return the sums that `m_step` needs, and the log-likelihood of all points."""
    reach = farthest_mean(parameters, points.kind)
    if reach > FLOAT64_REACH:
        return _e_step_about_means(points, parameters)
    kind, means = points.kind, parameters.means
    dtype = points.z.dtype if reach <= FLOAT32_REACH else torch.float64
    n_sums = n_features(means.shape[1], kind)
    n_blocks, width = choose_blocks(n_sums + len(means), dtype)
    sums, log_likelihood = means.new_zeros(len(means), n_sums), means.new_zeros(())
    phi = means.new_empty(n_sums * min(n_blocks * width, points.z.shape[1]), dtype=dtype)
    coefficients = log_joint_coefficients(parameters.weights, means, parameters.factors, kind)
    coefficients = coefficients.to(dtype).expand(n_blocks, -1, -1)
    factors = parameters.factors.to(dtype).mT.expand(n_blocks, -1, -1) if kind == "tied" else None
    for part, blocks in points.parts(n_blocks, width):
        z = as_blocks(points.z[:, part].to(dtype), blocks)  # (B, D, n)
        phi_z = features(z, kind, phi[: n_sums * z[:, 0].numel()].view(blocks, n_sums, -1))
        log_prob = coefficients[:blocks] @ phi_z  # (B, K, n)
        if factors is not None:
            log_prob -= 0.5 * (factors[:blocks] @ z).square_().sum(1, keepdim=True)
        responsibilities, log_total = _respond(log_prob, points, part)
        log_likelihood += log_total
        sums += (responsibilities @ phi_z.mT).sum(0, dtype=torch.float64)
    reduced = Sums(points.reduce(sums), torch.zeros_like(means), points.scatter)
    return reduced, float(points.reduce(log_likelihood))


def _e_step_about_means(points: Points, parameters: Parameters) -> tuple[Sums, float]:
    """The same, component by component: slower, and exact for needles far from the centre."""
    kind, means = points.kind, parameters.means
    n_sums, dim = n_features(means.shape[1], kind), means.shape[1]
    sums, log_likelihood = means.new_zeros(len(means), n_sums), means.new_zeros(())
    scatter = means.new_zeros(dim, dim) if kind == "tied" else None
    for part in points.chunks():
        z = points.z[:, part].double()
        log_prob = log_gaussians(z.T, means, parameters.factors, kind).T.contiguous()
        log_prob += parameters.weights.log()[:, None]
        responsibilities, log_total = _respond(log_prob[None], points, part)
        log_likelihood += log_total
        for k, mean in enumerate(means):
            apart = z - mean[:, None]
            sums[k] += (
                features(apart, kind, z.new_empty(n_sums, z.shape[1])) @ responsibilities[0, k]
            )
            if scatter is not None:
                scatter += (apart * responsibilities[0, k]) @ apart.T
    reduced = Sums(points.reduce(sums), means, None if scatter is None else points.reduce(scatter))
    return reduced, float(points.reduce(log_likelihood))


def _respond(log_prob: Tensor, points: Points, part: slice) -> tuple[Tensor, Tensor]:
    """Turn log_prob (B, K, n) into weighted responsibilities, in place; add up the logsumexp."""
    blocks = len(log_prob)
    if points.known is not None:
        known = as_blocks(points.known[part], blocks)[:, None]
        components = torch.arange(log_prob.shape[1], device=known.device)[:, None]
        log_prob.masked_fill_((known >= 0) & (known != components), -math.inf)
    highest = log_prob.amax(1, keepdim=True)
    lowest = LOWEST_EXPONENT[log_prob.dtype]
    responsibilities = log_prob.sub_(highest).clamp_(min=lowest).exp_()
    total = responsibilities.sum(1, keepdim=True)
    log_total = highest.add_(total.log())
    if points.sample_weight is None:
        responsibilities.div_(total)
    else:
        weight = as_blocks(points.sample_weight[part].to(log_prob.dtype), blocks)[:, None]
        responsibilities.mul_(weight / total)
        log_total.mul_(weight)
    return responsibilities, log_total.sum(dtype=torch.float64)


def m_step(
    points: Points,
    sums: Sums,
    reg_covar: float,
    eps: float,
    weight_total: float | None = None,
) -> Parameters:
    """Return the parameters that maximise the likelihood under responsibilities' sums.

    Args:
        points: what the sums were taken over.
        sums: what the responsibilities give.
        reg_covar: added to every variance, in squared units of the input.
        eps: keeps the counts of empty components from 0.
        weight_total: what the weights are shares of; the counts' sum when not given.
    """
    kind = points.kind
    origin = -points.centre / points.scale
    if sums.scatter is not None:
        counts, means, covariances = maximise_tied(
            sums.of_features, sums.scatter, sums.about, origin, eps
        )
    else:
        counts, means, covariances = maximise(sums.of_features, kind, sums.about, origin, eps)
    covariances = add_to_diagonal(covariances, kind, reg_covar / points.scale.square())
    weights = counts / (counts.sum() if weight_total is None else weight_total)
    return Parameters(weights, means, covariances, cholesky_precisions(covariances, kind))


def farthest_mean(parameters: Parameters, kind: CovarianceType) -> float:
    """Return the largest squared distance of a mean from 0, in its component's own deviations."""
    means, factors = parameters.means, parameters.factors
    if kind in ("full", "tied"):
        white = (means[:, None, :] @ factors).squeeze(1)
    else:
        white = means * (factors if kind == "diag" else factors[:, None])
    return float(white.square().sum(1).max())
