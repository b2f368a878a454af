"""The variational autoencoder: encode, reparameterize, decode.

Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes". What the two halves are made of
stands in a file per kind; what is minimised stands in losses.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.conv import ConvDecoder, ConvEncoder
from vaegmm.networks.conv64 import Conv64Decoder, Conv64Encoder
from vaegmm.networks.dense import DenseDecoder, DenseEncoder
from vaegmm.networks.encoder import Encoder
from vaegmm.networks.recurrent import LSTMDecoder, LSTMEncoder
from vaegmm.settings import show

KINDS: dict[
    str, tuple[Callable[[NetworkConfig], Encoder], Callable[[NetworkConfig], nn.Module]]
] = {
    "conv": (ConvEncoder, ConvDecoder),
    "conv64": (Conv64Encoder, Conv64Decoder),
    "dense": (DenseEncoder, DenseDecoder),
    "lstm": (LSTMEncoder, LSTMDecoder),
}
MAX_SIZE = 4096  # of any layer; a config that asks for more is damaged, and would eat all memory
MAX_LAYERS = 32
MAX_PARAMETERS = 10**8  # 400 MB; the largest network of configs/ has 8 million


class VAE(nn.Module):
    """A variational autoencoder of 28x28 grey images.

    Args:
        config: shape of the network.

    Raises:
        ValueError: a size that no network can have.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        check_network(config)
        self.config = config
        encoder, decoder = KINDS[config.kind]
        self.encoder = encoder(config)
        self.decoder = decoder(config)

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


def check_network(config: NetworkConfig) -> None:
    """Refuse sizes that no network can have.

    Raises:
        ValueError: the size is named.
    """
    channels, strides, most = config.channels, config.strides, MAX_SIZE
    counts = {"conv": len(strides), "conv64": 3, "dense": len(channels), "lstm": len(channels)}
    n_channels = counts[config.kind]
    if len(channels) != n_channels or not all(1 <= size <= most for size in channels):
        raise ValueError(
            f"channels must be {n_channels} numbers from 1 to {most} for a network of kind "
            f"{config.kind!r}, got {show(channels)}"
        )
    if config.kind == "conv" and (
        len(strides) > MAX_LAYERS or not set(strides) <= {1, 2} or math.prod(strides) != 4
    ):
        raise ValueError(f"strides must be 1 or 2 each and 4 in product, got {show(strides)}")
    if config.kind == "lstm" and not 2 <= len(channels) <= MAX_LAYERS:
        raise ValueError(
            f"channels must be 2 to {MAX_LAYERS} numbers for an lstm, got {show(channels)}"
        )
    least = {"latent_dim": 1, "dense_size": 0 if config.kind == "conv" else 1, "hidden_size": 1}
    limits = {**dict.fromkeys(least, most), "dense_layers": MAX_LAYERS}
    for name, largest in limits.items():
        smallest, size = least.get(name, 0), getattr(config, name)
        if not smallest <= size <= largest:
            raise ValueError(f"{name} must be from {smallest} to {largest}, got {size}")
    if not 0 <= config.dropout < 1:
        raise ValueError(f"dropout must be in [0, 1), got {config.dropout}")
    n_parameters = _count(config)
    if n_parameters > MAX_PARAMETERS:
        raise ValueError(
            f"a network must have at most {MAX_PARAMETERS:,} parameters, got {n_parameters:,}; "
            "lower channels, dense_size or hidden_size"
        )


def count_parameters(config: NetworkConfig) -> int:
    """Return the number of parameters of a network, which is not made for that.

    Raises:
        ValueError: a size that no network can have.
    """
    check_network(config)
    return _count(config)


def _count(config: NetworkConfig) -> int:
    with torch.device("meta"):
        halves = [make(config) for make in KINDS[config.kind]]
    return sum(p.numel() for half in halves for p in half.parameters())
