"""Data sets to latents and back."""

from __future__ import annotations

import torch

from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import (
    decode_latents,
    encode_images,
    encode_posteriors,
    sample_posteriors,
    score_reconstructions,
    to_pixels,
)
from vaegmm.networks.vae import VAE
from vaegmm.outliers import misfit


def test_a_data_set_in_parts_is_encoded_as_in_one(tiny_vae: VAE, sample: LabelledImages) -> None:
    tiny_vae.train()  # dropout would show
    mu, logvar = encode_posteriors(tiny_vae, sample.images)
    assert tiny_vae.training
    with torch.no_grad():
        expected = tiny_vae.eval().encode(to_pixels(sample.images))
    torch.testing.assert_close((mu, logvar), expected)
    assert encode_images(tiny_vae, sample.images).equal(mu)


def test_latents_become_probabilities_of_ink(tiny_vae: VAE) -> None:
    x_hat = decode_latents(tiny_vae, torch.linspace(-2, 2, 14).view(7, 2))
    assert x_hat.shape == (7, 1, 28, 28)
    assert 0 <= x_hat.min() < x_hat.max() <= 1


def test_reconstructions_are_scored(tiny_vae: VAE, sample: LabelledImages) -> None:
    x = to_pixels(sample.images)
    z = encode_images(tiny_vae, sample.images)
    nll, error = score_reconstructions(tiny_vae, sample.images, z)
    x_hat = decode_latents(tiny_vae, z)
    expected = -(x * x_hat.log() + (1 - x) * (1 - x_hat).log()).sum((1, 2, 3))
    torch.testing.assert_close(nll, expected)
    torch.testing.assert_close(error, misfit(x, x_hat))


def test_posterior_samples_have_the_posteriors_moments() -> None:
    mu, logvar = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0))
    z = sample_posteriors(mu, logvar, 20_000, seed=0).view(20_000, 3, 2)
    torch.testing.assert_close(z.mean(0), mu, atol=0.05, rtol=0)
    torch.testing.assert_close(z.var(0).log(), logvar, atol=0.05, rtol=0)


def test_the_seed_decides_the_samples() -> None:
    mu, logvar = torch.zeros(5, 2), torch.zeros(5, 2)
    assert sample_posteriors(mu, logvar, 3, 1).equal(sample_posteriors(mu, logvar, 3, 1))
    assert not sample_posteriors(mu, logvar, 3, 1).equal(sample_posteriors(mu, logvar, 3, 2))
