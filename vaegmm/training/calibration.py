"""One temperature, so that probabilities are right as often as they say.

Source: Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks", section 4.2.
"""

from __future__ import annotations

import math

import torch.nn.functional as F
from scipy.optimize import minimize_scalar
from torch import Tensor

COOLEST, HOTTEST = 0.05, 20.0


def fit_temperature(log_labels: Tensor, labels: Tensor) -> float:
    """Return the temperature at which held-out labels are most likely.

    Images of a label that no component stands for are left out: no temperature makes it likely.

    Args:
        log_labels: (N, L), log p(label | z) at temperature 1.
        labels: (N,), index of the true label.
    """
    can_be_right = log_labels.gather(1, labels[:, None]).squeeze(1).isfinite()
    log_labels, labels = log_labels[can_be_right].double(), labels[can_be_right]
    if len(labels) == 0:
        return 1.0

    def nll(log_temperature: float) -> float:
        return F.cross_entropy(log_labels / math.exp(log_temperature), labels).item()

    bounds = (math.log(COOLEST), math.log(HOTTEST))
    return math.exp(minimize_scalar(nll, bounds=bounds, method="bounded").x)
