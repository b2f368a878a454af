"""Train models: data, VAE, mixture, names, folder; one run, or several in turn and a comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.jobs import PROG, TrainArguments, check_folder, plan
from vaegmm.cli.parse import is_main_process, run, say
from vaegmm.cli.push import check_push, push_run
from vaegmm.config import ExperimentConfig
from vaegmm.settings import check_finite

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.networks.vae import VAE
    from vaegmm.training.history import Epoch, RefineEpoch
    from vaegmm.training.start import Start


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
        check_folder(folder, arguments, is_only=len(jobs) == 1)
    from vaegmm.runtime import process_group

    check_push([one.push_to_hub for one in jobs.values() if one.push_to_hub is not None])
    starts = {}
    for folder, arguments in jobs.items():  # before the first runs for an hour
        check_settings(arguments.experiment)
        starts[folder] = find_start(folder, arguments)
    with process_group():
        for number, (folder, arguments) in enumerate(jobs.items(), 1):
            if len(jobs) > 1:
                say(f"\nrun {number} of {len(jobs)}: {folder.name}")
            train(folder, arguments, starts[folder])
            if arguments.push_to_hub is not None and is_main_process():
                push_run(folder, arguments.push_to_hub)
    if len(jobs) > 1 and is_main_process():
        from vaegmm.evaluation.comparison import read_run, write_comparison

        page = write_comparison([read_run(folder) for folder in jobs], folder.parent)
        say(f"\nall {len(jobs)} side by side: {page}")


def check_settings(experiment: ExperimentConfig) -> None:
    """Refuse settings that no data could make right.

    Raises:
        ValueError: a setting out of range.
    """
    from vaegmm.data.augment import check_augmentation
    from vaegmm.networks.vae import check_network
    from vaegmm.training.checks import check_joint_step, check_training

    check_finite(experiment)
    if not 0 <= experiment.seed < 2**32:
        raise ValueError(f"seed must be from 0 to {2**32 - 1}, got {experiment.seed}")
    check_network(experiment.network)
    check_augmentation(experiment.augmentation)
    check_training(experiment.training, experiment.network)
    check_joint_step(experiment.refine, experiment.network)


def find_start(folder: Path, arguments: TrainArguments) -> Start | None:
    """Load the network that a run begins with, if that is to be neither fresh nor its own.

    A run that goes on has its checkpoint, and needs the model that it began with no more.

    Raises:
        ValueError: there is no such model, or it has another network.
    """
    from vaegmm.training.run import find_outputs
    from vaegmm.training.start import load_start

    init_from = arguments.experiment.init_from
    if init_from is None or (arguments.resume and find_outputs(folder)):
        return None
    return load_start(init_from, arguments.experiment.network)


def train(folder: Path, arguments: TrainArguments, start: Start | None) -> None:
    """Train one run as the arguments say, and write its folder.

    Args:
        folder: the run's.
        arguments: its settings.
        start: as `find_start` gives it.

    Raises:
        ValueError: settings or data that do not fit, or a run that cannot be gone on with.
        OSError: a folder that cannot be written.
        KeyboardInterrupt: somebody stopped it; says how to go on.
    """
    from vaegmm.training.run import CHECKPOINT, resolve

    try:
        _train(folder, arguments, resolve(arguments.experiment), start)
    except KeyboardInterrupt as stop:
        if not (folder / CHECKPOINT).exists():
            raise
        command = f"python train.py --output-dir {folder} --resume"
        raise KeyboardInterrupt(f"what was finished is kept; go on with: {command}") from stop


def _train(
    folder: Path, arguments: TrainArguments, experiment: ExperimentConfig, start: Start | None
) -> None:
    import torch

    from vaegmm.data.datasets import load_dataset, split
    from vaegmm.evaluation.autoencoding import describe_autoencoder
    from vaegmm.evaluation.metrics import describe_metrics
    from vaegmm.evaluation.page import as_text
    from vaegmm.evaluation.report import report_run
    from vaegmm.training.build import build_model, check_refinement
    from vaegmm.training.components import check_mixture
    from vaegmm.training.history import describe_run
    from vaegmm.training.loop import fit_vae
    from vaegmm.training.run import (
        CHECKPOINT,
        REFINE_CHECKPOINT,
        begin_run,
        find_outputs,
        is_finished,
        read_began_with,
        resume_run,
    )
    from vaegmm.training.start import remember_start

    if arguments.resume and is_finished(folder, experiment):
        say(f"{folder} holds this run, finished")
        return
    device, settings = torch.device(experiment.device), experiment.data
    data = load_dataset(settings.dataset, True, settings.digits, settings.data_dir)
    parts = split(data, settings.validation_fraction, experiment.seed)
    check_mixture(experiment.mixture, data)
    if experiment.refine.refine_epochs:
        check_refinement(experiment.refine, experiment.mixture, parts.train, experiment.seed)
    goes_on = arguments.resume and (folder / CHECKPOINT).exists()
    left = find_outputs(folder) if arguments.resume and not goes_on else []
    if left:
        raise ValueError(
            f"{folder} holds {left[0]} but no {CHECKPOINT} to go on from; give --overwrite instead "
            "of --resume to train anew"
        )
    began_with = start.words if start else None
    if goes_on:
        resume_run(folder, experiment)
        began_with = read_began_with(folder)
    elif is_main_process():
        begin_run(folder, experiment, began_with)
    assert (began_with is None) == (experiment.init_from is None)
    say(f"{len(parts.train):,} images to learn from, {len(parts.validation):,} to steer by")
    doing = "going on" if goes_on else "writing"
    say(f"{device}, {experiment.training.precision}; {doing} in {folder}")
    if began_with is not None:
        say(f"began with weights of {began_with}")
    fitted = fit_vae(
        parts,
        experiment.network,
        experiment.training,
        experiment.augmentation,
        device,
        experiment.seed,
        checkpoint=folder / CHECKPOINT,
        resume=goes_on,
        on_epoch=_Keeper(folder, experiment, parts.validation if arguments.snapshots else None),
        initial=start.network if start else None,
    )
    say(describe_run(fitted.history))
    words = _describe_data(
        settings.dataset, parts.train if experiment.refine.refine_epochs else data
    )
    keep = partial(_keep_refinement, folder)
    model = build_model(
        fitted.network, parts, data, experiment, words, folder / REFINE_CHECKPOINT, keep
    )
    if not is_main_process():
        return
    remember_start(model, began_with)
    if arguments.snapshots:
        from vaegmm.evaluation.snapshots import join_snapshots

        join_snapshots(folder / "snapshots", folder / "training.gif")
    metrics, autoencoder = report_run(
        model, parts.validation, fitted.history, folder, experiment.seed
    )
    rows = describe_metrics(metrics)
    rows += describe_autoencoder(autoencoder, experiment.network.latent_dim)
    say(f"on the validation images ({metrics.label_use}):")
    say(as_text(["figure", "value"], rows))
    say(f"saved to {folder}")


@dataclass(frozen=True)
class _Keeper:
    """What is written after an epoch: the history, and a snapshot where images are given."""

    folder: Path
    experiment: ExperimentConfig
    validation: LabelledImages | None

    def __call__(self, history: list[Epoch], network: VAE) -> None:
        from vaegmm.training.run import adopt_settings, write_history

        adopt_settings(self.folder, self.experiment)
        write_history(self.folder, history)
        if self.validation is not None:
            from vaegmm.evaluation.snapshots import draw_snapshot

            epoch = history[-1].epoch
            draw_snapshot(network, epoch, self.validation, self.folder / "snapshots")


def _keep_refinement(folder: Path, history: list[RefineEpoch]) -> None:
    from vaegmm.files import write_json

    write_json(folder / "refine.json", [dataclasses.asdict(epoch) for epoch in history])


def _describe_data(name: str, data: LabelledImages) -> str:
    labels = ", ".join(map(str, data.labels.unique().tolist()))
    # A file may be called anything; in a model's config this has to be one printable line.
    shown = "".join(sign if sign.isprintable() else "?" for sign in Path(name).name)
    return f"{len(data):,} training images of {shown}, labels {labels}"
