"""Training and measuring: one run after another, or several at a time."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

import torch

from benchmarks.clusters.figures import measure_plain, measure_seed
from benchmarks.clusters.plan import Task
from benchmarks.runs import load_images, train_run
from vaegmm.cli.parse import say
from vaegmm.config import ExperimentConfig
from vaegmm.model import VAEGMM
from vaegmm.runtime import resolve_device


def carry_out(task: Task) -> None:
    """Train a run, or go on with it, and measure it.

    Raises:
        ValueError: settings or data that do not fit.
    """
    train_run(task.folder, task.config, task.seed, task.options)
    experiment = task.check()
    assert experiment is not None
    model = VAEGMM.from_pretrained(task.folder).to(resolve_device(task.device))
    test = load_images(experiment, False)
    if task.is_plain:
        measure_plain(task.folder, model, test)
    else:
        machine = _describe_machine(task, experiment)
        measure_seed(task.folder, model, test, task.seed, machine)


def share_out(tasks: Sequence[Task], jobs: int) -> None:
    """Carry out tasks, each in one of some processes, which share the cores.

    What a run says goes into log.txt in its folder. After an error what runs is finished, and
    nothing else begins.

    Raises:
        ValueError: settings or data that do not fit.
    """
    context = multiprocessing.get_context("spawn")  # a GPU does not survive a fork
    n_threads = max(1, (os.cpu_count() or 1) // jobs)
    with ProcessPoolExecutor(jobs, context) as pool:
        futures = {pool.submit(_carry_out_quietly, task, n_threads): task for task in tasks}
        try:
            for number, future in enumerate(as_completed(futures), 1):
                future.result()
                say(f"finished {futures[future].folder}: {number} of {len(tasks)}")
        finally:
            pool.shutdown(cancel_futures=True)


def _carry_out_quietly(task: Task, n_threads: int) -> None:
    torch.set_num_threads(n_threads)  # anew: a run that goes on takes as many as it began with
    task.folder.mkdir(parents=True, exist_ok=True)
    with (
        (task.folder / "log.txt").open("a", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        carry_out(task)


def _describe_machine(task: Task, experiment: ExperimentConfig) -> str:
    values = json.loads((task.folder / "run.json").read_text(encoding="utf-8"))
    device = resolve_device(task.device)
    if experiment.device == "cpu":
        return str(values["machine"])
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else experiment.device
    return f"{name}; {values['machine']}"
