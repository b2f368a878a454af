"""Whether muddles are what they should be: torn between two labels, and digits all the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.evaluation.judge import LIMIT, Judge
from vaegmm.evaluation.second_opinion import SecondOpinion
from vaegmm.latents import to_bytes
from vaegmm.operations.muddle import Muddles

LEAST_SUM = 0.9  # of the judge's probabilities of both labels
MOST_OFF = 0.15  # of the share that was asked for
INK_TAIL = 0.01  # of real images, on either side
GREY = (0.2, 0.8)  # pixels that are neither ink nor paper
N_COMPARED = 1000  # images whose distances are averaged


@dataclass(frozen=True)
class AmbiguityMetrics:
    """Figures of N muddles, in the judge's eyes unless said otherwise.

    Attributes:
        n_images: N.
        good: share that passes all of the four below.
        two_labels: share where both labels together have a probability of 0.9 or more.
        balanced: share whose share of a is off by 0.15 at most.
        like_a_digit: share on which the members agree to `LIMIT` nats.
        usual_ink: share with as much ink as the middle 98 % of real images.
        entropy: mean, in nats.
        disagreement: mean mutual information of member and answer, in nats.
        off_target: mean of |p(a) / (p(a) + p(b)) - target|.
        greyness: share of grey pixels over that of real images: 1 is as crisp.
        diversity: mean distance of two muddles over that of two real images.
        second_opinion: share that a support-vector machine takes for one of the two before any
            other label.
        second_off_target: its mean of |p(a) / (p(a) + p(b)) - target|.
        per_second: muddles made in a second.
    """

    n_images: int
    good: float
    two_labels: float
    balanced: float
    like_a_digit: float
    usual_ink: float
    entropy: float
    disagreement: float
    off_target: float
    greyness: float
    diversity: float
    second_opinion: float
    second_off_target: float
    per_second: float


@dataclass(frozen=True)
class Yardstick:
    """What muddles are measured with.

    Attributes:
        judge: knows nothing of the model.
        second: nor does this one.
        real: (N, 28, 28) uint8, real images of the model's labels.
    """

    judge: Judge
    second: SecondOpinion
    real: Tensor


def measure_muddles(
    muddles: Muddles, yardstick: Yardstick, seconds: float
) -> tuple[AmbiguityMetrics, Tensor]:
    """Measure muddles that took some seconds to make; also return which are good, (N,) bool."""
    images = to_bytes(torch.from_numpy(muddles.x)[:, None])
    a, b = torch.from_numpy(muddles.a), torch.from_numpy(muddles.b)
    targets = torch.from_numpy(muddles.targets)
    opinion = yardstick.judge.judge(images)
    p_a, p_b = (opinion.probabilities.gather(1, label[:, None]).squeeze(1) for label in (a, b))
    off = (p_a / (p_a + p_b) - targets).abs()
    checks = {
        "two_labels": p_a + p_b >= LEAST_SUM,
        "balanced": off <= MOST_OFF,
        "like_a_digit": opinion.disagreement <= LIMIT,
        "usual_ink": has_usual_ink(images, yardstick.real),
    }
    is_good = torch.stack(list(checks.values())).all(0)
    second, is_torn = yardstick.second.judge_pairs(images, a, b)
    metrics = AmbiguityMetrics(
        n_images=len(images),
        good=_mean(is_good),
        **{name: _mean(check) for name, check in checks.items()},
        entropy=_mean(opinion.entropy),
        disagreement=_mean(opinion.disagreement),
        off_target=_mean(off),
        greyness=measure_greyness(images) / measure_greyness(yardstick.real),
        diversity=measure_diversity(images) / measure_diversity(yardstick.real),
        second_opinion=_mean(is_torn),
        second_off_target=_mean((second - targets).abs()),
        per_second=len(images) / seconds,
    )
    return metrics, is_good


def measure_greyness(images: Tensor) -> float:
    """Return the share of pixels of images (N, 28, 28) uint8 that are grey."""
    low, high = (255 * level for level in GREY)
    return _mean((images > low) & (images < high))


def measure_diversity(images: Tensor) -> float:
    """Return the mean Euclidean distance of two images (N, 28, 28) uint8, in units of ink."""
    pixels = images[:N_COMPARED].flatten(1).float() / 255
    return float(torch.pdist(pixels).mean())


def share_by_pair(
    muddles: Muddles, is_good: Tensor, labels: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the share that is good, (L, L), of label a (rows) and b; NaN where there is none."""
    n = len(labels)
    index = {label: k for k, label in enumerate(labels)}
    counts, goods = np.zeros((n, n)), np.zeros((n, n))
    for a, b, good in zip(muddles.a.tolist(), muddles.b.tolist(), is_good.tolist(), strict=True):
        counts[index[a], index[b]] += 1
        goods[index[a], index[b]] += good
    shares: NDArray[np.float64] = np.full((n, n), np.nan)
    return np.divide(goods, counts, out=shares, where=counts > 0)


def has_usual_ink(images: Tensor, real: Tensor) -> Tensor:
    """Return which images (N, 28, 28) uint8 have as much ink as the middle 98 % of real ones."""
    ink, usual = (some.flatten(1).float().sum(1) for some in (images, real))
    low, high = usual.quantile(torch.tensor([INK_TAIL, 1 - INK_TAIL])).tolist()
    is_usual: Tensor = (ink >= low) & (ink <= high)
    return is_usual


def _mean(values: Tensor) -> float:
    return values.double().mean().item()
