"""Convolutional encoder and decoder for 28x28 images: 3x3 layers, two of which halve the image.

With channels (32, 64, 128, 128, 256), dense 512 and two latent dimensions this is the 7.5 M
parameter network that the 1/4/8 classifier was first built on (`configs/conv148-2d.toml`).
"""

from __future__ import annotations

from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.encoder import Encoder

SIDE = 7  # 28 after two strides of 2


class ConvEncoder(Encoder):
    """Convolutions, then one dense layer (none when `dense_size` is 0), then the heads.

    Channels are dropped before the ReLU, which is the same as after it, and lets both work in
    place.
    """

    def __init__(self, config: NetworkConfig) -> None:
        layers: list[nn.Module] = []
        inputs = (1, *config.channels[:-1])
        for c_in, c_out, stride in zip(inputs, config.channels, config.strides, strict=True):
            layers += [nn.Conv2d(c_in, c_out, 3, stride, 1)]
            layers += [nn.Dropout2d(config.dropout, inplace=True), nn.ReLU(inplace=True)]
        n_features = config.channels[-1] * SIDE**2
        layers.append(nn.Flatten())
        if config.dense_size:
            layers += [nn.Linear(n_features, config.dense_size), nn.ReLU()]
            layers += [nn.Dropout(config.dropout)]
        super().__init__(nn.Sequential(*layers), config.dense_size or n_features, config)


class ConvDecoder(nn.Module):
    """Map latents (N, D) to logits (N, 1, 28, 28), the encoder's convolutions in reverse."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        channels = config.channels[::-1]
        self.project = nn.Sequential(
            nn.Linear(config.latent_dim, channels[0] * SIDE**2),
            nn.ReLU(),
            nn.Unflatten(1, (channels[0], SIDE, SIDE)),
        )
        self.layers = upsample(channels, config.strides[::-1], config.dropout)

    def forward(self, z: Tensor) -> Tensor:
        """Return pixel logits (N, 1, 28, 28) of latents (N, D)."""
        logits: Tensor = self.layers(self.project(z))
        return logits


def upsample(channels: tuple[int, ...], strides: tuple[int, ...], dropout: float) -> nn.Sequential:
    """Make transposed 3x3 convolutions (N, C, 7, 7) -> (N, 1, 28, 28), the last one bare.

    Args:
        channels: what goes into each layer.
        strides: of each layer; their product is 4.
        dropout: probability that a channel is left out, after every layer but the last.
    """
    layers: list[nn.Module] = []
    outputs = (*channels[1:], 1)
    for c_in, c_out, stride in zip(channels, outputs, strides, strict=True):
        layers += [nn.ConvTranspose2d(c_in, c_out, 3, stride, 1, output_padding=stride - 1)]
        layers += [nn.Dropout2d(dropout, inplace=True), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers[:-2])
