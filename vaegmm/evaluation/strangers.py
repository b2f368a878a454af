"""How well a model tells what is none of its labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from vaegmm.latents import encode_images, score_reconstructions
from vaegmm.model import VAEGMM


@dataclass(frozen=True)
class Surprise:
    """What a model finds odd about N images.

    Attributes:
        log_density: (N,), log p(z) in nats.
        misfit: (N,), of the reconstructions.
        score: (N,), of both (see `OutlierRule.score`).
        is_outlier: (N,) bool, by the model's rule.
    """

    log_density: Tensor
    misfit: Tensor
    score: Tensor
    is_outlier: Tensor


@dataclass(frozen=True)
class StrangerMetrics:
    """A model's figures on N images that are none of its labels.

    Attributes:
        n_images: N.
        auroc: probability that one of them scores more than an image of the model's labels.
        auroc_by_density: the same by log p(z) alone.
        auroc_by_misfit: the same by the reconstruction alone.
        caught: share called outliers by the model's rule.
    """

    n_images: int
    auroc: float
    auroc_by_density: float
    auroc_by_misfit: float
    caught: float


def find_surprise(model: VAEGMM, images: Tensor, z: Tensor | None = None) -> Surprise:
    """Score images (N, 28, 28) uint8, whose posterior means z (N, D) may be known already."""
    z = encode_images(model.network, images) if z is None else z
    _, misfit = score_reconstructions(model.network, images, z)
    log_density = model.log_density(z.to(model.means.device)).cpu()
    rule = model.config.outliers
    score, is_outlier = rule.score(log_density, misfit), rule.is_outlier(log_density, misfit)
    return Surprise(log_density, misfit, score, is_outlier)


def measure_strangers(own: Surprise, other: Surprise) -> StrangerMetrics:
    """Compare images that are none of a model's labels with images that are."""
    return StrangerMetrics(
        n_images=len(other.score),
        auroc=_auroc(own.score, other.score),
        auroc_by_density=_auroc(-own.log_density, -other.log_density),
        auroc_by_misfit=_auroc(own.misfit, other.misfit),
        caught=float(other.is_outlier.double().mean()),
    )


def _auroc(own: Tensor, other: Tensor) -> float:
    is_other = np.repeat([0, 1], [len(own), len(other)])
    from sklearn.metrics import roc_auc_score  # slow to import, and the page needs it late

    return float(roc_auc_score(is_other, np.concatenate([own.numpy(), other.numpy()])))
