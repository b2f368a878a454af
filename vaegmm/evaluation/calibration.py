"""Whether a model is right as often as it says."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

N_BINS = 15


@dataclass(frozen=True)
class CalibrationMetrics:
    """A model's probabilities against the truth, on N images.

    Attributes:
        ece: expected calibration error (Guo et al. 2017, equation 3): the mean gap of confidence
            and accuracy over 15 bins of equal width, weighted by their images.
        ece_without_temperature: the same of the bare responsibilities.
        nll: -log p(true label), in nats; infinite, and then None, where p is 0.
        brier: squared error of the probabilities, summed over labels.
        temperature: of the model.
        counts: images of each bin of confidence.
        confidences: their mean confidence; of an empty bin 0.
        accuracies: share of them that is right; of an empty bin 0.
    """

    ece: float
    ece_without_temperature: float
    nll: float | None
    brier: float
    temperature: float
    counts: list[int]
    confidences: list[float]
    accuracies: list[float]


def measure_calibration(
    log_labels: Tensor, truth: Tensor, temperature: float
) -> CalibrationMetrics:
    """Measure probabilities.

    Args:
        log_labels: (N, L), log p(label | z) at temperature 1.
        truth: (N,), index of the true label.
        temperature: that the model divides them by.
    """
    log_labels = log_labels.double()
    probabilities = (log_labels / temperature).softmax(1)
    counts, confidences, accuracies = bin_confidences(probabilities, truth)
    nll = F.cross_entropy(log_labels / temperature, truth).item()
    one_hot = F.one_hot(truth, log_labels.shape[1])
    return CalibrationMetrics(
        ece=_gap(counts, confidences, accuracies),
        ece_without_temperature=_gap(*bin_confidences(log_labels.softmax(1), truth)),
        nll=nll if nll < float("inf") else None,
        brier=(probabilities - one_hot).square().sum(1).mean().item(),
        temperature=temperature,
        counts=counts.int().tolist(),
        confidences=confidences.tolist(),
        accuracies=accuracies.tolist(),
    )


def bin_confidences(probabilities: Tensor, truth: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return number, mean confidence and accuracy of the images in each bin, (15,) each.

    Args:
        probabilities: (N, L), of the labels.
        truth: (N,), index of the true label.
    """
    confidence, answer = probabilities.max(1)
    index = (confidence * N_BINS).ceil().long().clamp(1, N_BINS) - 1  # bins are open below
    counts = index.bincount(minlength=N_BINS).double()
    filled = counts.clamp(min=1)
    confidences = index.bincount(confidence.double(), minlength=N_BINS) / filled
    accuracies = index.bincount((answer == truth).double(), minlength=N_BINS) / filled
    return counts, confidences, accuracies


def _gap(counts: Tensor, confidences: Tensor, accuracies: Tensor) -> float:
    return (counts * (confidences - accuracies).abs()).sum().item() / max(counts.sum().item(), 1)
