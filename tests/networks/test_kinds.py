"""Every kind of network, at the sizes of the systems that it comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from vaegmm.config import NetworkConfig
from vaegmm.networks.vae import VAE
from vaegmm.settings import load_toml

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))


def images(n: int = 3) -> torch.Tensor:
    return torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_systems_network_encodes_and_decodes(path: Path) -> None:
    config = load_toml(path)
    network = VAE(config.network)
    mu, logvar = network.encode(images())
    assert mu.shape == logvar.shape == (3, config.network.latent_dim)
    logits = network.decode(mu)
    assert logits.shape == (3, 1, 28, 28)
    (logits.sum() + mu.sum()).backward()
    without = [name for name, p in network.named_parameters() if p.grad is None]
    assert all("logvar" in name or "sigma" in name for name in without)


def layers(module: nn.Module, kind: type[nn.Module]) -> int:
    return sum(isinstance(part, kind) for part in module.modules())


def test_the_systems_have_the_layers_that_they_are_described_by() -> None:
    networks = {path.stem: VAE(load_toml(path).network) for path in CONFIGS}
    muddle, dense = networks["muddle-ae"], networks["morph-dense"]
    assert (layers(muddle.encoder, nn.Conv2d), layers(muddle.encoder, nn.Linear)) == (4, 1)
    assert (layers(muddle.decoder, nn.ConvTranspose2d), layers(muddle.decoder, nn.Linear)) == (4, 1)
    assert sum(p.numel() for p in dense.parameters()) == 652_824  # 784-400-20x2, 20-400-784
    new = networks["generate-2d"]
    assert (layers(new.encoder, nn.Conv2d), layers(new.decoder, nn.ConvTranspose2d)) == (3, 3)
    assert layers(new.decoder, nn.Linear) == 4
    deeper, baseline = networks["lstm-deeper"].decoder, networks["lstm-baseline"].decoder
    assert layers(baseline, nn.ConvTranspose2d) == 3
    assert layers(deeper, nn.ConvTranspose2d) > 3
    assert layers(deeper, nn.Linear) > layers(baseline, nn.Linear)


def test_a_latent_reaches_the_end_of_the_64_filters() -> None:
    """With weaker first weights the decoder begins deaf, and training never wakes it."""
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        network = VAE(load_toml(next(p for p in CONFIGS if p.stem == "generate-2d")).network)
    z = torch.tensor([[-1.0, 0.5], [1.0, -0.5]])
    with torch.no_grad():
        apart = (network.decode(z[:1]) - network.decode(z[1:])).abs().mean()
    assert float(apart) > 0.01  # with torch's own first weights 0.0002


def test_softplus_gives_a_variance_however_negative_its_input() -> None:
    network = VAE(NetworkConfig(kind="dense", latent_dim=2, posterior="softplus"))
    with torch.no_grad():
        network.encoder.sigma.bias.fill_(-1e4)
        _, logvar = network.encode(images())
    assert logvar.isfinite().all()
    assert (logvar < -20).all()


def test_a_point_has_no_variance() -> None:
    network = VAE(NetworkConfig(kind="dense", latent_dim=2, posterior="point"))
    _, logvar = network.encode(images())
    assert (logvar == -torch.inf).all()
    assert not any("logvar" in name for name, _ in network.named_parameters())


def test_an_lstm_reads_the_rows_in_order() -> None:
    network = VAE(NetworkConfig(kind="lstm", channels=(8, 4), dropout=0.0)).eval()
    x = images()
    assert not torch.allclose(network.encode(x)[0], network.encode(x.flip(2))[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "conv64"}, "channels must be 3 numbers from 1 to 4096 for .* 'conv64', got"),
        ({"kind": "lstm", "channels": (8,)}, "channels must be 2 to 32 numbers for an lstm"),
        ({"kind": "lstm", "dense_size": 0}, "dense_size must be from 1 to 4096, got 0"),
        ({"kind": "lstm", "dense_layers": 99}, "dense_layers must be from 0 to 32, got 99"),
        ({"strides": (1, 2, 1, 1, 1)}, "strides must be 1 or 2 each and 4 in product, got"),
        ({"strides": (4, 1, 1, 1, 1)}, "strides must be 1 or 2 each and 4 in product, got"),
    ],
)
def test_what_a_kind_cannot_be_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VAE(replace(NetworkConfig(), **change))  # type: ignore[arg-type]
