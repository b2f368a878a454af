"""How far runs with other seeds put the same images together. Needs no label."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class Agreement:
    """How far runs agree.

    Attributes:
        by_pair: the share of images that both of a pair of seeds put into the same cluster.
        by_seed: a seed's mean over its pairs; NaN where there is one seed alone.
    """

    by_pair: dict[tuple[int, int], float]
    by_seed: dict[int, float]

    @property
    def nearest(self) -> int:
        """The seed that agrees most with the others; of several, the lowest."""
        return max(sorted(self.by_seed), key=lambda seed: np.nan_to_num(self.by_seed[seed]))


def compare_seeds(clusters: Mapping[int, NDArray[np.integer]]) -> Agreement:
    """Compare the clusters (N,) that runs put the same N images into, by seed."""
    by_pair = {
        (one, other): share_together(clusters[one], clusters[other])
        for one, other in itertools.combinations(clusters, 2)
    }
    by_seed = {
        seed: float(np.mean(found)) if (found := [v for p, v in by_pair.items() if seed in p])
        else float("nan")
        for seed in clusters
    }  # fmt: skip
    return Agreement(by_pair, by_seed)


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
