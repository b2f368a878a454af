"""How far seeds agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.clusters.agreement import Comparison, compare_seeds, share_together

CLUSTERS = st.lists(st.integers(0, 4), min_size=30, max_size=30).map(np.array)


@given(CLUSTERS, CLUSTERS, st.permutations(range(5)))
def test_what_clusters_are_called_changes_nothing(
    a: np.ndarray, b: np.ndarray, names: list[int]
) -> None:
    assert share_together(a, np.array(names)[b]) == share_together(a, b) == share_together(b, a)
    assert share_together(a, np.array(names)[a]) == 1


def test_it_is_the_share_under_the_best_matching() -> None:
    # 0 -> 1 and 1 -> 0 put together four of six; any other matching fewer
    assert share_together(np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 0, 0])) == 4 / 6


def test_a_cluster_that_one_seed_lacks_is_matched_with_none() -> None:
    assert share_together(np.array([0, 0, 1, 1]), np.zeros(4, dtype=np.int64)) == 0.5


def test_the_nearest_seed_agrees_most_with_the_others() -> None:
    a, b = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 1])
    clusters = {9: a, 4: np.array([0, 1, 0, 1, 0, 1]), 7: b}
    shares = {
        (one, other): share_together(clusters[one], clusters[other])
        for one, other in ((4, 7), (4, 9), (7, 9))
    }
    means = {
        seed: np.mean([share for pair, share in shares.items() if seed in pair])
        for seed in (4, 7, 9)
    }
    found = compare_seeds(clusters)
    assert found.seeds == (4, 7, 9)
    assert found.nearest == max(means, key=lambda seed: means[seed]) != 4
    assert found.mean_of_nearest == pytest.approx(means[found.nearest])
    assert found.mean == pytest.approx(np.mean([*shares.values()]))
    assert found.least == min(shares.values()) < shares[7, 9] == pytest.approx(5 / 6)


def test_a_seed_alone_has_nobody_to_agree_with() -> None:
    assert compare_seeds({3: np.array([0, 1])}) == Comparison((3,), 3, None, None, None)
