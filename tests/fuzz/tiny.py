"""A tiny model and a tiny run of training: the valid things that are then changed."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import torch

from tests.conftest import TINY
from vaegmm.cli.train import main
from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.operations.classify import classify
from vaegmm.operations.generate import generate
from vaegmm.training.components import attach_mixture

FILES = ("config.json", "model.safetensors")
NETWORK = (
    "--kind dense --channels --strides --dense-size 8 --latent-dim 2 --precision float32 "
    "--device cpu --n-components 12 --n-init 1 --batch-size 50"
)
STEPS = "--epochs 2 --refine-epochs 1 --refine-batch-size 50 --n-overclusters 12"


def make_model(folder: Path) -> None:
    """Write a tiny model's folder."""
    torch.manual_seed(0)
    data = load_dataset("sample", train=False, digits=(1, 4, 8))
    config = MixtureConfig(n_components=4, n_init=1)
    model = attach_mixture(VAE(TINY), data, config, seed=0, training_images="a sample")
    model.save_pretrained(folder, "# A model\n")
    use(folder)  # what is imported for it takes seconds, which no input is blamed for


def use(folder: Path) -> None:
    """Load a model, read a picture with it, and let it draw two."""
    model = VAEGMM.from_pretrained(folder)
    classify(model, np.eye(28, dtype=np.float32))
    generate(model, 2)


def write_digits(path: Path) -> None:
    """Write some real digits of all ten labels as .npz."""
    data = load_dataset("sample", train=False)
    np.savez(path, x=data.images[::20].numpy(), y=data.labels[::20].numpy())


def train_run(folder: Path) -> None:
    """Train for two epochs and one joint one, and leave a run's folder.

    Raises:
        ValueError: it failed.
    """
    digits = folder.with_name(f"{folder.name}-digits.npz")
    write_digits(digits)
    options = [*NETWORK.split(), *STEPS.split(), "--dataset", str(digits), "-o", str(folder)]
    words = io.StringIO()
    with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        code = main(options)
    if code:
        raise ValueError(words.getvalue())
