"""More pictures that are no digits."""

from __future__ import annotations

import torch

from vaegmm.data.clutter import make_shapes, make_textures, shuffle_tiles
from vaegmm.data.datasets import LabelledImages


def test_shapes_and_textures_are_bytes_and_repeat_by_seed() -> None:
    for make in (make_shapes, make_textures):
        images = make(10, seed=1)
        assert images.shape == (10, 28, 28)
        assert images.dtype == torch.uint8
        assert images.equal(make(10, seed=1))
        assert not images.equal(make(10, seed=2))


def test_shapes_are_filled_as_no_pen_fills() -> None:
    images = make_shapes(400, seed=0)
    lit = (images > 25).flatten(1).double().mean(1)  # MNIST's digits: 0.19, at most 0.5
    assert lit.mean() > 0.25


def test_textures_go_from_soft_to_hard() -> None:
    images = make_textures(400, seed=0).flatten(1)
    share = ((images == 0) | (images == 255)).double().mean(1)  # pixels at either end
    low, middle, high = share.quantile(torch.tensor([0.05, 0.5, 0.95]).double()).tolist()
    assert 0.4 < low < 0.6
    assert 0.8 < middle < 0.9 < high < 0.95


def test_tiles_are_all_there_and_none_of_four_stays(sample: LabelledImages) -> None:
    images = sample.images[:30]
    mixed = shuffle_tiles(images, seed=0)
    before, after = (x.flatten(1).sort(1).values for x in (images, mixed))
    assert before.equal(after)
    quarters, moved = (x[:10].unfold(1, 14, 14).unfold(2, 14, 14) for x in (images, mixed))
    for row in range(2):
        for column in range(2):
            same = (quarters[:, row, column] == moved[:, row, column]).flatten(1).all(1)
            assert not same.any()
