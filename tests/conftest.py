"""Tiny models, the bundled sample and a hub of our own: what most tests start from."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator

import hypothesis
import pytest
import torch

from tests.local_hub import LocalHub
from vaegmm.config import MixtureConfig, NetworkConfig
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.judge import Judge
from vaegmm.hub.repository import WEIGHTS
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.training.components import attach_mixture

# Where tests run in the background Ctrl-C is ignored; what they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# How long one example takes says more of what else the machine does than of the program.
hypothesis.settings.register_profile("shared", deadline=None)
hypothesis.settings.load_profile("shared")
torch.set_num_threads(1)  # tiny networks gain nothing from more, and wait for each other

# No test reaches the network: this is the only hub that they, and the processes they start, know.
# The client reads where it is once, when it is imported.
assert "huggingface_hub" not in sys.modules
HUB = LocalHub()
HUB_HOME = tempfile.mkdtemp()
os.environ.update(
    HF_ENDPOINT=HUB.url,
    HF_HOME=HUB_HOME,
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_HUB_VERBOSITY="critical",
)
for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "VAEGMM_WEIGHTS"):
    os.environ.pop(name, None)

TINY = NetworkConfig(latent_dim=2, channels=(4, 4, 4, 4, 4), dense_size=8, dropout=0.1)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """No test depends on those that ran before it: an untrained network is always the same."""
    torch.manual_seed(0)


def clear_hub() -> None:
    """Leave neither the hub nor its cache with anything, and nobody who still asks."""
    HUB.reset()
    for thread in threading.enumerate():
        if thread.name == "hub":  # left alone at a deadline: it finds nothing there now, and ends
            thread.join(20)
    shutil.rmtree(HUB_HOME)
    os.mkdir(HUB_HOME)


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    """The hub, with nothing in it and in good health; its cache is empty, too."""
    yield HUB
    clear_hub()


def pytest_sessionfinish() -> None:
    """Leave nothing behind."""
    HUB.close()
    shutil.rmtree(HUB_HOME)


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
