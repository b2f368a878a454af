"""The points that EM is run on: standardised columns, cut into chunks that fit the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from vaegmm.mixture.gaussian import CovarianceType

CHUNK = 16384  # points at a time, where they are not cut into blocks
CACHE = 10_000_000  # bytes of features and log-densities that the processor's caches take
NARROWEST, WIDEST = 512, 4096  # points in a block


@dataclass(frozen=True)
class Points:
    """What EM is run on.

    Attributes:
        z: (D, N), standardised: (x - centre) / scale.
        centre: (D,) float64.
        scale: (D,) float64; the same in all dimensions when covariances are spherical.
        sample_weight: (N,), or None when all count 1.
        known: (N,) int64, a point's component or -1; None when none is known.
        total: the sum of all weights, on all processes.
        kind: of covariance.
        scatter: (D, D) float64, the weighted sum of z z^T, when tied; else None.
        reduce: adds a tensor up over all processes.
    """

    z: Tensor
    centre: Tensor
    scale: Tensor
    sample_weight: Tensor | None
    known: Tensor | None
    total: float
    kind: CovarianceType
    scatter: Tensor | None
    reduce: Callable[[Tensor], Tensor]

    def chunks(self) -> Iterator[slice]:
        """Yield the slices of `CHUNK` points that cover all points."""
        for start in range(0, self.z.shape[1], CHUNK):
            yield slice(start, start + CHUNK)

    def parts(self, n_blocks: int, width: int) -> Iterator[tuple[slice, int]]:
        """Yield slices that cut evenly into blocks of at most `width`, and how many they make."""
        n = self.z.shape[1]
        even = n - n % n_blocks
        for start in range(0, even, n_blocks * width):
            yield slice(start, min(start + n_blocks * width, even)), n_blocks
        if even < n:
            yield slice(even, n), 1


def choose_blocks(n_rows: int, dtype: torch.dtype) -> tuple[int, int]:
    """Return how many blocks of points are computed at once, and how wide a block is.

    A thread works on its own blocks from features to sums, so that what it writes stays in its
    own core's cache: points cut by rows instead would wander between cores at every step. Widths
    are odd multiples of 16: with powers of two all rows would fight for the same cache lines.

    Args:
        n_rows: values per point that are held meanwhile.
        dtype: of the values.
    """
    at_once = CACHE // (n_rows * dtype.itemsize)  # points
    n_blocks = max(1, min(max(4, torch.get_num_threads()), at_once // NARROWEST))
    width = at_once // n_blocks
    return n_blocks, min(max(width, NARROWEST), WIDEST) // 32 * 32 - 16


def as_blocks(values: Tensor, n_blocks: int) -> Tensor:
    """View values (..., n) of n points as blocks (B, ..., n / B)."""
    blocks: Tensor = values.unflatten(-1, (n_blocks, -1))
    return blocks.movedim(-2, 0)


def standardise(
    x: Tensor,
    kind: CovarianceType,
    sample_weight: Tensor | None,
    known: Tensor | None,
    reduce: Callable[[Tensor], Tensor],
) -> Points:
    """Turn points x (N, D) into columns of mean 0 and standard deviation 1."""
    weight = x.new_ones(len(x)) if sample_weight is None else sample_weight.to(x.dtype)
    z = x.T.clone(memory_format=torch.contiguous_format)  # (D, N), ours to change
    total = float(reduce(weight.sum(dtype=torch.float64)))
    centre = reduce(_weighted_sum(z, weight)) / total
    centre = centre.to(x.dtype).double()  # as it will be subtracted
    z.sub_(centre.to(x.dtype)[:, None])
    variance = reduce(_weighted_sum(z, weight, squared=True)) / total
    if kind == "spherical":
        variance = variance.mean().expand_as(variance)
    scale = variance.sqrt().to(x.dtype).double()
    scale = torch.where(scale > 0, scale, 1.0)
    z.div_(scale.to(x.dtype)[:, None])
    points = Points(z, centre, scale, sample_weight, known, total, kind, None, reduce)
    if kind != "tied":
        return points
    scatter = torch.zeros(len(z), len(z), dtype=torch.float64, device=z.device)
    for part in points.chunks():
        chunk = z[:, part].double()
        scatter += (chunk * weight[part]) @ chunk.T
    return replace(points, scatter=reduce(scatter))


def _weighted_sum(z: Tensor, weight: Tensor, squared: bool = False) -> Tensor:
    """Return the sum (D,) of w z or w z^2, in float64, chunk by chunk."""
    sums = torch.zeros(len(z), dtype=torch.float64, device=z.device)
    for start in range(0, z.shape[1], CHUNK):
        chunk = z[:, start : start + CHUNK].double()
        sums += (chunk.square() if squared else chunk) @ weight[start : start + CHUNK].double()
    return sums
