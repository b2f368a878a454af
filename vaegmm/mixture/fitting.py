"""A whole fit: several starts, EM from each, the best one kept. Pure tensors, no estimator."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from numpy.random import RandomState
from torch import Tensor

from vaegmm.mixture.em import Parameters, Run, m_step, run_em
from vaegmm.mixture.gaussian import CovarianceType
from vaegmm.mixture.parameters import from_input_units, to_input_units
from vaegmm.mixture.points import Points, standardise
from vaegmm.mixture.processes import (
    add_over_processes,
    labels_of_first,
    require_processes,
    take_from_first,
)
from vaegmm.mixture.report import Report
from vaegmm.mixture.starts import centres_around_known, choose_start, nearest, sums_of_start


@dataclass(frozen=True)
class Data:
    """What is fitted: points x (N, D), weights (N,) and known components (N,), or None."""

    x: Tensor
    sample_weight: Tensor | None
    known: Tensor | None


@dataclass(frozen=True)
class Given:
    """Parameters of the start that the caller gave, in input units, float64; None where not."""

    weights: Tensor | None = None
    means: Tensor | None = None
    factors: Tensor | None = None


@dataclass(frozen=True)
class Settings:
    """How it is fitted; names as in `GaussianMixture`.

    `last_bound` is the bound to go on from, with `Given` the last parameters; None: a fresh start.
    """

    n_components: int
    covariance_type: CovarianceType
    tol: float
    reg_covar: float
    max_iter: int
    n_init: int
    init_params: str
    verbose: int
    verbose_interval: int
    distributed: bool
    last_bound: float | None

    @classmethod
    def of(cls, estimator: object, last_bound: float | None) -> Settings:
        """Return the settings of an estimator."""
        names = [field.name for field in fields(cls) if field.name != "last_bound"]
        return cls(**{name: getattr(estimator, name) for name in names}, last_bound=last_bound)


def fit_parameters(data: Data, given: Given, settings: Settings, random: RandomState) -> Run:
    """Run EM from every start; return the likeliest run, its parameters in input units.

    Raises:
        ValueError: a covariance is not positive definite.
    """
    if settings.distributed:
        require_processes()
    reduce = add_over_processes if settings.distributed else _alone
    points = standardise(data.x, settings.covariance_type, data.sample_weight, data.known, reduce)
    eps = torch.finfo(data.x.dtype).eps
    goes_on = settings.last_bound is not None
    best: Run | None = None
    for number in range(1 if goes_on else settings.n_init):
        report = Report(settings.verbose, settings.verbose_interval, number)
        run = run_em(
            points,
            _start(data, points, given, settings, random, eps),
            settings.reg_covar,
            eps,
            settings.tol,
            settings.max_iter,
            -math.inf if settings.last_bound is None else settings.last_bound,
            report.step,
        )
        report.end(run)
        if best is None or run.lower_bound > best.lower_bound:
            best = run
    assert best is not None
    return Run(to_input_units(best.parameters, points), best.lower_bounds, best.has_converged)


def _start(
    data: Data,
    points: Points,
    given: Given,
    settings: Settings,
    random: RandomState,
    eps: float,
) -> Parameters:
    """Return what EM starts from: what was given, and the rest by `init_params`."""
    weights, means, factors = given.weights, given.means, given.factors
    if weights is None or means is None or factors is None:
        own = _own_start(data, points, settings, random, eps)
        weights = own.weights if weights is None else weights
        means = own.means if means is None else means
        factors = own.factors if factors is None else factors
    return from_input_units(weights, means, factors, points)


def _own_start(
    data: Data, points: Points, settings: Settings, random: RandomState, eps: float
) -> Parameters:
    k = settings.n_components
    if data.known is not None:
        centres = centres_around_known(
            data.x, data.known, k, random, data.sample_weight, points.reduce
        )
        if settings.distributed:
            centres = take_from_first(centres)
        start = torch.where(data.known >= 0, data.known, nearest(data.x, centres))
    else:
        start = choose_start(data.x, settings.init_params, k, random, data.sample_weight)
        if settings.distributed and start.dim() == 1:
            start = labels_of_first(data.x, start, k)
    sums = sums_of_start(points, start, k)
    return to_input_units(m_step(points, sums, settings.reg_covar, eps, points.total), points)


def _alone(values: Tensor) -> Tensor:
    return values
