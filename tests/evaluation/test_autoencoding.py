"""SSIM, active units, blank samples and covered labels: against what is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import TINY
from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.autoencoding import (
    describe_autoencoder,
    find_blank,
    measure_autoencoder,
    random_latents,
    recognise,
    structural_similarity,
)
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.training.components import attach_mixture


def test_similarity_is_1_for_the_same_and_falls_with_noise(sample: LabelledImages) -> None:
    x = to_pixels(sample.images[:20])
    torch.testing.assert_close(structural_similarity(x, x), torch.ones(20))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    little, much = (structural_similarity(x, (x + s * noise).clamp(0, 1)) for s in (0.05, 0.5))
    assert (little < 1).all()
    assert (little > much).all()


def test_similarity_of_flat_images_is_the_formulas() -> None:
    """Without structure only the luminance term is left: (2ab + c1) / (a^2 + b^2 + c1)."""
    a, b, c1 = 0.2, 0.6, 0.01**2
    x, y = (torch.full((1, 1, 28, 28), value) for value in (a, b))
    expected = (2 * a * b + c1) / (a**2 + b**2 + c1)
    assert float(structural_similarity(x, y)) == pytest.approx(expected, rel=1e-4)


def test_blank_is_lighter_than_any_digit(sample: LabelledImages) -> None:
    x = to_pixels(sample.images)
    samples = torch.cat([torch.zeros(1, 1, 28, 28), x[:1], 0.01 * x[:1]])
    assert find_blank(samples, x).tolist() == [True, False, True]


def test_neighbours_know_their_own(sample: LabelledImages) -> None:
    found = recognise(to_pixels(sample.images[:200]), sample)
    assert float((found == sample.labels[:200]).double().mean()) > 0.95
    assert recognise(torch.zeros(0, 1, 28, 28), sample).shape == (0,)


def test_figures_of_the_bundled_model(digits148: VAEGMM, sample: LabelledImages) -> None:
    metrics = measure_autoencoder(digits148, sample)
    assert metrics.elbo is not None
    assert metrics.kl is not None
    assert -metrics.elbo > metrics.reconstruction_bce + metrics.kl  # drawn latents blur
    assert metrics.active_units == 10
    assert 0.6 < metrics.ssim < 1  # it rebuilds the upright digit, not the one it was shown
    assert metrics.labels_covered == 3
    assert metrics.blank_share < 0.1
    assert metrics == measure_autoencoder(digits148, sample)
    assert ["active latent dimensions", "10 of 10"] in describe_autoencoder(metrics, 10)


def test_a_plain_autoencoder_has_no_bound(sample: LabelledImages) -> None:
    network = VAE(replace(TINY, posterior="point"))
    config = MixtureConfig(n_components=3, n_init=1, posterior_samples=0)
    model = attach_mixture(network, sample, config, 0, "a sample")
    metrics = measure_autoencoder(model, sample)
    assert metrics.elbo is None
    assert metrics.kl is None
    assert describe_autoencoder(metrics, 2)[0] == ["ELBO and KL", "none: a plain autoencoder"]


def test_latents_drawn_from_the_mixture_have_its_moments(digits148: VAEGMM) -> None:
    z = digits148.sample_latents(200_000, torch.Generator().manual_seed(0)).numpy()
    weights, means = digits148.weights.numpy(), digits148.means.numpy()
    np.testing.assert_allclose(z.mean(0), weights @ means, atol=0.02)
    factors = digits148.precisions_cholesky.double().numpy()
    covariances = np.linalg.inv(factors @ factors.transpose(0, 2, 1))
    apart = means - weights @ means
    expected = np.einsum("k,kij->ij", weights, covariances) + (weights[:, None] * apart).T @ apart
    np.testing.assert_allclose(np.cov(z.T), expected, atol=0.03 * np.abs(expected).max())


def test_random_latents_come_from_the_prior(digits148: VAEGMM) -> None:
    z = random_latents(digits148, 1000, seed=3)
    assert torch.equal(z, random_latents(digits148, 1000, seed=3))
    assert abs(float(z.std()) - 1) < 0.03
