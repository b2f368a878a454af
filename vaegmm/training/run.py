"""A run's folder: what it writes, and what it takes to go on with it."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path

import torch

from vaegmm.config import ExperimentConfig
from vaegmm.files import remove_leftovers, write_json
from vaegmm.networks.vae import count_parameters
from vaegmm.runtime import resolve_device, resolve_precision
from vaegmm.settings import from_dict, show
from vaegmm.training.history import HISTORY, Epoch, read_epochs

MAX_THREADS = 1024
CHECKPOINT, REFINE_CHECKPOINT = "checkpoint.safetensors", "refine.safetensors"
OUTPUTS = (
    "run.json", "history.json", CHECKPOINT, "choices.json", "refine.json", REFINE_CHECKPOINT,
    "config.json", "model.safetensors", "README.md", "metrics.json", "curves.png",
    "reconstructions.png", "samples.png", "generated.png", "manifold.png", "latents.png",
    "training.gif",
)  # fmt: skip
# What may change when a run goes on: how long and how fast, and the steps that have not begun.
FREE = {
    "training": ("epochs", "early_stopping_patience", "learning_rate", "compile"),
    "refine": ("n_neighbors", "decoder_epochs"),
}


def resolve(experiment: ExperimentConfig) -> ExperimentConfig:
    """Put real values for every "auto"."""
    device = resolve_device(experiment.device)
    precision = resolve_precision(experiment.training.precision, device)
    training = dataclasses.replace(experiment.training, precision=precision)
    return dataclasses.replace(experiment, training=training, device=str(device))


def is_finished(folder: Path, experiment: ExperimentConfig) -> bool:
    """Whether a folder holds a run with these very settings that came to its end."""
    return (folder / "metrics.json").exists() and read_settings(folder)[0] == experiment


def find_outputs(folder: Path) -> list[str]:
    """Return the names of a run's files that lie in a folder, run.json aside.

    Settings alone are what a run leaves that failed before its first epoch.
    """
    return [name for name in OUTPUTS if name != "run.json" and (folder / name).exists()]


def clear(folder: Path) -> None:
    """Remove what an earlier run wrote; whatever else lies in the folder stays."""
    for name in OUTPUTS:  # else a run that fails would leave the old model beside its own history
        (folder / name).unlink(missing_ok=True)
    for picture in (folder / "snapshots").glob("epoch-*.png"):
        picture.unlink()


def begin_run(folder: Path, experiment: ExperimentConfig, began_with: str | None = None) -> None:
    """Make a folder, empty it of an earlier run, and write down the settings of this one.

    Args:
        folder: the run's.
        experiment: all settings, resolved.
        began_with: what the weights of `init_from` had learned from, in words. Kept, because they
            may be gone when the run goes on, and its model has to say it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    _sweep(folder)
    machine = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "machine": f"{processor_name()}, {os.cpu_count()} cores",
    }
    kept = {
        "n_parameters": count_parameters(experiment.network),
        **machine,
        "began_with": began_with,
    }
    _write_settings(folder, experiment, kept)


def resume_run(folder: Path, experiment: ExperimentConfig) -> None:
    """Check that a run can go on with these settings, and compute with as many threads again.

    Raises:
        ValueError: there is no run, or a setting is another one that has to stay.
    """
    before, threads = read_settings(folder)
    free = {"mixture", "device"}
    if not (folder / REFINE_CHECKPOINT).exists():
        free.add("refine")
    elif before.refine.n_prior_components == 0:
        old, new = before.mixture.n_components, experiment.mixture.n_components
        _require_same("n_components (that of the joint step, too)", old, new)
    for field in dataclasses.fields(experiment):
        if field.name in free:
            continue
        old, new = getattr(before, field.name), getattr(experiment, field.name)
        _require_same(field.name, old, new)
    read_epochs(folder / HISTORY, Epoch)  # damaged, it would stop the run after its next epoch
    _sweep(folder)
    torch.set_num_threads(threads)


def adopt_settings(folder: Path, experiment: ExperimentConfig) -> None:
    """Write down what a run now goes on with, once it does."""
    if read_settings(folder)[0] != experiment:
        (folder / "metrics.json").unlink(missing_ok=True)  # written last, it says: a run is whole
        values = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        _write_settings(folder, experiment, values)


def write_history(folder: Path, history: list[Epoch]) -> None:
    """Write the epochs down; a joint step that began after fewer of them will begin anew."""
    if len(history) > len(read_epochs(folder / HISTORY, Epoch)):
        for name in ("choices.json", "refine.json", REFINE_CHECKPOINT):
            (folder / name).unlink(missing_ok=True)
    write_json(folder / HISTORY, [dataclasses.asdict(epoch) for epoch in history])


def read_settings(folder: Path) -> tuple[ExperimentConfig, int]:
    """Return the settings and the number of threads that a run was begun with.

    Raises:
        ValueError: there is no run, or its run.json is damaged.
    """
    path = folder / "run.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"no run to go on with in {folder} ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} is damaged: expected a table of settings, got {show(values)}")
    # Runs of before there was init_from began with fresh weights.
    values = {"init_from": None, **values}
    names = [field.name for field in dataclasses.fields(ExperimentConfig)]
    missing = [name for name in (*names, "threads") if name not in values]
    if missing:
        raise ValueError(f"{path} is damaged: missing key {missing[0]!r}")
    threads = values["threads"]
    if type(threads) is not int or not 1 <= threads <= MAX_THREADS:
        raise ValueError(
            f"{path} is damaged: threads must be from 1 to {MAX_THREADS}, got {show(threads)}"
        )
    return from_dict(ExperimentConfig, {name: values[name] for name in names}, str(path)), threads


def read_began_with(folder: Path) -> str | None:
    """Return what the weights that a run began with had learned from; None: they were fresh.

    Raises:
        ValueError: there is no run, or its run.json is damaged.
    """
    if read_settings(folder)[0].init_from is None:
        return None
    path = folder / "run.json"
    words = json.loads(path.read_text(encoding="utf-8")).get("began_with")
    if not isinstance(words, str):
        raise ValueError(f"{path} is damaged: began_with must be words, got {show(words)}")
    return words


def processor_name() -> str:
    """Return the processor's name, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _sweep(folder: Path) -> None:
    """Remove the halves of files that a killed process left behind."""
    pictures = (folder / "snapshots").glob("epoch-*.png")
    for path in (*(folder / name for name in OUTPUTS), *pictures):
        remove_leftovers(path)


def _write_settings(
    folder: Path, experiment: ExperimentConfig, machine: Mapping[str, object]
) -> None:
    write_json(folder / "run.json", {**machine, **dataclasses.asdict(experiment)})


def _require_same(name: str, old: object, new: object) -> None:
    if dataclasses.is_dataclass(old):
        for field in dataclasses.fields(old):
            if field.name not in FREE.get(name, ()):
                _require_same(field.name, getattr(old, field.name), getattr(new, field.name))
    elif old != new:
        raise ValueError(f"{name} was {old!r} when this run began and cannot become {new!r}")
