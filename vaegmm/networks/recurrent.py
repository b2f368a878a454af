"""An encoder that reads an image row by row, and a convolutional decoder.

One LSTM layer (Hochreiter & Schmidhuber 1997) goes over the 28 rows; its last state is what the
heads see. The configurations `lstm-*.toml` differ in the decoder.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.conv import SIDE, upsample
from vaegmm.networks.encoder import Encoder


class LastState(nn.Module):
    """Images (N, 1, 28, 28) as sequences of 28 rows -> the LSTM's last hidden state (N, H)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(28, hidden_size, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, H)."""
        _, (hidden, _) = self.lstm(x[:, 0].contiguous())
        last: Tensor = hidden[-1]
        return last


class LSTMEncoder(Encoder):
    """One LSTM layer over the rows, then the heads."""

    def __init__(self, config: NetworkConfig) -> None:
        features = nn.Sequential(LastState(config.hidden_size), nn.Dropout(config.dropout))
        super().__init__(features, config.hidden_size, config)


class LSTMDecoder(nn.Module):
    """Dense layers, then transposed 3x3 convolutions from 7x7, the first two of which double it."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        channels = config.channels
        layers: list[nn.Module] = []
        sizes = (config.latent_dim, *[config.dense_size] * config.dense_layers)
        for n_in, n_out in (*pairwise(sizes), (sizes[-1], channels[0] * SIDE**2)):
            layers += [nn.Linear(n_in, n_out), nn.ReLU(), nn.Dropout(config.dropout)]
        self.project = nn.Sequential(*layers, nn.Unflatten(1, (channels[0], SIDE, SIDE)))
        strides = (2, 2, *[1] * (len(channels) - 2))
        self.layers = upsample(channels, strides, config.dropout)

    def forward(self, z: Tensor) -> Tensor:
        """Return pixel logits (N, 1, 28, 28) of latents (N, D)."""
        logits: Tensor = self.layers(self.project(z))
        return logits
