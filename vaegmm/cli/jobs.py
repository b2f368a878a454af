"""Which runs a command line of train.py asks for: their settings and their folders."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vaegmm.cli.parse import parse
from vaegmm.config import ExperimentConfig
from vaegmm.settings import load_toml

PROG = "train.py"


@dataclass(frozen=True)
class TrainArguments:
    """Train a variational autoencoder, fit a Gaussian mixture to its latents, save both."""

    config: tuple[str, ...] = ()
    """TOML files of experiments (see configs/); every other option overrides them. Several are
    trained in turn and compared."""
    betas: tuple[float, ...] = ()
    """Train once for each of these weights of the KL divergence, and compare."""
    output_dir: str | None = None
    """Folder for model, history and plots; runs/NAME OF THE CONFIG when not given. Of several runs,
    the folder that theirs lie in."""
    resume: bool = False
    """Go on after the last finished epoch of the run in the output folder, with its settings."""
    overwrite: bool = False
    """Replace a run that already lies in the output folder."""
    snapshots: bool = False
    """Draw samples and latents after every epoch, and a GIF of the training."""
    push_to_hub: str | None = None
    """Repository of the Hugging Face hub, user/name, that the finished model is pushed to."""
    experiment: ExperimentConfig = field(default_factory=ExperimentConfig)


def plan(argv: Sequence[str] | None) -> dict[Path, TrainArguments]:
    """Parse the command line into runs, by folder.

    A run's TOML file gives its defaults; where it goes on, what it was begun with. What the file
    does not say about the network is as in the model that the run begins with, if it names one.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--config", nargs="*", default=[])
    first.add_argument("--betas", nargs="*", default=[])
    first.add_argument("--output-dir", "--output_dir")
    first.add_argument("--resume", action="store_true")
    known, _ = first.parse_known_args(argv)
    names = [(config, beta) for config in known.config or [None] for beta in known.betas or [None]]
    jobs: dict[Path, TrainArguments] = {}
    for config, beta in names:
        name = Path(config).stem if config else "unnamed"
        name = name if beta is None else f"{name}-beta{beta}"
        folder = Path(known.output_dir or "runs")
        if len(names) > 1 or not known.output_dir:
            folder /= name
        if folder in jobs:
            raise ValueError(f"two runs would be written to {folder}; name their configs apart")
        goes_on = known.resume and (folder / "run.json").exists()
        jobs[folder] = _parse_job(argv, config, beta, folder if goes_on else None)
    return jobs


def _parse_job(
    argv: Sequence[str] | None, config: str | None, beta: str | None, before: Path | None
) -> TrainArguments:
    experiment = load_toml(config) if config else ExperimentConfig()
    if before:
        from vaegmm.training.run import read_settings

        experiment, _ = read_settings(before)
    arguments = parse(TrainArguments, argv, PROG, TrainArguments(experiment=experiment))
    init_from = arguments.experiment.init_from
    if init_from is not None and not before:
        experiment = _with_network_of(init_from, config)
        arguments = parse(TrainArguments, argv, PROG, TrainArguments(experiment=experiment))
    if beta is None:
        return arguments
    if before and float(beta) != arguments.experiment.training.beta:
        raise ValueError(
            f"beta was {arguments.experiment.training.beta} when the run in {before} began and "
            f"cannot become {beta}"
        )
    training = dataclasses.replace(arguments.experiment.training, beta=float(beta))
    experiment = dataclasses.replace(arguments.experiment, training=training)
    return dataclasses.replace(arguments, experiment=experiment)


def _with_network_of(init_from: str, config: str | None) -> ExperimentConfig:
    """Return a config's settings; those of the network that it does not give are a model's."""
    from vaegmm.model import VAEGMM

    default = ExperimentConfig(network=VAEGMM.from_pretrained(init_from).config.network)
    return load_toml(config, default) if config else default


def check_folder(folder: Path, arguments: TrainArguments, is_only: bool) -> None:
    """Refuse to write over what no --overwrite was given for, and to go on with what is not there.

    Raises:
        ValueError: says what to do instead.
    """
    from vaegmm.training.run import find_outputs

    if arguments.resume and arguments.overwrite:
        raise ValueError("--resume goes on with a run and --overwrite replaces it; give one")
    is_run = (folder / "run.json").exists()
    if arguments.resume and is_only and not arguments.config and not is_run:
        raise ValueError(f"no run to go on with in {folder}")
    found = find_outputs(folder)
    if found and not is_run:
        raise ValueError(
            f"{folder} holds {found[0]}, which no run wrote; give another --output-dir"
        )
    if found and not (arguments.overwrite or arguments.resume):
        raise ValueError(
            f"{folder} already holds a run; give another --output-dir, --resume to go on with it, "
            "or --overwrite"
        )
