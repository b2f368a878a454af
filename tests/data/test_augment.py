"""Random changes of batches."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from vaegmm.config import AugmentationConfig
from vaegmm.data.augment import (
    augment,
    change_thickness,
    check_augmentation,
    crop_side,
    random_affine,
    random_shifts,
)
from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import to_pixels


def changed(x: Tensor, seed: int = 0, **settings: float) -> Tensor:
    return augment(x, AugmentationConfig(**settings), torch.Generator().manual_seed(seed))


def test_no_change_asked_none_made(sample: LabelledImages) -> None:
    x = to_pixels(sample.images[:8])
    assert torch.equal(changed(x), x)


def test_a_certain_flip_is_the_mirror_image(sample: LabelledImages) -> None:
    x = to_pixels(sample.images[:8])
    torch.testing.assert_close(changed(x, flip=1.0), x.flip(3), atol=1e-4, rtol=0)


def test_half_the_images_flip_at_one_half(sample: LabelledImages) -> None:
    x = to_pixels(sample.images)
    is_same = ((changed(x, flip=0.5) - x).abs().amax((1, 2, 3)) < 1e-4).float().mean()
    assert 0.4 < is_same < 0.6


def test_a_shift_stays_within_its_bound() -> None:
    x = torch.zeros(500, 1, 28, 28)
    x[:, :, 13, 13] = 1
    moved = changed(x, shift=2.0)
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    ink = moved[:, 0].sum((1, 2))
    centre = torch.stack([(moved[:, 0] * axis).sum((1, 2)) / ink for axis in (rows, columns)])
    assert (centre - 13).abs().max() <= 2 + 0.05  # rows that a dot's spline darkens are cut off
    assert (centre - 13).abs().max() > 1.8


def test_rotation_is_a_rotation() -> None:
    config = AugmentationConfig(rotation=30)
    linear = random_affine(100, 28, config, torch.Generator().manual_seed(0))[:, :, :2]
    product = linear @ linear.mT
    torch.testing.assert_close(product, torch.eye(2).expand_as(product), atol=1e-4, rtol=0)
    degrees = torch.atan2(linear[:, 1, 0], linear[:, 0, 0]).rad2deg()
    assert 25 < degrees.abs().max() <= 30


def test_strokes_grow_by_a_pixel_at_each_edge_and_shrink_by_half_of_one() -> None:
    x = torch.zeros(500, 1, 28, 28)
    x[..., 10:14] = 1  # a stroke 4 pixels wide
    widths = change_thickness(x, 1.0, torch.Generator().manual_seed(0))[:, 0, 14].sum(1)
    assert 3 <= widths.min() < 3.05
    assert 5.95 < widths.max() <= 6
    gentle = change_thickness(x, 0.2, torch.Generator().manual_seed(0))[:, 0, 14].sum(1)
    torch.testing.assert_close(gentle - 4, 0.2 * (widths - 4), atol=1e-4, rtol=0)


def test_elastic_shifts_are_local_smooth_and_bounded() -> None:
    x = torch.zeros(200, 1, 28, 28)
    shifts = random_shifts(x, 1.5, torch.Generator().manual_seed(0)) * 28 / 2  # in pixels
    assert shifts.shape == (200, 28, 28, 2)
    assert 1.2 < shifts.abs().max() < 1.5 * 1.4  # bicubic curves overshoot a little
    assert shifts.diff(dim=1).abs().max() < 1
    assert shifts.mean((1, 2)).abs().mean() < 0.5 * shifts.abs().mean()


def test_contrast_grows_around_mid_grey() -> None:
    x = torch.tensor([0.3, 0.5, 0.7]).view(1, 3, 1).expand(1000, 1, 3, 1)
    dark, grey, light = changed(x, contrast=0.5)[:, 0, :, 0].T
    assert torch.equal(grey, x[:, 0, 1, 0])
    torch.testing.assert_close(light - 0.5, 0.5 - dark)
    gain = (light - 0.5) / 0.2
    assert 1 <= gain.min() < 1.01
    assert 1.49 < gain.max() <= 1.5


def test_with_contrast_copies_are_as_crisp_as_the_images(sample: LabelledImages) -> None:
    x = to_pixels(sample.images)

    def edges(x: Tensor) -> float:
        return float(x.diff(dim=3).square().mean())

    moves = {"rotation": 12.0, "shift": 2.0, "elastic": 1.2}
    assert edges(changed(x, **moves)) < 0.9 * edges(x)
    assert 0.9 * edges(x) < edges(changed(x, **moves, contrast=0.5)) < 1.1 * edges(x)


def test_noise_has_its_standard_deviation() -> None:
    x = torch.full((50, 1, 28, 28), 0.5)
    assert abs(changed(x, noise=0.1).std() - 0.1) < 0.005


def test_pixels_stay_in_range_and_the_seed_decides(sample: LabelledImages) -> None:
    x = to_pixels(sample.images[:50])
    settings = {"rotation": 20, "scale": 0.2, "shear": 10, "shift": 2, "noise": 0.3}
    first = changed(x, **settings)
    assert first.min() >= 0
    assert first.max() <= 1
    assert torch.equal(first, changed(x, **settings))
    assert not torch.equal(first, changed(x, seed=1, **settings))


@pytest.mark.parametrize(
    "settings", [{"flip": 2.0}, {"scale": 1.0}, {"shear": 90.0}, {"noise": -1.0}, {"shift": 99.0}]
)
def test_what_no_image_survives_is_refused(settings: dict[str, float]) -> None:
    (name, value), *_ = settings.items()
    with pytest.raises(ValueError, match=rf"{name} must be from 0 to [\d.]+, got {value}"):
        check_augmentation(AugmentationConfig(**settings))


def maps(**settings: float) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return random_affine(1000, 28, AugmentationConfig(**settings), generator)


def test_scale_stretches_each_axis_by_itself() -> None:
    theta = maps(scale=0.2)
    sizes = 1 / theta[:, (0, 1), (0, 1)]  # the map runs backwards
    assert 0.8 <= sizes.min() < 0.81
    assert 1.19 < sizes.max() <= 1.2 + 1e-6
    assert abs(torch.corrcoef(sizes.T)[0, 1]) < 0.1
    assert not theta[:, (0, 1), (1, 0)].any()


def test_shear_slants_and_keeps_the_rows() -> None:
    theta = maps(shear=20.0)
    slant = theta[:, 0, 1].atan().rad2deg()
    assert -20 - 1e-4 <= slant.min() < -19
    assert 19 < slant.max() <= 20 + 1e-4
    assert torch.equal(theta[:, 1, :2], torch.tensor([0.0, 1.0]).expand(1000, 2))


def test_half_of_the_copies_lose_up_to_so_much_at_one_side() -> None:
    x = torch.ones(4000, 1, 28, 28)
    lost = 1 - crop_side(x, 8.0, torch.Generator().manual_seed(0))[:, 0]
    is_cut = lost.flatten(1).any(1)
    assert float(is_cut.double().mean()) == pytest.approx(0.5, abs=0.03)
    depths = []
    for quarter in range(4):  # each side in turn comes to the top
        rows = lost.rot90(quarter, (1, 2)).all(2)  # (N, 28)
        is_side = rows[:, 0] & ~rows[:, -1]
        depths.append(rows[is_side].sum(1))
        assert float(is_side.double().mean()) == pytest.approx(0.125, abs=0.02)
        assert bool((rows.int().diff(dim=1)[is_side] <= 0).all())  # in one piece
    found = torch.cat(depths)
    assert (int(found.min()), int(found.max())) == (5, 12)  # beyond the margin of 4
    assert len(found) == int(is_cut.sum())
    torch.testing.assert_close(lost.flatten(1).sum(1)[is_cut].sort()[0], 28.0 * found.sort()[0])
