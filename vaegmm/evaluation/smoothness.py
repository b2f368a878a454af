"""Whether morphs are what they should be: short, even, and digits all along."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.evaluation.ambiguity import has_usual_ink
from vaegmm.evaluation.judge import LIMIT, Judge, Opinion

LEAST_TOP = 0.5  # probability of the best label, below which a frame shows no one digit


@dataclass(frozen=True)
class Likeness:
    """How like digits some images are, in the judge's eyes.

    Attributes:
        digit_like: share that passes all of the three below.
        agreed: share on which the members agree to `LIMIT` nats.
        topped: share with a top probability of 0.5 or more.
        usual_ink: share with as much ink as the middle 98 % of real images.
    """

    digit_like: float
    agreed: float
    topped: float
    usual_ink: float


@dataclass(frozen=True)
class MorphMetrics:
    """Figures of B morphs, of the frames that are shown.

    Attributes:
        n_pairs: B.
        length: mean length of a curve in pixels over that of the reference, pair by pair
            (Michelis & Becker 2021).
        shorter: share of the pairs whose curve is shorter than the reference.
        unevenness: mean of the largest change between two frames over the mean change; 1 is even.
        likeness: of the frames between the ends.
        switches: mean number of times that the judge's label changes along the way; 1 is ideal.
        one_switch: share of the pairs with just one.
        end_error: root of the mean squared difference of the two ends to their pictures, in units
            of ink.
        per_second: frames made in a second, the search for the curve included.
    """

    n_pairs: int
    length: float
    shorter: float
    unevenness: float
    likeness: Likeness
    switches: float
    one_switch: float
    end_error: float
    per_second: float


@dataclass(frozen=True)
class Morphs:
    """B morphs of one digit place.

    Attributes:
        frames: (B, T, 28, 28) uint8, ink = 255.
        ends: (B, 2, 28, 28) uint8, the pictures that they were to begin and end with.
        seconds: that it took to make them.
    """

    frames: Tensor
    ends: Tensor
    seconds: float


def measure_lengths(frames: Tensor) -> Tensor:
    """Return how long morphs (B, T, 28, 28) uint8 are, (B,): the sum of all changes, in ink."""
    return _measure_steps(frames).sum(1)


def measure_morphs(morphs: Morphs, reference: Tensor, judge: Judge, real: Tensor) -> MorphMetrics:
    """Measure morphs.

    Args:
        morphs: of T >= 3 frames.
        reference: (B,), lengths of the same pairs' curves that theirs are compared with.
        judge: knows nothing of the model.
        real: (N, 28, 28) uint8, real images of the model's labels.
    """
    frames = morphs.frames
    n_pairs, n_frames = frames.shape[:2]
    steps = _measure_steps(frames)
    opinion = judge.judge(frames.flatten(0, 1))
    labels = opinion.probabilities.argmax(1).view(n_pairs, n_frames)
    switches = (labels.diff(dim=1) != 0).sum(1)
    is_between = torch.ones(n_pairs, n_frames, dtype=torch.bool)
    is_between[:, [0, -1]] = False  # the ends are not the morph's doing
    lengths = steps.sum(1)
    off = (frames[:, [0, -1]].float() - morphs.ends.float()) / 255
    return MorphMetrics(
        n_pairs=n_pairs,
        length=_mean(_ratio(lengths, reference)),
        shorter=_mean(lengths < reference),
        unevenness=_mean(_ratio(steps.amax(1), steps.mean(1))),
        likeness=measure_likeness(frames.flatten(0, 1), opinion, real, is_between.flatten()),
        switches=_mean(switches),
        one_switch=_mean(switches == 1),
        end_error=off.square().mean().sqrt().item(),
        per_second=n_pairs * n_frames / morphs.seconds,
    )


def measure_likeness(
    images: Tensor, opinion: Opinion, real: Tensor, is_counted: Tensor
) -> Likeness:
    """Measure how like digits images are.

    Args:
        images: (N, 28, 28) uint8.
        opinion: the judge's of them.
        real: (M, 28, 28) uint8, real images.
        is_counted: (N,) bool, which of them count.
    """
    checks = {
        "agreed": opinion.disagreement <= LIMIT,
        "topped": opinion.probabilities.amax(1) >= LEAST_TOP,
        "usual_ink": has_usual_ink(images, real),
    }
    counted = {name: check[is_counted] for name, check in checks.items()}
    digit_like = torch.stack(list(counted.values())).all(0)
    return Likeness(_mean(digit_like), **{name: _mean(check) for name, check in counted.items()})


def _measure_steps(frames: Tensor) -> Tensor:
    """Return the change from each frame to the next, (B, T - 1)."""
    steps: Tensor = (frames.flatten(2).float() / 255).diff(dim=1).norm(dim=2)
    return steps


def _ratio(values: Tensor, reference: Tensor) -> Tensor:
    """Return values over a reference; 1 where nothing changes."""
    return torch.where(reference > 0, values / reference, 1.0)


def _mean(values: Tensor) -> float:
    return float(values.double().mean())
