"""A Gaussian mixture that can be lifted out: nothing here imports anything else of ours."""

from vaegmm.mixture.estimator import GaussianMixture as GaussianMixture
