"""What is measured, and what comes out of a measurement."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.judge import Judge
from vaegmm.evaluation.metrics import Metrics
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM


@dataclass(frozen=True)
class Section:
    """What came out of one task.

    Attributes:
        title: of its part of the report.
        note: what the figures mean.
        head, rows: a table, as text.
        pictures: what each PNG in the folder shows, by file name.
        figures: the same for programs, as JSON values.
    """

    title: str
    note: str
    head: list[str]
    rows: list[list[str]]
    figures: object
    pictures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What is measured, and on what.

    Attributes:
        model: in evaluation mode.
        test: images that it has never seen, with labels that it knows.
        mixtures: its own figures first, and those of mixtures fitted anew, by what they are.
        train: images of the kind that the model has learned from, to see beside samples.
        judge: of made images; None where it does not know what they are to show.
        shows_digits: whether the images are digits, like the drawings.
        others: images (N, 28, 28) uint8 that are none of its labels, by name.
        folder: where pictures are written.
        seed: of whatever is drawn at random.
        n_likelihood_images, n_likelihood_samples: how many, for the bound on log p(x).
        n_muddles: how many, of each kind.
        n_morphs: how many pairs turn into each other, along each path.
        plain: the same network as a plain VAE, to compare samples with.
        augmentation_sizes: real digits of each label that small classifiers learn from.
        augmentation_seeds: how often those digits are chosen.
    """

    model: VAEGMM
    test: LabelledImages
    mixtures: dict[str, Metrics]
    others: dict[str, Tensor]
    folder: Path
    train: LabelledImages | None = None
    judge: Judge | None = None
    shows_digits: bool = True
    seed: int = 0
    n_likelihood_images: int = 1000
    n_likelihood_samples: int = 100
    n_muddles: int = 1000
    n_morphs: int = 500
    plain: VAEGMM | None = None
    augmentation_sizes: tuple[int, ...] = (5, 10, 20, 50, 100)
    augmentation_seeds: int = 5

    @cached_property
    def z(self) -> Tensor:
        """Posterior means (N, D) of the test images."""
        return encode_images(self.model.network, self.test.images)

    @cached_property
    def truth(self) -> Tensor:
        """Index of the test images' labels among the model's, (N,)."""
        return torch.searchsorted(torch.tensor(self.model.labels), self.test.labels)

    @cached_property
    def log_labels(self) -> Tensor:
        """Log-probabilities of the labels (N, L) of the test images, at temperature 1."""
        return self.model.log_labels(self.z.to(self.model.means.device)).cpu()

    def rows(self, names: tuple[str, ...]) -> list[list[str]]:
        """Return a table's rows: for each mixture the figures of these names."""
        return [
            [setting, *(f"{getattr(metrics, name):.4f}" for name in names)]
            for setting, metrics in self.mixtures.items()
        ]
