"""What the model invents, in the eyes of a judge that knows nothing of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.evaluation.frechet import frechet_distance
from vaegmm.evaluation.judge import LIMIT, Judge, form_opinion
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.latents import decode_latents, to_bytes


@dataclass(frozen=True)
class SampleMetrics:
    """Figures of N made images.

    Attributes:
        frechet_distance: to as many real images, in the judge's features.
        like_a_digit: share on which the judge's members agree.
        right_label: share that the judge reads as they were meant; None if they were not.
    """

    frechet_distance: float
    like_a_digit: float
    right_label: float | None


def judge_samples(subject: Subject) -> Section:
    """How far samples are from real images, and whether they show what they should."""
    head = ["images", "N", "Frechet distance", "like a digit", "right label"]
    judge, model, n = subject.judge, subject.model, len(subject.test)
    if judge is None or subject.train is None:
        note = "Samples are judged beside mnist or sample, with all of the model's digits."
        return Section("Generation", note, head, [], None)
    generator = torch.Generator().manual_seed(subject.seed)
    real = subject.train.subset(torch.randperm(len(subject.train), generator=generator)[:n])
    z = model.sample_latents(n, generator)
    answers = model.log_labels(z.to(model.means.device)).argmax(1).cpu()
    others = torch.randn(z.shape, generator=generator)
    target = judge.features(subject.test.images)
    metrics = {
        "training images": _judge(judge, target, real.images, real.labels),
        "samples from the mixture": _judge(
            judge, target, _draw(subject, z), torch.tensor(model.labels)[answers]
        ),
    }
    if model.network.config.posterior != "point":
        metrics["samples from N(0, I)"] = _judge(judge, target, _draw(subject, others), None)
    return Section(
        "Generation",
        "Frechet distance to the test images in the features of five small classifiers, trained "
        "apart from the model (it compares with no figure from other features, nor from another "
        f"number of images); share of images on which they agree to {LIMIT} nats; share that they "
        "read as their label, a sample's being the one that the mixture gives its latent. As many "
        "training images, which the five have seen, stand beside the samples.",
        head,
        [[name, f"{n:,}", *_describe(of_images)] for name, of_images in metrics.items()],
        {name: dataclasses.asdict(of_images) for name, of_images in metrics.items()},
    )


def _draw(subject: Subject, z: Tensor) -> Tensor:
    return to_bytes(decode_latents(subject.model.network, z))


def _judge(judge: Judge, target: Tensor, images: Tensor, labels: Tensor | None) -> SampleMetrics:
    features = judge.features(images)
    opinion = form_opinion(judge.log_probabilities(features))
    alike = (opinion.disagreement <= LIMIT).double().mean()
    right = None
    if labels is not None:
        right = float((opinion.probabilities.argmax(1) == labels).double().mean())
    return SampleMetrics(frechet_distance(features, target), float(alike), right)


def _describe(metrics: SampleMetrics) -> list[str]:
    right = "" if metrics.right_label is None else f"{metrics.right_label:.1%}"
    return [f"{metrics.frechet_distance:.3f}", f"{metrics.like_a_digit:.1%}", right]
