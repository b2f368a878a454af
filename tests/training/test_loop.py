"""Fitting: it learns, the seed decides, the best weights stay, nonsense stops it."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.conftest import TINY
from vaegmm.config import AugmentationConfig, TrainingConfig
from vaegmm.data.datasets import LabelledImages, Split, split
from vaegmm.networks.vae import VAE
from vaegmm.tensors import write_tensors
from vaegmm.training import loop
from vaegmm.training.history import Epoch
from vaegmm.training.loop import Fitted, fit_vae, measure_losses

CPU = torch.device("cpu")
SHORT = TrainingConfig(epochs=3, batch_size=50, learning_rate=5e-3, precision="float32")
CHANGES = AugmentationConfig(rotation=10, shift=1, noise=0.05)


@pytest.fixture(scope="module")
def parts() -> Split:
    from vaegmm.data.datasets import load_dataset

    return split(load_dataset("sample", train=False, digits=(1, 4, 8)), 0.2, seed=0)


def fit(parts: Split, config: TrainingConfig = SHORT, seed: int = 0) -> Fitted:
    return fit_vae(parts, TINY, config, CHANGES, CPU, seed)


def test_it_learns(parts: Split) -> None:
    history = fit(parts, replace(SHORT, epochs=5)).history
    assert [epoch.epoch for epoch in history] == [1, 2, 3, 4, 5]
    assert history[-1].validation.loss < 0.8 * history[0].train.loss
    for epoch in history:
        expected = epoch.validation.reconstruction_nll + 0.5 * epoch.validation.kl
        assert epoch.validation.loss == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_sees_the_bar_and_a_pipe_does_not(
    parts: Split, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", stream)
    fit(parts, replace(SHORT, epochs=1))
    assert ("network" in stream.getvalue()) == is_terminal


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_same_seed_same_weights(parts: Split, precision: str) -> None:
    config = replace(SHORT, epochs=1, precision=precision)  # type: ignore[arg-type]
    first, again, other = (fit(parts, config, seed).network.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_every_epoch_asks_for_its_own_order(parts: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def shuffle(n: int, seed: int, epoch: int, device: torch.device) -> torch.Tensor:
        asked.append((seed, epoch))
        return torch.arange(n, device=device)

    monkeypatch.setattr(loop, "shuffle", shuffle)
    fit(parts, seed=5)
    assert asked == [(5, 1), (5, 2), (5, 3)]


def test_the_callers_random_state_is_left_alone(parts: Split) -> None:
    before = torch.get_rng_state()
    fit(parts, replace(SHORT, epochs=1))
    assert torch.equal(before, torch.get_rng_state())


def test_the_best_weights_are_kept_and_stopping_is_early(parts: Split, tmp_path: Path) -> None:
    # A step size that soon ruins the network: the later epochs are worse than an early one.
    config = replace(SHORT, epochs=40, learning_rate=0.05, early_stopping_patience=3)

    def keep(history: list[Epoch], network: VAE) -> None:
        if history[-1].is_best:
            write_tensors(network.state_dict(), tmp_path / "best.safetensors")

    fitted = fit_vae(parts, TINY, config, CHANGES, CPU, 0, on_epoch=keep)
    best = min(fitted.history, key=lambda epoch: epoch.validation.loss)
    assert best.is_best
    assert len(fitted.history) == best.epoch + 3
    measured = measure_losses(fitted.network, parts.validation.images, config)
    assert measured.loss == pytest.approx(best.validation.loss, rel=1e-6)
    on_disk = load_file(tmp_path / "best.safetensors")
    assert all(torch.equal(on_disk[k], v) for k, v in fitted.network.state_dict().items())


def test_the_learning_rate_falls_when_the_loss_stalls(parts: Split) -> None:
    config = replace(SHORT, epochs=12, learning_rate=0.2, lr_patience=0)
    rates = [epoch.learning_rate for epoch in fit(parts, config).history]
    assert rates[0] == 0.2
    assert rates[-1] <= 0.1


def test_a_loss_that_is_not_finite_stops_and_is_named(parts: Split) -> None:
    config = replace(SHORT, learning_rate=1e20)
    with pytest.raises(ValueError, match=r"the loss became (nan|inf) in epoch 1, step \d+; lower"):
        fit(parts, config)


def test_the_decoder_rebuilds_what_it_is_asked_to(sample: LabelledImages) -> None:
    """With noise in the target the reconstruction cannot be as good as on clean images."""
    data = split(sample, 0.2, seed=0)
    plain = fit_vae(data, TINY, SHORT, AugmentationConfig(), CPU, 0).history[-1].train
    losses = {"none": plain.reconstruction_nll}
    for target in ("clean", "input", "unchanged"):
        changes = AugmentationConfig(noise=0.3, reconstruct=target)  # type: ignore[arg-type]
        history = fit_vae(data, TINY, SHORT, changes, CPU, 0).history
        losses[target] = history[-1].train.reconstruction_nll
    assert losses["input"] > losses["clean"] + 20
    assert losses["unchanged"] == losses["none"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": -5}, "batch_size must be at least 1, got -5"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"beta": -1.0}, "beta must not be negative, got -1.0"),
        ({"beta": float("nan")}, "beta must not be negative, got nan"),
        ({"lr_patience": -1}, "lr_patience must be at least 0, got -1"),
        ({"lr_factor": 1.0}, r"lr_factor must be in \(0, 1\), got 1.0"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, object], message: str, parts: Split) -> None:
    with pytest.raises(ValueError, match=message):
        fit(parts, replace(SHORT, **change))  # type: ignore[arg-type]


def test_a_plain_autoencoder_needs_beta_0(parts: Split) -> None:
    plain = replace(TINY, posterior="point")
    with pytest.raises(ValueError, match=r"beta must be 0 with posterior 'point', got 0.5"):
        fit_vae(parts, plain, SHORT, CHANGES, CPU, 0)
    history = fit_vae(parts, plain, replace(SHORT, beta=0.0), CHANGES, CPU, 0).history
    assert history[-1].validation.kl == 0
    assert history[-1].validation.loss < 0.9 * history[0].train.loss


def test_a_validation_loss_that_is_not_finite_is_named(parts: Split) -> None:
    # One step: its own loss is measured before it, the ruin shows on the validation images.
    config = replace(SHORT, learning_rate=1e20, batch_size=len(parts.train))
    with pytest.raises(ValueError, match=r"the validation loss became (nan|inf) in epoch 1"):
        fit(parts, config)


def test_bfloat16_acts_and_agrees_with_float32(parts: Split) -> None:
    network = VAE(TINY)
    losses = [
        measure_losses(network, parts.validation.images, replace(SHORT, precision=precision)).loss
        for precision in ("float32", "bfloat16")
    ]
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.01)
