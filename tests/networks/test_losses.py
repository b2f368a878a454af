"""The two terms of the ELBO, against torch.distributions."""

from __future__ import annotations

import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from vaegmm.networks import losses

GENERATOR = torch.Generator().manual_seed(0)


def test_kl_is_that_of_the_two_normals() -> None:
    mu, logvar = torch.randn(2, 20, 5, generator=GENERATOR)
    posterior = Normal(mu, (0.5 * logvar).exp())
    expected = kl_divergence(posterior, Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(losses.kl_divergence(mu, logvar), expected)


def test_kl_is_zero_at_the_prior_and_never_negative() -> None:
    assert losses.kl_divergence(torch.zeros(1, 3), torch.zeros(1, 3)).item() == 0
    tiny = 1e-4 * torch.randn(1000, 3, generator=GENERATOR)
    assert losses.kl_divergence(tiny, tiny).min() >= 0


def test_reconstruction_is_the_bernoulli_likelihood_summed_over_pixels() -> None:
    logits = torch.randn(4, 1, 28, 28, generator=GENERATOR)
    x = (torch.rand(4, 1, 28, 28, generator=GENERATOR) > 0.5).float()
    expected = -Bernoulli(logits=logits).log_prob(x).sum((1, 2, 3))
    torch.testing.assert_close(losses.reconstruction_nll(logits, x), expected)
