"""How likely a model finds images: the importance-weighted bound on log p(x)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Normal
from tqdm import tqdm

from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.networks.losses import reconstruction_nll
from vaegmm.networks.vae import reparameterize
from vaegmm.runtime import evaluating

BATCH = 2000  # latents that are decoded at once


@dataclass(frozen=True)
class LikelihoodMetrics:
    """Bounds on log p(x), means over N images in nats; higher is better.

    Attributes:
        n_images: N.
        n_samples: draws per image; the bound tightens with them.
        standard_normal: with p(z) = N(0, I), which the network was first trained for.
        mixture: with p(z) the mixture.
        standard_error: of the mixture's mean, over images.
    """

    n_images: int
    n_samples: int
    standard_normal: float
    mixture: float
    standard_error: float


def measure_likelihood(
    model: VAEGMM, images: Tensor, n_samples: int = 100, seed: int = 0
) -> LikelihoodMetrics:
    """Bound log p(x) = log E_q[p(x|z) p(z) / q(z|x)] from below by n_samples draws.

    Source: Burda, Grosse & Salakhutdinov 2016, "Importance weighted autoencoders", equation 8.
    p(x|z) takes grey levels for Bernoulli means, as in training: figures compare with others on the
    same grey images, not with those on binarised MNIST, and not with densities of real numbers.

    Args:
        model: its encoder gives a distribution (`posterior` is not "point").
        images: (N, 28, 28) uint8.
        n_samples: draws per image.
        seed: of the draws.
    """
    assert model.network.config.posterior != "point"
    generator = torch.Generator().manual_seed(seed)
    device = model.means.device
    size = max(BATCH // n_samples, 1)
    bounds = []
    with evaluating(model):
        for part in tqdm(images.split(size), desc="likelihood", leave=False, disable=None):
            x = to_pixels(part.to(device))
            mu, logvar = (h.repeat_interleave(n_samples, 0) for h in model.network.encode(x))
            eps = torch.randn(mu.shape, generator=generator).to(device)
            z = reparameterize(mu, logvar, eps)
            logits = model.network.decode(z)
            log_weight = -reconstruction_nll(logits, x.repeat_interleave(n_samples, 0))
            log_weight = log_weight - Normal(mu, (0.5 * logvar).exp()).log_prob(z).sum(1)
            standard = Normal(0.0, 1.0).log_prob(z).sum(1)
            both = torch.stack([log_weight + standard, log_weight + model.log_density(z)])
            bounds.append(both.view(2, -1, n_samples).logsumexp(2) - math.log(n_samples))
    standard_normal, mixture = torch.cat(bounds, 1).cpu().double()  # (N,) each
    return LikelihoodMetrics(
        n_images=len(images),
        n_samples=n_samples,
        standard_normal=standard_normal.mean().item(),
        mixture=mixture.mean().item(),
        standard_error=(mixture.std(correction=0) / math.sqrt(max(len(images) - 1, 1))).item(),
    )
