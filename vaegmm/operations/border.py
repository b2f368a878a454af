"""The border between two labels: how an image near it is read, and where a line crosses it.

The labels of an image in between are read from the picture itself, decoded and encoded again; what
the mixture says of the latent that it was decoded from counts for nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.model import VAEGMM
from vaegmm.runtime import Precision, autocast

# Decoded images are paler than real ones, and to an encoder that knows real ones a pale line is
# one more stroke or one less: each pair of labels errs to its own side. A steeper contrast about
# the middle grey makes up for it.
CONTRAST = 1.5
# What the labels' log-probabilities are divided by. Learned from real images, which leave no doubt,
# they change within a step that no eye sees. 16 would suit blends of neighbouring digits, pixel by
# pixel; lines in latent space are crossed in fewer steps (5, 8 and 16 were tried: at targets 0.3
# and 0.7 the judge's share is off by 0.14, 0.13 and 0.19).
SOFTNESS = 8.0
BATCH = 250


@dataclass(frozen=True)
class Lines:
    """N straight lines in latent space.

    Attributes:
        start, end: (N, D).
        a, b: (N,), index, among the model's labels, of the label at either end.
    """

    start: Tensor
    end: Tensor
    a: Tensor
    b: Tensor

    def __len__(self) -> int:
        return len(self.a)

    def at(self, t: Tensor) -> Tensor:
        """Return latents (N, D) at t (N,), 0 at the start and 1 at the end."""
        return torch.lerp(self.start, self.end, t[:, None])

    def take(self, index: Tensor) -> Lines:
        """Return the lines at `index`."""
        return Lines(self.start[index], self.end[index], self.a[index], self.b[index])


def decode(
    model: VAEGMM, z: Tensor, precision: Precision = "float32", sharpness: float = 1.0
) -> Tensor:
    """Return images (N, 1, 28, 28) in [0, 1] of latents (N, D).

    A sharpness above 1 multiplies the logits: strokes become as crisp as real ones.
    """
    with autocast(z.device, precision):
        parts = [
            (sharpness * model.network.decode(part).float()).sigmoid() for part in z.split(BATCH)
        ]
    return torch.cat(parts)


def read(
    model: VAEGMM, x: Tensor, contrast: float = CONTRAST, precision: Precision = "float32"
) -> Tensor:
    """Return log p(label | z), (N, L), of images x (N, 1, 28, 28), as sharp as the model is."""
    parts = []
    for part in x.split(BATCH):
        steeper = (0.5 + (part - 0.5) * contrast).clamp(0, 1)
        with autocast(x.device, precision):
            z, _ = model.network.encode(steeper.contiguous(memory_format=torch.channels_last))
        parts.append(model.log_labels(z.float()))
    return torch.cat(parts)


def log_odds(log_labels: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return log p(a) - log p(b), (N,), of what was read (N, L), softened; a and b are indices."""
    return (pick(log_labels, a) - pick(log_labels, b)) / SOFTNESS


def share_out(log_labels: Tensor, a: Tensor, b: Tensor, temperature: float) -> Tensor:
    """Return probabilities (N, L): a and b share what both have, softened; the others keep theirs.

    Args:
        log_labels: (N, L), what was read.
        a: (N,), index of the one label.
        b: (N,), of the other.
        temperature: the model's, at which its probabilities are honest.
    """
    probabilities = (log_labels / temperature).softmax(1)
    both = pick(probabilities, a) + pick(probabilities, b)
    of_a = log_odds(log_labels, a, b).sigmoid()
    shares = torch.stack([both * of_a, both * (1 - of_a)], 1)
    return probabilities.scatter(1, torch.stack([a, b], 1), shares)


def pick(values: Tensor, index: Tensor) -> Tensor:
    """Return values[n, index[n]], (N,), of values (N, L)."""
    return values.gather(1, index[:, None]).squeeze(1)


def find_crossings(
    model: VAEGMM,
    lines: Lines,
    targets: Tensor,
    n_steps: int,
    precision: Precision = "float32",
) -> Tensor:
    """Return where on its line, (N,), a decoded image reads as its target share of a.

    Regula falsi in its Illinois variant (Dowell & Jarratt 1971) on squashed log-odds. Where a line
    does not cross, an end comes out.

    Args:
        model: decodes and reads.
        lines: from a to b.
        targets: (N,), p(a) / (p(a) + p(b)), in (0, 1).
        n_steps: images looked at on each line.
        precision: of the networks.
    """
    wanted = targets.logit().to(lines.start)
    low, high = torch.zeros_like(wanted), torch.ones_like(wanted)
    f_low, f_high = torch.ones_like(wanted), -torch.ones_like(wanted)  # the ends: surely a, b
    side = torch.zeros_like(wanted)
    t = torch.full_like(wanted, 0.5)
    best, error = t, torch.full_like(wanted, math.inf)
    for _ in range(n_steps):
        x = decode(model, lines.at(t), precision)
        odds = log_odds(read(model, x, precision=precision), lines.a, lines.b)
        f = torch.tanh((odds - wanted) / 2)
        is_better = f.abs() < error
        best, error = torch.where(is_better, t, best), torch.where(is_better, f.abs(), error)
        is_a = f > 0
        low, high = torch.where(is_a, t, low), torch.where(is_a, high, t)
        # The end that stays twice counts half, so that the next guess passes the crossing.
        f_high = torch.where(is_a, torch.where(side > 0, f_high / 2, f_high), f)
        f_low = torch.where(is_a, f, torch.where(side < 0, f_low / 2, f_low))
        side = torch.where(is_a, 1.0, -1.0)
        t = (low + (high - low) * f_low / (f_low - f_high).clamp(min=1e-6)).clamp(0, 1)
    return best


def find_least_alike(model: VAEGMM, lines: Lines, x_a: Tensor, x_b: Tensor, n_steps: int) -> Tensor:
    """Return where on its line, (N,), a decoded image differs most from two pictures, by their MSE.

    Args:
        model: decodes.
        lines: from the one picture's latent to the other's.
        x_a: (N, 1, 28, 28), the one picture of each line.
        x_b: (N, 1, 28, 28), the other.
        n_steps: images looked at on each line, the ends included.
    """
    places = torch.linspace(0, 1, n_steps, device=lines.start.device)
    errors = []
    for place in places:
        x = decode(model, lines.at(place.expand(len(lines))))
        errors.append((x - x_a).square().flatten(1).mean(1) + (x - x_b).square().flatten(1).mean(1))
    return places[torch.stack(errors).argmax(0)]
