"""Give a fitted network its mixture, and name the components with labels afterwards.

Naming is the only use of labels: the mixture is fitted without them.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import encode_posteriors, sample_posteriors, score_reconstructions
from vaegmm.mixture import GaussianMixture
from vaegmm.mixture.processes import n_processes, rank
from vaegmm.model import FORMAT_VERSION, VAEGMM, ModelConfig
from vaegmm.networks.vae import VAE

MAX_SAMPLES = 1000  # draws per image; more would only fill the memory


def attach_mixture(
    network: VAE, data: LabelledImages, config: MixtureConfig, seed: int, training_images: str
) -> VAEGMM:
    """Fit a mixture to the latents of images, name its components, and return the whole model.

    What is fitted is the aggregate posterior, the mean of all q(z|x) (Hoffman & Johnson 2016, "ELBO
    surgery"), through `posterior_samples` draws from each: it knows how wide every image's
    posterior is, which the means alone do not. Names and thresholds are then taken at the means,
    where drawings will be read.

    Args:
        network: fitted; the model shares it.
        data: the training images; their labels only name the components.
        config: how the mixture is fitted, and where outliers begin.
        seed: of the draws and of EM's starts.
        training_images: what `data` is, in words, kept in the model's config.

    Raises:
        ValueError: as `check_mixture`.
    """
    check_mixture(config, data)
    mu, logvar = encode_posteriors(network, data.images)
    n_samples = config.posterior_samples
    z = sample_posteriors(mu, logvar, n_samples, seed) if n_samples else mu
    mixture = fit_mixture(z[rank() :: n_processes()], config, seed)
    labels = data.labels.numpy()
    names = name_components(mixture.predict(mu.numpy()), labels, config.n_components)
    tail = config.outlier_share / 2  # half of them beyond each threshold
    log_density = mixture.score_samples(mu.numpy())
    _, divergence = score_reconstructions(network, data.images, mu)
    description = ModelConfig(
        format_version=FORMAT_VERSION,
        network=network.config,
        labels=tuple(sorted(set(labels.tolist()))),
        component_labels=names,
        log_density_threshold=float(np.quantile(log_density, tail)),
        divergence_threshold=float(np.quantile(divergence.numpy(), 1 - tail)),
        label_use=f"labels only name the {config.n_components} components",
        training_images=training_images,
    )
    return _assemble(description, network, mixture)


def _assemble(config: ModelConfig, network: VAE, mixture: GaussianMixture) -> VAEGMM:
    """Put a model together; it shares the network, and lies where the network lies."""
    model = VAEGMM(config)
    model.network = network
    model.weights.copy_(torch.from_numpy(mixture.weights_))
    model.means.copy_(torch.from_numpy(mixture.means_))
    model.precisions_cholesky.copy_(torch.from_numpy(mixture.precisions_cholesky_))
    return model.to(next(network.parameters()).device).eval()


def check_mixture(config: MixtureConfig, data: LabelledImages) -> None:
    """Refuse settings that `attach_mixture` cannot work with, before anything long has run.

    Raises:
        ValueError: a setting out of range, or one that does not fit the images.
    """
    if not 0 <= config.outlier_share < 1:
        raise ValueError(f"outlier_share must be in [0, 1), got {config.outlier_share}")
    if not 0 <= config.posterior_samples <= MAX_SAMPLES:
        raise ValueError(
            f"posterior_samples must be from 0 to {MAX_SAMPLES}, got {config.posterior_samples}"
        )
    n_labels = len(data.labels.unique())
    if not n_labels <= config.n_components <= len(data):
        raise ValueError(
            f"n_components must be from {n_labels}, the number of labels to be named, to "
            f"{len(data)}, the number of images, got {config.n_components}"
        )
    build_mixture(config, seed=0).check_parameters()


def build_mixture(config: MixtureConfig, seed: int) -> GaussianMixture:
    """Make an unfitted mixture of full Gaussians."""
    return GaussianMixture(
        config.n_components,
        distributed=n_processes() > 1,
        tol=config.tol,
        reg_covar=config.reg_covar,
        max_iter=config.max_iter,
        n_init=config.n_init,
        random_state=seed,
    )


def fit_mixture(z: Tensor, config: MixtureConfig, seed: int) -> GaussianMixture:
    """Fit a mixture to latents z (N, D), or this process's part of them, by EM without labels."""
    return build_mixture(config, seed).fit(z.double().numpy())


def name_components(
    components: NDArray[np.int64], labels: NDArray[np.int64], n_components: int
) -> tuple[int, ...]:
    """Name every component with a label.

    With as many components as labels, by the one-to-one assignment that names the most images
    rightly (Kuhn 1955); otherwise each by the majority of its images. A component without images
    takes the label of the most images overall.

    Args:
        components: (N,), each image's component.
        labels: (N,), each image's label.
        n_components: K.

    Returns:
        (K,), the label of each component.

    Raises:
        ValueError: fewer components than labels, so that a label would have no component.
    """
    names, indices = np.unique(labels, return_inverse=True)
    if n_components < len(names):
        raise ValueError(
            f"n_components must be at least the {len(names)} labels to be named, got {n_components}"
        )
    counts = np.zeros((n_components, len(names)), dtype=np.int64)
    np.add.at(counts, (components, indices), 1)
    if n_components == len(names):
        rows, columns = linear_sum_assignment(counts, maximize=True)
        return tuple(int(names[column]) for _, column in sorted(zip(rows, columns, strict=True)))
    counts[counts.sum(1) == 0] = counts.sum(0)
    return tuple(int(label) for label in names[counts.argmax(1)])
