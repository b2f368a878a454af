"""How well a network rebuilds images and invents new ones: figures only."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import (
    decode_latents,
    encode_posteriors,
    sample_posteriors,
    score_reconstructions,
    to_pixels,
)
from vaegmm.model import VAEGMM
from vaegmm.networks.losses import kl_divergence

ACTIVE = 0.01  # variance of a unit's mean over images above which it is used (Burda et al. 2016)
N_SAMPLES = 200
N_NEIGHBOURS = 5
BLANKEST = 0.001  # share of real images that have less ink than an image that is not blank


@dataclass(frozen=True)
class AutoencoderMetrics:
    """A network's figures on N images.

    Attributes:
        elbo: evidence lower bound with N(0, I) as prior, one draw per image, in nats per image;
            None for a plain autoencoder.
        reconstruction_bce: binary cross-entropy of the decoded `mu`, in nats per image.
        reconstruction_mse: mean squared error per pixel of the decoded `mu`.
        ssim: structural similarity of images and decoded `mu` (Wang et al. 2004), in [-1, 1].
        kl: divergence of the posteriors from N(0, I), in nats per image; None without posterior.
        active_units: latent dimensions whose mean varies over images.
        blank_share: share of 200 random samples with less ink than the lightest 0.1 % of images.
        labels_covered: labels among the others, by the 5 nearest of the N images.
    """

    elbo: float | None
    reconstruction_bce: float
    reconstruction_mse: float
    ssim: float
    kl: float | None
    active_units: int
    blank_share: float
    labels_covered: int


def measure_autoencoder(model: VAEGMM, data: LabelledImages, seed: int = 0) -> AutoencoderMetrics:
    """Measure a model's network on labelled images; labels only tell what samples show."""
    network = model.network
    mu, logvar = encode_posteriors(network, data.images)
    nll, _ = score_reconstructions(network, data.images, mu)
    x, x_hat = to_pixels(data.images), decode_latents(network, mu)
    elbo = kl = None
    if network.config.posterior != "point":
        z = sample_posteriors(mu, logvar, 1, seed)
        kl = float(kl_divergence(mu, logvar).mean())
        elbo = -float(score_reconstructions(network, data.images, z)[0].mean()) - kl
    samples = decode_latents(network, random_latents(model, N_SAMPLES, seed))
    is_blank = find_blank(samples, x)
    return AutoencoderMetrics(
        elbo=elbo,
        reconstruction_bce=float(nll.mean()),
        reconstruction_mse=float((x - x_hat).square().mean()),
        ssim=float(structural_similarity(x, x_hat).mean()),
        kl=kl,
        active_units=int((mu.var(0) > ACTIVE).sum()),
        blank_share=float(is_blank.double().mean()),
        labels_covered=len(set(recognise(samples[~is_blank], data).tolist())),
    )


def random_latents(model: VAEGMM, n: int, seed: int) -> Tensor:
    """Draw latents (n, D), on the CPU: from N(0, I); a plain autoencoder's from its mixture."""
    generator = torch.Generator().manual_seed(seed)
    if model.network.config.posterior == "point":
        return model.sample_latents(n, generator)
    return torch.randn(n, model.network.config.latent_dim, generator=generator)


def find_blank(samples: Tensor, x: Tensor) -> Tensor:
    """Return (M,) bool: which samples (M, 1, 28, 28) have less ink than real images x have."""
    ink = x.flatten(1).sum(1)
    return samples.flatten(1).sum(1) < torch.quantile(ink, BLANKEST)


def recognise(samples: Tensor, data: LabelledImages) -> Tensor:
    """Return the label (M,) of samples (M, 1, 28, 28) by the nearest labelled images in pixels."""
    if len(samples) == 0:
        return torch.zeros(0, dtype=torch.int64)
    judge = KNeighborsClassifier(min(N_NEIGHBOURS, len(data)))
    judge.fit(to_pixels(data.images).flatten(1).numpy(), data.labels.numpy())
    return torch.from_numpy(judge.predict(samples.flatten(1).numpy()))


def structural_similarity(x: Tensor, y: Tensor) -> Tensor:
    """Return the mean SSIM of pairs of images (N, 1, H, W) in [0, 1], (N,).

    Source: Wang, Bovik, Sheikh & Simoncelli 2004, "Image quality assessment: from error visibility
    to structural similarity", with their window (11x11, sigma 1.5) and constants.
    """
    offsets = torch.arange(11, dtype=x.dtype, device=x.device) - 5
    line = torch.exp(-(offsets**2) / (2 * 1.5**2))
    window = torch.outer(line, line) / line.sum() ** 2

    def blur(image: Tensor) -> Tensor:
        return F.conv2d(image, window[None, None])

    mean_x, mean_y = blur(x), blur(y)
    var_x, var_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (var_x + var_y + c2)
    return (luminance * structure).flatten(1).mean(1)


def describe_autoencoder(metrics: AutoencoderMetrics, latent_dim: int) -> list[list[str]]:
    """Return a table of the figures, as text: a name and a value in each row."""
    bound = [["ELBO and KL", "none: a plain autoencoder"]]
    if metrics.elbo is not None:
        bound = [["ELBO, nats", f"{metrics.elbo:.2f}"], ["KL, nats", f"{metrics.kl:.2f}"]]
    return [
        *bound,
        ["BCE, nats", f"{metrics.reconstruction_bce:.2f}"],
        ["MSE per pixel", f"{metrics.reconstruction_mse:.4f}"],
        ["SSIM", f"{metrics.ssim:.3f}"],
        ["active latent dimensions", f"{metrics.active_units} of {latent_dim}"],
        ["blank samples", f"{metrics.blank_share:.1%}"],
        ["labels among the others", str(metrics.labels_covered)],
    ]
