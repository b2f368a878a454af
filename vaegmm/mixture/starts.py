"""Where EM starts: scikit-learn's four ways, drawn as it draws them, and starts on a GPU.

A start says which component every point belongs to, as labels (N,), -1 for none, or as
responsibilities (N, K).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.random import RandomState
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.mixture.em import Sums
from vaegmm.mixture.gaussian import CovarianceType
from vaegmm.mixture.points import CHUNK, Points
from vaegmm.mixture.statistics import features, n_features

LLOYD_STEPS = 100


def choose_start(
    x: Tensor, method: str, n_components: int, random: RandomState, sample_weight: Tensor | None
) -> Tensor:
    """Return labels (N,), or responsibilities (N, K), for points x (N, D).

    Args:
        x: in the input's own units.
        method: "kmeans", "k-means++", "random" or "random_from_data".
        n_components: K.
        random: source of the draws.
        sample_weight: (N,), counts for the first two methods.
    """
    if method == "random":
        resp = torch.from_numpy(random.uniform(size=(len(x), n_components))).to(x)
        return resp / resp.sum(1, keepdim=True)
    if method == "random_from_data":
        chosen = random.choice(len(x), size=n_components, replace=False)
        return _label_only(chosen, len(x), x.device)
    if x.device.type != "cpu":
        weight = torch.ones(len(x)).to(x) if sample_weight is None else sample_weight
        seeds = seed_clusters(x, n_components, random, weight)
        if method == "k-means++":
            return _label_only(seeds.cpu().numpy(), len(x), x.device)
        return cluster(x, x[seeds], weight)
    from sklearn.cluster import KMeans, kmeans_plusplus  # slow to import

    array = x.numpy()
    weights = None if sample_weight is None else sample_weight.numpy()
    if method == "k-means++":
        _, chosen = kmeans_plusplus(array, n_components, sample_weight=weights, random_state=random)
        return _label_only(chosen, len(x), x.device)
    kmeans = KMeans(n_components, n_init=1, random_state=random)
    return torch.from_numpy(kmeans.fit(array, sample_weight=weights).labels_).long()


def centres_around_known(
    x: Tensor,
    known: Tensor,
    n_components: int,
    random: RandomState,
    weight: Tensor | None,
    reduce: Callable[[Tensor], Tensor],
) -> Tensor:
    """Return K centres (K, D): the means of a component's known points, wherever it has any.

    The others are seeded by k-means++ among this process's unknown points.

    Args:
        x: (N, D).
        known: (N,), a point's component or -1.
        n_components: K.
        random: source of the draws.
        weight: (N,), counts; None when all count 1.
        reduce: adds a tensor up over all processes.
    """
    w = x.new_ones(len(x)) if weight is None else weight.to(x)
    is_known = known >= 0
    counts = reduce(x.new_zeros(n_components).index_add_(0, known[is_known], w[is_known]))
    sums = x.new_zeros(n_components, x.shape[1])
    sums = reduce(sums.index_add_(0, known[is_known], w[is_known, None] * x[is_known]))
    centres = sums / counts.clamp(min=torch.finfo(x.dtype).tiny)[:, None]
    is_seeded = counts > 0
    for k in (~is_seeded).nonzero().flatten().tolist():
        distance = w * ~is_known
        if is_seeded.any():
            distance = distance * torch.cdist(x, centres[is_seeded]).amin(1).square()
        centres[k] = x[_draw(distance, random)]
        is_seeded[k] = True
    return centres


def nearest(x: Tensor, centres: Tensor) -> Tensor:
    """Return the index (N,) of the centre (K, D) nearest to each point (N, D)."""
    return torch.cat([torch.cdist(part, centres).argmin(1) for part in x.split(CHUNK)])


def sums_of_start(points: Points, start: Tensor, n_components: int) -> Sums:
    """Return the M-step's sums for a start, in float64: labels about each component's mean."""
    dim = len(points.z)
    about = points.centre.new_zeros(n_components, dim)
    if start.dim() == 2:
        sums = _add_up(points, start, about, points.kind)
        return Sums(sums, about, points.scatter)
    sums = _add_up(points, start, about, "tied")  # counts and sums of z alone
    n = sums[:, 0]
    about = sums[:, 1:] / torch.where(n > 0, n, 1.0)[:, None]
    sums = _add_up(points, start, about, points.kind)
    if points.scatter is None:
        return Sums(sums, about, None)
    # As scikit-learn: all points' scatter about the input's zero, labelled or not.
    origin = -points.centre / points.scale
    apart = about - origin
    scatter = points.scatter + points.total * torch.outer(origin, origin)
    return Sums(sums, about, scatter - (n[:, None] * apart).T @ apart)


def _add_up(points: Points, start: Tensor, about: Tensor, kind: CovarianceType) -> Tensor:
    """Return responsibilities @ features^T (K, P) of points about their component's `about`."""
    n_components, dim = about.shape
    sums = about.new_zeros(n_components, n_features(dim, kind))
    components = torch.arange(n_components, device=start.device)[:, None]
    for part in points.chunks():
        z = points.z[:, part].double()
        if start.dim() == 2:
            resp = start[part].T.double()
        else:
            resp = (start[part] == components).double()  # (K, n)
            z = z - about[start[part].clamp(min=0)].T
        if points.sample_weight is not None:
            resp = resp * points.sample_weight[part]
        phi = features(z, kind, z.new_empty(sums.shape[1], z.shape[1]))
        sums += resp @ phi.T
    return points.reduce(sums)


def seed_clusters(x: Tensor, n_clusters: int, random: RandomState, weight: Tensor) -> Tensor:
    """Choose K far-apart points (Arthur & Vassilvitskii 2007) on the device of x.

    Every next point is drawn with probability proportional to its weighted squared distance from
    the nearest one chosen so far.

    Returns:
        (K,), indices into x (N, D).
    """
    chosen = [_draw(weight, random)]
    distance = (x - x[chosen[0]]).square().sum(1)
    for _ in range(n_clusters - 1):
        chosen.append(_draw(distance * weight, random))
        distance = torch.minimum(distance, (x - x[chosen[-1]]).square().sum(1))
    return torch.tensor(chosen, device=x.device)


def cluster(x: Tensor, centres: Tensor, weight: Tensor) -> Tensor:
    """Return the labels (N,) of k-means (Lloyd 1982) from the centres given."""
    labels = nearest(x, centres)
    for _ in range(LLOYD_STEPS):
        counts = x.new_zeros(len(centres)).index_add_(0, labels, weight)
        sums = torch.zeros_like(centres).index_add_(0, labels, weight[:, None] * x)
        centres = torch.where(counts[:, None] > 0, sums / counts[:, None], centres)
        moved = nearest(x, centres)
        if torch.equal(moved, labels):
            break
        labels = moved
    return labels


def _draw(share: Tensor, random: RandomState) -> int:
    cumulative = share.double().cumsum(0)
    draw = random.random_sample() * float(cumulative[-1])
    return min(int(torch.searchsorted(cumulative, draw, right=True)), len(share) - 1)


def _label_only(chosen: NDArray[np.integer], n: int, device: torch.device) -> Tensor:
    labels = torch.full((n,), -1, device=device)
    labels[torch.as_tensor(chosen, device=device).long()] = torch.arange(len(chosen), device=device)
    return labels
