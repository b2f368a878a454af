"""The decoder alone, after everything else has its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.training.conftest import SETTINGS, network_of
from vaegmm.data.datasets import Split
from vaegmm.latents import encode_images, encode_posteriors, score_reconstructions
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.training.build import build_model
from vaegmm.training.settling import settle_decoder

FOUR = replace(SETTINGS.refine, decoder_epochs=4)


def settle(network: VAE, parts: Split, rate: float = 2e-3) -> Tensor:
    training = replace(SETTINGS.training, learning_rate=rate)
    return torch.tensor(settle_decoder(network, parts.train.images, training, FOUR, seed=0))


def test_what_was_not_looked_at_is_rebuilt_better(parts: Split, fitted: dict[str, Tensor]) -> None:
    network = network_of(fitted)
    images = parts.validation.images
    mu = encode_images(network, images)
    before = score_reconstructions(network, images, mu)[0].mean()
    nlls = settle(network, parts)
    assert nlls.shape == (4,)
    assert torch.equal(nlls, nlls.sort(descending=True).values)
    assert float(score_reconstructions(network, images, mu)[0].mean()) < 0.97 * float(before)


def test_the_encoder_stays_as_it_is_and_the_decoder_is_the_same_again(
    parts: Split, fitted: dict[str, Tensor]
) -> None:
    networks = [network_of(fitted) for _ in range(2)]
    first, second = (settle(network, parts) for network in networks)
    assert torch.equal(first, second)
    for name, values in networks[0].state_dict().items():
        assert torch.equal(values, networks[1].state_dict()[name])
        assert torch.equal(values, fitted[name]) == name.startswith("encoder.")


def test_it_sees_draws_from_the_posteriors_and_drops_nothing(
    parts: Split, fitted: dict[str, Tensor]
) -> None:
    """With steps of next to nothing its loss is that of the network as it was."""
    network = VAE(replace(SETTINGS.network, dropout=0.9))
    network.load_state_dict(fitted)
    with torch.no_grad():
        network.encoder.logvar.bias.add_(3)
    mu, logvar = encode_posteriors(network, parts.train.images)
    eps = torch.randn(mu.shape, generator=torch.Generator().manual_seed(1))
    z = reparameterize(mu, logvar, eps)
    of_draws, of_means = (
        float(score_reconstructions(network, parts.train.images, at)[0].mean()) for at in (z, mu)
    )
    assert of_means + 2 < of_draws
    found = settle(network, parts, rate=1e-12)
    assert found.tolist() == pytest.approx([of_draws] * 4, abs=0.2)


def test_a_model_s_clusters_are_not_touched_and_its_misfits_are_the_new_decoder_s(
    parts: Split, fitted: dict[str, Tensor]
) -> None:
    told: list[float] = []
    settled, plain = (
        build_model(
            network_of(fitted),
            parts,
            parts.train,
            replace(SETTINGS, refine=replace(FOUR, refine_epochs=1, decoder_epochs=n_epochs)),
            "a",
            on_settled=told.extend,
        )
        for n_epochs in (4, 0)
    )
    assert len(told) == 4
    for name, values in settled.state_dict().items():
        same = torch.equal(values, plain.state_dict()[name])
        assert same != name.startswith("network.decoder."), name
    one, other = settled.config, plain.config
    assert one.outliers != other.outliers
    assert replace(one, outliers=other.outliers) == other


def test_a_loss_that_is_not_finite_stops_it(parts: Split, fitted: dict[str, Tensor]) -> None:
    network = network_of(fitted)
    with torch.no_grad():
        next(network.decoder.parameters()).fill_(torch.nan)
    with pytest.raises(
        ValueError, match=r"the decoder's loss became nan in epoch 1, step 1; --res"
    ):
        settle(network, parts)


def test_fewer_than_no_passes_are_refused(parts: Split, fitted: dict[str, Tensor]) -> None:
    settings = replace(SETTINGS, refine=replace(SETTINGS.refine, decoder_epochs=-1))
    with pytest.raises(ValueError, match="decoder_epochs must not be negative, got -1"):
        build_model(network_of(fitted), parts, parts.train, settings, "a")
