"""What the model invents, in the eyes of a judge that knows nothing of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.evaluation.charts import N_COLUMNS, plot_pictures
from vaegmm.evaluation.frechet import frechet_distance
from vaegmm.evaluation.judge import LIMIT, Judge, form_opinion
from vaegmm.evaluation.neighbours import K, find_nearest, measure_coverage
from vaegmm.evaluation.plots import plot_samples
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import Generated, GenerateSettings, generate, join
from vaegmm.runtime import MAX_SEED

# Sharpening is the better part of a small distance, so that rows without it stand beside.
UNSHARPENED, NORMAL_UNSHARPENED = (
    "samples as the decoder draws them", "N(0, I), as the decoder draws them"
)  # fmt: skip
BY_LABEL = {
    "samples by label": GenerateSettings(),
    "samples at temperature 0.8": GenerateSettings(temperature=0.8),
    UNSHARPENED: GenerateSettings(sharpness=1),
    "samples that the model is sure of": GenerateSettings(keep_sure=0.9),
}
NORMAL = {
    "N(0, I)": GenerateSettings(source="normal"),
    NORMAL_UNSHARPENED: GenerateSettings(source="normal", sharpness=1),
}
N_SHOWN = 20  # beside their nearest training images
N_NEAREST = 2000  # images whose nearest training image is looked for
HEAD = [
    "images", "N", "Frechet distance", "precision", "recall", "nearest", "like a digit",
    "right label", "acceptance",
]  # fmt: skip


@dataclass(frozen=True)
class SampleMetrics:
    """Figures of N images.

    Attributes:
        n_images: N.
        frechet_distance: to the test images, in the judge's features; None for those themselves.
        precision: share that lies where test images do (see `neighbours`).
        recall: share of the test images that lies where these do.
        nearest: median distance to the nearest training image, in units of ink; None for those
            themselves.
        like_a_digit: share on which the judge's members agree.
        right_label: share that the judge reads as they were meant; None if nothing was meant.
        acceptance: share of what was drawn that was kept; None for real images.
    """

    n_images: int
    frechet_distance: float | None
    precision: float | None
    recall: float | None
    nearest: float | None
    like_a_digit: float
    right_label: float | None
    acceptance: float | None


@dataclass(frozen=True)
class _Yardstick:
    """What images are held against: the judge, test images' features, and training images."""

    judge: Judge
    target: Tensor
    train: Tensor
    some: Tensor  # which of N images are held against training images

    def measure(
        self, images: Tensor, labels: Tensor | None, n_drawn: int | None = None
    ) -> SampleMetrics:
        features = self.judge.features(images)
        opinion = form_opinion(self.judge.log_probabilities(features))
        right = None
        if labels is not None:
            right = float((opinion.probabilities.argmax(1) == labels).double().mean())
        coverage = measure_coverage(self.target, features)
        return SampleMetrics(
            len(images),
            frechet_distance(features, self.target),
            coverage.precision,
            coverage.recall,
            float(find_nearest(images[self.some], self.train).distance.median()),
            float((opinion.disagreement <= LIMIT).double().mean()),
            right,
            None if n_drawn is None else len(images) / n_drawn,
        )


def judge_samples(subject: Subject) -> Section:
    """How far samples are from real images, whether they show what they should, or are copies."""
    judge, test, n = subject.judge, subject.test, len(subject.test)
    if judge is None or subject.train is None:
        note = "Samples are judged beside mnist or sample, with all of the model's digits."
        return Section("Generation", note, HEAD, [], None)
    generator = torch.Generator().manual_seed(subject.seed)
    real = subject.train.subset(torch.randperm(len(subject.train), generator=generator)[:n])
    some = torch.randperm(n, generator=generator)[:N_NEAREST]
    target = judge.features(test.images)
    yardstick = _Yardstick(judge, target, subject.train.images, some)
    of_test = yardstick.measure(test.images, test.labels)
    metrics = {
        "test images": dataclasses.replace(
            of_test, frechet_distance=None, precision=None, recall=None
        ),
        "training images": dataclasses.replace(
            yardstick.measure(real.images, real.labels), nearest=None
        ),
    }
    refused = _measure_samples(subject, yardstick, metrics)
    return Section(
        "Generation",
        " ".join([_explain(metrics), *(f"No {name}: {why}." for name, why in refused.items())]),
        HEAD,
        [[name, *_describe(of_images)] for name, of_images in metrics.items()],
        {name: dataclasses.asdict(of_images) for name, of_images in metrics.items()},
        _show(subject, subject.train.images),
    )


