"""How good a model is on labelled images: figures only, no pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.strangers import find_surprise
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM


@dataclass(frozen=True)
class Metrics:
    """A model's figures on N labelled images.

    Attributes:
        n_images: N.
        n_components: K of the mixture.
        label_use: what labels were used for when the model was made.
        accuracy: share of images whose most probable label is right.
        precision_macro, recall_macro, f1_macro: means over the labels that the images have.
        nmi, ari: normalised mutual information and adjusted Rand index of components and labels
            (component indices, not their names: 1 needs one component per label).
        outlier_share: share of images called unlike any label.
        confusion: (L, L) counts, rows the truth, columns the answer, in the order of `labels`.
        labels: what rows and columns stand for.
    """

    n_images: int
    n_components: int
    label_use: str
    accuracy: float
    precision_macro: float
    recall_macro: float
    f1_macro: float
    nmi: float
    ari: float
    outlier_share: float
    confusion: list[list[int]]
    labels: list[int]


def measure(model: VAEGMM, data: LabelledImages) -> Metrics:
    """Measure a model on labelled images; every figure comes from the posterior means `mu`."""
    z = encode_images(model.network, data.images)
    return measure_latents(model, data, z, find_surprise(model, data.images, z).is_outlier)


def measure_latents(model: VAEGMM, data: LabelledImages, z: Tensor, is_outlier: Tensor) -> Metrics:
    """Measure a model on labelled images that are encoded already.

    Args:
        model: reads.
        data: N images.
        z: (N, D), their posterior means.
        is_outlier: (N,) bool, which of them are called unlike any label.
    """
    from sklearn import metrics  # slow to import, and the page needs it late

    z = z.to(model.means.device)
    answers = np.array(model.labels)[model.label_probabilities(z).argmax(1).cpu().numpy()]
    components: NDArray[np.int64] = model.log_joint(z).argmax(1).cpu().numpy()
    truth = data.labels.numpy()
    labels = sorted({*model.labels, *truth.tolist()})
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, answers, labels=sorted(set(truth.tolist())), average="macro", zero_division=0
    )
    return Metrics(
        n_images=len(data),
        n_components=len(model.weights),
        label_use=model.config.label_use,
        accuracy=float(metrics.accuracy_score(truth, answers)),
        precision_macro=float(precision),
        recall_macro=float(recall),
        f1_macro=float(f1),
        nmi=float(metrics.normalized_mutual_info_score(truth, components)),
        ari=float(metrics.adjusted_rand_score(truth, components)),
        outlier_share=float(is_outlier.double().mean()),
        confusion=metrics.confusion_matrix(truth, answers, labels=labels).tolist(),
        labels=labels,
    )


def describe_metrics(metrics: Metrics) -> list[list[str]]:
    """Return the figures as rows of name and value."""
    names = ("accuracy", "precision_macro", "recall_macro", "f1_macro", "nmi", "ari")
    heads = ("accuracy", "precision", "recall", "F1", "NMI", "ARI")
    return [[head, f"{getattr(metrics, n):.4f}"] for head, n in zip(heads, names, strict=True)]
