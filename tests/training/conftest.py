"""A small network fitted to digits, and mixtures, for tests of the joint step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import TINY
from vaegmm.config import (
    AugmentationConfig,
    ExperimentConfig,
    MixtureConfig,
    RefineConfig,
    TrainingConfig,
)
from vaegmm.data.datasets import Split, load_dataset, split
from vaegmm.mixture import GaussianMixture
from vaegmm.networks.vae import VAE
from vaegmm.training.components import parameters_of
from vaegmm.training.joint import JointObjective
from vaegmm.training.loop import fit_vae
from vaegmm.training.prior import MixturePrior
from vaegmm.training.supervision import share_components

CPU = torch.device("cpu")
CHANGES = AugmentationConfig(rotation=10, shift=1, contrast=0.5)
SETTINGS = ExperimentConfig(
    network=replace(TINY, latent_dim=4, channels=(8, 16, 16, 32, 16), dense_size=64, dropout=0.0),
    augmentation=CHANGES,
    training=TrainingConfig(
        epochs=5, batch_size=32, learning_rate=2e-3, beta=0.1, precision="float32"
    ),
    mixture=MixtureConfig(n_components=3, n_init=1),
    refine=RefineConfig(
        refine_epochs=4, refine_batch_size=100, refine_learning_rate=1e-3, n_overclusters=10
    ),
)


@pytest.fixture(scope="session")
def parts() -> Split:
    return split(load_dataset("sample", train=True, digits=(1, 4, 8)), 0.2, seed=0)


@pytest.fixture(scope="session")
def fitted(parts: Split) -> dict[str, torch.Tensor]:
    network = fit_vae(parts, SETTINGS.network, SETTINGS.training, CHANGES, CPU, 0).network
    return network.state_dict()


def network_of(weights: dict[str, torch.Tensor]) -> VAE:
    network = VAE(SETTINGS.network)
    network.load_state_dict(weights)
    return network


def mixture_of_blobs(k: int = 3, d: int = 4) -> tuple[GaussianMixture, torch.Tensor]:
    z = (
        np.random.default_rng(0).normal(size=(400, d))
        + 5 * np.eye(k, d).repeat(400 // k + 1, 0)[:400]
    )
    return GaussianMixture(k, random_state=0).fit(z), torch.from_numpy(z)


def make_joint(network: VAE, **changes: float) -> JointObjective:
    mixture, _ = mixture_of_blobs(2, 2)
    priors = (MixturePrior.of(parameters_of(mixture)) for _ in range(2))
    training = replace(SETTINGS.training, beta=0.5)
    config = replace(SETTINGS.refine, **changes)  # type: ignore[arg-type]
    return JointObjective(network, *priors, share_components(2, 2, "all"), training, config)
