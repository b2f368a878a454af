"""Does it help? A small classifier with few labelled digits, with and without generated ones.

The classifier and the number of its steps are the same for all; what it learns from differs. What
makes the generated digits stands in `few_digits`.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

import torch
import torch.nn.functional as F
from torch.optim.lr_scheduler import OneCycleLR

from vaegmm.config import AugmentationConfig
from vaegmm.data.augment import augment
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.few_digits import BENT, make_digits
from vaegmm.evaluation.judge import Member
from vaegmm.latents import to_pixels
from vaegmm.runtime import autocast, evaluating, keep_freed_memory, resolve_precision

AFFINE = AugmentationConfig(rotation=12, scale=0.12, shear=10, shift=2)
# What the generator's copies know, and affine changes do not: the fair rival of what it makes.
BENT_TOO = dataclasses.replace(
    AFFINE, elastic=BENT.elastic, thickness=BENT.thickness, contrast=BENT.contrast
)
STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 400, 100, 3e-3, 1e-3
MADE = 0.5  # share of a batch that is generated, where some are
EVALUATION_BATCH = 1000
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Diet:
    """What a classifier learns from: real digits, perhaps generated ones, perhaps changed."""

    has_made: bool
    changes: AugmentationConfig


ALONE = AugmentationConfig()
DIETS = {
    "real digits alone": Diet(False, ALONE),
    "with affine changes": Diet(False, AFFINE),
    "with generated digits": Diet(True, ALONE),
    "with both": Diet(True, AFFINE),
    "affine, bent and thickened": Diet(False, BENT_TOO),
}


@dataclass(frozen=True)
class Cell:
    """Test accuracies with n real digits per label, chosen by a seed, by the name of the diet."""

    n: int
    seed: int
    accuracies: dict[str, float]


def check_sizes(sizes: tuple[int, ...], data: LabelledImages) -> None:
    """Refuse more digits of each label than there are.

    Raises:
        ValueError: no size, or one out of range.
    """
    fewest = int(data.labels.unique(return_counts=True)[1].min())
    if not sizes or min(sizes) < 1 or max(sizes) > fewest:
        raise ValueError(
            f"augmentation_sizes must be from 1 to {fewest}, as many as the rarest label has, got "
            f"{', '.join(map(str, sizes)) or 'none'}"
        )


def choose_digits(data: LabelledImages, n: int, seed: int) -> LabelledImages:
    """Return n images of every label, as many as there are at most, drawn at random by seed."""
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
    chosen = [order[data.labels[order] == label][:n] for label in data.labels.unique()]
    return data.subset(torch.cat(chosen))


def fit_classifier(
    real: LabelledImages, made: LabelledImages | None, changes: AugmentationConfig, seed: int
) -> Member:
    """Fit a small network of the judge's kind, from scratch; same arguments, same network.

    Args:
        real: labelled digits.
        made: generated ones, `MADE` of every batch; None for none.
        changes: of all, drawn anew for every batch.
        seed: of weights, batches and changes.
    """
    precision = resolve_precision("auto", CPU)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        classifier = Member().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        classifier.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
    )
    scheduler = OneCycleLR(optimizer, LEARNING_RATE, STEPS)
    generator = torch.Generator().manual_seed(seed)
    n_made = 0 if made is None else round(MADE * BATCH)
    classifier.train()
    for _ in range(STEPS):
        parts = [_draw(real, BATCH - n_made, generator)]
        if made is not None:
            parts.append(_draw(made, n_made, generator))
        x = augment(to_pixels(torch.cat([part.images for part in parts])), changes, generator)
        with autocast(CPU, precision):
            logits = classifier(x.contiguous(memory_format=torch.channels_last)).float()
        loss = F.cross_entropy(logits, torch.cat([part.labels for part in parts]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return classifier.eval()


def _draw(data: LabelledImages, n: int, generator: torch.Generator) -> LabelledImages:
    return data.subset(torch.randint(len(data), (n,), generator=generator))


def measure_accuracy(classifier: Member, data: LabelledImages) -> float:
    """Return the share of images that a classifier reads as their labels."""
    with evaluating(classifier):
        answers = [classifier(to_pixels(p)).argmax(1) for p in data.images.split(EVALUATION_BATCH)]
    return float((torch.cat(answers) == data.labels).double().mean())


def measure_cell(real: LabelledImages, test: LabelledImages, n: int, seed: int) -> Cell:
    """Fit a classifier on each diet of the same few digits; the generator sees no others.

    Args:
        real: n of each label.
        test: images that none has seen.
        n: kept in the result.
        seed: of generator and classifiers.
    """
    made = make_digits(real, seed)
    accuracies = {}
    for name, diet in DIETS.items():
        classifier = fit_classifier(real, made if diet.has_made else None, diet.changes, seed)
        accuracies[name] = measure_accuracy(classifier, test)
    return Cell(n, seed, accuracies)


def measure_cells(
    train: LabelledImages, test: LabelledImages, sizes: tuple[int, ...], seeds: range
) -> Iterator[Cell]:
    """Measure every size with every seed, a core each; give the cells as they are done."""
    jobs = [
        (choose_digits(train, n, seed), test, n, seed)
        for n, seed in itertools.product(sizes, seeds)
    ]
    if len(jobs) == 1:  # no process is worth its start
        yield measure_cell(*jobs[0])
        return
    # Cells side by side, a core each, are faster than all cores on one after another.
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_prepare) as processes:
        for done in as_completed([processes.submit(measure_cell, *job) for job in jobs]):
            yield done.result()


def _prepare() -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  bars of several processes would cross


def summarise(cells: list[Cell], n: int, name: str) -> tuple[float, float]:
    """Return mean and standard deviation (0 of one seed) of a diet's accuracies with n digits."""
    return _spread([cell.accuracies[name] for cell in cells if cell.n == n])


def find_gain(cells: list[Cell], n: int, name: str, other: str) -> tuple[float, float]:
    """Return mean and standard deviation of what a diet gains over another with the same digits."""
    return _spread([c.accuracies[name] - c.accuracies[other] for c in cells if c.n == n])


def _spread(values: list[float]) -> tuple[float, float]:
    tensor = torch.tensor(values, dtype=torch.float64)
    return float(tensor.mean()), float(tensor.std()) if len(values) > 1 else 0.0
