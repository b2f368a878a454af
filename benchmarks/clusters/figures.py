"""What is measured of a finished run, and kept in its folder.

Labels of test images are looked at here, to measure, and nowhere else. Names of clusters are the
training's.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn import metrics

from benchmarks.runs import FIGURES, read_seconds
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.autoencoding import measure_autoencoder
from vaegmm.evaluation.likelihood import measure_likelihood
from vaegmm.files import replacing, write_json
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM
from vaegmm.settings import from_dict
from vaegmm.training.heads import Choice

CHOICES, CLUSTERS = "choices.json", "clusters.npz"
NAMED = re.compile(r"labels only name (?:the )?(\d+) (?:clusters|components)")
Clusters = NDArray[np.uint8]


@dataclass(frozen=True)
class SeedFigures:
    """A run's figures on N test images; nats are means per image.

    Attributes:
        seed: of the run.
        n_images: N.
        accuracy: share of images in the cluster that has their label's name.
        nmi, ari: normalised mutual information and adjusted Rand index of clusters and labels.
        bce: reconstruction's cross-entropy of the decoded `mu`, in nats.
        elbo_mixture: the bound with the model's own mixture as prior, one draw per image, in nats.
        seconds: all epochs of the training.
        machine: that it was trained on.
        note: how clusters were named, where that is not one to one; else empty.
        choices: that the run made.
    """

    seed: int
    n_images: int
    accuracy: float
    nmi: float
    ari: float
    bce: float
    elbo_mixture: float
    seconds: float
    machine: str
    note: str
    choices: tuple[Choice, ...]

    @property
    def head(self) -> Choice | None:
        """The choice of the head that names the clusters, if there was one."""
        return self._last("head")

    @property
    def grouping(self) -> Choice | None:
        """The choice of how its components are grouped, before or after near images, if any."""
        return self._last("grouping")

    def _last(self, what: str) -> Choice | None:
        choices = [choice for choice in self.choices if choice.what == what]
        return choices[-1] if choices else None


@dataclass(frozen=True)
class PlainFigures:
    """A plain VAE's figures on the test images, as in `SeedFigures`."""

    bce: float
    seconds: float


def measure_seed(
    folder: Path, model: VAEGMM, test: LabelledImages, seed: int, machine: str
) -> None:
    """Measure a run on test images; keep its figures and their clusters in its folder."""
    clusters, truth = find_clusters(model, test), test.labels.numpy()
    answers = np.array(model.labels)[clusters]
    figures = SeedFigures(
        seed=seed,
        n_images=len(test),
        accuracy=float(metrics.accuracy_score(truth, answers)),
        nmi=float(metrics.normalized_mutual_info_score(truth, clusters)),
        ari=float(metrics.adjusted_rand_score(truth, clusters)),
        bce=measure_autoencoder(model, test).reconstruction_bce,
        # with a single draw the bound of importance weights is the ELBO
        elbo_mixture=measure_likelihood(model, test.images, n_samples=1).mixture,
        seconds=read_seconds(folder),
        machine=machine,
        note=describe_naming(model),
        choices=read_choices(folder),
    )
    with replacing(folder / CLUSTERS) as temporary:
        np.savez_compressed(temporary, clusters=clusters)
    write_json(folder / FIGURES, asdict(figures))


def measure_plain(folder: Path, model: VAEGMM, test: LabelledImages) -> None:
    """Measure a plain VAE on test images; keep its figures in its folder."""
    bce = measure_autoencoder(model, test).reconstruction_bce
    write_json(folder / FIGURES, asdict(PlainFigures(bce, read_seconds(folder))))


def find_clusters(model: VAEGMM, data: LabelledImages) -> Clusters:
    """Return the cluster (N,) of each image: the index of the label that the model answers.

    Without labels each cluster is named by one of them, one to one; see `describe_naming`.
    """
    assert len(model.labels) <= 256
    z = encode_images(model.network, data.images).to(model.means.device)
    clusters: torch.Tensor = model.label_probabilities(z).argmax(1)
    return clusters.cpu().numpy().astype(np.uint8)


def describe_naming(model: VAEGMM) -> str:
    """Return how a model's clusters were named, in words; "" where that is label by label."""
    found = NAMED.match(model.config.label_use)
    n_clusters = int(found[1]) if found else 0
    is_one_to_one = {*model.config.component_labels} == {*model.labels}
    if n_clusters == len(model.labels) and is_one_to_one:
        return ""
    return f"not one cluster for each label ({model.config.label_use}): counted are its answers"


def read_choices(folder: Path) -> tuple[Choice, ...]:
    """Read the choices that a run made without labels; none where it kept no file of them.

    Raises:
        ValueError: the file is damaged.
    """
    path = folder / CHOICES
    if not path.exists():
        return ()
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, list):
        raise ValueError(f"{path} is damaged: it is no list of choices")
    choices = tuple(from_dict(Choice, value, str(path)) for value in values)
    for choice in choices:
        if not 0 <= choice.chosen < len(choice.mutual_information):
            raise ValueError(
                f"{path} is damaged: chosen must be below the {len(choice.mutual_information)} "
                f"candidates, got {choice.chosen}"
            )
    return choices


def read_seed(folder: Path) -> SeedFigures:
    """Read the figures of a finished run."""
    return from_dict(SeedFigures, _read(folder), str(folder / FIGURES))


def read_plain(folder: Path) -> PlainFigures:
    """Read the figures of a finished plain VAE."""
    return from_dict(PlainFigures, _read(folder), str(folder / FIGURES))


def read_clusters(folder: Path) -> Clusters:
    """Read the clusters (N,) of the test images."""
    with np.load(folder / CLUSTERS) as arrays:
        clusters: Clusters = arrays["clusters"]
    return clusters


def _read(folder: Path) -> object:
    return json.loads((folder / FIGURES).read_text(encoding="utf-8"))
