"""Which two digits to lie between: the search that makes a muddle a good one.

Most lines from one digit to another lead through empty space or through a third label. Many pairs
are looked at in latent space, which costs little; a few are decoded and read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vaegmm.model import VAEGMM
from vaegmm.operations import border
from vaegmm.operations.border import Lines
from vaegmm.operations.handwriting import Handwriting
from vaegmm.runtime import Precision, resolve_precision

N_PAIRS, N_TRIED = 64, 5  # pairs of digits looked at in latent space; of these, decoded
PLACES = (0.35, 0.5, 0.65)  # on a line, where a pair is looked at
N_STEPS = 5  # towards the crossing of a line
CONTRASTS = (1.0, border.CONTRAST, 2.5)  # at which an image is to pass for one of the two
THIRD_LABEL = 20.0  # weight, in a latent's score, of what it has of other labels
NEAR_BORDER = 5.0  # softened log-odds of two labels within which a latent is near their border


@dataclass(frozen=True)
class Pairs:
    """P pairs of digits for each of N images, to choose from.

    Attributes:
        start: (N, P), index of the first digit of each pair.
        end: (N, P), of the second.
        a: (N, P), index, among the model's labels, of the first one's label.
        b: (N, P), of the second one's.
    """

    start: Tensor
    end: Tensor
    a: Tensor
    b: Tensor

    def take(self, column: Tensor) -> Pairs:
        """Return one pair for each image, or some: columns (N, Q)."""
        parts = (self.start, self.end, self.a, self.b)
        return Pairs(*(part.gather(1, column) for part in parts))

    def lines(self, z: Tensor) -> Lines:
        """Return the lines (N P) between their latents, taken from z (M, D)."""
        start, end = z[self.start.flatten()], z[self.end.flatten()]
        return Lines(start, end, self.a.flatten().to(z.device), self.b.flatten().to(z.device))


def draw_pairs(
    handwriting: Handwriting,
    names: Sequence[int],
    pools: Sequence[Tensor],
    labels: Sequence[int],
    partners: Sequence[int | None],
    seeds: Sequence[int],
    n_pairs: int,
) -> Pairs:
    """Draw pairs of digits by seed; the first of them are the same however many are drawn.

    Args:
        handwriting: the digits.
        names: the model's labels.
        pools: N times the indices of the digits that may come first.
        labels: (N,), their label.
        partners: (N,), the second digit's label; None: for each first digit the label, other than
            its own, whose mean latent is nearest.
        seeds: (N,).
        n_pairs: P.
    """
    rows = []
    for pool, label, partner, seed in zip(pools, labels, partners, seeds, strict=True):
        u = np.stack([np.random.default_rng((seed, k)).random(n_pairs) for k in range(2)])
        start = pool[torch.from_numpy(u[0] * len(pool)).long()]
        a = names.index(label)
        if partner is None:
            distances = torch.cdist(handwriting.z[start], handwriting.means)  # (P, L)
            distances[:, a] = torch.inf
            b = distances.argmin(1)
        else:
            b = torch.full_like(start, names.index(partner))
        end = torch.empty_like(start)
        for other in b.unique().tolist():
            is_other = b == other
            others = handwriting.of(names[other])
            end[is_other] = others[(torch.from_numpy(u[1])[is_other] * len(others)).long()]
        rows.append((start, end, torch.full_like(start, a), b))
    return Pairs(*(torch.stack(columns) for columns in zip(*rows, strict=True)))


def choose_pairs(model: VAEGMM, z: Tensor, pairs: Pairs) -> Pairs:
    """Choose one pair for each image, by the model's own reading of what lies half-way.

    Args:
        model: evaluating.
        z: (M, D), latents of the digits.
        pairs: to choose from; images with the same pairs get the same one.

    Returns:
        (N, 1) pairs.
    """
    rows, back = torch.cat([pairs.start, pairs.end], 1).unique(dim=0, return_inverse=True)
    first = torch.empty(len(rows), dtype=torch.long).scatter_(0, back, torch.arange(len(back)))
    some = Pairs(*(part[first] for part in (pairs.start, pairs.end, pairs.a, pairs.b)))
    n_tried = min(N_TRIED, some.start.shape[1])
    scores = _score_latents(model, some.lines(z)).view(some.start.shape)
    some = some.take(scores.topk(n_tried, 1).indices.cpu())
    lines = some.lines(z)
    precision = resolve_precision("auto", z.device)  # for a choice, the faster one will do
    half = torch.full((len(lines),), 0.5, device=z.device)
    t = border.find_crossings(model, lines, half, N_STEPS, precision)
    winner = _score_images(model, lines, t, precision).view(-1, n_tried).argmax(1, keepdim=True)
    some = some.take(winner.cpu())
    return Pairs(*(part[back] for part in (some.start, some.end, some.a, some.b)))


def _score_latents(model: VAEGMM, lines: Lines) -> Tensor:
    """Return the best score (N,) of a line's latents near the border: likely, and of two labels."""
    scores = []
    for place in PLACES:
        joint = model.log_joint(lines.at(torch.full_like(lines.start[:, 0], place)))
        by_label = model.sum_by_label(joint)
        soft = (by_label / border.SOFTNESS).log_softmax(1)
        passes = torch.logaddexp(border.pick(soft, lines.a), border.pick(soft, lines.b))
        is_near = border.log_odds(by_label, lines.a, lines.b).abs() < NEAR_BORDER
        scores.append(by_label.logsumexp(1) + THIRD_LABEL * passes - 1e4 * ~is_near)
    return torch.stack(scores).amax(0)


def _score_images(model: VAEGMM, lines: Lines, t: Tensor, precision: Precision) -> Tensor:
    """Return how well a crossing serves, (N,): it shows one of the two, and crisply."""
    x = border.decode(model, lines.at(t), precision)
    readings = [border.read(model, x, contrast, precision) for contrast in CONTRASTS]
    p = (torch.stack(readings) / border.SOFTNESS).softmax(2).mean(0)  # (N, L)
    passes = border.pick(p, lines.a) + border.pick(p, lines.b)
    odds = border.log_odds(readings[CONTRASTS.index(border.CONTRAST)], lines.a, lines.b)
    greys = ((x > 0.2) & (x < 0.8)).flatten(1).sum(1) / x.flatten(1).sum(1)
    return passes - 0.1 * greys - odds.abs()
