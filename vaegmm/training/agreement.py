"""Where the joint step begins without labels: fine components, joined where views agree.

EM puts K Gaussians where they are likeliest, which need not be where the images fall apart. A fine
mixture follows the latents more closely, and two of its components belong together when an image
and a changed copy of it often fall into one each: a graph, cut by spectral clustering (Shi & Malik
2000; von Luxburg 2007; the augmentation graph of HaoChen et al. 2021). Which beginning and which
head is taken, `heads.py` says.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.cluster import SpectralClustering
from torch import Tensor
from torch.nn.functional import one_hot

from vaegmm.config import AugmentationConfig
from vaegmm.data.augment import augment
from vaegmm.latents import encode_images, to_bytes, to_pixels
from vaegmm.mixture.em import Parameters
from vaegmm.mixture.gaussian import cholesky_precisions
from vaegmm.networks.vae import VAE
from vaegmm.training.components import log_joint_of

BATCH = 500  # images changed at a time: a seed's changes depend on it
UNLINKED = 1e-9  # images between two components that share none, so that the graph holds together


@dataclass(frozen=True)
class Views:
    """Where images lie, and where changed copies of them do: posterior means (N, D) each."""

    unchanged: Tensor
    changed: Tensor


def encode_views(
    network: VAE, images: Tensor, augmentation: AugmentationConfig, seed: int
) -> Views:
    """Encode images, and one changed copy of each.

    Args:
        network: fitted.
        images: (N, 28, 28) uint8.
        augmentation: how the copies are changed.
        seed: of the changes.
    """
    device = next(network.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    changed = [
        to_bytes(augment(to_pixels(part.to(device)), augmentation, generator)).cpu()
        for part in images.split(BATCH)
    ]
    return Views(encode_images(network, images), encode_images(network, torch.cat(changed)))


def tabulate_views(mixture: Parameters, views: Views) -> Tensor:
    """Return (K, K): with what weight two views fall into which components; symmetric."""
    own, copies = (log_joint_of(mixture, mu).softmax(1) for mu in (views.unchanged, views.changed))
    table = own.T @ copies
    return table + table.T


def join_components(table: Tensor, n_clusters: int, seed: int) -> Tensor:
    """Return the cluster of every component, (K,).

    Args:
        table: (K, K), of `tabulate_views`, K > n_clusters.
        n_clusters: how many are wanted.
        seed: of the clustering.
    """
    affinity = table.clamp(min=UNLINKED)
    clustering = SpectralClustering(n_clusters, affinity="precomputed", random_state=seed)
    return torch.from_numpy(clustering.fit_predict(affinity.numpy())).long()


def merge_components(fine: Parameters, clusters: Tensor) -> Parameters:
    """Return one Gaussian for each cluster of components, with the moments of these.

    Args:
        fine: K components.
        clusters: (K,), the cluster of each, from 0.
    """
    shares = one_hot(clusters).double() * fine.weights[:, None]  # (K, clusters)
    weights = shares.sum(0)
    shares = shares / weights
    means = shares.T @ fine.means
    second = fine.covariances + fine.means[:, :, None] * fine.means[:, None, :]
    covariances = torch.einsum("kc,kij->cij", shares, second)
    covariances = covariances - means[:, :, None] * means[:, None, :]
    return Parameters(weights, means, covariances, cholesky_precisions(covariances))
