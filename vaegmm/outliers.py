"""What no digit of the model's looks like: one score of two surprises, and one threshold.

An image surprises in its latent, where p(z) is low, or in its reconstruction, which shows something
else: the encoder gives noise a likely latent too, and the decoder then draws the digit that lies
there. Knows nothing of networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

SIGMA = 0.7  # of the blur, in pixels: a stroke a little beside its place is one error, not two
TAIL = 0.01  # share of images beyond one unit of surprise


@dataclass(frozen=True)
class OutlierRule:
    """Where outliers begin; all from images that the network was not trained on."""

    log_density_median: float
    """Of log p(z), in nats."""
    log_density_tail: float
    """From there down to the least likely 1 % of the images, in nats."""
    misfit_median: float
    """Of the `misfit` of the reconstructions."""
    misfit_tail: float
    """From there up to the worst 1 % of the images."""
    threshold: float
    """Images that score more are outliers."""

    def score(self, log_density: Tensor, misfit: Tensor) -> Tensor:
        """Return the sum of both surprises, (N,), from 0; the median image in both ways scores 0.

        A 9 that passes for a 4 is a little odd in both ways, and in neither very odd.

        Args:
            log_density: (N,), log p(z) of their latents, in nats.
            misfit: (N,), of their reconstructions.
        """
        latent = (self.log_density_median - log_density) / self.log_density_tail
        picture = (misfit - self.misfit_median) / self.misfit_tail
        return latent.clamp(min=0) + picture.clamp(min=0)

    def is_outlier(self, log_density: Tensor, misfit: Tensor) -> Tensor:
        """Return (N,) bool; arguments as in `score`."""
        return self.score(log_density, misfit) > self.threshold


def fit_outlier_rule(log_density: Tensor, misfit: Tensor, share: float) -> OutlierRule:
    """Draw the line so that a share of these images lies beyond it.

    Args:
        log_density: (N,), in nats, of images that the network was not trained on.
        misfit: (N,).
        share: in [0, 1); with 0 none of them does.
    """
    low, middle = torch.quantile(log_density.double(), torch.tensor([TAIL, 0.5]).double())
    centre, high = torch.quantile(misfit.double(), torch.tensor([0.5, 1 - TAIL]).double())
    smallest = torch.finfo(torch.float32).eps  # all images alike
    rule = OutlierRule(
        log_density_median=middle.item(),
        log_density_tail=max((middle - low).item(), smallest),
        misfit_median=centre.item(),
        misfit_tail=max((high - centre).item(), smallest),
        threshold=0.0,
    )
    scores = rule.score(log_density, misfit)
    threshold = torch.quantile(scores.double(), 1 - share).item()
    return OutlierRule(**{**vars(rule), "threshold": threshold})


def misfit(x: Tensor, x_hat: Tensor) -> Tensor:
    """Return the squared error of blurred reconstructions by the root of the ink, (N,), from 0.

    Bold digits have more to miss, so the bare error tells them from clothes and other digits less
    well; divided by all of the ink, it would forgive a scribble its many lines.

    Args:
        x: (N, 1, H, W) in [0, 1], ink = 1.
        x_hat: (N, 1, H, W) in [0, 1].
    """
    radius = round(3 * SIGMA)
    offsets = torch.arange(-radius, radius + 1, dtype=x.dtype, device=x.device)
    line = torch.exp(-(offsets**2) / (2 * SIGMA**2))
    window = (torch.outer(line, line) / line.sum() ** 2)[None, None]
    error = F.conv2d(x - x_hat, window, padding=radius).square().flatten(1).sum(1)
    ink: Tensor = x.flatten(1).sum(1).clamp(min=1)  # a blank image has none
    return error / ink.sqrt()
