"""Checks of what a caller gives: scikit-learn's messages where it has one."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions

from vaegmm.mixture.gaussian import CovarianceType

Array = NDArray[np.float64]
PARAMETER_CONSTRAINTS: dict[str, list[object]] = {
    "n_components": [Interval(Integral, 1, None, closed="left")],
    "covariance_type": [StrOptions({"full", "tied", "diag", "spherical"})],
    "tol": [Interval(Real, 0.0, None, closed="left")],
    "reg_covar": [Interval(Real, 0.0, None, closed="left")],
    "max_iter": [Interval(Integral, 0, None, closed="left")],
    "n_init": [Interval(Integral, 1, None, closed="left")],
    "init_params": [StrOptions({"kmeans", "random", "random_from_data", "k-means++"})],
    "weights_init": ["array-like", None],
    "means_init": ["array-like", None],
    "precisions_init": ["array-like", None],
    "random_state": ["random_state"],
    "warm_start": ["boolean"],
    "verbose": ["verbose"],
    "verbose_interval": [Interval(Integral, 1, None, closed="left")],
    "device": [str, torch.device, None],
    "dtype": [StrOptions({"float32", "float64"}), None],
    "distributed": ["boolean"],
}


def check_weights(weights: ArrayLike, n_components: int) -> Array:
    """Return weights (K,) that lie in [0, 1] and sum to 1.

    Raises:
        ValueError: they do not.
    """
    array: Array = check_array(weights, dtype=[np.float64, np.float32], ensure_2d=False)
    _check_shape(array, (n_components,), "weights")
    if (array < 0).any() or (array > 1).any():
        raise ValueError(
            "The parameter 'weights' should be in the range [0, 1], but got max value "
            f"{array.min():.5f}, min value {array.max():.5f}"
        )
    if abs(1 - array.sum()) > (1e-6 if array.dtype == np.float32 else 1e-8):
        raise ValueError(
            f"The parameter 'weights' should be normalized, but got sum(weights) = "
            f"{array.sum():.5f}"
        )
    return array


def check_means(means: ArrayLike, n_components: int, n_features: int) -> Array:
    """Return means (K, D).

    Raises:
        ValueError: another shape.
    """
    array: Array = check_array(means, dtype=[np.float64, np.float32], ensure_2d=False)
    _check_shape(array, (n_components, n_features), "means")
    return array


def check_precisions(
    precisions: ArrayLike, kind: CovarianceType, n_components: int, n_features: int
) -> Array:
    """Return precisions of the shape of their kind, symmetric and positive (definite).

    Raises:
        ValueError: they are not.
    """
    array: Array = check_array(
        precisions, dtype=[np.float64, np.float32], ensure_2d=False, allow_nd=kind == "full"
    )
    shapes = {
        "full": (n_components, n_features, n_features),
        "tied": (n_features, n_features),
        "diag": (n_components, n_features),
        "spherical": (n_components,),
    }
    _check_shape(array, shapes[kind], f"{kind} precision")
    if kind in ("diag", "spherical"):
        if (array <= 0).any():
            raise ValueError(f"'{kind} precision' should be positive")
        return array
    is_symmetric = np.allclose(array, np.swapaxes(array, -1, -2))
    if not is_symmetric or not (np.linalg.eigvalsh(array) > 0).all():
        raise ValueError(f"'{kind} precision' should be symmetric, positive-definite")
    return array


def check_known_components(known: ArrayLike, n: int, n_components: int) -> NDArray[np.int64]:
    """Return the known components (N,): -1 where unknown, else from 0 to K - 1.

    Raises:
        ValueError: another shape, or a number that is neither.
    """
    array = np.asarray(known)
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise ValueError(
            f"known_components must be integers of shape ({n},), one for each point, got "
            f"{array.dtype} of shape {array.shape}; give -1 where nothing is known"
        )
    if array.min() < -1 or array.max() >= n_components:
        raise ValueError(
            f"known_components must be from -1 (unknown) to {n_components - 1}, got "
            f"{array.min()} to {array.max()}; raise n_components or lower the indices"
        )
    return array.astype(np.int64)


def _check_shape(array: Array, shape: tuple[int, ...], name: str) -> None:
    if array.shape != shape:
        raise ValueError(
            f"The parameter '{name}' should have the shape of {shape}, but got {array.shape}"
        )
