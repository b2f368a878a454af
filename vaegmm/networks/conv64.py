"""Convolutions of 64 filters, 4x4, and a decoder that ends in two dense layers of all pixels.

The network of the system that enlarged MNIST with new digits (`configs/generate-2d.toml`): most of
what it draws is laid out by the last two dense layers, the convolutions before them work on 7x7.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.encoder import Encoder

SIDE, PIXELS = 7, 28 * 28


class Conv64Encoder(Encoder):
    """Three 4x4 convolutions with strides 2, 2, 1, then the heads."""

    def __init__(self, config: NetworkConfig) -> None:
        a, b, c = config.channels
        layers: list[nn.Module] = [nn.Conv2d(1, a, 4, 2, 1), nn.ReLU()]
        layers += [nn.Conv2d(a, b, 4, 2, 1), nn.ReLU()]
        layers += [nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(b, c, 4), nn.ReLU()]  # stays 7x7
        layers += [nn.Flatten(), nn.Dropout(config.dropout)]
        super().__init__(nn.Sequential(*layers), c * SIDE**2, config)
        self.apply(keep_variance)


class Conv64Decoder(nn.Module):
    """Two dense layers of 49 units, three transposed 4x4 convolutions on 7x7, two dense of 784."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Linear(config.latent_dim, SIDE**2), nn.ReLU()]
        layers += [nn.Linear(SIDE**2, SIDE**2), nn.ReLU(), nn.Unflatten(1, (1, SIDE, SIDE))]
        for c_in, c_out in pairwise((1, *config.channels[::-1])):
            # 7x7 becomes 8x8; the last row and column are cut off again
            layers += [nn.ConvTranspose2d(c_in, c_out, 4, 1, 1), nn.ZeroPad2d((0, -1, 0, -1))]
            layers += [nn.ReLU()]
        layers += [nn.Flatten(), nn.Dropout(config.dropout)]
        layers += [nn.Linear(config.channels[0] * SIDE**2, PIXELS), nn.Linear(PIXELS, PIXELS)]
        self.layers = nn.Sequential(*layers, nn.Unflatten(1, (1, 28, 28)))
        self.apply(keep_variance)

    def forward(self, z: Tensor) -> Tensor:
        """Return pixel logits (N, 1, 28, 28) of latents (N, D)."""
        logits: Tensor = self.layers(z)
        return logits


def keep_variance(module: nn.Module) -> None:
    """Draw a layer's first weights so that signals neither fade nor grow (He et al. 2015).

    With torch's own, smaller ones nothing of z arrives at the end of nine layers: training then
    finds that the mean digit is the best answer, and stays there.
    """
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
