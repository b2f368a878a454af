"""What is minimised, as a module: the one thing that is compiled, and shared between processes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaegmm.config import TrainingConfig
from vaegmm.networks.losses import kl_divergence, reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.runtime import autocast


class Objective(nn.Module):
    """The beta-weighted negative ELBO of a network (Higgins et al. 2017, "beta-VAE").

    Args:
        network: shared, not copied.
        config: gives beta and the (resolved) precision.
    """

    def __init__(self, network: VAE, config: TrainingConfig) -> None:
        super().__init__()
        assert config.precision != "auto"
        self.network, self.beta, self.precision = network, config.beta, config.precision

    def forward(self, x: Tensor, target: Tensor, eps: Tensor) -> Tensor:
        """Return (N, 3): loss, reconstruction and KL of each image, in nats.

        Args:
            x: (N, 1, 28, 28), what the encoder sees.
            target: (N, 1, 28, 28), what the decoder is to rebuild.
            eps: (N, D), the standard normal noise that z is drawn with.
        """
        with autocast(x.device, self.precision):
            mu, logvar = self.network.encode(x)
            mu, logvar = mu.float(), logvar.float()
            logits = self.network.decode(reparameterize(mu, logvar, eps)).float()
        nll = reconstruction_nll(logits, target)
        if self.network.config.posterior == "point":  # a plain autoencoder has no divergence
            return torch.stack([nll, nll, torch.zeros_like(nll)], 1)
        kl = kl_divergence(mu, logvar)
        return torch.stack([nll + self.beta * kl, nll, kl], 1)
