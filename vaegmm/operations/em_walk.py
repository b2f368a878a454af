"""Expectation-maximisation, step by step, on points in the plane: what it comes to after each.

The algorithm is `vaegmm.mixture`'s; here its parameters are kept after every iteration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.random import RandomState
from torch import Tensor

from vaegmm.mixture.em import Parameters, Run
from vaegmm.mixture.fitting import Data, Given, Settings, fit_parameters
from vaegmm.mixture.gaussian import CovarianceType, cholesky_precisions, log_joint
from vaegmm.mixture.starts import choose_start
from vaegmm.training.components import name_components

MAX_ITER = 60
TOL = 1e-3  # nats per point, as in `GaussianMixture`
REG_COVAR = 1e-6
START_VARIANCE = 0.1  # of a Gaussian at the start, as a share of the points' own


@dataclass(frozen=True)
class EMWalk:
    """A mixture of K Gaussians on N points, at the start and after each of T - 1 iterations.

    Attributes:
        weights: (T, K), sum to 1.
        means: (T, K, 2).
        covariances: (T, K, 2, 2), whatever their kind.
        log_likelihood: (T,), mean log p(x) of the points, in nats; never falls.
        responsibilities: (T, N, K), what an E-step gives under each; rows sum to 1.
        has_converged: whether it ended because the lower bound rose by less than `TOL`.
    """

    weights: Tensor
    means: Tensor
    covariances: Tensor
    log_likelihood: Tensor
    responsibilities: Tensor
    has_converged: bool


@dataclass(frozen=True)
class WalkNames:
    """What the components of a walk are called, by the labels of the points.

    Attributes:
        names: (T, K), the label of each component (see `name_components`).
        accuracy: (T,), share of points whose likeliest component has the name of their label.
    """

    names: tuple[tuple[int, ...], ...]
    accuracy: tuple[float, ...]


def walk(
    points: Tensor, n_components: int, seed: int, covariance_type: CovarianceType = "full"
) -> EMWalk:
    """Run EM from small round Gaussians on points drawn at random, far from any solution.

    Args:
        points: (N, 2).
        n_components: K.
        seed: of the draw.
        covariance_type: "full", "tied", "diag" or "spherical".

    Raises:
        ValueError: points of another shape, or fewer than components; no components; a covariance
            that collapses.

    Source: Dempster, Laird & Rubin 1977; Bishop 2006, section 9.2.2.
    """
    _check(points, n_components)
    x = points.double()
    start = choose_beginning(x, n_components, seed, covariance_type)
    data, settings = Data(x, None, None), _settings(n_components, covariance_type)
    run = fit_parameters(data, start, settings, RandomState(seed))
    parameters = [run.parameters]
    while not run.has_converged and len(parameters) <= MAX_ITER:
        run = _iterate(data, run, settings)
        parameters.append(run.parameters)
    return _collect(x, parameters, covariance_type, run.has_converged)


def name_walk(steps: EMWalk, labels: Tensor) -> WalkNames:
    """Name the components of a walk at every step: labels play no other part.

    Args:
        steps: of N points.
        labels: (N,), of the points.

    Raises:
        ValueError: fewer components than labels.
    """
    truth = labels.long().numpy()
    components = steps.responsibilities.argmax(2).numpy()  # (T, N)
    n_components = steps.weights.shape[1]
    names = [name_components(one, truth, n_components) for one in components]
    shares = [
        float((np.array(name)[one] == truth).mean())
        for name, one in zip(names, components, strict=True)
    ]
    return WalkNames(tuple(names), tuple(shares))


def choose_beginning(x: Tensor, n_components: int, seed: int, kind: CovarianceType) -> Given:
    """Return what EM starts from: equal weights, and round Gaussians on K of the points x (N, 2).

    A start of `GaussianMixture` would not do: Gaussians that are points cannot be seen.
    """
    chosen = choose_start(x, "random_from_data", n_components, RandomState(seed), None)
    means = x[(chosen >= 0).nonzero().squeeze(1)]
    variance = START_VARIANCE * x.var(0).mean()
    eye = variance * torch.eye(2, dtype=x.dtype)
    covariances = {
        "full": eye.expand(n_components, 2, 2),
        "tied": eye,
        "diag": variance.expand(n_components, 2),
        "spherical": variance.expand(n_components),
    }[kind]
    weights = x.new_full((n_components,), 1 / n_components)
    return Given(weights, means, cholesky_precisions(covariances, kind))


def _iterate(data: Data, run: Run, settings: Settings) -> Run:
    """Go on by one E-step and one M-step."""
    p = run.parameters
    one = replace(settings, max_iter=1, last_bound=run.lower_bound)
    return fit_parameters(data, Given(p.weights, p.means, p.factors), one, RandomState(0))


def _settings(n_components: int, kind: CovarianceType) -> Settings:
    return Settings(
        n_components=n_components,
        covariance_type=kind,
        tol=TOL,
        reg_covar=REG_COVAR,
        max_iter=0,
        n_init=1,
        init_params="random_from_data",
        verbose=0,
        verbose_interval=1,
        distributed=False,
        last_bound=None,
    )


def _collect(
    x: Tensor, parameters: list[Parameters], kind: CovarianceType, has_converged: bool
) -> EMWalk:
    joint = torch.stack([log_joint(x, p.weights, p.means, p.factors, kind) for p in parameters])
    n_components = joint.shape[2]
    return EMWalk(
        weights=torch.stack([p.weights for p in parameters]),
        means=torch.stack([p.means for p in parameters]),
        covariances=torch.stack(
            [as_matrices(p.covariances, kind, n_components) for p in parameters]
        ),
        log_likelihood=joint.logsumexp(2).mean(1),
        responsibilities=joint.softmax(2),
        has_converged=has_converged,
    )


def as_matrices(covariances: Tensor, kind: CovarianceType, n_components: int) -> Tensor:
    """Return covariances of any kind as matrices (K, 2, 2)."""
    if kind == "diag":
        return torch.diag_embed(covariances)
    if kind == "spherical":
        return covariances[:, None, None] * torch.eye(2, dtype=covariances.dtype)
    return covariances.expand(n_components, 2, 2)


def _check(points: Tensor, n_components: int) -> None:
    if points.dim() != 2 or points.shape[1] != 2:
        raise ValueError(
            f"points must be of shape (N, 2), got {tuple(points.shape)}; "
            "encode images by a model with latent_dim 2"
        )
    if not 1 <= n_components <= len(points):
        raise ValueError(
            f"n_components must be from 1 to the {len(points)} points given, got {n_components}; "
            "choose another number of Gaussians"
        )
