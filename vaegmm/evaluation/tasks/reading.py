"""Whether answers are right: on test images, by confidence, and on drawings."""

from __future__ import annotations

import dataclasses

import torch

from vaegmm.data.scribbles import paint
from vaegmm.data.strokes import load_drawings
from vaegmm.evaluation.calibration import measure_calibration
from vaegmm.evaluation.charts import plot_pictures, plot_reliability
from vaegmm.evaluation.plots import plot_confusion
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.latents import encode_images

N_ERRORS = 40


def classify_images(subject: Subject) -> Section:
    """How often the answer is right, and where it is not."""
    plot_confusion(next(iter(subject.mixtures.values())), subject.folder / "confusion.png")
    log_labels = (subject.log_labels / subject.model.config.temperature).log_softmax(1)
    right = log_labels.gather(1, subject.truth[:, None]).squeeze(1)
    worst = right.argsort()[:N_ERRORS]
    answers = subject.log_labels.argmax(1)
    labels = subject.model.labels
    captions = [
        f"{labels[truth]}, {probability:.0%}"
        if truth == answer
        else f"{labels[truth]} → {labels[answer]}"
        for truth, answer, probability in zip(
            subject.truth[worst], answers[worst], right[worst].exp().tolist(), strict=True
        )
    ]
    plot_pictures(subject.test.images[worst], captions, subject.folder / "errors.png")
    names = ("accuracy", "precision_macro", "recall_macro", "f1_macro")
    return Section(
        "Classification",
        "Precision, recall and F1 are means over the labels.",
        ["mixture", "accuracy", "precision", "recall", "F1"],
        subject.rows(names),
        {name: dataclasses.asdict(metrics) for name, metrics in subject.mixtures.items()},
        {
            "confusion.png": "confusion matrix: rows the truth, columns the answer",
            "errors.png": f"the {len(worst)} images whose true label is found least probable "
            "(truth → answer; where it is read rightly all the same, how probable)",
        },
    )


def calibrate_images(subject: Subject) -> Section:
    """Whether the model is right as often as it says."""
    metrics = measure_calibration(
        subject.log_labels, subject.truth, subject.model.config.temperature
    )
    plot_reliability(metrics, subject.folder / "reliability.png")
    nll = "infinite" if metrics.nll is None else f"{metrics.nll:.4f}"
    return Section(
        "Calibration",
        "Expected calibration error over 15 bins of confidence; the temperature was fitted to "
        "validation images.",
        ["figure", "value"],
        [
            ["expected calibration error", f"{metrics.ece:.4f}"],
            ["the same without temperature", f"{metrics.ece_without_temperature:.4f}"],
            ["negative log-likelihood, nats", nll],
            ["Brier score", f"{metrics.brier:.4f}"],
            ["temperature", f"{metrics.temperature:.2f}"],
        ],
        dataclasses.asdict(metrics),
        {"reliability.png": "accuracy by confidence"},
    )


def read_drawings(subject: Subject) -> Section:
    """How well the model reads digits that were drawn by strokes."""
    labels = torch.tensor(subject.model.labels)
    drawings = [d for d in load_drawings() if d.label in subject.model.labels]
    if not drawings or not subject.shows_digits:
        note = "There are drawings of digits alone."
        return Section("Drawings", note, ["style", "accuracy"], [], None)
    images = paint(drawings)
    z = encode_images(subject.model.network, images).to(subject.model.means.device)
    answers = labels[subject.model.log_labels(z).argmax(1).cpu()]
    is_right = answers == torch.tensor([d.label for d in drawings])
    groups: dict[str, list[bool]] = {"all": is_right.tolist()}
    for drawing, right in zip(drawings, is_right.tolist(), strict=True):
        groups.setdefault(f"style: {drawing.style}", []).append(right)
    for drawing, right in zip(drawings, is_right.tolist(), strict=True):
        groups.setdefault(f"{drawing.label}: {drawing.form}", []).append(right)
    wrong = (~is_right).nonzero().squeeze(1)[:N_ERRORS]
    captions = [f"{drawings[i].label} → {answers[i]}\n{drawings[i].style}" for i in wrong.tolist()]
    plot_pictures(images[wrong], captions, subject.folder / "drawings.png")
    share = {name: sum(rights) / len(rights) for name, rights in groups.items()}
    return Section(
        "Drawings",
        "Digits drawn by strokes on the page's pad, of which none was trained on: as one, by what "
        "the hand did, and by the form of each digit.",
        ["drawings", "N", "accuracy"],
        [[name, str(len(groups[name])), f"{value:.1%}"] for name, value in share.items()],
        share,
        {"drawings.png": f"{len(wrong)} that are misread (truth → answer)"},
    )
