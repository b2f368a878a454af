"""How much of a hand is kept when it writes other digits: `python -m benchmarks.styles`.

Test digits of the bundled sample are written as other labels, by optimal transport and by simpler
ways, and the judge reads them. Slant and thickness of the strokes are compared with the original's,
each as it differs from the usual of its label.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import load_dataset
from vaegmm.evaluation.judge import LIMIT, Judge
from vaegmm.latents import to_bytes
from vaegmm.model import VAEGMM
from vaegmm.operations.border import decode
from vaegmm.operations.handwriting import Handwriting, encode_handwriting
from vaegmm.operations.styles import SHARPNESS, measure_moments
from vaegmm.runtime import evaluating

PROG = "python -m benchmarks.styles"
INK = 0.5  # level from which on a pixel counts as ink
Array = NDArray[np.float64]


@dataclass(frozen=True)
class StylesBenchmark:
    """Measure how much of a hand other digits keep."""

    n: int = 1000
    """Test digits, each written as one other label."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    seed: int = 0
    """Of the digits and of what they become."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: measure(parse(StylesBenchmark, argv, PROG)), PROG)


def measure(arguments: StylesBenchmark) -> None:
    """Print, for each way, how often the judge reads what was asked, and how alike the hand is."""
    model, judge = VAEGMM.from_pretrained(arguments.weights), Judge.from_pretrained()
    own = encode_handwriting(model, load_dataset("sample", train=False))
    real = encode_handwriting(model, load_dataset("sample", train=True))
    generator = torch.Generator().manual_seed(arguments.seed)
    index = torch.randint(len(own.labels), (arguments.n,), generator=generator)
    labels = torch.searchsorted(torch.tensor(model.labels), own.labels)
    a = labels[index]
    b = (a + torch.randint(1, len(model.labels), a.shape, generator=generator)) % len(model.labels)
    hands = own.images[index].double().numpy() / 255
    say(f"{'way':<28}{'read rightly':>14}{'like a digit':>14}{'slant r':>10}{'thickness r':>13}")
    for name, carry in _list_ways(model, real, generator).items():
        z = carry(own.z[index], a, b).to(model.means.device)
        with evaluating(model):
            images = to_bytes(decode(model, z, sharpness=SHARPNESS)).cpu()
        opinion = judge.judge(images)
        right = opinion.probabilities.argmax(1) == torch.tensor(model.labels)[b]
        alike = opinion.disagreement <= LIMIT
        written = images.double().numpy() / 255
        kept = [
            _correlate(quantity(hands), a.numpy(), quantity(written), b.numpy())
            for quantity in (measure_slant, measure_thickness)
        ]
        shares = [float(share.double().mean()) for share in (right, alike)]
        say(f"{name:<28}{shares[0]:>14.1%}{shares[1]:>14.1%}{kept[0]:>10.2f}{kept[1]:>13.2f}")


def measure_slant(x: Array) -> Array:
    """Return how far digits x (N, 28, 28) in [0, 1] lean, in columns per row."""
    rows = np.arange(28.0)
    ink = x.sum((1, 2))
    dy = rows[:, None] - (x.sum(2) @ rows / ink)[:, None, None]  # (N, 28, 1)
    dx = rows - (x.sum(1) @ rows / ink)[:, None, None]  # (N, 1, 28)
    slant: Array = (x * dx * dy).sum((1, 2)) / (x * dy**2).sum((1, 2))
    return slant


def measure_thickness(x: Array) -> Array:
    """Return the mean width of the strokes of digits x (N, 28, 28), in pixels: area by edge."""
    ink = (x > INK).astype(float)
    edge = np.abs(np.diff(ink, axis=1)).sum((1, 2)) + np.abs(np.diff(ink, axis=2)).sum((1, 2))
    thickness: Array = 2 * ink.sum((1, 2)) / np.maximum(edge, 1)
    return thickness


def _list_ways(
    model: VAEGMM, real: Handwriting, generator: torch.Generator
) -> dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]]:
    """Return ways from latents (N, D) of labels a (N,) to those of labels b (N,), by name."""
    moments = measure_moments(model)

    def shift(z: Tensor, a: Tensor, b: Tensor) -> Tensor:
        return z + (moments.means[b] - moments.means[a]).float()

    def whiten(z: Tensor, a: Tensor, b: Tensor) -> Tensor:
        factors = torch.linalg.cholesky(moments.covariances)
        offsets = (z.double() - moments.means[a])[:, :, None]
        eps = torch.linalg.solve_triangular(factors[a], offsets, upper=False)
        return (moments.means[b] + (factors[b] @ eps).squeeze(2)).float()

    def draw(z: Tensor, a: Tensor, b: Tensor) -> Tensor:
        pools = [real.of(model.labels[int(label)]) for label in b]
        picks = [pool[torch.randint(len(pool), (), generator=generator)] for pool in pools]
        return real.z[torch.stack(picks)]

    return {
        "optimal transport": moments.transport,
        "shift by the means": shift,
        "whitening (Cholesky)": whiten,
        "any real digit of the label": draw,
    }


def _correlate(x: Array, a: NDArray[np.int64], y: Array, b: NDArray[np.int64]) -> float:
    """Correlate what is peculiar to x within its labels a with what is to y within b."""
    return float(np.corrcoef(_standardise(x, a), _standardise(y, b))[0, 1])


def _standardise(values: Array, labels: NDArray[np.int64]) -> Array:
    result = np.empty_like(values)
    for label in np.unique(labels):
        own = labels == label
        result[own] = (values[own] - values[own].mean()) / max(values[own].std(), 1e-9)
    return result


if __name__ == "__main__":
    sys.exit(main())
