"""The variational autoencoder: encode, reparameterize, decode.

Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes". What the two halves are made of
stands in conv.py; what is minimised stands in losses.py.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.conv import STRIDES, ConvDecoder, ConvEncoder

MAX_SIZE = 4096  # of any layer; a config that asks for more is damaged, and would eat all memory


class VAE(nn.Module):
    """A variational autoencoder of 28x28 grey images.

    Args:
        config: shape of the network.

    Raises:
        ValueError: a size that no network can have.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        _check(config)
        self.config = config
        self.encoder = ConvEncoder(config)
        self.decoder = ConvDecoder(config)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the posterior's `mu` and `logvar`, each (N, D), of images (N, 1, 28, 28)."""
        mu, logvar = self.encoder(x)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Return pixel logits (N, 1, 28, 28) of latents (N, D)."""
        logits: Tensor = self.decoder(z)
        return logits


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """Return z = mu + sigma * eps, all (N, D) (Kingma & Welling 2014, section 2.4)."""
    return mu + torch.exp(0.5 * logvar) * eps


def _check(config: NetworkConfig) -> None:
    channels, most = config.channels, MAX_SIZE
    if len(channels) != len(STRIDES) or not all(1 <= size <= most for size in channels):
        raise ValueError(
            f"channels must be {len(STRIDES)} numbers from 1 to {most}, got {channels}"
        )
    for name in ("latent_dim", "dense_size"):
        size = getattr(config, name)
        if not 1 <= size <= most:
            raise ValueError(f"{name} must be from 1 to {most}, got {size}")
    if not 0 <= config.dropout < 1:
        raise ValueError(f"dropout must be in [0, 1), got {config.dropout}")
