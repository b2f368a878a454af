"""How far runs with other seeds put the same images together. Needs no label."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class Comparison:
    """How far the runs of some seeds agree.

    Attributes:
        seeds: that were compared.
        nearest: the seed that agrees most with the others; of several, the lowest.
        mean: over pairs of seeds, of the share of images that both put into the same cluster; None,
            as the next two are: it is one seed alone.
        least: of a pair.
        mean_of_nearest: over the pairs of the nearest.
    """

    seeds: tuple[int, ...]
    nearest: int
    mean: float | None = None
    least: float | None = None
    mean_of_nearest: float | None = None


def compare_seeds(clusters: Mapping[int, NDArray[np.integer]]) -> Comparison:
    """Compare the clusters (N,) that runs put the same N images into, by seed."""
    seeds = tuple(sorted(clusters))
    by_pair = {
        (one, other): share_together(clusters[one], clusters[other])
        for one, other in itertools.combinations(seeds, 2)
    }
    if not by_pair:
        return Comparison(seeds, seeds[0])
    by_seed = {
        seed: statistics.mean(share for pair, share in by_pair.items() if seed in pair)
        for seed in seeds
    }
    nearest = max(seeds, key=lambda seed: by_seed[seed])
    shares = by_pair.values()
    return Comparison(seeds, nearest, statistics.mean(shares), min(shares), by_seed[nearest])


def share_together(a: NDArray[np.integer], b: NDArray[np.integer]) -> float:
    """Return the share of N images in the same cluster, under the best one-to-one matching.

    Args:
        a: (N,), each image's cluster in one run.
        b: (N,), the same in the other.
    """
    counts = np.zeros((int(a.max()) + 1, int(b.max()) + 1), dtype=np.int64)
    np.add.at(counts, (a, b), 1)
    rows, columns = linear_sum_assignment(counts, maximize=True)  # Kuhn 1955
    return float(counts[rows, columns].sum() / len(a))
