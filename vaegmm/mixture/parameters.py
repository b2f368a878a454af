"""A mixture's parameters between the input's units and the standardised ones of EM."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from vaegmm.mixture.em import Parameters
from vaegmm.mixture.gaussian import CovarianceType, covariances_of
from vaegmm.mixture.points import Points


def to_input_units(parameters: Parameters, points: Points) -> Parameters:
    """Return the parameters in the units of the input."""
    scale, kind = points.scale, points.kind
    return replace(
        parameters,
        means=parameters.means * scale + points.centre,
        covariances=parameters.covariances * _squares(scale, kind),
        factors=parameters.factors / _roots(scale, kind),
    )


def from_input_units(weights: Tensor, means: Tensor, factors: Tensor, points: Points) -> Parameters:
    """Return the parameters in standardised units; weights (K,), means (K, D), factors."""
    scale, kind = points.scale, points.kind
    factors = factors * _roots(scale, kind)
    return Parameters(
        weights, (means - points.centre) / scale, covariances_of(factors, kind), factors
    )


def _squares(scale: Tensor, kind: CovarianceType) -> Tensor:
    if kind in ("full", "tied"):
        return torch.outer(scale, scale)
    return scale.square() if kind == "diag" else scale[0].square()


def _roots(scale: Tensor, kind: CovarianceType) -> Tensor:
    if kind in ("full", "tied"):
        return scale[:, None]
    return scale if kind == "diag" else scale[0]
