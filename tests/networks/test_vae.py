"""Encode, reparameterize, decode."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.conftest import TINY
from vaegmm.config import NetworkConfig
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.settings import load_toml


def test_shapes(tiny_vae: VAE) -> None:
    mu, logvar = tiny_vae.encode(torch.rand(3, 1, 28, 28))
    assert mu.shape == logvar.shape == (3, 2)
    assert tiny_vae.decode(mu).shape == (3, 1, 28, 28)


def test_the_first_classifiers_network_has_its_size() -> None:
    network = VAE(load_toml("configs/conv148-2d.toml").network)
    n_parameters = sum(parameter.numel() for parameter in network.parameters())
    assert 7.4e6 < n_parameters < 7.6e6
    assert network.decoder.project[0].weight.shape == (12544, 2)


def test_dropout_drops_in_training_only(tiny_vae: VAE) -> None:
    x = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert torch.equal(tiny_vae.eval().encode(x)[0], tiny_vae.encode(x)[0])
    torch.manual_seed(0)
    assert not torch.equal(tiny_vae.train().encode(x)[0], tiny_vae.encode(x)[0])


def test_reparameterized_noise_has_the_posteriors_moments() -> None:
    mu, logvar = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 2.0]])
    eps = torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0))
    z = reparameterize(mu, logvar, eps)
    torch.testing.assert_close(z.mean(0), mu[0], atol=0.02, rtol=0)
    torch.testing.assert_close(z.var(0), logvar[0].exp(), atol=0, rtol=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"channels": (4, 4)},
            r"channels must be 5 numbers from 1 to 4096 for a network of kind .conv., got \(4, 4\)",
        ),
        ({"channels": (4, 4, 0, 4, 4)}, "channels must be 5 numbers from 1 to 4096"),
        ({"latent_dim": 0}, "latent_dim must be from 1 to 4096, got 0"),
        ({"dense_size": 10**12}, "dense_size must be from 0 to 4096, got 10{12}"),
        (
            {"channels": (3000, 3000, 3000, 4, 4)},
            "a network must have at most 100,000,000 parameters, got 32",
        ),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_a_size_that_no_network_can_have_is_refused(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        VAE(replace(TINY, **change))  # type: ignore[arg-type]


def test_latent_size_and_channels_are_free() -> None:
    network = VAE(NetworkConfig(latent_dim=7, channels=(2, 3, 5, 4, 6), dense_size=9))
    assert network.decode(torch.zeros(1, 7)).shape == (1, 1, 28, 28)
