"""Between what callers give and get, arrays or tensors, and the tensors that are computed with."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, validate_data
from torch import Tensor

from vaegmm.mixture.checks import (
    check_known_components,
    check_means,
    check_precisions,
    check_weights,
)
from vaegmm.mixture.fitting import Data, Given
from vaegmm.mixture.gaussian import CovarianceType, cholesky_of_precisions

Array = NDArray[np.float64]


def read_points(estimator: BaseEstimator, X: ArrayLike | Tensor, reset: bool) -> Tensor:
    """Check points and return them as a tensor (N, D), float32 or float64, where they are.

    Raises:
        ValueError: another shape or width, too few points, NaN or infinity.
    """
    if isinstance(X, Tensor) and X.device.type != "cpu":
        if X.dim() != 2 or len(X) < 1 + reset or not bool(X.isfinite().all()):
            raise ValueError(
                f"X must be finite and of shape (N, D) with at least {1 + reset} points, got shape "
                f"{tuple(X.shape)}, or NaN or infinity in it"
            )
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        x = X.detach()
        return x if x.dtype in (torch.float32, torch.float64) else x.double()
    if isinstance(X, Tensor):
        X = (X.float() if X.dtype == torch.bfloat16 else X).numpy(force=True)
    array = validate_data(
        estimator, X, dtype=[np.float64, np.float32], reset=reset, ensure_min_samples=1 + reset
    )
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()  # torch has neither read-only arrays nor negative strides
    return torch.from_numpy(array)


def read_data(
    x: Tensor,
    sample_weight: ArrayLike | Tensor | None,
    known_components: ArrayLike | Tensor | None,
    n_components: int,
) -> Data:
    """Put points, weights and known components together, beside x.

    Raises:
        ValueError: weights that are negative or of another length, components that are none.
    """
    weight = known = None
    if sample_weight is not None:
        dtype = np.float32 if x.dtype == torch.float32 else np.float64
        rows = np.empty((len(x), 1), dtype)  # only the length is looked at
        checked = _check_sample_weight(
            as_numpy(sample_weight), rows, dtype=dtype, ensure_non_negative=True
        )
        weight = torch.from_numpy(np.array(checked)).to(x)
    if known_components is not None:
        checked = check_known_components(as_numpy(known_components), len(x), n_components)
        known = torch.from_numpy(checked).to(x.device)
    return Data(x, weight, known)


def read_given(
    weights: ArrayLike | Tensor | None,
    means: ArrayLike | Tensor | None,
    precisions: ArrayLike | Tensor | None,
    kind: CovarianceType,
    n_components: int,
    x: Tensor,
) -> Given:
    """Check the start's parameters that were given; float64, beside x (N, D).

    Raises:
        ValueError: another shape, or no weights or precisions at all.
    """
    k, dim = n_components, x.shape[1]

    def beside(array: Array) -> Tensor:
        return torch.tensor(array, dtype=torch.float64, device=x.device)

    given_weights = given_means = factors = None
    if weights is not None:
        given_weights = beside(check_weights(as_numpy(weights), k))
    if means is not None:
        given_means = beside(check_means(as_numpy(means), k, dim))
    if precisions is not None:
        checked = beside(check_precisions(as_numpy(precisions), kind, k, dim))
        factors = cholesky_of_precisions(checked, kind)
    return Given(given_weights, given_means, factors)


def as_numpy(values: ArrayLike | Tensor) -> ArrayLike:
    """Return a tensor as an array; anything else as it is."""
    array: ArrayLike = values.numpy(force=True) if isinstance(values, Tensor) else values
    return array


def like(values: Tensor, other: object) -> NDArray[np.generic] | Tensor:
    """Return values as a tensor beside `other` where that is one, else as an array."""
    if isinstance(other, Tensor):
        return values.to(other.device)
    array: NDArray[np.generic] = values.numpy(force=True)
    return array
