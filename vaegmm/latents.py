"""From images to latents and back, whole data sets at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from vaegmm.networks.vae import VAE
from vaegmm.runtime import evaluating

BATCH = 500


def to_pixels(images: Tensor) -> Tensor:
    """Turn bytes (N, 28, 28), ink = 255, into pixels (N, 1, 28, 28) float32, ink = 1."""
    return images[:, None].float() / 255


def encode_images(network: VAE, images: Tensor) -> Tensor:
    """Return the posterior means `mu` (N, D) of images (N, 28, 28) uint8, on the CPU."""
    device = next(network.parameters()).device
    with evaluating(network):
        mus = [network.encode(to_pixels(part.to(device)))[0] for part in images.split(BATCH)]
        return torch.cat(mus).cpu()


def decode_latents(network: VAE, z: Tensor) -> Tensor:
    """Return pixel probabilities (N, 1, 28, 28) of latents (N, D), on the CPU."""
    device = next(network.parameters()).device
    with evaluating(network):
        x_hats = [network.decode(part.to(device)).sigmoid() for part in z.split(BATCH)]
        return torch.cat(x_hats).cpu()
