"""What the mixture makes of images: clusters, and what belongs to none."""

from __future__ import annotations

import dataclasses

import torch

from vaegmm.data.scribbles import make_noise, make_scribbles
from vaegmm.evaluation.charts import plot_densities, plot_surprise
from vaegmm.evaluation.plots import plot_latents
from vaegmm.evaluation.strangers import find_surprise, measure_strangers
from vaegmm.evaluation.tasks.subject import Section, Subject

N_SCRIBBLES, N_NOISE = 500, 1000


def cluster_images(subject: Subject) -> Section:
    """How components and labels go together, names left aside."""
    plot_latents(subject.model, subject.z, subject.test.labels, subject.folder / "latents.png")
    return Section(
        "Clustering",
        "Normalised mutual information and adjusted Rand index of components and labels: names "
        "play no part, and 1 needs one component per label.",
        ["mixture", "NMI", "ARI"],
        subject.rows(("nmi", "ari")),
        {name: {"nmi": m.nmi, "ari": m.ari} for name, m in subject.mixtures.items()},
        {"latents.png": "latents by label, and the components' means"},
    )


def find_strangers(subject: Subject) -> Section:
    """How well the model tells what is none of its labels."""
    model, test = subject.model, subject.test.images
    images = {
        **subject.others,
        "noise": make_noise(test[:N_NOISE], subject.seed),
        "scribbles": make_scribbles(N_SCRIBBLES, subject.seed),
    }
    own = find_surprise(model, test, subject.z)
    others = {name: find_surprise(model, some) for name, some in images.items()}
    false_alarms = float(own.is_outlier.double().mean())
    metrics = {name: measure_strangers(own, other) for name, other in others.items()}
    answers = torch.tensor(model.labels)[subject.log_labels.argmax(1)]
    plot_densities(own, answers, others, subject.folder / "densities.png")
    threshold = model.config.outliers.threshold
    plot_surprise(own, others, threshold, subject.folder / "surprise.png")
    return Section(
        "Outliers",
        f"Of the test images with its own labels {false_alarms:.2%} are called none of them. For "
        "other images: area under the ROC curve of the score that the page uses, of the density "
        "and of the reconstruction alone, and the share caught at the page's threshold.",
        ["images", "N", "AUROC", "by density", "by reconstruction", "caught"],
        [
            [
                name, f"{m.n_images:,}", f"{m.auroc:.4f}", f"{m.auroc_by_density:.4f}",
                f"{m.auroc_by_misfit:.4f}", f"{m.caught:.1%}",
            ]
            for name, m in metrics.items()
        ],
        {
            "false_alarms": false_alarms,
            **{name: dataclasses.asdict(m) for name, m in metrics.items()},
        },
        {
            "densities.png": "log-density of the latents, by answer and for other images",
            "surprise.png": "the score of surprise",
        },
    )  # fmt: skip
