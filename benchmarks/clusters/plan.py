"""What is to be trained: the data sets, their settings, a folder for each seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

from benchmarks.runs import FIGURES, check_settings, read_wanted
from vaegmm.config import AugmentationConfig, ExperimentConfig

Name = Literal["1-4-8", "digits", "fashion"]
# The option that gives the TOML file, and the data set that stands in the place of the file's own.
DATA: dict[Name, tuple[Literal["config_148", "config_digits"], str | None]] = {
    "1-4-8": ("config_148", None),
    "digits": ("config_digits", None),
    "fashion": ("config_digits", "fashion-mnist"),
}
PLAIN_SEED = 0
Changes = Mapping[str, Mapping[str, object]]  # of settings, by section


@dataclass(frozen=True)
class Task:
    """One run.

    Attributes:
        folder: the run's.
        config: name or path of its TOML file.
        seed: of the run.
        changes: settings that are not as in the file.
        is_plain: whether it is the plain VAE that the others are compared with.
        data_dir: folder of the images, if one was given.
        device: to train and measure on, as it was given.
    """

    folder: Path
    config: str
    seed: int
    changes: Changes
    is_plain: bool
    data_dir: str | None
    device: str

    @property
    def wanted(self) -> ExperimentConfig:
        """All settings that the run has to have."""
        return replace(change(read_wanted(self.config), self.changes), seed=self.seed)

    @property
    def options(self) -> list[str]:
        """The words with which train.py is asked for them."""
        values = [pair for section in self.changes.values() for pair in section.items()]
        words = [word for name, value in values for word in (as_option(name), str(value))]
        words += ["--data-dir", self.data_dir] if self.data_dir else []
        return [*words, "--device", self.device]

    @property
    def is_finished(self) -> bool:
        """Whether it is trained and measured."""
        return (self.folder / FIGURES).exists()

    def check(self) -> ExperimentConfig | None:
        """Return the settings of a run that has begun; None: it has not.

        Raises:
            ValueError: other settings than these.
        """
        if not (self.folder / "run.json").exists() and not self.is_finished:
            return None
        return check_settings(self.folder, self.wanted, self.config)


@dataclass(frozen=True)
class DataPlan:
    """The runs of one data set.

    Attributes:
        name: of the data set.
        seeds: the runs without labels, by seed.
        plain: the plain VAE.
    """

    name: Name
    seeds: dict[int, Task]
    plain: Task

    @property
    def tasks(self) -> list[Task]:
        """All runs."""
        return [*self.seeds.values(), self.plain]


def plan_data(
    name: Name,
    config: str,
    seeds: tuple[int, ...],
    output_dir: Path,
    data_dir: str | None = None,
    device: str = "auto",
) -> DataPlan:
    """Plan the runs of a data set.

    Args:
        name: of the data set.
        config: its TOML file.
        seeds: one run each.
        output_dir: folder of all runs.
        data_dir: folder of the images.
        device: to train on.

    Raises:
        ValueError: the TOML file is damaged, or labels take part in its training.
    """
    dataset = DATA[name][1]
    changes: Changes = {} if dataset is None else {"data": {"dataset": dataset}}
    plain = {**changes, **make_plain(read_wanted(config))}
    return DataPlan(
        name,
        {
            seed: Task(
                output_dir / f"{name}-seed-{seed}", config, seed, changes, False, data_dir, device
            )
            for seed in seeds
        },
        Task(output_dir / f"{name}-plain", config, PLAIN_SEED, plain, True, data_dir, device),
    )


def make_plain(experiment: ExperimentConfig) -> Changes:
    """Return what makes an experiment that of a plain VAE.

    Nothing is changed in the images and there is no joint step; its passes over the images, and
    those of the decoder alone, are added to those without it. One start of EM is enough: the
    mixture is not looked at.
    """
    off = AugmentationConfig()
    names = [field.name for field in fields(off)]
    refine = experiment.refine
    epochs = experiment.training.epochs + refine.refine_epochs + refine.decoder_epochs
    return {
        "augmentation": {
            name: getattr(off, name)
            for name in names
            if getattr(experiment.augmentation, name) != getattr(off, name)
        },
        "training": {"epochs": epochs},
        "refine": {"refine_epochs": 0},
        "mixture": {"n_init": 1},
    }


def change(experiment: ExperimentConfig, changes: Changes) -> ExperimentConfig:
    """Return an experiment with some settings changed."""
    sections = {
        section: replace(getattr(experiment, section), **values)
        for section, values in changes.items()
    }
    return replace(experiment, **sections)


def as_option(name: str) -> str:
    """Return the option that a setting has on the command line."""
    return f"--{name.replace('_', '-')}"
