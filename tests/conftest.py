"""Tiny models and the bundled sample: what most tests start from."""

from __future__ import annotations

import pytest
import torch

from vaegmm.config import MixtureConfig, NetworkConfig
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.judge import Judge
from vaegmm.hub.repository import WEIGHTS
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.training.components import attach_mixture

torch.set_num_threads(1)  # tiny networks gain nothing from more, and wait for each other

TINY = NetworkConfig(latent_dim=2, channels=(4, 4, 4, 4, 4), dense_size=8, dropout=0.1)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """No test depends on those that ran before it: an untrained network is always the same."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def sample() -> LabelledImages:
    """The sample's 600 test images of 1, 4 and 8."""
    return load_dataset("sample", train=False, digits=(1, 4, 8))


@pytest.fixture
def tiny_vae() -> VAE:
    """An untrained network."""
    return VAE(TINY)


@pytest.fixture
def tiny_model(tiny_vae: VAE, sample: LabelledImages) -> VAEGMM:
    """An untrained network with a mixture fitted to its latents."""
    config = MixtureConfig(n_components=4, n_init=1)
    return attach_mixture(tiny_vae, sample, config, seed=0, training_images="a sample")


@pytest.fixture(scope="session")
def digits148() -> VAEGMM:
    """The embedded model of 1, 4 and 8."""
    return VAEGMM.from_pretrained(WEIGHTS / "digits148")


@pytest.fixture(scope="session")
def judge() -> Judge:
    """The embedded judge."""
    return Judge.from_pretrained()


@pytest.fixture(scope="session")
def digits() -> VAEGMM:
    """The embedded model of all ten digits, which everything starts with."""
    return VAEGMM.from_pretrained()
