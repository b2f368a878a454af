"""What all encoders share: features of an image, and the heads that make a posterior of them."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vaegmm.config import NetworkConfig

SMALLEST_SIGMA = 1e-6  # softplus falls to 0 for large negative values, and log 0 is no log-variance


class Encoder(nn.Module):
    """Map images (N, 1, 28, 28) to `mu` and `logvar`, each (N, D).

    Args:
        features: maps images to (N, `n_features`).
        n_features: that number.
        config: gives the latent dimensions and the kind of posterior. "logvar" has a head for the
            log-variance; "softplus" one for the standard deviation, made positive by softplus;
            "point" has none: z is `mu`, the variance is 0 and its logarithm -infinity.
    """

    def __init__(self, features: nn.Module, n_features: int, config: NetworkConfig) -> None:
        super().__init__()
        self.posterior = config.posterior
        self.features = features
        self.mu = nn.Linear(n_features, config.latent_dim)
        if self.posterior == "logvar":
            self.logvar = nn.Linear(n_features, config.latent_dim)
        elif self.posterior == "softplus":
            self.sigma = nn.Linear(n_features, config.latent_dim)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return `mu`, `logvar`, each (N, D), of images (N, 1, 28, 28)."""
        h = self.features(x)
        mu = self.mu(h)
        if self.posterior == "point":
            return mu, torch.full_like(mu, -math.inf)
        if self.posterior == "logvar":
            return mu, self.logvar(h)
        sigma = F.softplus(self.sigma(h).float()).clamp(min=SMALLEST_SIGMA)
        return mu, 2 * sigma.log()
