"""Variations of a digit, and other digits in its hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.styles import measure_slant
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.styles import Moments, carry_style, measure_moments, vary, vary_latent
from vaegmm.operations.writing import read_digits


@pytest.fixture(scope="module")
def ten() -> LabelledImages:
    return load_dataset("sample", train=False)


def pixels(data: LabelledImages, index: Tensor) -> NDArray[np.float32]:
    return to_pixels(data.images[index])[:, 0].numpy()


def test_a_radius_of_zero_rebuilds_the_digit(digits: VAEGMM, ten: LabelledImages) -> None:
    x = pixels(ten, torch.arange(1))[0]
    varied = vary(digits, x, 3, 0.0, seed=1)
    assert np.allclose(varied, varied[0], atol=1e-5)
    assert np.abs(varied[0] - x).mean() < 0.06


def test_a_larger_radius_changes_more(digits: VAEGMM, ten: LabelledImages) -> None:
    x = pixels(ten, torch.arange(1))[0]
    still = vary(digits, x, 1, 0.0, seed=1)
    changes = [np.abs(vary(digits, x, 60, r, seed=1) - still).mean() for r in (0.1, 0.3, 0.6, 1)]
    assert changes == sorted(changes)
    assert changes[0] < 0.4 * changes[-1]


def test_variations_show_the_same_digit(digits: VAEGMM, ten: LabelledImages) -> None:
    index = torch.cat([(ten.labels == label).nonzero()[:2, 0] for label in range(10)])
    same = [
        label == int(ten.labels[i])
        for i in index
        for label in read_digits(digits, vary(digits, pixels(ten, i[None])[0], 20, 0.5, seed=0))
    ]
    assert np.mean(same) >= 0.95


def test_any_radius_leaves_a_component_as_it_is(digits: VAEGMM) -> None:
    generator = torch.Generator().manual_seed(0)
    for radius in (0.3, 1.0):
        starts = digits.sample_components(torch.full((4000,), 7), generator)
        walked = [vary_latent(digits, z[None], 1, radius, generator) for z in starts]
        is_own = digits.log_joint(starts).argmax(1) == 7  # others walk in another component
        z = torch.cat(walked)[is_own].double()
        whitened = (z - digits.means[7].double()) @ digits.precisions_cholesky[7].double()
        assert whitened.mean(0).abs().max() < 0.2
        assert (whitened.T.cov() - torch.eye(10)).abs().max() < 0.2


@pytest.mark.parametrize(
    ("n", "radius", "seed", "message"),
    [
        (0, 0.5, 0, "n must be at least 1"),
        (1, 1.5, 0, "radius must be from 0 to 1, got 1.5"),
        (1, float("nan"), 0, "radius must be from 0 to 1"),
        (1, 0.5, 2**31, "the seed must be from 0 to"),
    ],
)
def test_what_cannot_be_varied_is_refused(
    digits: VAEGMM, n: int, radius: float, seed: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        vary(digits, np.zeros((28, 28), np.float32), n, radius, seed)


def test_all_ten_digits_are_written_in_one_hand(digits: VAEGMM, ten: LabelledImages) -> None:
    generator = torch.Generator().manual_seed(0)
    index = torch.randperm(len(ten), generator=generator)[:100]
    x = pixels(ten, index)
    written = carry_style(digits, x, digits.labels)
    assert written.shape == (100, 10, 28, 28)
    read = [read_digits(digits, hand) == list(digits.labels) for hand in written]
    assert np.mean(read) >= 0.85  # all ten of a hand
    # hands that lean to the right write every digit so
    own = measure_slant(x.astype(np.float64))
    for label in range(10):
        assert np.corrcoef(own, measure_slant(written[:, label].astype(np.float64)))[0, 1] > 0.6


def test_transport_brings_one_gaussian_into_another(digits: VAEGMM) -> None:
    moments = measure_moments(digits)
    generator = torch.Generator().manual_seed(0)
    root = torch.linalg.cholesky(moments.covariances[3])
    z = moments.means[3] + torch.randn(20_000, 10, generator=generator).double() @ root.T
    three, eight = torch.full((20_000,), 3), torch.full((20_000,), 8)
    carried = moments.transport(z, three, eight)
    assert torch.allclose(carried.mean(0), moments.means[8], atol=0.03)
    assert torch.allclose(carried.T.cov(), moments.covariances[8], atol=0.04)
    assert torch.allclose(moments.transport(carried, eight, three), z, atol=1e-6)
    assert torch.allclose(moments.transport(z, three, three), z, atol=1e-6)


def test_transport_moves_less_than_any_other_way() -> None:
    covariances = torch.tensor([[[4.0, 0], [0, 1]], [[1, 0], [0, 4]]]).double()
    moments = Moments(torch.zeros(2, 2).double(), covariances)
    z = torch.tensor([[2.0, 1.0]]).double()
    carried = moments.transport(z, torch.tensor([0]), torch.tensor([1]))
    # axes keep their places: a turn by a quarter would also do, and move more
    assert torch.allclose(carried, torch.tensor([[1.0, 2.0]]).double())


def test_moments_are_those_of_draws(digits: VAEGMM) -> None:
    moments = measure_moments(digits)
    z = digits.sample_latents(100_000, torch.Generator().manual_seed(0)).double()
    components = digits.log_joint(z.float()).argmax(1)
    is_two = torch.tensor(digits.config.component_labels)[components] == 2
    assert torch.allclose(z[is_two].mean(0), moments.means[2], atol=0.05)
    assert torch.allclose(z[is_two].T.cov(), moments.covariances[2], atol=0.06)


def test_a_digit_that_the_mixture_lacks_cannot_be_written(tiny_model: VAEGMM) -> None:
    named = VAEGMM(replace(tiny_model.config, component_labels=(1, 1, 8, 8)))
    with pytest.raises(ValueError, match="labels must be among 1, 8, got 4"):
        carry_style(named, np.zeros((1, 28, 28), np.float32), (4,))
