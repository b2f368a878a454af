"""Where the joint step begins without labels: fine components, joined where views agree.

EM puts K Gaussians where they are likeliest, which need not be where the images fall apart. A fine
mixture follows the latents more closely, and two of its components belong together when an image
and a changed copy of it often fall into one each: a graph, cut by spectral clustering (Shi & Malik
2000; von Luxburg 2007; the augmentation graph of HaoChen et al. 2021).
"""

from __future__ import annotations

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


def join_components(
    network: VAE,
    fine: Parameters,
    images: Tensor,
    augmentation: AugmentationConfig,
    n_clusters: int,
    seed: int,
) -> Tensor:
    """Return the cluster of every component, (K,).

    Args:
        network: fitted.
        fine: a mixture of its latents, of K > n_clusters components.
        images: (N, 28, 28) uint8.
        augmentation: how the copies are changed, one of each image.
        n_clusters: how many are wanted.
        seed: of the changes and of the clustering.
    """
    generator = torch.Generator().manual_seed(seed)
    changed = [
        to_bytes(augment(to_pixels(part), augmentation, generator)) for part in images.split(BATCH)
    ]
    own, copies = (
        log_joint_of(fine, encode_images(network, views)).softmax(1)
        for views in (images, torch.cat(changed))
    )
    affinity = own.T @ copies
    affinity = (affinity + affinity.T).clamp(min=UNLINKED)
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
