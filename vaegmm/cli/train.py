"""Train models: data, VAE, mixture, names, folder; one run, or several in turn and a comparison."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.parse import is_main_process, parse, run, say
from vaegmm.config import ExperimentConfig, check_finite, load_toml

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.networks.vae import VAE
    from vaegmm.training.history import Epoch

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
    experiment: ExperimentConfig = field(default_factory=ExperimentConfig)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: train_all(argv), PROG)


def train_all(argv: Sequence[str] | None) -> None:
    """Train every run that the command line asks for; of several, write the comparison.

    Raises:
        ValueError: settings or data that do not fit, or a folder that already holds a run.
        OSError: a folder that cannot be written.
    """
    jobs = plan(argv)
    for folder, arguments in jobs.items():
        check_folder(folder, arguments)
    for number, (folder, arguments) in enumerate(jobs.items(), 1):
        if len(jobs) > 1:
            say(f"\nrun {number} of {len(jobs)}: {folder.name}")
        train(folder, arguments)
    if len(jobs) > 1:
        from vaegmm.evaluation.comparison import read_run, write_comparison

        if is_main_process():
            page = write_comparison([read_run(folder) for folder in jobs], folder.parent)
            say(f"\nall {len(jobs)} side by side: {page}")


def plan(argv: Sequence[str] | None) -> dict[Path, TrainArguments]:
    """Parse the command line into runs, by folder.

    A run's TOML file gives its defaults; where it goes on, what it was begun with.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--config", nargs="*", default=[])
    first.add_argument("--betas", nargs="*", default=[])
    first.add_argument("--output-dir")
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
    if beta is None or before:
        return arguments
    training = dataclasses.replace(arguments.experiment.training, beta=float(beta))
    experiment = dataclasses.replace(arguments.experiment, training=training)
    return dataclasses.replace(arguments, experiment=experiment)


def check_folder(folder: Path, arguments: TrainArguments) -> None:
    """Refuse to write over a run without --overwrite, and to go on with one that is not there."""
    if arguments.resume and arguments.overwrite:
        raise ValueError("--resume goes on with a run and --overwrite replaces it; give one")
    if arguments.resume and arguments.output_dir and not arguments.config:
        if not (folder / "run.json").exists():
            raise ValueError(f"no run to go on with in {folder}")
    elif (folder / "history.json").exists() and not (arguments.overwrite or arguments.resume):
        raise ValueError(
            f"{folder} already holds a run; give another --output-dir, --resume to go on with it, "
            "or --overwrite"
        )


def train(folder: Path, arguments: TrainArguments) -> None:
    """Train one run as the arguments say, and write its folder.

    Raises:
        ValueError: settings or data that do not fit, or a run that cannot be gone on with.
        OSError: a folder that cannot be written.
        KeyboardInterrupt: somebody stopped it; says how to go on.
    """
    import torch

    from vaegmm.runtime import process_group
    from vaegmm.training.run import CHECKPOINT, resolve

    check_finite(arguments.experiment)
    experiment = resolve(arguments.experiment)
    if not 0 <= experiment.seed < 2**32:
        raise ValueError(f"seed must be from 0 to {2**32 - 1}, got {experiment.seed}")
    try:
        with process_group(torch.device(experiment.device)):
            _train(folder, arguments, experiment)
    except KeyboardInterrupt as stop:
        if not (folder / CHECKPOINT).exists():
            raise
        command = f"python train.py --output-dir {folder} --resume"
        raise KeyboardInterrupt(f"what was finished is kept; go on with: {command}") from stop


def _train(folder: Path, arguments: TrainArguments, experiment: ExperimentConfig) -> None:
    import torch

    from vaegmm.data.datasets import load_dataset, split
    from vaegmm.evaluation.autoencoding import describe_autoencoder
    from vaegmm.evaluation.metrics import format_table
    from vaegmm.evaluation.report import report_run
    from vaegmm.training.checks import check_training
    from vaegmm.training.components import attach_mixture, check_mixture
    from vaegmm.training.history import describe_run
    from vaegmm.training.loop import fit_vae
    from vaegmm.training.run import CHECKPOINT, begin_run, is_finished, resume_run

    if arguments.resume and is_finished(folder, experiment):
        say(f"{folder} holds this run, finished")
        return
    device, settings = torch.device(experiment.device), experiment.data
    data = load_dataset(settings.dataset, True, settings.digits, settings.data_dir)
    parts = split(data, settings.validation_fraction, experiment.seed)
    check_mixture(experiment.mixture, data)
    check_training(experiment.training, experiment.network)
    goes_on = arguments.resume and (folder / CHECKPOINT).exists()
    if goes_on:
        resume_run(folder, experiment)
    elif is_main_process():
        begin_run(folder, experiment)
    say(f"{len(parts.train):,} images to learn from, {len(parts.validation):,} to steer by")
    doing = "going on" if goes_on else "writing"
    say(f"{device}, {experiment.training.precision}; {doing} in {folder}")
    fitted = fit_vae(
        parts,
        experiment.network,
        experiment.training,
        experiment.augmentation,
        device,
        experiment.seed,
        checkpoint=folder / CHECKPOINT,
        resume=goes_on,
        on_epoch=_Keeper(folder, parts.validation if arguments.snapshots else None),
    )
    say(describe_run(fitted.history))
    words = _describe_data(settings.dataset, data)
    model = attach_mixture(fitted.network, data, experiment.mixture, experiment.seed, words)
    if not is_main_process():
        return
    if arguments.snapshots:
        from vaegmm.evaluation.snapshots import join_snapshots

        join_snapshots(folder / "snapshots", folder / "training.gif")
    metrics, autoencoder = report_run(
        model, parts.validation, fitted.history, folder, experiment.seed
    )
    say(format_table({f"validation (in the mixture's fit), {metrics.label_use}": metrics}))
    say(describe_autoencoder(autoencoder, experiment.network.latent_dim))
    say(f"saved to {folder}")


@dataclass(frozen=True)
class _Keeper:
    """What is written after an epoch: the history, and a snapshot where images are given."""

    folder: Path
    validation: LabelledImages | None

    def __call__(self, history: list[Epoch], network: VAE) -> None:
        from vaegmm.files import write_json

        write_json(self.folder / "history.json", [dataclasses.asdict(epoch) for epoch in history])
        if self.validation is not None:
            from vaegmm.evaluation.snapshots import draw_snapshot

            epoch = history[-1].epoch
            draw_snapshot(network, epoch, self.validation, self.folder / "snapshots")


def _describe_data(name: str, data: LabelledImages) -> str:
    labels = ", ".join(map(str, data.labels.unique().tolist()))
    return f"{len(data):,} training images of {Path(name).name}, labels {labels}"
