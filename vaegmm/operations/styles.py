"""Digits like a given one: variations of it, and other digits in its hand.

Both walk in latent space in ways that leave the mixture as it is. A variation is one step of a
preconditioned Crank-Nicolson walk, under which a Gaussian stays the same (Cotter, Roberts, Stuart &
White 2013, "MCMC methods for functions", section 4.2). A hand is carried from one label to another
by the map of optimal transport between their Gaussians, which moves as little as it can (Knott &
Smith 1984; Peyre & Cuturi 2019, "Computational optimal transport", remark 2.31).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.model import VAEGMM
from vaegmm.operations.border import decode
from vaegmm.operations.generate import GenerateSettings
from vaegmm.runtime import MAX_SEED, evaluating

SHARPNESS = GenerateSettings().sharpness
SMALLEST = 1e-9  # eigenvalue of a covariance, in squared latent units


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of each label's part of a mixture.

    Attributes:
        means: (L, D) float64.
        covariances: (L, D, D) float64.
    """

    means: Tensor
    covariances: Tensor

    def transport(self, z: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """Carry latents z (N, D) from labels a (N,) to labels b (N,), both as indices."""
        root, inverse = (_power(self.covariances[a], power) for power in (0.5, -0.5))
        maps = inverse @ _power(root @ self.covariances[b] @ root, 0.5) @ inverse  # (N, D, D)
        offsets = (z.double() - self.means[a])[:, :, None]
        return (self.means[b] + (maps @ offsets).squeeze(2)).to(z.dtype)


def vary(
    model: VAEGMM, x: NDArray[np.float32], n: int, radius: float, seed: int
) -> NDArray[np.float32]:
    """Draw n variations (n, 28, 28) in [0, 1] of a digit.

    Args:
        model: in any mode; its mode is restored.
        x: (28, 28) float32 in [0, 1], ink = 1, as `normalise_drawing` makes it.
        n: how many.
        radius: 0 rebuilds the digit n times, 1 draws anew from its component.
        seed: the same one gives the same variations.

    Raises:
        ValueError: a number out of range.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if not 0 <= radius <= 1:
        raise ValueError(f"radius must be from 0 to 1, got {radius}")
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"the seed must be from 0 to {MAX_SEED}, got {seed}")
    generator = torch.Generator().manual_seed(seed)
    device = model.means.device
    with evaluating(model):
        z, _ = model.network.encode(torch.from_numpy(x)[None, None].to(device))  # (1, D)
        varied = vary_latent(model, z, n, radius, generator).to(device)
        return decode(model, varied, sharpness=SHARPNESS)[:, 0].cpu().numpy()


def vary_latent(
    model: VAEGMM, z: Tensor, n: int, radius: float, generator: torch.Generator
) -> Tensor:
    """Draw n variations (n, D), on the CPU, of a latent z (1, D); other arguments as in `vary`."""
    component = model.log_joint(z).argmax(1).cpu()  # (1,)
    mean = model.means.cpu()[component]
    steps = model.sample_components(component.expand(n), generator) - mean
    return mean + math.sqrt(1 - radius**2) * (z.cpu() - mean) + radius * steps


def carry_style(
    model: VAEGMM, x: NDArray[np.float32], labels: Sequence[int]
) -> NDArray[np.float32]:
    """Write M digits in each of N hands: (N, M, 28, 28) in [0, 1].

    Args:
        model: in any mode; its mode is restored. It reads what digit each hand has written.
        x: (N, 28, 28) float32 in [0, 1], ink = 1: a digit in each hand.
        labels: the M digits to write.

    Raises:
        ValueError: a label that no component of the mixture stands for.
    """
    strangers = {*labels} - {*model.drawable_labels}
    if strangers:
        known = ", ".join(map(str, model.drawable_labels))
        raise ValueError(f"labels must be among {known}, got {min(strangers)}")
    n, m = len(x), len(labels)
    device = model.means.device
    with evaluating(model):
        moments = measure_moments(model)
        z, _ = model.network.encode(torch.from_numpy(x)[:, None].to(device))
        a = model.log_labels(z).argmax(1).cpu()  # (N,)
        b = torch.tensor([model.labels.index(label) for label in labels])
        z = moments.transport(z.cpu().repeat_interleave(m, 0), a.repeat_interleave(m), b.repeat(n))
        written = decode(model, z.to(device), sharpness=SHARPNESS)
        return written.view(n, m, 28, 28).cpu().numpy()


def measure_moments(model: VAEGMM) -> Moments:
    """Return the moments of the mixture's part for each label; NaN where it has none."""
    weights = model.weights.cpu().double() * model.is_of_label.cpu()  # (L, K)
    weights = weights / weights.sum(1, keepdim=True)
    factors, means = model.precisions_cholesky.cpu().double(), model.means.cpu().double()
    covariances = torch.linalg.inv(factors @ factors.mT)
    centres = weights @ means
    offsets = means - centres[:, None]  # (L, K, D)
    within = torch.einsum("lk,kde->lde", weights, covariances)
    between = torch.einsum("lk,lkd,lke->lde", weights, offsets, offsets)
    return Moments(centres, within + between)


def _power(matrices: Tensor, power: float) -> Tensor:
    """Return a power of symmetric positive matrices (N, D, D)."""
    values, vectors = torch.linalg.eigh(matrices)
    powers = values.clamp(min=SMALLEST) ** power
    result: Tensor = (vectors * powers[:, None]) @ vectors.mT
    return result
