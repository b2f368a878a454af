"""How many labels does it take? `python -m benchmarks.labels`.

For every seed a model is trained without labels, by train.py and a TOML file; then, for every
number of labels, another joint step goes on with its network and them, for some more epochs. The
seed chooses split, initial weights and labelled images, and drives everything else; test images are
only measured. Accuracy of the test images, their reconstruction's cross-entropy, and seconds of
training (with labels: of all that they add), as means and standard deviations over the seeds. What
is finished is kept in the output folder, and a second start goes on from it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from benchmarks.runs import (
    FIGURES,
    check_settings,
    load_images,
    mean_and_spread,
    read_seconds,
    read_wanted,
    train_run,
)
from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import LabelledImages, split
from vaegmm.evaluation.autoencoding import measure_autoencoder
from vaegmm.evaluation.metrics import measure
from vaegmm.evaluation.page import as_text
from vaegmm.files import write_json
from vaegmm.model import VAEGMM
from vaegmm.training.build import build_model
from vaegmm.training.run import read_settings

PROG = "python -m benchmarks.labels"
FORMS = {"accuracy": ".4f", "bce": ".2f", "seconds": ".0f"}


@dataclass(frozen=True)
class LabelsArguments:
    """Train without labels, then go on with some."""

    config: str = "configs/digits-unlabelled.toml"
    """TOML file of the training without labels, joint step included."""
    labels: tuple[int, ...] = (1, 10, 100)
    """Labels per class; for each number another joint step goes on with the network."""
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    """One model for each."""
    label_epochs: int = 3
    """Passes over the training images with labels."""
    data_dir: str | None = None
    """Folder with MNIST in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    output_dir: str = "runs/labels"
    """Folder for the figures, and for the models."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: sweep(parse(LabelsArguments, argv, PROG)), PROG)


def sweep(arguments: LabelsArguments) -> None:
    """Train what is not finished; print the table.

    Raises:
        ValueError: settings out of range, or others than those of what is finished.
    """
    if arguments.label_epochs < 1:
        raise ValueError(f"label_epochs must be at least 1, got {arguments.label_epochs}")
    wanted = read_wanted(arguments.config)
    if wanted.refine.refine_epochs == 0:
        raise ValueError(f"{arguments.config} has no joint step to go on with; set refine_epochs")
    table: dict[str, list[dict[str, float]]] = {}
    for seed in arguments.seeds:
        base = Path(arguments.output_dir) / f"none-seed-{seed}"
        if not (base / FIGURES).exists():
            _train_without(base, seed, arguments)
        check_settings(base, replace(wanted, seed=seed), arguments.config)
        for labels in (None, *arguments.labels):
            name = "none" if labels is None else str(labels)
            folder = Path(arguments.output_dir) / f"{name}-seed-{seed}"
            if not (folder / FIGURES).exists():
                assert labels is not None
                _go_on(base, folder, labels, arguments.label_epochs)
            figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
            if labels is not None and figures.pop("label_epochs") != arguments.label_epochs:
                raise ValueError(f"{folder} had other label_epochs; give another --output-dir")
            table.setdefault(name, []).append(figures)
            say(f"seed {seed}, labels {name}: {figures}")
    head = ["labels per class", "seeds", "test accuracy", "BCE, nats", "seconds"]
    rows = [[name, str(len(row)), *_summarise(row)] for name, row in table.items()]
    say("\n" + as_text(head, rows))


def _train_without(folder: Path, seed: int, arguments: LabelsArguments) -> None:
    options = ["--data-dir", arguments.data_dir] if arguments.data_dir else []
    train_run(folder, arguments.config, seed, options)
    test, seconds = load_images(read_settings(folder)[0], False), read_seconds(folder)
    write_json(folder / FIGURES, _measure(VAEGMM.from_pretrained(folder), test, seconds))


def _go_on(base: Path, folder: Path, labels: int, epochs: int) -> None:
    """Put a trained network through another joint step, with some labels."""
    began = time.perf_counter()
    experiment, _ = read_settings(base)
    refine = replace(experiment.refine, labels=str(labels), refine_epochs=epochs)
    experiment = replace(experiment, refine=refine)
    data = load_images(experiment, True)
    parts = split(data, experiment.data.validation_fraction, experiment.seed)
    model = VAEGMM.from_pretrained(base).to(experiment.device)
    network = model.network.to(memory_format=torch.channels_last)
    words = model.config.training_images
    after = build_model(network, parts, data, experiment, words)
    seconds = time.perf_counter() - began
    folder.mkdir(parents=True, exist_ok=True)
    after.save_pretrained(folder, f"Labels: {after.config.label_use}.\n")
    figures = _measure(after, load_images(experiment, False), seconds)
    write_json(folder / FIGURES, {**figures, "label_epochs": epochs})


def _measure(model: VAEGMM, test: LabelledImages, seconds: float) -> dict[str, float]:
    metrics, rebuilt = measure(model, test), measure_autoencoder(model, test)
    values = (metrics.accuracy, rebuilt.reconstruction_bce, seconds)
    return dict(zip(FORMS, values, strict=True))


def _summarise(figures: list[dict[str, float]]) -> list[str]:
    return [
        mean_and_spread([figure[name] for figure in figures], form) for name, form in FORMS.items()
    ]


if __name__ == "__main__":
    raise SystemExit(main())
