"""Precision and recall of sets whose answer is known, and the nearest of some images."""

from __future__ import annotations

import pytest
import torch

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation import neighbours
from vaegmm.evaluation.neighbours import find_nearest, measure_coverage

GENERATOR = torch.Generator().manual_seed(0)
LINE = torch.arange(20.0)[:, None]  # steps of 1: with k = 3 an inner point reaches 2, an end 3


def test_a_set_covers_itself() -> None:
    points = torch.randn(600, 8, generator=GENERATOR)
    coverage = measure_coverage(points, points)
    assert (coverage.precision, coverage.recall) == (1, 1)


def test_sets_far_apart_do_not_cover_each_other() -> None:
    points = torch.randn(100, 8, generator=GENERATOR)
    coverage = measure_coverage(points, points + 100)
    assert (coverage.precision, coverage.recall) == (0, 0)


def test_one_mode_of_two_is_precise_and_recalls_a_half() -> None:
    left = torch.randn(400, 2, generator=GENERATOR)
    right = torch.randn(400, 2, generator=GENERATOR) + 100
    made = left + 0.01 * torch.randn(left.shape, generator=GENERATOR)
    coverage = measure_coverage(torch.cat([left, right]), made)
    assert coverage.precision > 0.98
    assert coverage.recall == pytest.approx(0.5, abs=0.01)
    turned = measure_coverage(made, torch.cat([left, right]))  # and made and real change places
    assert (turned.precision, turned.recall) == (coverage.recall, coverage.precision)


def test_a_ball_reaches_its_kth_neighbour_and_no_further() -> None:
    # 22 lies within the last point's reach (19 + 3), 22.5 does not; 40 and 50 are near nobody
    made = torch.tensor([[22.0], [22.5], [40.0], [50.0]])
    assert measure_coverage(LINE, made, k=3).precision == 0.25
    assert measure_coverage(LINE, made, k=2).precision == 0


def test_a_point_far_from_all_others_widens_only_its_own_ball() -> None:
    real = torch.cat([LINE, torch.tensor([[1000.0]])])  # which reaches 983, its third neighbour
    made = torch.tensor([[500.0], [-40.0], [1983.0], [1984.0]])
    assert measure_coverage(real, made).precision == 0.5


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = torch.randn(2, 150, 3, generator=GENERATOR)
    whole = measure_coverage(real, made)
    monkeypatch.setattr(neighbours, "BLOCK", 7)
    assert measure_coverage(real, made) == whole


@pytest.mark.parametrize("k", [0, 20])
def test_too_few_points_for_k_are_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"k must be from 1 to 19, .* got {k}"):
        measure_coverage(LINE, LINE, k)


def test_a_copy_is_at_no_distance_and_its_original_is_found(sample: LabelledImages) -> None:
    order = torch.randperm(len(sample), generator=GENERATOR)[:300]
    nearest = find_nearest(sample.images[order], sample.images)
    assert torch.equal(nearest.index, order)
    assert torch.equal(nearest.distance, torch.zeros(300))


def test_the_distance_is_a_root_mean_square_of_ink() -> None:
    blank, full = torch.zeros(1, 28, 28, dtype=torch.uint8), torch.full((1, 28, 28), 255).byte()
    half = full.clone()
    half[:, :14] = 0
    nearest = find_nearest(half, torch.cat([full, blank, full]))
    assert nearest.distance.item() == pytest.approx(0.5**0.5)
    assert find_nearest(full, blank).distance.item() == pytest.approx(1)
