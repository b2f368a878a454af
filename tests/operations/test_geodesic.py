"""The shortest way in what is seen."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from vaegmm.data.datasets import load_dataset
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM
from vaegmm.operations import geodesic
from vaegmm.operations.border import decode
from vaegmm.operations.curves import straight_line
from vaegmm.operations.geodesic import find_geodesic, measure_energy

T = torch.linspace(0, 1, 100)


@pytest.fixture(scope="module")
def latents(digits: VAEGMM) -> tuple[Tensor, Tensor]:
    """Of a 3 and an 8, a 7 and a 2, a 0 and a 1."""
    data = load_dataset("sample", train=False)
    first = {label: int((data.labels == label).nonzero()[0]) for label in range(10)}
    z = encode_images(digits.network, data.images[[first[k] for k in (3, 7, 0, 8, 2, 1)]])
    return z[:3], z[3:]


@pytest.fixture(scope="module")
def found(digits: VAEGMM, latents: tuple[Tensor, Tensor]) -> Tensor:
    return find_geodesic(digits, *latents)(T.expand(3, -1))


def test_it_begins_and_ends_at_its_latents(latents: tuple[Tensor, Tensor], found: Tensor) -> None:
    torch.testing.assert_close(found[:, 0], latents[0])
    torch.testing.assert_close(found[:, -1], latents[1])


def test_its_energy_is_far_below_the_straight_line_s(
    digits: VAEGMM, latents: tuple[Tensor, Tensor], found: Tensor
) -> None:
    straight = straight_line(*latents)(T.expand(3, -1))
    with torch.inference_mode():
        assert (measure_energy(digits, found) < 0.8 * measure_energy(digits, straight)).all()


def test_what_it_shows_is_likely_under_the_mixture(
    digits: VAEGMM, latents: tuple[Tensor, Tensor], found: Tensor
) -> None:
    straight = straight_line(*latents)(T.expand(3, -1))
    densities = []
    with torch.inference_mode():
        for z in (found, straight):
            x = decode(digits, z.flatten(0, 1), sharpness=geodesic.SHARPNESS)
            density = digits.log_density(digits.network.encode(x)[0])
            densities.append(density.view(3, -1).mean(1))
    assert densities[0].mean() > densities[1].mean() + 0.5


def test_without_strangeness_energy_is_at_least_the_square_of_the_length(
    digits: VAEGMM, found: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOUBT", "UNLIKELY", "OFF_INK"):
        monkeypatch.setattr(geodesic, name, 0.0)
    with torch.inference_mode():
        energy = measure_energy(digits, found)
        logits = digits.network.decode(found.flatten(0, 1))
        x = (geodesic.SHARPNESS * logits).sigmoid().view(3, len(T), -1)
    steps = x.diff(dim=1).norm(dim=2)
    torch.testing.assert_close(energy, (len(T) - 1) * steps.square().sum(1))
    assert (energy >= steps.sum(1).square()).all()


def test_strangeness_only_adds(
    digits: VAEGMM, found: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    energies = []
    with torch.inference_mode():
        for weights in ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)):
            for name, weight in zip(("DOUBT", "UNLIKELY", "OFF_INK"), weights, strict=True):
                monkeypatch.setattr(geodesic, name, float(weight))
            energies.append(measure_energy(digits, found))
    assert all((more > less).all() for less, more in itertools.pairwise(energies))


def test_the_same_latents_give_the_same_curve_and_leave_the_model_alone(
    digits: VAEGMM, latents: tuple[Tensor, Tensor], found: Tensor
) -> None:
    digits.train()
    try:
        again = find_geodesic(digits, *latents)(T.expand(3, -1))
        assert digits.training
    finally:
        digits.eval()
    assert torch.equal(again, found)
    assert all(p.requires_grad and p.grad is None for p in digits.parameters())


def test_from_a_latent_to_itself_it_hardly_moves(digits: VAEGMM, found: Tensor) -> None:
    z = found[:1, 0]
    assert (find_geodesic(digits, z, z)(T[None]) - z).abs().max() < 0.2


def test_the_search_in_low_precision_finds_curves_as_good(
    digits: VAEGMM, latents: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geodesic, "N_STEPS", 10)  # bfloat16 takes long where nothing but this does
    start, end = (z[:1] for z in latents)
    energies = []
    for precision in ("float32", "bfloat16"):
        monkeypatch.setattr(geodesic, "resolve_precision", lambda *_, p=precision: p)
        z = find_geodesic(digits, start, end)(T[None])
        with torch.inference_mode():
            energies.append(measure_energy(digits, z))
    torch.testing.assert_close(*energies, rtol=0.03, atol=0)


def test_it_is_found_in_inference_mode_too(
    digits: VAEGMM, latents: tuple[Tensor, Tensor], found: Tensor
) -> None:
    with torch.inference_mode():
        z = find_geodesic(digits, *(one.clone() for one in latents))(T.expand(3, -1))
    torch.testing.assert_close(z, found)
