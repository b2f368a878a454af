"""What scikit-learn's mixture has not: weights, known components, parts on several processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vaegmm.mixture import GaussianMixture
from vaegmm.mixture.starts import cluster, seed_clusters

ROOT = Path(__file__).parents[2]
KINDS = ("full", "tied", "diag", "spherical")
MEANS = np.array([[0.0, 0.0], [7.0, 1.0], [-2.0, 6.0]])


def blobs(n: int = 100, seed: int = 0) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    return np.concatenate([mean + random.normal(size=(n, 2)) for mean in MEANS])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reach", [1e8, 0.0])
def test_an_integer_weight_is_a_repetition(
    kind: str, reach: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaegmm.mixture.em.FLOAT64_REACH", reach)
    X = blobs()
    weight = np.random.default_rng(1).integers(0, 4, len(X))
    settings = {"covariance_type": kind, "means_init": MEANS, "random_state": 0}
    weighted = GaussianMixture(3, **settings).fit(X, sample_weight=weight)
    repeated = GaussianMixture(3, **settings).fit(np.repeat(X, weight, axis=0))
    for name in ("weights_", "means_", "covariances_", "lower_bounds_"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-9)


def test_a_weight_of_zero_takes_a_point_out() -> None:
    X = blobs()
    weight = np.ones(len(X))
    weight[200:] = 0
    without = GaussianMixture(2, means_init=MEANS[:2], random_state=0).fit(X, sample_weight=weight)
    np.testing.assert_allclose(without.means_, MEANS[:2], atol=0.4)


def test_known_components_stay_what_they_are() -> None:
    X = blobs()
    truth = np.repeat([2, 0, 1], 100)
    known = np.full(300, -1)
    known[[3, 103, 203]] = truth[[3, 103, 203]]
    mixture = GaussianMixture(3, random_state=0).fit(X, known_components=known)
    assert (mixture.predict(X) == truth).mean() > 0.98
    np.testing.assert_allclose(mixture.means_[[2, 0, 1]], MEANS, atol=0.4)


def test_all_known_is_the_plain_estimate_of_each_class() -> None:
    X = blobs()
    known = np.random.default_rng(0).integers(0, 2, 300)  # against the data's own grouping
    mixture = GaussianMixture(2, reg_covar=0).fit(X, known_components=known)
    for k in range(2):
        np.testing.assert_allclose(mixture.means_[k], X[known == k].mean(0))
        np.testing.assert_allclose(mixture.covariances_[k], np.cov(X[known == k].T, ddof=0))


def test_a_component_without_known_points_finds_its_own() -> None:
    X = blobs()
    known = np.full(300, -1)
    known[:50] = 1
    mixture = GaussianMixture(3, random_state=0).fit(X, known_components=known)
    assert set(mixture.predict(X[:100]).tolist()) == {1}
    assert len(set(mixture.predict(MEANS).tolist())) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"known_components": np.zeros(5, int)}, r"must be integers of shape \(300,\).* give -1"),
        ({"known_components": np.zeros(300)}, "must be integers of shape .* got float64"),
        ({"known_components": np.full(300, 2)}, r"must be from -1 \(unknown\) to 1, got 2 to 2"),
        ({"sample_weight": -np.ones(300)}, "Negative values in data passed to `sample_weight`"),
        ({"sample_weight": np.ones(5)}, r"sample_weight.shape == \(5,\), expected \(300,\)"),
    ],
)
def test_what_does_not_fit_the_points_is_refused(
    arguments: dict[str, NDArray[np.generic]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        GaussianMixture(2).fit(blobs(), **arguments)


def test_k_means_on_a_device_finds_the_groups() -> None:
    X = torch.from_numpy(blobs())
    weight = torch.ones(300, dtype=X.dtype)
    seeds = seed_clusters(X, 3, np.random.RandomState(0), weight)
    labels = cluster(X, X[seeds], weight)
    assert labels.bincount().tolist() == [100, 100, 100]


PART = """
import sys
import numpy as np
import torch.distributed as dist
from vaegmm.mixture import GaussianMixture

kind, start, file, out = sys.argv[1:5]
rank = int(sys.argv[5])
dist.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=2)
X, known = (np.load(f"{out}/{name}.npy")[rank::2] for name in ("X", "known"))
settings = dict(np.load(out + "/start.npz")) if start == "given" else {}
mixture = GaussianMixture(
    3, covariance_type=kind, distributed=True, random_state=0, max_iter=500, **settings
).fit(X, known_components=known if start == "known" else None)
np.savez(f"{out}/{rank}.npz", means=mixture.means_, covariances=mixture.covariances_,
         bounds=mixture.lower_bounds_)
dist.destroy_process_group()
"""


@pytest.mark.parametrize(
    ("kind", "start"),
    [("full", "given"), ("tied", "given"), ("full", "own"), ("full", "known")],
)
def test_two_processes_fit_one_mixture(kind: str, start: str, tmp_path: Path) -> None:
    X = blobs(seed=2)
    known = np.full(len(X), -1)
    known[[0, 2, 4, 101, 103, 105, 200, 201]] = [2, 2, 2, 0, 0, 0, 1, 1]  # 0 and 2: on one only
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "known.npy", known)
    precisions = np.eye(2) if kind == "tied" else np.tile(np.eye(2), (3, 1, 1))
    settings = {
        "weights_init": np.full(3, 1 / 3),
        "means_init": MEANS,
        "precisions_init": precisions,
    }
    np.savez(tmp_path / "start.npz", **settings)
    command = [sys.executable, "-c", PART, kind, start, str(tmp_path / "meet"), str(tmp_path)]
    parts = [subprocess.Popen([*command, str(rank)], cwd=ROOT) for rank in range(2)]
    assert [part.wait(60) for part in parts] == [0, 0]
    fitted = [np.load(tmp_path / f"{rank}.npz") for rank in range(2)]
    alone = GaussianMixture(
        3,
        covariance_type=kind,
        random_state=0,
        max_iter=500,
        **settings if start == "given" else {},
    ).fit(X, known_components=known if start == "known" else None)
    rtol = 0.05 if start == "own" else 1e-6
    order = [np.argsort(means[:, 0]) for means in (alone.means_, fitted[0]["means"])]
    if start == "known":
        assert order[0].tolist() == order[1].tolist()
    for part in fitted:
        np.testing.assert_array_equal(part["means"], fitted[0]["means"])
        np.testing.assert_allclose(part["means"][order[1]], alone.means_[order[0]], rtol, rtol)
    if start != "own":
        np.testing.assert_allclose(fitted[0]["bounds"], alone.lower_bounds_, rtol)
        np.testing.assert_allclose(fitted[0]["covariances"], alone.covariances_, rtol)
