"""Who lies next to whom: precision and recall of made images, and the real image nearest to each.

Distances of all to all, a block of rows at a time: images are held as floats, 3 KB each, and
nothing grows with the product of the two sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK = 250
K = 3  # neighbours that make the radius, as in the paper


@dataclass(frozen=True)
class Coverage:
    """How far two sets lie on each other.

    Attributes:
        precision: share of the made points that lie where real ones do.
        recall: share of the real points that lie where made ones do.
    """

    precision: float
    recall: float


@dataclass(frozen=True)
class Nearest:
    """The nearest of some images for each of N others.

    Attributes:
        index: (N,), which one it is.
        distance: (N,), root of the mean squared difference over pixels, ink = 1.
    """

    index: Tensor
    distance: Tensor


def measure_coverage(real: Tensor, made: Tensor, k: int = K) -> Coverage:
    """Return precision and recall of a made set of points against a real one.

    A set's manifold is the union of balls around its points, each as wide as the way to the k-th
    nearest other point of the set. Source: Kynkaanniemi et al. 2019, "Improved precision and recall
    metric for assessing generative models", equations 1 and 2.

    Args:
        real: (N, F).
        made: (M, F).
        k: from 1 to N - 1 and M - 1.

    Raises:
        ValueError: too few points.
    """
    fewest = min(len(real), len(made))
    if not 1 <= k < fewest:
        raise ValueError(f"k must be from 1 to {fewest - 1}, one less than the points, got {k}")
    return Coverage(_share_within(made, real, k), _share_within(real, made, k))


def _share_within(points: Tensor, others: Tensor, k: int) -> float:
    """Return the share of points (N, F) that lie on the manifold of others (M, F)."""
    radii = torch.cat(
        # the nearest of all is the point itself
        [torch.cdist(part, others).kthvalue(k + 1, 1).values for part in others.split(BLOCK)]
    )
    is_within = [(torch.cdist(part, others) <= radii).any(1) for part in points.split(BLOCK)]
    return float(torch.cat(is_within).double().mean())


def find_nearest(images: Tensor, others: Tensor) -> Nearest:
    """Find the image nearest to each of images (N, 28, 28) uint8 among others (M, 28, 28) uint8."""
    flat = others.flatten(1).float() / 255  # (M, 784)
    squares = flat.square().sum(1)
    indices, distances = [], []
    for part in (images.flatten(1).float() / 255).split(BLOCK):
        index = (squares - 2 * part @ flat.T).argmin(1)  # |a - b|^2, less |a|^2
        indices.append(index)
        distances.append((part - flat[index]).square().mean(1).sqrt())
    return Nearest(torch.cat(indices), torch.cat(distances))
