"""`GaussianMixture`: scikit-learn's mixture, with weights, known components, devices, processes.

The interface only: input is read in `arrays`, a fit is in `fitting`, the algorithm in `em`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import ClassVar, Literal, Self, cast

import numpy as np
import torch
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from vaegmm.mixture.arrays import as_numpy, like, read_data, read_given, read_points
from vaegmm.mixture.checks import PARAMETER_CONSTRAINTS
from vaegmm.mixture.fitting import Given, Settings, fit_parameters
from vaegmm.mixture.gaussian import CovarianceType, log_joint, n_parameters, precisions_of
from vaegmm.mixture.points import CHUNK
from vaegmm.mixture.sampling import draw

Array = NDArray[np.float64]  # or a tensor, where tensors came in
NOT_CONVERGED = """Best performing initialization did not converge. Try different init parameters, \
or increase max_iter, tol, or check for degenerate data."""


class GaussianMixture(DensityMixin, BaseEstimator):  # type: ignore[misc]
    """A mixture of K Gaussians, fitted by expectation-maximisation.

    A drop-in for `sklearn.mixture.GaussianMixture`: the parameters, attributes and methods that
    it has mean what they mean there, and from the same start EM takes the same path. NumPy in,
    NumPy out; a torch tensor in, tensors out, on its device.

    Args:
        n_components: number of Gaussians K.
        covariance_type: "full", "tied", "diag" or "spherical".
        tol: EM stops when the mean log-likelihood gains less, in nats per point.
        reg_covar: added to every variance, in squared units of the input.
        max_iter: most EM iterations per start.
        n_init: starts; the one with the highest lower bound is kept.
        init_params: "kmeans", "k-means++", "random" or "random_from_data".
        weights_init: (K,), instead of the start's own.
        means_init: (K, D), instead of the start's own.
        precisions_init: in the shape of their kind, instead of the start's own.
        random_state: seed, or NumPy generator.
        warm_start: go on from the last fit.
        verbose: 1 prints a line every `verbose_interval` iterations, 2 also times and gains.
        verbose_interval: see `verbose`.
        device: where to compute, as torch names it; None: where the points are.
        dtype: "float32" or "float64" to compute in (what float32 cannot hold is computed in
            float64 all the same); None: the points' own.
        distributed: every process of torch.distributed's default group gives its own part of the
            points and gets the mixture of the whole; the first process chooses the start.

    Attributes:
        weights_: (K,), sum to 1.
        means_: (K, D).
        covariances_: full (K, D, D), tied (D, D), diag (K, D), spherical (K,).
        precisions_: their inverses, in the same shapes.
        precisions_cholesky_: upper triangular U with U U^T = precision; diag and spherical: roots.
        converged_: whether the best start came to rest within `max_iter`.
        n_iter_: iterations of the best start.
        lower_bound_: mean log-likelihood of the best start, in nats per point.
        lower_bounds_: the same after every iteration.
        n_features_in_, feature_names_in_: D, and the columns' names, where X had any.

    Source: Dempster, Laird & Rubin 1977; Bishop 2006, section 9.2.
    """

    _parameter_constraints: ClassVar[dict[str, list[object]]] = PARAMETER_CONSTRAINTS

    def __init__(
        self,
        n_components: int = 1,
        *,
        covariance_type: CovarianceType = "full",
        tol: float = 1e-3,
        reg_covar: float = 1e-6,
        max_iter: int = 100,
        n_init: int = 1,
        init_params: Literal["kmeans", "k-means++", "random", "random_from_data"] = "kmeans",
        weights_init: ArrayLike | None = None,
        means_init: ArrayLike | None = None,
        precisions_init: ArrayLike | None = None,
        random_state: int | RandomState | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        verbose_interval: int = 10,
        device: str | torch.device | None = None,
        dtype: Literal["float32", "float64"] | None = None,
        distributed: bool = False,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.weights_init = weights_init
        self.means_init = means_init
        self.precisions_init = precisions_init
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose
        self.verbose_interval = verbose_interval
        self.device = device
        self.dtype = dtype
        self.distributed = distributed

    def check_parameters(self) -> None:
        """Raise the ValueError that `fit` would raise for a parameter out of range."""
        self._validate_params()

    def fit(
        self,
        X: ArrayLike | Tensor,
        y: None = None,
        *,
        sample_weight: ArrayLike | Tensor | None = None,
        known_components: ArrayLike | Tensor | None = None,
    ) -> Self:
        """Fit to points X (N, D).

        Args:
            X: the points.
            y: ignored.
            sample_weight: (N,), not negative; an integer w counts as w equal points.
            known_components: (N,) integers, the component of a point where it is known, else -1.

        Raises:
            ValueError: a parameter out of range, fewer points than components, NaN or infinity, or
                a covariance that collapses.
        """
        self._validate_params()
        x = read_points(self, X, reset=True)
        if len(x) < self.n_components and not self.distributed:
            raise ValueError(
                "Expected n_samples >= n_components but got n_components = "
                f"{self.n_components}, n_samples = {len(x)}"
            )
        dtype = {None: x.dtype, "float32": torch.float32, "float64": torch.float64}[self.dtype]
        x = x.to(self.device or x.device, dtype)
        goes_on = self.warm_start and hasattr(self, "converged_")
        run = fit_parameters(
            read_data(x, sample_weight, known_components, self.n_components),
            self._last(x) if goes_on else self._given(x),
            Settings.of(self, self.lower_bound_ if goes_on else None),
            check_random_state(self.random_state),
        )
        self.converged_, self.n_iter_ = run.has_converged, len(run.lower_bounds)
        self.lower_bound_: float = run.lower_bound
        self.lower_bounds_ = run.lower_bounds
        fitted = run.parameters.to(dtype)
        self.weights_, self.means_ = like(fitted.weights, X), like(fitted.means, X)
        self.covariances_ = like(fitted.covariances, X)
        self.precisions_cholesky_ = like(fitted.factors, X)
        precisions = precisions_of(run.parameters.factors, self.covariance_type)
        self.precisions_ = like(precisions.to(dtype), X)
        if not self.converged_ and self.max_iter > 0:
            warnings.warn(NOT_CONVERGED, ConvergenceWarning, stacklevel=2)
        return self

    def fit_predict(
        self,
        X: ArrayLike | Tensor,
        y: None = None,
        *,
        sample_weight: ArrayLike | Tensor | None = None,
        known_components: ArrayLike | Tensor | None = None,
    ) -> NDArray[np.int64]:
        """Fit, and return each point's component, (N,)."""
        self.fit(X, sample_weight=sample_weight, known_components=known_components)
        return self.predict(X)

    def predict(self, X: ArrayLike | Tensor) -> NDArray[np.int64]:
        """Return the component with the largest responsibility for each point, (N,)."""
        return cast("NDArray[np.int64]", self._map(X, lambda log_prob: log_prob.argmax(1)))

    def predict_proba(self, X: ArrayLike | Tensor) -> Array:
        """Return responsibilities (N, K); rows sum to 1."""
        return cast("Array", self._map(X, lambda log_prob: log_prob.softmax(1)))

    def score_samples(self, X: ArrayLike | Tensor) -> Array:
        """Return log p(x) of each point, (N,), in nats."""
        return cast("Array", self._map(X, lambda log_prob: log_prob.logsumexp(1)))

    def score(self, X: ArrayLike | Tensor, y: None = None) -> float:
        """Return the mean log-likelihood, in nats per point."""
        return float(self.score_samples(X).mean())

    def sample(self, n_samples: int = 1) -> tuple[Array, NDArray[np.int64]]:
        """Draw points (N, D) and the component (N,) that each came from, by component.

        Raises:
            ValueError: `n_samples` below 1.
        """
        check_is_fitted(self)
        if n_samples < 1:
            text = "Invalid value for 'n_samples': {} . The sampling requires at least one sample."
            raise ValueError(text.format(n_samples))
        values = (as_numpy(v) for v in (self.weights_, self.means_, self.covariances_))
        weights, means, covariances = (np.asarray(value, np.float64) for value in values)
        random = check_random_state(self.random_state)
        drawn = draw(weights, means, covariances, self.covariance_type, n_samples, random)
        points, components = (like(torch.from_numpy(array), self.means_) for array in drawn)
        return cast("Array", points), cast("NDArray[np.int64]", components)

    def bic(self, X: ArrayLike | Tensor) -> float:
        """Return the Bayesian information criterion on X (lower is better)."""
        log_prob = self.score_samples(X)
        return float(-2 * log_prob.sum() + self._n_parameters() * math.log(len(log_prob)))

    def aic(self, X: ArrayLike | Tensor) -> float:
        """Return the Akaike information criterion on X (lower is better)."""
        return float(-2 * self.score_samples(X).sum() + 2 * self._n_parameters())

    def _map(self, X: ArrayLike | Tensor, function: Callable[[Tensor], Tensor]) -> object:
        """Apply a function of log pi_k + log N(x | m_k, S_k) (n, K) to all points, in chunks."""
        check_is_fitted(self)
        x = read_points(self, X, reset=False)
        values = (self.weights_, self.means_, self.precisions_cholesky_)
        parameters = [torch.as_tensor(value) for value in values]
        dtype = torch.promote_types(x.dtype, parameters[1].dtype)
        weights, means, factors = (value.to(x.device, dtype) for value in parameters)
        kind = self.covariance_type
        parts = (
            log_joint(part.to(dtype), weights, means, factors, kind) for part in x.split(CHUNK)
        )
        return like(torch.cat([function(part) for part in parts]), X)

    def _given(self, x: Tensor) -> Given:
        inits = (self.weights_init, self.means_init, self.precisions_init)
        return read_given(*inits, self.covariance_type, self.n_components, x)

    def _last(self, x: Tensor) -> Given:
        values = (self.weights_, self.means_, self.precisions_cholesky_)
        return Given(*(torch.as_tensor(value).to(x.device, torch.float64) for value in values))

    def _n_parameters(self) -> int:
        k, d = self.means_.shape
        return n_parameters(k, d, self.covariance_type)
