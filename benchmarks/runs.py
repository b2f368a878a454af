"""What the benchmarks that train several seeds share: settings without labels, runs by train.py.

A seed has a folder; what is finished in it stays, and a run that was stopped goes on.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vaegmm.cli import train
from vaegmm.cli.configs import find_config
from vaegmm.config import ExperimentConfig
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.settings import load_toml
from vaegmm.training.history import HISTORY, REFINE_HISTORY
from vaegmm.training.run import read_settings

FIGURES = "figures.json"  # written last into a seed's folder: the seed is finished


def read_wanted(config: str) -> ExperimentConfig:
    """Read the settings of a training that no label takes part in.

    Args:
        config: name or path of a TOML file.

    Raises:
        ValueError: labels are learned from, or may be known to weights that it begins with.
    """
    wanted = load_toml(find_config(config))
    if wanted.refine.labels != "none":
        raise ValueError(f'{config} learns from labels; set labels = "none"')
    if wanted.init_from is not None:
        raise ValueError(f"{config} begins with weights that may know labels; remove init_from")
    return wanted


def train_run(folder: Path, config: str, seed: int, options: Sequence[str] = ()) -> None:
    """Train a seed by train.py, or go on with it.

    Args:
        folder: the run's.
        config: name or path of a TOML file.
        seed: of the run.
        options: more words for train.py.
    """
    command = ["--config", config, "--seed", str(seed), "--output-dir", str(folder), *options]
    command += ["--resume"] if (folder / "run.json").exists() else []
    train.train_all(command)


def check_settings(folder: Path, wanted: ExperimentConfig, config: str) -> ExperimentConfig:
    """Return the settings that a run was begun with.

    Where it ran may differ: the images' folder, the device, and the precision if that is "auto".

    Args:
        folder: the run's.
        wanted: the settings that it must have, the seed included.
        config: that they come from, for the message.

    Raises:
        ValueError: there is no run, or it has other settings.
    """
    found, _ = read_settings(folder)
    data = replace(found.data, data_dir=wanted.data.data_dir)
    training = found.training
    if wanted.training.precision == "auto":
        training = replace(training, precision="auto")
    if replace(found, data=data, training=training, device=wanted.device) != wanted:
        raise ValueError(f"{folder} had other settings than {config}; give another --output-dir")
    return found


def load_images(experiment: ExperimentConfig, is_train: bool) -> LabelledImages:
    """Load the training or the test images of an experiment."""
    settings = experiment.data
    return load_dataset(settings.dataset, is_train, settings.digits, settings.data_dir)


def read_seconds(folder: Path) -> float:
    """Return how long all epochs of a run took, those of its joint step included."""
    paths = [folder / name for name in (HISTORY, REFINE_HISTORY) if (folder / name).exists()]
    files = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return float(sum(epoch["seconds"] for epochs in files for epoch in epochs))


def mean_and_spread(values: Sequence[float], form: str) -> str:
    """Return "mean ± standard deviation" (of a sample: n - 1); of one value, itself."""
    mean = f"{statistics.mean(values):{form}}"
    return f"{mean} ± {statistics.stdev(values):{form}}" if len(values) > 1 else mean
