"""What each latent dimension does to a digit: how much it matters, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vaegmm.latents import decode_latents
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting

REACH = 3.0  # standard deviations to either side of the mean
N_LOOKS = 7


@dataclass(frozen=True)
class Dimension:
    """One latent dimension over real digits.

    Attributes:
        index: of the dimension, from 0.
        mean: of the posterior means.
        std: their standard deviation: of a dimension that the network does not use, about 0
            (its square is the activity of Burda et al. 2016, section 2).
    """

    index: int
    mean: float
    std: float


def rank_dimensions(handwriting: Handwriting) -> list[Dimension]:
    """Return all dimensions, those that vary most first."""
    std, mean = torch.std_mean(handwriting.z, 0)
    order = std.argsort(descending=True, stable=True).tolist()
    return [Dimension(d, float(mean[d]), float(std[d])) for d in order]


def traverse(
    model: VAEGMM, z: NDArray[np.float32], dimensions: list[Dimension]
) -> NDArray[np.float32]:
    """Return what a latent decodes to while one dimension at a time goes from low to high.

    Args:
        model: decodes; in any mode.
        z: (D,); all other dimensions stay as they are in it.
        dimensions: to vary, from -3 to 3 standard deviations about their means.

    Returns:
        (len(dimensions), 7, 28, 28) in [0, 1], ink = 1.
    """
    deviations = torch.linspace(-REACH, REACH, N_LOOKS)
    latents = torch.from_numpy(z).repeat(len(dimensions), N_LOOKS, 1)
    for row, dimension in zip(latents, dimensions, strict=True):
        row[:, dimension.index] = dimension.mean + deviations * dimension.std
    x = decode_latents(model.network, latents.flatten(0, 1))
    return x.view(len(dimensions), N_LOOKS, 28, 28).numpy()
