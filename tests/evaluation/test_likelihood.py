"""The importance-weighted bound."""

from __future__ import annotations

import math

import pytest
import torch

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.likelihood import measure_likelihood
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.networks.losses import reconstruction_nll


def test_it_comes_near_the_integral_over_the_latent_space(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    # Two latent dimensions: log p(x) by a fine grid instead of draws.
    images = sample.images[:4]
    line = torch.linspace(-6, 6, 121)
    z = torch.cartesian_prod(line, line)
    with torch.inference_mode():
        logits = tiny_model.network.decode(z)
    log_area = 2 * math.log(0.1)
    prior = -0.5 * z.square().sum(1) - math.log(2 * math.pi)
    mixture = tiny_model.log_density(z)
    exact = torch.zeros(2)
    for x in to_pixels(images):
        nll = reconstruction_nll(logits, x.expand(len(z), 1, 28, 28))
        exact += torch.stack([(log - nll + log_area).logsumexp(0) for log in (prior, mixture)])
    found = measure_likelihood(tiny_model, images, n_samples=2000)
    assert found.standard_normal == pytest.approx(exact[0].item() / 4, abs=0.05)
    # The tiny mixture is far narrower than the posteriors that draw from it.
    assert found.mixture <= exact[1].item() / 4 + 0.5


def test_more_draws_tighten_it_and_the_seed_decides(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    few, many = (measure_likelihood(tiny_model, sample.images[:50], n) for n in (1, 300))
    assert few.standard_normal < many.standard_normal
    assert measure_likelihood(tiny_model, sample.images[:50], 1) == few
    assert measure_likelihood(tiny_model, sample.images[:50], 1, seed=1) != few
    assert tiny_model.network.training is False
