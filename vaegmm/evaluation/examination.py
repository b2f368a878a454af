"""Real digits, read and rebuilt one by one: a model's figures, and which digits are behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.calibration import CalibrationMetrics, measure_calibration
from vaegmm.evaluation.metrics import Metrics, measure_latents
from vaegmm.latents import decode_latents, score_reconstructions
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Examination:
    """What a model makes of N real digits.

    Attributes:
        metrics: its figures.
        calibration: whether it is right as often as it says.
        reconstruction_nll: mean binary cross-entropy of the rebuilt digits, in nats per image.
        truth: (N,), the label of each.
        answers: (N,), the label that each is read as.
        confidences: (N,), how surely, in [0, 1].
    """

    metrics: Metrics
    calibration: CalibrationMetrics
    reconstruction_nll: float
    truth: Indices
    answers: Indices
    confidences: NDArray[np.float64]

    def find_errors(self) -> Indices:
        """Return the digits that are read wrongly, the surest first."""
        return self._order(self.truth != self.answers)[::-1].copy()  # torch reads no way back

    def find_cell(self, truth: int, answer: int) -> Indices:
        """Return the digits of one label that are read as one label, the least sure first."""
        return self._order((self.truth == truth) & (self.answers == answer))

    def _order(self, mask: NDArray[np.bool_]) -> Indices:
        chosen: Indices = mask.nonzero()[0]
        return chosen[np.argsort(self.confidences[chosen], kind="stable")]


def examine(model: VAEGMM, handwriting: Handwriting) -> Examination:
    """Let a model read and rebuild real digits that it has encoded."""
    z, truth = handwriting.z, handwriting.labels
    nll, misfit = score_reconstructions(model.network, handwriting.images, z)
    with torch.inference_mode():
        z_here = z.to(model.means.device)
        is_outlier = model.config.outliers.is_outlier(model.log_density(z_here).cpu(), misfit)
        log_labels = model.log_labels(z_here).cpu()
    confidences, answers = (log_labels.double() / model.config.temperature).softmax(1).max(1)
    labels = torch.tensor(model.labels)
    data = LabelledImages(handwriting.images, truth)
    indices = torch.searchsorted(labels, truth)
    return Examination(
        metrics=measure_latents(model, data, z, is_outlier),
        calibration=measure_calibration(log_labels, indices, model.config.temperature),
        reconstruction_nll=float(nll.mean()),
        truth=truth.numpy(),
        answers=labels[answers].numpy(),
        confidences=confidences.numpy(),
    )


def rebuild(model: VAEGMM, handwriting: Handwriting, index: Indices) -> NDArray[np.float32]:
    """Return what some digits are rebuilt as, (n, 28, 28) in [0, 1]."""
    chosen = torch.from_numpy(index)
    return decode_latents(model.network, handwriting.z[chosen])[:, 0].numpy()
