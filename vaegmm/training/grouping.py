"""Which cluster each component belongs to: what the nearest images of its images say.

The joint step joins what small changes of an image lead between. Nothing may lead between two ways
of writing a digit, and then one of them can lie with another digit, and views agree on that as well
as on anything. By their pixels the two are nearest to each other all the same: near images mostly
are of one class (of learned features: Van Gansbeke et al. 2020, "SCAN", section 2). No label and no
network is asked.
"""

from __future__ import annotations

import torch
from sklearn.neighbors import NearestNeighbors
from torch import Tensor
from torch.nn.functional import one_hot

from vaegmm.training.joint import information_of_table

LEAST_GAIN = 1e-6  # nats; less is rounding, and would let components wander for ever


def find_neighbors(images: Tensor, n_neighbors: int) -> Tensor:
    """Return (N, n_neighbors): the nearest of the other images to each, by Euclid's distance.

    Args:
        images: (N, 28, 28) uint8.
        n_neighbors: from 1 to N - 1.
    """
    pixels = images.flatten(1).float().numpy()
    search = NearestNeighbors(n_neighbors=n_neighbors, algorithm="brute").fit(pixels)
    return torch.from_numpy(search.kneighbors(return_distance=False))


def tabulate_neighbors(components: Tensor, neighbors: Tensor, n_components: int) -> Tensor:
    """Return (K, K): how often an image and one near it fall into which components; symmetric.

    Args:
        components: (N,), each image's.
        neighbors: of `find_neighbors`.
        n_components: K.
    """
    pairs = components[:, None] * n_components + components[neighbors]
    table = pairs.flatten().bincount(minlength=n_components**2).double()
    table = table.view(n_components, n_components)
    return table + table.T


def information_of_clusters(table: Tensor, clusters: Tensor, n_clusters: int) -> Tensor:
    """Return the mutual information (...), in nats, of two images' clusters.

    Args:
        table: (K, K), with what weight the two fall into which components; symmetric.
        clusters: (..., K), each component's.
        n_clusters: how many there are.
    """
    shares = one_hot(clusters, n_clusters).double()
    return information_of_table(shares.mT @ table @ shares)


def information_of_moves(table: Tensor, clusters: Tensor, n_clusters: int) -> Tensor:
    """Return the information (K, clusters) after one component has moved to one cluster.

    A move takes the component's row from one cluster and gives it to another, its column as well.

    Args:
        table: (K, K), symmetric.
        clusters: (K,), each component's before.
        n_clusters: how many there are.
    """
    shares = one_hot(clusters, n_clusters).double()  # (K, clusters)
    joined, rows = shares.T @ table @ shares, table @ shares
    found = []
    for component, row in enumerate(rows):
        step = torch.eye(n_clusters).double() - shares[component]  # (to, clusters)
        moved = step[:, :, None] * row
        within = table[component, component] * step[:, :, None] * step[:, None]
        found.append(information_of_table(joined + moved + moved.mT + within))
    return torch.stack(found)


def move_components(table: Tensor, clusters: Tensor) -> Tensor:
    """Return the cluster (K,) of each component after all moves that raise the information.

    One component moves at a time: the one, and to where, that raises it most. A cluster keeps at
    least one, as two that become one never have more information.

    Args:
        table: (K, K), of `tabulate_neighbors`.
        clusters: (K,), where the components belong before, from 0.
    """
    n_clusters = int(clusters.max()) + 1
    while True:
        found = information_of_moves(table, clusters, n_clusters)
        if found.max() <= information_of_clusters(table, clusters, n_clusters) + LEAST_GAIN:
            return clusters
        component, cluster = divmod(int(found.argmax()), n_clusters)
        clusters = clusters.clone()
        clusters[component] = cluster
