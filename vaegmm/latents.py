"""From images to latents and back, whole data sets at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from vaegmm.networks.losses import reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.outliers import misfit
from vaegmm.runtime import evaluating

BATCH = 100  # images at a time: memory that activations take, and more are no faster


def to_pixels(images: Tensor) -> Tensor:
    """Turn bytes (N, 28, 28), ink = 255, into pixels (N, 1, 28, 28) float32, ink = 1."""
    return images[:, None].float() / 255


def to_bytes(x: Tensor) -> Tensor:
    """Turn pixels (N, 1, 28, 28), ink = 1, into bytes (N, 28, 28), ink = 255."""
    return (x[:, 0] * 255).round().to(torch.uint8)


def encode_images(network: VAE, images: Tensor) -> Tensor:
    """Return the posterior means `mu` (N, D) of images (N, 28, 28) uint8, on the CPU."""
    return encode_posteriors(network, images)[0]


def encode_posteriors(network: VAE, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return `mu` and `logvar`, each (N, D), of images (N, 28, 28) uint8, on the CPU."""
    device = next(network.parameters()).device
    with evaluating(network):
        parts = [network.encode(to_pixels(part.to(device))) for part in images.split(BATCH)]
        mus, logvars = zip(*parts, strict=True)
        return torch.cat(mus).cpu(), torch.cat(logvars).cpu()


def sample_posteriors(mu: Tensor, logvar: Tensor, n_samples: int, seed: int) -> Tensor:
    """Draw z (n_samples N, D) from the aggregate posterior: every q(z|x) gives `n_samples`.

    Args:
        mu: (N, D), the posteriors' means, on the CPU.
        logvar: (N, D), the logarithms of their variances.
        n_samples: draws per image; the first N rows are the first draw of every image. With 0
            the means stand for them.
        seed: the same seed gives the same draws.
    """
    if n_samples == 0:
        return mu
    generator = torch.Generator().manual_seed(seed)
    eps = torch.randn((n_samples, *mu.shape), generator=generator)
    return reparameterize(mu, logvar, eps).flatten(0, 1)


def decode_latents(network: VAE, z: Tensor) -> Tensor:
    """Return pixel probabilities (N, 1, 28, 28) of latents (N, D), on the CPU."""
    device = next(network.parameters()).device
    with evaluating(network):
        x_hats = [network.decode(part.to(device)).sigmoid() for part in z.split(BATCH)]
        return torch.cat(x_hats).cpu()


def score_reconstructions(network: VAE, images: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Return the reconstruction NLL, in nats, and the `misfit`, (N,) each, on the CPU.

    Args:
        network: decodes.
        images: (N, 28, 28) uint8.
        z: (N, D), their latents.
    """
    device = next(network.parameters()).device
    nlls, misfits = [], []
    with evaluating(network):
        for image_part, z_part in zip(images.split(BATCH), z.split(BATCH), strict=True):
            x, logits = to_pixels(image_part.to(device)), network.decode(z_part.to(device))
            nlls.append(reconstruction_nll(logits, x))
            misfits.append(misfit(x, logits.sigmoid()))
        return torch.cat(nlls).cpu(), torch.cat(misfits).cpu()
