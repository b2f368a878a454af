"""One run of train: begin or go on, fit network and mixture, and say what came of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.jobs import TrainArguments
from vaegmm.cli.keep import EpochKeeper, keep_choice, keep_refinement
from vaegmm.cli.parse import is_main_process, say
from vaegmm.cli.program import advise
from vaegmm.config import ExperimentConfig

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages, Split
    from vaegmm.model import VAEGMM
    from vaegmm.training.loop import Fitted
    from vaegmm.training.start import Start


@dataclass(frozen=True)
class _Run:
    """A run that is about to begin.

    Attributes:
        folder: where all is written.
        experiment: its settings, resolved.
        data: the images, whole.
        parts: the images, cut.
        goes_on: whether it is one that was begun before.
        start: the network that a new one begins with; None: a fresh one.
        began_with: what the weights that it began with had learned from, in words.
        has_snapshots: whether a picture is drawn after every epoch.
    """

    folder: Path
    experiment: ExperimentConfig
    data: LabelledImages
    parts: Split
    goes_on: bool
    start: Start | None
    began_with: str | None
    has_snapshots: bool


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
        command = f"{advise('train')} --output-dir {shlex.quote(str(folder))} --resume"
        raise KeyboardInterrupt(f"what was finished is kept; go on with: {command}") from stop


def _train(
    folder: Path, arguments: TrainArguments, experiment: ExperimentConfig, start: Start | None
) -> None:
    from vaegmm.training.run import is_finished

    if arguments.resume and is_finished(folder, experiment):
        say(f"{folder} holds this run, finished")
        return
    run = _begin(folder, arguments, experiment, start)
    _say_what_begins(run)
    fitted = _fit(run)
    model = _build(run, fitted)
    if is_main_process():
        _finish(run, fitted, model)


def _begin(
    folder: Path, arguments: TrainArguments, experiment: ExperimentConfig, start: Start | None
) -> _Run:
    """Load the images, refuse what does not fit them, and make the folder or take it up again."""
    from vaegmm.data.datasets import load_dataset, split
    from vaegmm.training.checks import check_refinement
    from vaegmm.training.components import check_mixture
    from vaegmm.training.run import CHECKPOINT, begin_run, read_began_with, resume_run

    settings = experiment.data
    data = load_dataset(settings.dataset, True, settings.digits, settings.data_dir)
    parts = split(data, settings.validation_fraction, experiment.seed)
    check_mixture(experiment.mixture, data)
    if experiment.refine.refine_epochs:
        check_refinement(experiment.refine, experiment.mixture, parts.train, experiment.seed)
    goes_on = arguments.resume and (folder / CHECKPOINT).exists()
    if arguments.resume and not goes_on:
        _check_nothing_left(folder)
    began_with = start.words if start else None
    if goes_on:
        resume_run(folder, experiment)
        began_with = read_began_with(folder)
    elif is_main_process():
        begin_run(folder, experiment, began_with)
    assert (began_with is None) == (experiment.init_from is None)
    return _Run(folder, experiment, data, parts, goes_on, start, began_with, arguments.snapshots)


def _check_nothing_left(folder: Path) -> None:
    from vaegmm.training.run import CHECKPOINT, find_outputs

    left = find_outputs(folder)
    if left:
        raise ValueError(
            f"{folder} holds {left[0]} but no {CHECKPOINT} to go on from; give --overwrite instead "
            "of --resume to train anew"
        )


def _say_what_begins(run: _Run) -> None:
    experiment, parts = run.experiment, run.parts
    say(f"{len(parts.train):,} images to learn from, {len(parts.validation):,} to steer by")
    doing = "going on" if run.goes_on else "writing"
    say(f"{experiment.device}, {experiment.training.precision}; {doing} in {run.folder}")
    if run.began_with is not None:
        say(f"began with weights of {run.began_with}")


def _fit(run: _Run) -> Fitted:
    """Fit the network, and say how that went."""
    import torch

    from vaegmm.training.history import describe_run
    from vaegmm.training.loop import fit_vae
    from vaegmm.training.run import CHECKPOINT

    experiment, shown = run.experiment, run.parts.validation if run.has_snapshots else None
    fitted = fit_vae(
        run.parts,
        experiment.network,
        experiment.training,
        experiment.augmentation,
        torch.device(experiment.device),
        experiment.seed,
        checkpoint=run.folder / CHECKPOINT,
        resume=run.goes_on,
        on_epoch=EpochKeeper(run.folder, experiment, shown),
        initial=run.start.network if run.start else None,
    )
    say(describe_run(fitted.history))
    return fitted


def _build(run: _Run, fitted: Fitted) -> VAEGMM:
    """Give the network its mixture, after a joint step where one is asked for."""
    from vaegmm.training.build import build_model
    from vaegmm.training.run import REFINE_CHECKPOINT

    experiment = run.experiment
    n_epochs = experiment.refine.refine_epochs
    learned_from = run.parts.train if n_epochs else run.data
    if n_epochs:
        say(f"now network and mixture learn together, for {n_epochs} epochs")
    return build_model(
        fitted.network,
        run.parts,
        run.data,
        experiment,
        _describe_data(experiment.data.dataset, learned_from),
        run.folder / REFINE_CHECKPOINT,
        partial(keep_refinement, run.folder),
        partial(keep_choice, run.folder, []),
        _say_settled,
    )


def _say_settled(nlls: list[float]) -> None:
    found = ", ".join(f"{nll:.2f}" for nll in nlls)
    say(f"decoder alone: reconstruction of the training images {found} nats, pass by pass")


def _finish(run: _Run, fitted: Fitted, model: VAEGMM) -> None:
    """Measure the model, write all there is to it, and say the figures."""
    from vaegmm.evaluation.autoencoding import describe_autoencoder
    from vaegmm.evaluation.metrics import describe_metrics
    from vaegmm.evaluation.page import as_text
    from vaegmm.evaluation.report import report_run
    from vaegmm.training.start import remember_start

    folder, experiment = run.folder, run.experiment
    remember_start(model, run.began_with)
    if run.has_snapshots:
        from vaegmm.evaluation.snapshots import join_snapshots

        join_snapshots(folder / "snapshots", folder / "training.gif")
    metrics, autoencoder = report_run(
        model, run.parts.validation, fitted.history, folder, experiment.seed
    )
    rows = describe_metrics(metrics)
    rows += describe_autoencoder(autoencoder, experiment.network.latent_dim)
    say(f"on the validation images ({metrics.label_use}):")
    say(as_text(["figure", "value"], rows))
    say(f"saved to {folder}")


def _describe_data(name: str, data: LabelledImages) -> str:
    labels = ", ".join(map(str, data.labels.unique().tolist()))
    # A file may be called anything; in a model's config this has to be one printable line.
    shown = "".join(sign if sign.isprintable() else "?" for sign in Path(name).name)
    return f"{len(data):,} training images of {shown}, labels {labels}"
