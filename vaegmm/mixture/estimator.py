"""`GaussianMixture`: expectation-maximisation with scikit-learn's interface.

Full covariances, k-means++ start, several starts. Imports nothing else of ours but the maths beside
it: it can be lifted out.
"""

from __future__ import annotations

import math
import warnings
from typing import Self

import numpy as np
import torch
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor
from torch.nn.functional import one_hot

from vaegmm.mixture.gaussian import cholesky_precisions, log_joint, log_joint_weights
from vaegmm.mixture.statistics import features, m_step

Array = NDArray[np.float64]


class GaussianMixture(DensityMixin, BaseEstimator):  # type: ignore[misc]
    """A mixture of K Gaussians with full covariances, fitted by EM.

    Parameters and attributes mean what they mean in `sklearn.mixture.GaussianMixture`. Computed in
    float64.

    Args:
        n_components: number of Gaussians K.
        tol: EM stops when the mean log-likelihood gains less, in nats per point.
        reg_covar: added to the diagonal of every covariance, in squared units of the input.
        max_iter: most EM iterations per start.
        n_init: starts; the one with the highest lower bound is kept.
        means_init: (K, D), start from these means instead of k-means++ seeds.
        random_state: seed, or NumPy generator.

    Attributes:
        weights_: (K,), sum to 1.
        means_: (K, D).
        covariances_: (K, D, D).
        precisions_cholesky_: (K, D, D), upper triangular U with U U^T = covariance^-1.
        converged_: whether the best start came to rest within `max_iter`.
        n_iter_: iterations of the best start.
        lower_bound_: mean log-likelihood of the best start, in nats per point.
        lower_bounds_: the same after every iteration.

    Source: Dempster, Laird & Rubin 1977; Bishop 2006, section 9.2.
    """

    def __init__(
        self,
        n_components: int = 1,
        *,
        tol: float = 1e-3,
        reg_covar: float = 1e-6,
        max_iter: int = 100,
        n_init: int = 1,
        means_init: ArrayLike | None = None,
        random_state: int | RandomState | None = None,
    ) -> None:
        self.n_components = n_components
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.means_init = means_init
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Fit to points X (N, D); `y` is ignored.

        Raises:
            ValueError: a parameter out of range, fewer points than components, NaN or infinity, or
                a covariance that collapses.
        """
        self.check_parameters()
        points: Array = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        if len(points) < self.n_components:
            raise ValueError(
                f"n_components must be at most the {len(points)} points given, got "
                f"{self.n_components}; lower n_components or give more points"
            )
        random = check_random_state(self.random_state)
        z = torch.from_numpy(points)
        best_bound = -math.inf
        for _ in range(self.n_init):
            means = self._start(z, random)
            if self._run_em(z, means, best_bound):
                best_bound = self.lower_bound_
        if not self.converged_:
            warnings.warn(
                "Best performing initialization did not converge. Try different init parameters, "
                "or increase max_iter, tol, or check for degenerate data.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the component with the largest responsibility for each point, (N,)."""
        components: NDArray[np.int64] = self._log_joint(X).argmax(1).numpy()
        return components

    def fit_predict(self, X: ArrayLike, y: None = None) -> NDArray[np.int64]:
        """Fit, and return each point's component, (N,)."""
        return self.fit(X).predict(X)

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return responsibilities (N, K); rows sum to 1."""
        responsibilities: Array = self._log_joint(X).softmax(1).numpy()
        return responsibilities

    def score_samples(self, X: ArrayLike) -> Array:
        """Return log p(x) of each point, (N,), in nats."""
        log_prob: Array = self._log_joint(X).logsumexp(1).numpy()
        return log_prob

    def score(self, X: ArrayLike, y: None = None) -> float:
        """Return the mean log-likelihood, in nats per point."""
        return float(self.score_samples(X).mean())

    def sample(self, n_samples: int = 1) -> tuple[Array, NDArray[np.int64]]:
        """Draw points (N, D) and the component (N,) that each came from, by component."""
        check_is_fitted(self)
        if n_samples < 1:
            raise ValueError(f"n_samples must be at least 1, got {n_samples}")
        random = check_random_state(self.random_state)
        counts = random.multinomial(n_samples, self.weights_)
        components = np.repeat(np.arange(self.n_components), counts)
        noise = random.standard_normal((n_samples, self.n_features_in_))
        lower = np.linalg.cholesky(self.covariances_)[components]
        return self.means_[components] + np.einsum("nij,nj->ni", lower, noise), components

    def bic(self, X: ArrayLike) -> float:
        """Return the Bayesian information criterion on X (lower is better)."""
        log_prob = self.score_samples(X)
        return float(-2 * log_prob.sum() + self._n_parameters() * math.log(len(log_prob)))

    def aic(self, X: ArrayLike) -> float:
        """Return the Akaike information criterion on X (lower is better)."""
        return float(-2 * self.score_samples(X).sum() + 2 * self._n_parameters())

    def check_parameters(self) -> None:
        """Raise the ValueError that `fit` would raise for a parameter out of range."""
        for name, least in (("n_components", 1), ("max_iter", 1), ("n_init", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        for name in ("tol", "reg_covar"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")

    def _start(self, z: Tensor, random: RandomState) -> Tensor:
        """Return the means (K, D) that EM starts from."""
        if self.means_init is None:
            return kmeans_plusplus(z, self.n_components, random)
        means = torch.as_tensor(np.asarray(self.means_init, dtype=np.float64))
        expected = (self.n_components, z.shape[1])
        if means.shape != expected:
            raise ValueError(f"means_init must have shape {expected}, got {tuple(means.shape)}")
        return means

    def _run_em(self, z: Tensor, means: Tensor, bound_to_beat: float) -> bool:
        """Run EM from `means`; keep what it gives, and return True, if it beats the bound."""
        centre, scale = z.mean(0), z.std(0, correction=0)
        scale[scale == 0] = 1.0
        z, means = (z - centre) / scale, (means - centre) / scale
        phi, reg_covar = features(z), self.reg_covar / scale.square()
        responsibilities = one_hot(torch.cdist(z, means).argmin(1), len(means)).to(z.dtype)
        bounds: list[float] = []
        has_converged = False
        while True:
            weights, means, covariances = m_step(responsibilities.T @ phi, z.shape[1], reg_covar)
            factors = cholesky_precisions(covariances)
            if has_converged or len(bounds) == self.max_iter:
                break
            log_prob = phi @ log_joint_weights(weights, means, factors)  # (N, K)
            log_total = log_prob.logsumexp(1, keepdim=True)
            responsibilities = (log_prob - log_total).exp()
            bounds.append(float(log_total.mean() - scale.log().sum()))
            has_converged = len(bounds) > 1 and abs(bounds[-1] - bounds[-2]) < self.tol
        if bounds[-1] <= bound_to_beat:
            return False
        self.weights_, self.means_ = weights.numpy(), (means * scale + centre).numpy()
        self.covariances_ = (covariances * scale[:, None] * scale).numpy()
        self.precisions_cholesky_ = (factors / scale[:, None]).numpy()
        self.lower_bound_, self.lower_bounds_ = bounds[-1], bounds
        self.n_iter_, self.converged_ = len(bounds), has_converged
        return True

    def _log_joint(self, X: ArrayLike) -> Tensor:
        check_is_fitted(self)
        z = torch.from_numpy(validate_data(self, X, dtype=np.float64, reset=False))
        parameters = (self.weights_, self.means_, self.precisions_cholesky_)
        return log_joint(z, *(torch.from_numpy(array) for array in parameters))

    def _n_parameters(self) -> int:
        k, d = self.n_components, int(self.n_features_in_)
        return k * d * (d + 1) // 2 + k * d + k - 1


def kmeans_plusplus(z: Tensor, n_clusters: int, random: RandomState) -> Tensor:
    """Choose K far-apart points as first means (Arthur & Vassilvitskii 2007).

    Every next point is drawn with probability proportional to its squared distance from the nearest
    one chosen so far.

    Args:
        z: (N, D).
        n_clusters: K, at most N.
        random: source of the draws.

    Returns:
        (K, D).
    """
    chosen: list[int] = [int(random.randint(len(z)))]
    distance = (z - z[chosen[0]]).square().sum(1)
    for _ in range(n_clusters - 1):
        cumulative = distance.cumsum(0)
        draw = random.random_sample() * float(cumulative[-1])
        chosen.append(min(int(torch.searchsorted(cumulative, draw, right=True)), len(z) - 1))
        distance = torch.minimum(distance, (z - z[chosen[-1]]).square().sum(1))
    return z[chosen]
