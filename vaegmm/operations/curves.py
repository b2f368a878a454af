"""Curves between two latents, and where on them to stop so that every step changes as much.

A curve is a function from t (B, T), 0 at the start and 1 at the end, to latents (B, T, D). The
shortest curve under the decoder's metric stands in `vaegmm.operations.geodesic`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

Curve = Callable[[Tensor], Tensor]


def straight_line(start: Tensor, end: Tensor) -> Curve:
    """Return z(t) = (1 - t) z_start + t z_end of latents (B, D)."""
    return lambda t: torch.lerp(start[:, None], end[:, None], t[..., None])


def great_circle(start: Tensor, end: Tensor) -> Curve:
    """Return the spherical interpolation of latents (B, D) (White 2016, section 2.1).

    Latents that point the same or the opposite way have no circle of their own: there it is the
    straight line.
    """
    cosine = torch.nn.functional.cosine_similarity(start, end)
    angle = cosine.clamp(-1, 1).arccos()[:, None, None]  # (B, 1, 1)
    sine = angle.sin()
    has_circle = sine > 1e-3
    line = straight_line(start, end)

    def curve(t: Tensor) -> Tensor:
        t3 = t[..., None]
        turned = ((1 - t3) * angle).sin() * start[:, None] + (t3 * angle).sin() * end[:, None]
        return torch.where(has_circle, turned / sine.clamp(min=1e-3), line(t))

    return curve


@dataclass(frozen=True)
class Spline:
    """Natural cubic splines through evenly spaced knots.

    Attributes:
        knots: (B, K, D), the first and the last are the ends.
    """

    knots: Tensor

    def __call__(self, t: Tensor) -> Tensor:
        """Return latents (B, T, D) at t (B, T)."""
        return spline_basis(t, self.knots.shape[1]) @ self.knots


def spline_basis(t: Tensor, n_knots: int) -> Tensor:
    """Return (..., K): how much each knot's value weighs, at t (...), in a natural cubic spline."""
    spline = CubicSpline(np.linspace(0, 1, n_knots), np.eye(n_knots), bc_type="natural")
    return torch.from_numpy(spline(t.double().cpu().numpy())).to(t)


def space_evenly(frames: Tensor, fractions: Tensor) -> Tensor:
    """Return t (B, T) at which a curve has come these fractions of its length.

    Args:
        frames: (B, F, ...), what is seen at F evenly spaced t; the length is that of the broken
            line through them.
        fractions: (T,), ascending from 0 to 1.
    """
    steps = frames.flatten(2).diff(dim=1).norm(dim=2).double()  # (B, F - 1)
    way = torch.nn.functional.pad(steps.cumsum(1), (1, 0))  # (B, F)
    wanted = fractions.to(way) * way[:, -1:]
    last = way.shape[1] - 1
    after = torch.searchsorted(way, wanted.contiguous()).clamp(1, last)  # the first frame beyond
    low, high = way.gather(1, after - 1), way.gather(1, after)
    part = torch.where(high > low, (wanted - low) / (high - low).clamp(min=1e-12), 0.0)
    t = (after - 1 + part) / last
    # A curve that stays where it is has no length: there t itself is the way.
    return torch.where(way[:, -1:] > 0, t, fractions.to(way)).to(frames)
