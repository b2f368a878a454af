"""Convolutional encoder and decoder for 28x28 images: five 3x3 layers each way.

With channels (32, 64, 128, 128, 256), dense 512 and two latent dimensions this is the 7.5 M
parameter network that the 1/4/8 classifier was first built on (`configs/conv148-2d.toml`).
"""

from __future__ import annotations

from torch import Tensor, nn

from vaegmm.config import NetworkConfig

STRIDES = (1, 2, 1, 2, 1)
SIDE = 7  # 28 after two strides of 2


class ConvEncoder(nn.Module):
    """Map images (N, 1, 28, 28) to `mu` and `logvar`, each (N, D)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = (1, *config.channels[:-1])
        for c_in, c_out, stride in zip(inputs, config.channels, STRIDES, strict=True):
            layers += [nn.Conv2d(c_in, c_out, 3, stride, 1), nn.ReLU()]
            layers += [nn.Dropout2d(config.dropout)]
        layers += [nn.Flatten(), nn.Linear(config.channels[-1] * SIDE**2, config.dense_size)]
        layers += [nn.ReLU(), nn.Dropout(config.dropout)]
        self.features = nn.Sequential(*layers)
        self.mu = nn.Linear(config.dense_size, config.latent_dim)
        self.logvar = nn.Linear(config.dense_size, config.latent_dim)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return `mu`, `logvar`, each (N, D), of images (N, 1, 28, 28)."""
        h = self.features(x)
        return self.mu(h), self.logvar(h)


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
        layers: list[nn.Module] = []
        outputs = (*channels[1:], 1)
        for c_in, c_out, stride in zip(channels, outputs, STRIDES[::-1], strict=True):
            layers += [nn.ConvTranspose2d(c_in, c_out, 3, stride, 1, output_padding=stride - 1)]
            layers += [nn.ReLU(), nn.Dropout2d(config.dropout)]
        self.layers = nn.Sequential(*layers[:-2])  # the last layer gives bare logits

    def forward(self, z: Tensor) -> Tensor:
        """Return pixel logits (N, 1, 28, 28) of latents (N, D)."""
        logits: Tensor = self.layers(self.project(z))
        return logits
