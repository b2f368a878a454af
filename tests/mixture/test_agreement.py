"""The path from the same start is scikit-learn's, whatever the covariances, start and scale."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture as Reference
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaegmm.mixture import GaussianMixture
from vaegmm.mixture import em as em_module

Points = NDArray[np.float64]
KINDS = ("full", "tied", "diag", "spherical")
STARTS = ("kmeans", "k-means++", "random", "random_from_data")
FITTED = ("weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_")


@pytest.fixture(autouse=True)
def _ignore_convergence() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def blobs(d: int = 3, k: int = 3, n: int = 200, seed: int = 0) -> Points:
    random = np.random.default_rng(seed)
    parts = [
        6 * random.normal(size=d) + random.normal(size=(n, d)) @ random.normal(size=(d, d))
        for _ in range(k)
    ]
    return np.concatenate(parts)


def assert_equal(ours: GaussianMixture, theirs: Reference, rtol: float = 1e-6) -> None:
    for name in FITTED:
        expected = getattr(theirs, name)
        atol = rtol * np.abs(expected).max()
        np.testing.assert_allclose(getattr(ours, name), expected, 0, atol, err_msg=name)
    np.testing.assert_allclose(ours.lower_bounds_, theirs.lower_bounds_, rtol=rtol)
    assert (ours.n_iter_, ours.converged_) == (theirs.n_iter_, theirs.converged_)


@pytest.mark.parametrize("max_iter", [0, 1, 8, 200])
@pytest.mark.parametrize("init_params", STARTS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_takes_the_same_path(kind: str, init_params: str, max_iter: int) -> None:
    X = blobs()
    settings = {"covariance_type": kind, "init_params": init_params, "max_iter": max_iter}
    ours, theirs = (
        cls(3, random_state=3, **settings).fit(X) for cls in (GaussianMixture, Reference)
    )
    assert_equal(ours, theirs)
    for name in ("predict_proba", "score_samples", "bic", "aic"):
        np.testing.assert_allclose(getattr(ours, name)(X), getattr(theirs, name)(X), 1e-6, 1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", ["far", "scales"])
def test_place_and_scale_of_the_input_change_nothing(kind: str, change: str) -> None:
    X = blobs() + 1e4 if change == "far" else blobs() * [1e-3, 1, 1e3]
    settings = {"covariance_type": kind, "reg_covar": 1e-8, "max_iter": 20, "tol": 0}
    ours, theirs = (
        cls(3, random_state=0, **settings).fit(X) for cls in (GaussianMixture, Reference)
    )
    # scikit-learn's own E[x^2] - E[x]^2 loses ten digits at 1e4
    assert_equal(ours, theirs, 1e-5 if change == "far" else 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_reg_covar_is_in_units_of_the_input(kind: str) -> None:
    X = np.repeat([[0.0, 0.0], [1e3, 1.0]], 20, axis=0)
    mixture = GaussianMixture(2, covariance_type=kind, reg_covar=0.25, random_state=0).fit(X)
    variances = mixture.covariances_
    if kind in ("full", "tied"):
        variances = np.diagonal(variances, axis1=-2, axis2=-1)
    np.testing.assert_allclose(variances, 0.25, rtol=1e-6)


def test_needles_far_apart_are_measured_about_their_own_means() -> None:
    random = np.random.default_rng(0)
    X = np.concatenate([random.normal(size=(300, 2)), random.normal(size=(300, 2)) + 1e7])
    ours, theirs = (cls(2, random_state=0).fit(X) for cls in (GaussianMixture, Reference))
    assert_equal(ours, theirs)
    for k, part in enumerate((X[:300], X[300:])):
        k = int(ours.predict(part[:1])[0])
        np.testing.assert_allclose(ours.covariances_[k], np.cov(part.T, ddof=0), rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_precision_gives_the_same_e_step(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    X = blobs(d=5, n=400)
    settings = {"covariance_type": kind, "max_iter": 10, "tol": 0, "random_state": 0}
    exact = GaussianMixture(3, **settings).fit(X)
    single = GaussianMixture(3, dtype="float32", **settings).fit(X)
    monkeypatch.setattr(em_module, "FLOAT64_REACH", 0.0)
    about_means = GaussianMixture(3, **settings).fit(X)
    for name in FITTED:
        expected = getattr(exact, name)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(getattr(about_means, name), expected, 0, 1e-10 * scale)
        np.testing.assert_allclose(getattr(single, name), expected, 0, 5e-3 * scale)
    assert single.means_.dtype == np.float32


def test_points_in_many_chunks_are_fitted_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    X = blobs(n=700)
    whole = GaussianMixture(3, random_state=0).fit(X)
    monkeypatch.setattr(em_module, "choose_blocks", lambda n_rows, dtype: (3, 31))
    np.testing.assert_allclose(GaussianMixture(3, random_state=0).fit(X).means_, whole.means_)


def test_warm_start_goes_on_where_it_stopped() -> None:
    X = blobs(k=5)
    ours, theirs = (
        cls(5, max_iter=3, warm_start=True, random_state=0) for cls in (GaussianMixture, Reference)
    )
    for _ in range(4):
        assert_equal(ours.fit(X), theirs.fit(X))


@pytest.mark.parametrize("verbose", [1, 2])
def test_it_talks_as_scikit_learn_does(verbose: int) -> None:
    said = []
    for cls in (GaussianMixture, Reference):
        with redirect_stdout(io.StringIO()) as output:
            cls(3, random_state=0, verbose=verbose, verbose_interval=1, n_init=2).fit(blobs())
        lines = output.getvalue().splitlines()
        said.append([line.partition("\t")[0].partition(". time")[0] for line in lines])
    assert said[0] == said[1]


def test_tensors_in_give_tensors_out() -> None:
    X = torch.from_numpy(blobs())
    mixture = GaussianMixture(3, random_state=0).fit(X)
    plain = GaussianMixture(3, random_state=0).fit(X.numpy())
    for value in (
        mixture.means_,
        mixture.predict(X),
        mixture.score_samples(X),
        mixture.sample(3)[0],
    ):
        assert isinstance(value, torch.Tensor)
    np.testing.assert_array_equal(mixture.means_.numpy(), plain.means_)
    np.testing.assert_array_equal(mixture.predict(X).numpy(), plain.predict(X.numpy()))
    single = GaussianMixture(2, random_state=0).fit(X.bfloat16())
    assert single.means_.dtype == torch.float32


# scikit-learn marks the same for its KMeans, whose seeds are drawn row by row: a row of weight 2
# is not drawn as two rows are. From means_init it holds, see test_extras.
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": "k-means++ draws rows, not weights"}


@parametrize_with_checks(
    [GaussianMixture(), GaussianMixture(3)],
    expected_failed_checks=lambda mixture: EXPECTED if mixture.n_components > 1 else {},
)
def test_scikit_learns_own_checks(estimator: GaussianMixture, check) -> None:
    check(estimator)
