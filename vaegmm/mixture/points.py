"""The points that EM is run on: standardised columns, cut into chunks that fit the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from vaegmm.mixture.gaussian import CovarianceType

CHUNK = 16384  # points at a time, at most
CACHE = 5_000_000  # bytes of features that a processor's cache takes in one chunk


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

    def chunks(self, width: int = CHUNK) -> Iterator[slice]:
        """Yield the slices of `width` points that cover all points."""
        for start in range(0, self.z.shape[1], width):
            yield slice(start, start + width)


def chunk_width(n_rows: int, dtype: torch.dtype) -> int:
    """Return how many columns of `n_rows` features make a chunk."""
    return max(1024, min(CHUNK, CACHE // (n_rows * dtype.itemsize)))


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
