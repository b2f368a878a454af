"""Train models: data, VAE, mixture, names, folder; one run, or several in turn and a comparison."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.answer import Answer, answering
from vaegmm.cli.jobs import TrainArguments, check_folder, claiming, plan
from vaegmm.cli.one_run import train
from vaegmm.cli.parse import is_main_process, run, say
from vaegmm.cli.program import program
from vaegmm.cli.push import check_push, push_run
from vaegmm.config import ExperimentConfig
from vaegmm.settings import check_finite

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.training.start import Start


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: train_all(argv), program("train"))


def train_all(argv: Sequence[str] | None) -> None:
    """Train every run that the command line asks for; of several, write the comparison.

    Raises:
        ValueError: settings or data that do not fit, or a folder that already holds a run or that
            another process is training in.
        OSError: a folder that cannot be written.
    """
    jobs = plan(argv)
    as_json = any(arguments.json for arguments in jobs.values())
    with answering(as_json) as answer, claiming(jobs):
        _train_all(jobs, answer)


def _train_all(jobs: dict[Path, TrainArguments], answer: Answer) -> None:
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
            begun = time.perf_counter()
            train(folder, arguments, starts[folder])
            if is_main_process():
                _tell(folder, arguments, time.perf_counter() - begun, answer)
    if len(jobs) > 1 and is_main_process():
        from vaegmm.evaluation.comparison import read_run, write_comparison

        page = write_comparison([read_run(folder) for folder in jobs], folder.parent)
        say(f"\nall {len(jobs)} side by side: {page}")


def _tell(folder: Path, arguments: TrainArguments, seconds: float, answer: Answer) -> None:
    """Push a finished run where that is asked for, and say its results as JSON."""
    from vaegmm.evaluation.figures import FIGURES

    url = None
    if arguments.push_to_hub is not None:
        url = push_run(folder, arguments.push_to_hub)
        say(f"pushed to {url}")
    if not arguments.json:  # a run whose history is gone is finished all the same
        return
    metrics, settings, history = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in (FIGURES, "run.json", "history.json")
    )
    values = {
        "output_dir": str(folder), "n_epochs": len(history), "seconds": seconds,
        "metrics": metrics, "pushed_to": url, "settings": settings,
    }  # fmt: skip
    answer(values)


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
