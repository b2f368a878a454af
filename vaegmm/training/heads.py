"""What is chosen without labels: the joint step's beginning, its head, and how that is grouped.

All by one quantity that needs no label: the mutual information between the clusters of an image and
of a changed copy, or of one near it, which is high where clusters are many, even and agreed upon
(Ji et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from vaegmm.config import ExperimentConfig, RefineConfig
from vaegmm.mixture.em import Parameters
from vaegmm.networks.vae import VAE
from vaegmm.training.agreement import (
    encode_views,
    join_components,
    merge_components,
    tabulate_views,
)
from vaegmm.training.components import log_joint_of
from vaegmm.training.grouping import (
    find_neighbors,
    information_of_clusters,
    move_components,
    tabulate_neighbors,
)
from vaegmm.training.joint import information_of_table


@dataclass(frozen=True)
class Choice:
    """A choice that was made without labels.

    Attributes:
        what: between beginnings of the joint step, between its heads, or between the groupings of
            components before and after their nearest images have moved some.
        mutual_information: of each, in nats; of K clusters at most log K. Of an image and a changed
            copy; for groupings, of an image and one near it.
        chosen: index of the highest.
    """

    what: Literal["start", "head", "grouping"]
    mutual_information: tuple[float, ...]
    chosen: int


def find_starts(
    network: VAE,
    fit: Callable[[int, int], Parameters],
    images: Tensor,
    experiment: ExperimentConfig,
    n_clusters: int,
) -> tuple[list[Parameters], Choice]:
    """Return the mixtures with which the heads begin, best first.

    Args:
        network: fitted.
        fit: fits so many components to its latents by EM, by a seed.
        images: (N, 28, 28) uint8.
        experiment: says how many beginnings are tried, of how many components, for how many heads.
        n_clusters: that the components are joined into, K.
    """
    config, seed, k = experiment.refine, experiment.seed, n_clusters
    views = encode_views(network, images, experiment.augmentation, seed)
    starts, found = [], []
    for number in range(config.n_starts):
        fine = fit(count_start_components(config), seed + number)
        table = tabulate_views(fine, views)
        clusters = join_components(table, k, seed)
        starts.append(merge_components(fine, clusters))
        found.append(float(information_of_clusters(table, clusters, k)))
    order = torch.tensor(found).argsort(descending=True).tolist()
    best = [starts[number] for number in order[: config.n_heads]]
    return best, Choice("start", tuple(found), order[0])


def choose_head(
    network: VAE, heads: list[Parameters], images: Tensor, experiment: ExperimentConfig
) -> tuple[Parameters, Choice]:
    """Return the head on whose clusters two views agree most.

    Args:
        network: after the joint step.
        heads: what that learned.
        images: (N, 28, 28) uint8.
        experiment: says how copies are changed.
    """
    views = encode_views(network, images, experiment.augmentation, experiment.seed)
    found = [float(information_of_table(tabulate_views(head, views))) for head in heads]
    best = max(range(len(heads)), key=found.__getitem__)
    return heads[best], Choice("head", tuple(found), best)


def choose_grouping(
    mixture: Parameters, mu: Tensor, images: Tensor, clusters: Tensor, n_neighbors: int
) -> tuple[Tensor, Choice]:
    """Return the cluster (K,) of each component, as the nearest images have it.

    Args:
        mixture: K components.
        mu: (N, D), posterior means of the images.
        images: (N, 28, 28) uint8.
        clusters: (K,), each component's before.
        n_neighbors: nearest images that are asked for each.
    """
    components = log_joint_of(mixture, mu).argmax(1)
    neighbors = find_neighbors(images, n_neighbors)
    table = tabulate_neighbors(components, neighbors, len(clusters))
    moved, n_clusters = move_components(table, clusters), int(clusters.max()) + 1
    found = information_of_clusters(table, torch.stack([clusters, moved]), n_clusters).tolist()
    return moved, Choice("grouping", tuple(found), int(not torch.equal(moved, clusters)))


def count_start_components(config: RefineConfig) -> int:
    """Return the number of Gaussians that a beginning without labels is joined from."""
    return config.n_start_components or config.n_overclusters
