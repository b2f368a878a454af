"""How many labels does it take? `python -m benchmarks.labels --network FOLDER`.

From one fitted network (`python train.py --config configs/digits.toml --refine-epochs 0`), the
joint step is run for every number of labels and every seed, which choose the labelled images and
drive everything else; test images are only measured. Accuracy of the test images, NMI of their
components, and seconds, as means and standard deviations over the seeds. What is finished is kept
in the output folder, and a second start goes on from there.
"""

from __future__ import annotations

import copy
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from vaegmm.cli.parse import parse, run, say
from vaegmm.config import ExperimentConfig, load_toml
from vaegmm.data.datasets import LabelledImages, Split, load_dataset, split
from vaegmm.evaluation.autoencoding import measure_autoencoder
from vaegmm.evaluation.metrics import measure
from vaegmm.evaluation.page import as_text
from vaegmm.files import write_json
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.runtime import resolve_device
from vaegmm.training.build import build_model
from vaegmm.training.run import resolve

PROG = "python -m benchmarks.labels"


@dataclass(frozen=True)
class LabelsArguments:
    """Run the joint step with ever more labels."""

    network: str
    """Folder of a model whose network is begun with."""
    config: str = "configs/digits.toml"
    """TOML file of the experiment; labels, components and seed are replaced."""
    labels: tuple[str, ...] = ("none", "1", "10", "100", "all")
    """Labels that are learned from: none, their number per class, or all."""
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    """One run for each."""
    refine_epochs: int = 12
    """Passes over the training images."""
    mutual_information: float = 40.0
    """Weight of the mutual information; of labels "all" the config's own."""
    data_dir: str | None = None
    """Folder with MNIST in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    output_dir: str = "runs/labels"
    """Folder for the figures, and for the models."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: sweep(parse(LabelsArguments, argv, PROG)), PROG)


def sweep(arguments: LabelsArguments) -> None:
    """Run the joint steps that are not finished; print the table."""
    start = resolve(load_toml(arguments.config))
    data = load_dataset(start.data.dataset, True, start.data.digits, arguments.data_dir)
    test = load_dataset(start.data.dataset, False, start.data.digits, arguments.data_dir)
    network = VAEGMM.from_pretrained(arguments.network).network.to(resolve_device(start.device))
    n_labels = len(data.labels.unique())
    table = []
    for labels in arguments.labels:
        figures = []
        for seed in arguments.seeds:
            folder = Path(arguments.output_dir) / f"labels-{labels}-seed-{seed}"
            experiment = _arrange(start, labels, seed, n_labels, arguments)
            if not (folder / "figures.json").exists():
                parts = split(data, start.data.validation_fraction, start.seed)
                _run(copy.deepcopy(network), experiment, parts, test, folder)
            figures.append(json.loads((folder / "figures.json").read_text(encoding="utf-8")))
            say(f"labels {labels}, seed {seed}: {figures[-1]}")
        table.append([labels, str(len(figures)), *_summarise(figures)])
    head = ["labels per class", "seeds", "test accuracy", "NMI", "BCE, nats", "seconds"]
    say("\n" + as_text(head, table))


def _arrange(
    start: ExperimentConfig, labels: str, seed: int, n_labels: int, arguments: LabelsArguments
) -> ExperimentConfig:
    """Return the settings of one run: as many components as labels, unless all are known."""
    refine = replace(start.refine, labels=labels, refine_epochs=arguments.refine_epochs)
    mixture = start.mixture
    if labels != "all":
        refine = replace(refine, mutual_information=arguments.mutual_information)
        mixture = replace(mixture, n_components=n_labels)
    return replace(start, refine=refine, mixture=mixture, seed=seed)


def _run(
    network: VAE, experiment: ExperimentConfig, parts: Split, test: LabelledImages, folder: Path
) -> None:
    began = time.perf_counter()
    network = network.to(memory_format=torch.channels_last)
    checkpoint = folder / "refine.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    words = f"{len(parts.train):,} training images of {experiment.data.dataset}"
    model = build_model(network, parts, parts.train, experiment, words, checkpoint)
    seconds = time.perf_counter() - began
    metrics, rebuilt = measure(model, test), measure_autoencoder(model, test)
    model.save_pretrained(folder, f"Labels: {model.config.label_use}.\n")
    checkpoint.unlink()
    write_json(
        folder / "figures.json",
        {
            "accuracy": metrics.accuracy,
            "nmi": metrics.nmi,
            "bce": rebuilt.reconstruction_bce,
            "seconds": seconds,
        },
    )


def _summarise(figures: list[dict[str, float]]) -> list[str]:
    forms = {"accuracy": ".4f", "nmi": ".3f", "bce": ".2f", "seconds": ".0f"}
    cells = []
    for name, form in forms.items():
        values = [figure[name] for figure in figures]
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        cells.append(f"{statistics.mean(values):{form}} ± {spread:{form}}")
    return cells


if __name__ == "__main__":
    raise SystemExit(main())
