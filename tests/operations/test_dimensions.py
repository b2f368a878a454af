"""What each latent dimension does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vaegmm.latents import decode_latents
from vaegmm.model import VAEGMM
from vaegmm.operations.dimensions import N_LOOKS, rank_dimensions, traverse
from vaegmm.operations.handwriting import Handwriting


def test_dimensions_come_in_the_order_in_which_they_matter(handwriting: Handwriting) -> None:
    ranked = rank_dimensions(handwriting)
    assert sorted(one.index for one in ranked) == [*range(10)]
    stds = [one.std for one in ranked]
    assert stds == sorted(stds, reverse=True)
    first = ranked[0]
    assert first.std == pytest.approx(handwriting.z[:, first.index].std().item())
    assert first.mean == pytest.approx(handwriting.z[:, first.index].mean().item(), abs=1e-6)


def test_a_strip_changes_one_dimension_alone(digits: VAEGMM, handwriting: Handwriting) -> None:
    z, ranked = handwriting.z[11], rank_dimensions(handwriting)
    strips = traverse(digits, z.numpy(), ranked[:2])
    assert strips.shape == (2, N_LOOKS, 28, 28)
    changed = z.clone()
    one = ranked[1]
    changed[one.index] = one.mean + 3 * one.std
    x = decode_latents(digits.network, changed[None])[0, 0].numpy()
    assert np.allclose(strips[1, -1], x, atol=1e-5)
    changed[one.index] = one.mean
    x = decode_latents(digits.network, changed[None])[0, 0].numpy()
    assert np.allclose(strips[1, N_LOOKS // 2], x, atol=1e-5)


def test_the_latent_itself_stays_as_it_is(digits: VAEGMM, handwriting: Handwriting) -> None:
    z = handwriting.z[0].numpy().copy()
    traverse(digits, z, rank_dimensions(handwriting))
    assert np.array_equal(z, handwriting.z[0].numpy())
    assert not torch.equal(handwriting.z[0], handwriting.z[1])