def _measure_samples(
    subject: Subject, yardstick: _Yardstick, metrics: dict[str, SampleMetrics]
) -> dict[str, str]:
    """Add a row for each way of drawing; return why others gave none."""
    model, n, seed = subject.model, len(subject.test), subject.seed % MAX_SEED
    refused = {}
    for name, settings in BY_LABEL.items():
        try:
            made = _draw_like(model, subject.test.labels, settings, seed)
        except ValueError as error:  # a filter that lets hardly anything pass
            refused[name] = str(error)
            continue
        images, labels = torch.from_numpy(made.images), torch.from_numpy(made.labels)
        metrics[name] = yardstick.measure(images, labels, made.n_drawn)
    baselines = {"": model} | ({"plain VAE, ": subject.plain} if subject.plain else {})
    for prefix, baseline in baselines.items():
        if baseline.network.config.posterior == "point":  # N(0, I) means nothing to it
            continue
        for name, settings in NORMAL.items():
            images = torch.from_numpy(generate(baseline, n, settings, seed).images)
            metrics[prefix + name] = yardstick.measure(images, None, n)
    return refused


def _draw_like(model: VAEGMM, labels: Tensor, settings: GenerateSettings, seed: int) -> Generated:
    """Draw as many digits of each label as there are in labels (N,).

    In place of a label that no component stands for comes what the mixture has.
    """
    parts = []
    for number, label in enumerate(labels.unique().tolist()):
        count = int((labels == label).sum())
        asked = (label,) if label in model.config.component_labels else ()
        own = dataclasses.replace(settings, labels=asked)
        # a seed for each, lest all labels share their draws
        parts.append(generate(model, count, own, (seed + number) % MAX_SEED))
    return join(parts)


def _show(subject: Subject, train: Tensor) -> dict[str, str]:
    """Draw samples by label, and some above the training images nearest to them."""
    model, names = subject.model, sorted({*subject.model.config.component_labels})
    each = len(names) * N_COLUMNS
    settings = GenerateSettings(labels=tuple(names))
    made = generate(model, each, settings, subject.seed % MAX_SEED)
    order = torch.from_numpy(made.labels).argsort(stable=True)
    images, labels = torch.from_numpy(made.images), made.labels[:N_SHOWN].tolist()
    plot_samples(to_pixels(images[order]), subject.folder / "samples_by_label.png", N_COLUMNS)
    nearest = find_nearest(images[:N_SHOWN], train)
    rows, captions = [], []
    for part in torch.arange(len(nearest.index)).split(N_COLUMNS):
        rows += [images[part], train[nearest.index[part]]]
        captions += [f"asked for {labels[k]}" for k in part]
        captions += [f"off by {nearest.distance[k]:.2f}" for k in part]
    plot_pictures(torch.cat(rows), captions, subject.folder / "samples_nearest.png")
    return {
        "samples_by_label.png": f"{N_COLUMNS} samples of each label, the first made, unfiltered",
        "samples_nearest.png": f"{len(labels)} samples, the first made, each above the training "
        "image nearest to it, and how far it is off",
    }


def _explain(metrics: dict[str, SampleMetrics]) -> str:
    note = (
        "As many images in each row as there are test images; samples by label in the test "
        "images' own proportions. Frechet distance to the test images in the features of five "
        "small classifiers, trained apart from the model (it compares with no figure from other "
        "features, such as Inception's, nor from another number of images). Precision and recall: "
        "share of samples among test images, and of test images among samples, in the same "
        f"features, {K} neighbours. Nearest: how far the nearest of all training images is, the "
        f"root of the mean squared difference of pixels with ink 1, median of at most "
        f"{N_NEAREST:,} (copies lie far below the test images). Like a digit: share on which the "
        f"five agree to {LIMIT} nats. Right label: share that they read as asked for. Training "
        "images, which the five have seen, stand beside the samples."
    )
    distance = {name: of.frechet_distance or 0.0 for name, of in metrics.items()}
    if "plain VAE, N(0, I)" in distance:
        ratio = distance["samples by label"] / distance["plain VAE, N(0, I)"]
        unsharpened = distance[UNSHARPENED] / distance[f"plain VAE, {NORMAL_UNSHARPENED}"]
        note += (
            f" The Frechet distance of samples by label is {ratio:.2f} times that of the plain "
            f"VAE's draws from N(0, I); as the decoders draw them, {unsharpened:.2f} times."
        )
    return note


def _describe(metrics: SampleMetrics) -> list[str]:
    values = [
        (metrics.frechet_distance, ".3f"), (metrics.precision, ".1%"), (metrics.recall, ".1%"),
        (metrics.nearest, ".3f"), (metrics.like_a_digit, ".1%"), (metrics.right_label, ".2%"),
        (metrics.acceptance, ".1%"),
    ]  # fmt: skip
    shown = ["" if value is None else format(value, form) for value, form in values]
    return [f"{metrics.n_images:,}", *shown]
