"""A Gaussian mixture that can be lifted out: nothing here imports anything else of ours."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaegmm.mixture.estimator import GaussianMixture as GaussianMixture


def __getattr__(name: str) -> object:
    """Import the estimator when it is asked for: densities alone need no scikit-learn."""
    if name == "GaussianMixture":
        from vaegmm.mixture.estimator import GaussianMixture

        return GaussianMixture
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
