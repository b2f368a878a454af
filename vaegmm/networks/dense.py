"""One dense layer each way, 784 -> 400 -> D -> 400 -> 784 in Kingma & Welling's own experiment."""

from __future__ import annotations

from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.encoder import Encoder

PIXELS = 28 * 28


class DenseEncoder(Encoder):
    """One dense layer of all pixels, then the heads."""

    def __init__(self, config: NetworkConfig) -> None:
        layers: list[nn.Module] = [nn.Flatten(), nn.Linear(PIXELS, config.dense_size), nn.ReLU()]
        layers += [nn.Dropout(config.dropout)]
        super().__init__(nn.Sequential(*layers), config.dense_size, config)


class DenseDecoder(nn.Module):
    """The same backwards."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(config.latent_dim, config.dense_size),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.dense_size, PIXELS),
            nn.Unflatten(1, (1, 28, 28)),
        )

    def forward(self, z: Tensor) -> Tensor:
        """Return pixel logits (N, 1, 28, 28) of latents (N, D)."""
        logits: Tensor = self.layers(z)
        return logits
