"""One finished run of train.py, tiny, for all tests of the commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.tuning import command
from vaegmm.cli import train
from vaegmm.data.datasets import LabelledImages

TINY = [
    *("--dataset", "sample", "--digits", "1", "4", "8", "--channels", "4", "4", "4", "4", "4"),
    *("--dense-size", "8", "--latent-dim", "2", "--epochs", "2"),
    *("--n-components", "3", "--n-init", "1", "--device", "cpu"),
]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    assert train.main([*TINY, "--output-dir", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def few(sample: LabelledImages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 images of the bundled sample, as a file."""
    path = tmp_path_factory.mktemp("data") / "few.npz"
    np.savez(path, images=sample.images[::10].numpy(), labels=sample.labels[::10].numpy())
    return path


@pytest.fixture(scope="session")
def labelled(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that learned from every label."""
    folder = tmp_path_factory.mktemp("runs") / "labelled"
    shape = ["--channels", "4", "4", "4", "4", "4", "--dense-size", "8", "--latent-dim", "3"]
    joint = ["--refine-epochs", "1", "--labels", "all", "--n-overclusters", "4"]
    rest = ["--dropout", "0.3", "--refine-batch-size", "24"]
    assert train.main([*command(few, folder), *shape, *joint, *rest]) == 0
    return folder
