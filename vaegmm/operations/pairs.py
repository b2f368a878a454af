"""Which two digits to lie between: the search that makes a muddle a good one.

Most lines from one digit to another lead through empty space or through a third label. Many pairs
are looked at in latent space, which costs little; a few are decoded and read again.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vaegmm.model import VAEGMM
from vaegmm.operations import border
from vaegmm.operations.border import Lines
from vaegmm.runtime import Precision, resolve_precision

N_PAIRS, N_TRIED = 64, 5  # pairs of digits looked at in latent space; of these, decoded
PLACES = (0.3, 0.4, 0.5, 0.6, 0.7)  # on a line, where a pair is looked at
N_STEPS = 5  # towards the crossing of a line
CONTRASTS = (1.0, border.CONTRAST, 2.5)  # at which an image is to pass for one of the two
NEAR_BORDER = 5.0  # softened log-odds of two labels within which a latent is near their border


def pick_one(pool: Tensor, seed: int, stream: int) -> int:
    """Pick one index of a pool; every seed and stream has draws of its own."""
    return int(pool[np.random.default_rng((seed, stream)).integers(len(pool))])


def find_pairs(
    model: VAEGMM,
    z: Tensor,
    pools: list[tuple[Tensor, Tensor]],
    a: Tensor,
    b: Tensor,
    seeds: list[int],
) -> tuple[Tensor, Tensor]:
    """Choose two digits each for N images, by the model's own reading of what lies half-way.

    Args:
        model: evaluating.
        z: (M, D), latents of digits.
        pools: N times the indices of the digits to choose from, for either end.
        a: (N,), index of the first end's label.
        b: (N,), of the second's.
        seeds: (N,); the same seed, pools and labels give the same pair.

    Returns:
        Two indices into z, (N,) each.
    """
    keys = list(zip(seeds, a.tolist(), b.tolist(), strict=True))
    first = {key: n for n, key in reversed(list(enumerate(keys)))}
    rows = list(first.values())
    starts: list[Tensor] = []
    ends: list[Tensor] = []
    for row in rows:
        random = np.random.default_rng((seeds[row], 2))
        for chosen, pool in zip((starts, ends), pools[row], strict=True):
            chosen.append(pool[torch.from_numpy(random.integers(len(pool), size=N_PAIRS))])
    n = len(rows)
    start, end = torch.stack(starts).flatten(), torch.stack(ends).flatten()  # (n N_PAIRS,)
    a, b = a[rows], b[rows]
    scores = _score_latents(model, _lines(z, start, end, a, b)).view(n, N_PAIRS)
    best = (torch.arange(n)[:, None] * N_PAIRS + scores.topk(N_TRIED, 1).indices.cpu()).flatten()
    start, end = start[best], end[best]
    lines = _lines(z, start, end, a, b)
    precision = resolve_precision("auto", z.device)  # for a choice, the faster one will do
    half = torch.full((len(lines),), 0.5, device=z.device)
    t = border.find_crossings(model, lines, half, N_STEPS, precision)
    winner = _score_images(model, lines, t, precision).view(n, N_TRIED).argmax(1).cpu()
    winner = torch.arange(n) * N_TRIED + winner
    of_key = {keys[row]: k for k, row in enumerate(rows)}
    back = torch.tensor([of_key[key] for key in keys])
    return start[winner][back], end[winner][back]


def _lines(z: Tensor, start: Tensor, end: Tensor, a: Tensor, b: Tensor) -> Lines:
    each = len(start) // len(a)
    return Lines(z[start], z[end], a.repeat_interleave(each), b.repeat_interleave(each))


def _score_latents(model: VAEGMM, lines: Lines) -> Tensor:
    """Return the highest log-density (N,) of a line's latents near the border."""
    scores = []
    for place in PLACES:
        joint = model.log_joint(lines.at(torch.full_like(lines.start[:, 0], place)))
        by_label = joint[:, None].masked_fill(~model.is_of_label, -torch.inf).logsumexp(2)
        is_near = border.log_odds(by_label, lines.a, lines.b).abs() < NEAR_BORDER
        scores.append(by_label.logsumexp(1) - 1e4 * ~is_near)
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
