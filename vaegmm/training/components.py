"""Give a fitted network its mixture, and name the components with labels afterwards."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import (
    encode_images,
    encode_posteriors,
    sample_posteriors,
    score_reconstructions,
)
from vaegmm.mixture.em import Parameters
from vaegmm.mixture.gaussian import log_joint
from vaegmm.mixture.processes import n_processes, rank
from vaegmm.model import VAEGMM
from vaegmm.model_config import FORMAT_VERSION, ModelConfig
from vaegmm.networks.vae import VAE
from vaegmm.outliers import fit_outlier_rule
from vaegmm.training.calibration import fit_temperature

if TYPE_CHECKING:
    from vaegmm.mixture import GaussianMixture

MAX_SAMPLES = 1000  # draws per image; more would only fill the memory
CALIBRATED = "; one temperature fitted to held-out ones"


def attach_mixture(
    network: VAE,
    data: LabelledImages,
    config: MixtureConfig,
    seed: int,
    training_images: str,
    held_out: LabelledImages | None = None,
) -> VAEGMM:
    """Fit a mixture to the latents of images, name its components, and return the whole model.

    Names and one temperature are the only use of labels: the mixture is fitted without them.
    What is fitted is the aggregate posterior, the mean of all q(z|x) (Hoffman & Johnson 2016, "ELBO
    surgery"), through `posterior_samples` draws from each: it knows how wide every image's
    posterior is, which the means alone do not. Names are then taken at the means, where drawings
    will be read.

    Args:
        network: fitted; the model shares it.
        data: the training images; their labels only name the components.
        config: how the mixture is fitted, and where outliers begin.
        seed: of the draws and of EM's starts.
        training_images: what `data` is, in words, kept in the model's config.
        held_out: images that the network was not fitted to, for temperature and outlier rule;
            without any, `data`.

    Raises:
        ValueError: as `check_mixture`.
    """
    check_mixture(config, data)
    mu, logvar = encode_posteriors(network, data.images)
    z = sample_posteriors(mu, logvar, config.posterior_samples, seed)
    mixture = parameters_of(fit_mixture(z[rank() :: n_processes()], config, seed))
    names, label_use = name_mixture(mixture, mu, data.labels)
    label_use += "; one temperature fitted to them as well" if held_out is None else CALIBRATED
    held_out, share = data if held_out is None else held_out, config.outlier_share
    labels = data.labels.unique()
    return assemble(network, labels, held_out, mixture, names, share, label_use, training_images)


def assemble(
    network: VAE,
    labels: Tensor,
    held_out: LabelledImages,
    mixture: Parameters,
    names: tuple[int, ...],
    outlier_share: float,
    label_use: str,
    training_images: str,
) -> VAEGMM:
    """Put a model together; it shares the network, and lies where the network lies.

    Args:
        network: fitted.
        labels: (L,), what the model can answer, ascending.
        held_out: images that the network was not fitted to.
        mixture: of the latents, in their units.
        names: (K,), the label of each component.
        outlier_share: see `MixtureConfig`.
        label_use: what labels were used for, in words.
        training_images: what the network was fitted to, in words.
    """
    mu = encode_images(network, held_out.images)
    _, misfit = score_reconstructions(network, held_out.images, mu)
    log_density = log_joint_of(mixture, mu).logsumexp(1)
    description = ModelConfig(
        format_version=FORMAT_VERSION,
        network=network.config,
        labels=tuple(labels.tolist()),
        component_labels=names,
        temperature=1.0,
        outliers=fit_outlier_rule(log_density, misfit, outlier_share),
        label_use=label_use,
        training_images=training_images,
    )
    model = VAEGMM(description)
    model.network = network
    model.weights.copy_(mixture.weights)
    model.means.copy_(mixture.means)
    model.precisions_cholesky.copy_(mixture.factors)
    model = model.to(next(network.parameters()).device).eval()
    log_labels = model.log_labels(mu.to(model.means.device)).cpu()
    temperature = fit_temperature(log_labels, torch.searchsorted(labels, held_out.labels))
    model.config = dataclasses.replace(description, temperature=temperature)
    return model


def parameters_of(mixture: GaussianMixture) -> Parameters:
    """Return a fitted mixture's parameters as float64 tensors, in its input's units."""
    names = ("weights_", "means_", "covariances_", "precisions_cholesky_")
    return Parameters(*(torch.as_tensor(getattr(mixture, name)).double() for name in names))


def log_joint_of(mixture: Parameters, z: Tensor) -> Tensor:
    """Return log pi_k + log N(z | m_k, S_k), (N, K) float64, of latents z (N, D)."""
    return log_joint(z.double(), mixture.weights, mixture.means, mixture.factors)


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
    from vaegmm.mixture import GaussianMixture  # and with it scikit-learn, slow to import

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


def name_mixture(mixture: Parameters, mu: Tensor, labels: Tensor) -> tuple[tuple[int, ...], str]:
    """Name a mixture's components by the labels (N,) of images with posterior means mu (N, D).

    Returns:
        The label of each component, and what labels were used for, in words.
    """
    k = len(mixture.weights)
    components = log_joint_of(mixture, mu).argmax(1).numpy()
    names = name_components(components, labels.numpy(), k)
    return names, f"labels only name the {k} components"


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
