"""How well a model tells what is none of its labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score
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
    """

    log_density: Tensor
    misfit: Tensor
    score: Tensor


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


def find_surprise(model: VAEGMM, images: Tensor) -> Surprise:
    """Score images (N, 28, 28) uint8."""
    z = encode_images(model.network, images)
    _, misfit = score_reconstructions(model.network, images, z)
    log_density = model.log_density(z.to(model.means.device)).cpu()
    score = model.config.outliers.score(log_density, misfit)
    return Surprise(log_density, misfit, score)


def measure_strangers(model: VAEGMM, own: Surprise, other: Surprise) -> StrangerMetrics:
    """Compare images that are none of the model's labels with images that are."""
    rule = model.config.outliers
    return StrangerMetrics(
        n_images=len(other.score),
        auroc=_auroc(own.score, other.score),
        auroc_by_density=_auroc(-own.log_density, -other.log_density),
        auroc_by_misfit=_auroc(own.misfit, other.misfit),
        caught=float((other.score > rule.threshold).double().mean()),
    )


def _auroc(own: Tensor, other: Tensor) -> float:
    is_other = np.repeat([0, 1], [len(own), len(other)])
    return float(roc_auc_score(is_other, np.concatenate([own.numpy(), other.numpy()])))
