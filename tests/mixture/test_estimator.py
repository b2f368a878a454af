"""GaussianMixture: EM's theorems, scikit-learn as the oracle, errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.mixture import GaussianMixture as Reference

from vaegmm.mixture import GaussianMixture


def blobs(n: int = 600, d: int = 3, k: int = 3, seed: int = 0) -> np.ndarray:
    """Return n points around k random centres, each blob with its own shape."""
    random = np.random.default_rng(seed)
    parts = [
        6 * random.normal(size=d) + random.normal(size=(n // k, d)) @ random.normal(size=(d, d))
        for _ in range(k)
    ]
    return np.concatenate(parts)


def test_it_recovers_what_it_sampled() -> None:
    X = blobs()
    mixture = GaussianMixture(3, random_state=0, n_init=3).fit(X)
    assert mixture.converged_
    assert np.abs(np.bincount(mixture.predict(X)) - 200).max() <= 2
    drawn, components = mixture.sample(20_000)
    for k in range(3):
        mine = drawn[components == k]
        np.testing.assert_allclose(mine.mean(0), mixture.means_[k], atol=0.15)
        np.testing.assert_allclose(np.cov(mine.T), mixture.covariances_[k], atol=0.6)


def test_em_never_lowers_the_likelihood() -> None:
    mixture = GaussianMixture(5, tol=0, max_iter=40, random_state=0)
    with pytest.warns(ConvergenceWarning):
        mixture.fit(blobs(seed=1))
    assert len(mixture.lower_bounds_) == mixture.n_iter_ == 40
    assert np.diff(mixture.lower_bounds_).min() > -1e-9


def test_density_agrees_with_scipy() -> None:
    X = blobs()
    mixture = GaussianMixture(3, random_state=0).fit(X)
    parts = [
        np.log(w) + multivariate_normal(m, c).logpdf(X)
        for w, m, c in zip(mixture.weights_, mixture.means_, mixture.covariances_, strict=True)
    ]
    np.testing.assert_allclose(mixture.score_samples(X), logsumexp(parts, axis=0), rtol=1e-9)
    np.testing.assert_allclose(mixture.score(X), mixture.score_samples(X).mean())


def test_a_step_is_scikit_learns_step() -> None:
    X = blobs(seed=2) * [1.0, 100.0, 0.01] + [1e3, 0, -5]
    mixture = GaussianMixture(4, max_iter=7, tol=0, random_state=0)
    further = GaussianMixture(4, max_iter=8, tol=0, random_state=0)
    with pytest.warns(ConvergenceWarning):
        mixture.fit(X)
        further.fit(X)
        reference = Reference(
            4,
            weights_init=mixture.weights_,
            means_init=mixture.means_,
            precisions_init=np.linalg.inv(mixture.covariances_),
            max_iter=1,
            tol=0,
        ).fit(X)
    for name in ("weights_", "means_", "covariances_", "precisions_cholesky_"):
        expected = getattr(reference, name)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            getattr(further, name), expected, rtol=1e-6, atol=1e-8 * scale, err_msg=name
        )
    np.testing.assert_allclose(further.lower_bound_, reference.lower_bound_, rtol=1e-9)
    for name in ("predict_proba", "score_samples", "bic", "aic"):
        ours, theirs = getattr(further, name)(X), getattr(reference, name)(X)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


def test_responsibilities_sum_to_one_and_predict_is_their_argmax() -> None:
    X = blobs()
    mixture = GaussianMixture(4, random_state=0, max_iter=500).fit(X)
    responsibilities = mixture.predict_proba(X)
    np.testing.assert_allclose(responsibilities.sum(1), 1)
    assert np.array_equal(responsibilities.argmax(1), mixture.predict(X))
    assert np.array_equal(clone(mixture).fit_predict(X), mixture.predict(X))


def test_more_starts_are_never_worse() -> None:
    X = blobs(k=6, seed=3)
    bounds = [
        GaussianMixture(6, n_init=n, random_state=0, max_iter=300).fit(X).lower_bound_
        for n in (1, 4)
    ]
    assert bounds[1] >= bounds[0]


def test_the_seed_decides() -> None:
    X = blobs(k=6, seed=3)
    first, again = (GaussianMixture(6, random_state=5, max_iter=300).fit(X) for _ in range(2))
    assert np.array_equal(first.means_, again.means_)


def test_a_given_start_keeps_its_order() -> None:
    X = blobs()
    start = X[[0, 200, 400]]
    mixture = GaussianMixture(
        3,
        weights_init=np.full(3, 1 / 3),
        means_init=start,
        precisions_init=np.tile(np.eye(3), (3, 1, 1)),
    ).fit(X)
    assert mixture.predict(start).tolist() == [0, 1, 2]


def test_duplicated_points_need_reg_covar() -> None:
    X = np.repeat(blobs(6, 2, 2), 20, axis=0)
    with pytest.raises(ValueError, match="increase reg_covar"):
        GaussianMixture(6, reg_covar=0, random_state=0).fit(X)
    mixture = GaussianMixture(6, reg_covar=1e-4, random_state=0).fit(X)
    assert np.isfinite(mixture.score(X))
    np.testing.assert_allclose(mixture.covariances_[0], 1e-4 * np.eye(2), atol=1e-8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_components": 0}, r"'n_components' parameter of GaussianMixture must be an int in the"),
        ({"n_init": 0}, "'n_init' parameter of GaussianMixture must be an int"),
        ({"max_iter": -1}, "'max_iter' parameter of GaussianMixture must be an int"),
        ({"tol": -1.0}, "'tol' parameter of GaussianMixture must be a float"),
        ({"reg_covar": float("nan")}, "'reg_covar' parameter of GaussianMixture must be a float"),
        ({"covariance_type": "round"}, "'covariance_type' parameter of GaussianMixture must be a"),
        ({"dtype": "float16"}, "'dtype' parameter of GaussianMixture must be a str among"),
        ({"n_components": 601}, "Expected n_samples >= n_components but got n_components = 601"),
        (
            {"means_init": [[0.0, 0.0]]},
            r"'means' should have the shape of \(1, 3\), but got \(1, 2\)",
        ),
        ({"weights_init": [0.5]}, "'weights' should be normalized, but got sum"),
        ({"weights_init": [1.5]}, r"'weights' should be in the range \[0, 1\]"),
        ({"precisions_init": [-np.eye(3)]}, "'full precision' should be symmetric, positive-defin"),
        (
            {"precisions_init": [-1.0], "covariance_type": "spherical"},
            "'spherical precision' should be positive",
        ),
        ({"distributed": True}, "distributed must be False without a process group; call"),
    ],
)
def test_a_wrong_parameter_is_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GaussianMixture(**settings).fit(blobs())


def test_bad_points_are_refused() -> None:
    X = blobs()
    with pytest.raises(NotFittedError):
        GaussianMixture().predict(X)
    mixture = GaussianMixture().fit(X)
    with pytest.raises(ValueError, match="X has 2 features, but GaussianMixture is expecting 3"):
        mixture.predict(X[:, :2])
    with pytest.raises(ValueError, match="Invalid value for 'n_samples': 0"):
        mixture.sample(0)
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        mixture.fit(X[:1])
    with pytest.raises(ValueError, match="Found array with 0 sample"):
        mixture.predict(X[:0])
    X[3, 1] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        mixture.fit(X)


@pytest.mark.parametrize(
    "change",
    [
        lambda X: X.astype(np.float16),
        lambda X: (X * 10).astype(int),
        lambda X: X > 0,
        lambda X: np.asfortranarray(X),
        lambda X: X[::-1, ::-1],
        lambda X: X[::2],
        lambda X: X.tolist(),
        lambda X: np.column_stack([X, np.full(len(X), 7.0)]),
    ],
)
def test_every_array_is_fitted_as_scikit_learn_fits_it(change: Callable[..., ArrayLike]) -> None:
    X = change(blobs())
    if isinstance(X, np.ndarray):
        X.flags.writeable = False
    ours, theirs = (
        cls(2, random_state=0, max_iter=300).fit(X) for cls in (GaussianMixture, Reference)
    )
    floats = np.array(X, float)  # scikit-learn scores integers in integers, and wrongly
    assert ours.score(X) == pytest.approx(theirs.score(floats), rel=1e-6)
    assert ours.means_.dtype == theirs.means_.dtype
