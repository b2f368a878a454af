"""Few real digits, digits made of them, and a classifier that learns from both: all tiny."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from vaegmm.config import TrainingConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation import few_digits, usefulness
from vaegmm.evaluation.charts import plot_usefulness
from vaegmm.evaluation.few_digits import copy_digits, fit_generator, make_digits
from vaegmm.evaluation.usefulness import (
    AFFINE,
    ALONE,
    DIETS,
    Cell,
    check_sizes,
    choose_digits,
    find_gain,
    fit_classifier,
    measure_accuracy,
    measure_cells,
    summarise,
)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_digits, "TRAINING", TrainingConfig(epochs=1, precision="float32"))
    monkeypatch.setattr(few_digits, "N_COPIES", 90)
    monkeypatch.setattr(few_digits, "N_MADE", 60)
    monkeypatch.setattr(few_digits, "N_EACH", 2)
    monkeypatch.setattr(few_digits, "SETTINGS", few_digits.GenerateSettings())
    monkeypatch.setattr(usefulness, "STEPS", 12)


def test_the_chosen_are_as_many_of_each_label_and_the_seed_decides(sample: LabelledImages) -> None:
    few = choose_digits(sample, 5, seed=3)
    assert few.labels.tolist() == [1] * 5 + [4] * 5 + [8] * 5
    assert torch.equal(few.images, choose_digits(sample, 5, seed=3).images)
    assert not torch.equal(few.images, choose_digits(sample, 5, seed=4).images)


@pytest.mark.parametrize(("sizes", "got"), [((5, 201), "5, 201"), ((0,), "0"), ((), "none")])
def test_sizes_out_of_range_are_refused(
    sample: LabelledImages, sizes: tuple[int, ...], got: str
) -> None:
    with pytest.raises(ValueError, match=f"augmentation_sizes must be from 1 to 200, .* got {got}"):
        check_sizes(sizes, sample)


@pytest.mark.usefixtures("tiny")
def test_copies_are_changed_and_keep_their_labels(sample: LabelledImages) -> None:
    few = choose_digits(sample, 2, seed=0)
    copies = copy_digits(few, seed=0)
    assert torch.equal(copies.labels, few.labels.repeat(15))
    same = (copies.images == few.images.repeat(15, 1, 1)).flatten(1).all(1)
    assert not same.any()


@pytest.mark.usefixtures("tiny")
def test_the_generator_depends_on_nothing_but_the_few(sample: LabelledImages) -> None:
    few = choose_digits(sample, 2, seed=0)
    made = make_digits(few, seed=0)
    assert made.labels.bincount().tolist() == [0, 20, 0, 0, 20, 0, 0, 0, 20]
    again = make_digits(LabelledImages(few.images.clone(), few.labels.clone()), seed=0)
    assert torch.equal(made.images, again.images)
    others = make_digits(choose_digits(sample, 2, seed=1), seed=0)
    assert not torch.equal(made.images, others.images)


@pytest.mark.usefixtures("tiny")
def test_every_label_has_its_own_gaussians(sample: LabelledImages) -> None:
    model = fit_generator(choose_digits(sample, 3, seed=0), seed=0)
    assert model.config.component_labels == (1, 1, 4, 4, 8, 8)
    assert model.weights.sum().item() == pytest.approx(1)


def test_one_real_digit_of_each_label_is_enough_for_a_model_to_be_made(
    sample: LabelledImages, tiny: None
) -> None:
    assert len(make_digits(choose_digits(sample, 1, seed=0), seed=0)) == 60


def test_a_classifier_learns_and_is_the_same_again(
    sample: LabelledImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usefulness, "STEPS", 60)
    few = choose_digits(sample, 10, seed=0)
    classifier = fit_classifier(few, None, AFFINE, seed=0)
    assert measure_accuracy(classifier, sample) > 0.85
    again = fit_classifier(few, None, AFFINE, seed=0)
    unchanged = fit_classifier(few, None, ALONE, seed=0)
    assert torch.equal(classifier.answer.weight, again.answer.weight)
    assert not torch.equal(classifier.answer.weight, unchanged.answer.weight)


def test_made_digits_are_learned_from(
    sample: LabelledImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usefulness, "STEPS", 60)
    few = choose_digits(sample, 1, seed=0)
    alone = measure_accuracy(fit_classifier(few, None, AFFINE, seed=0), sample)
    with_many = fit_classifier(few, sample, AFFINE, seed=0)  # as good as made digits can be
    assert measure_accuracy(with_many, sample) > max(alone, 0.95)


@pytest.mark.usefixtures("tiny")
def test_a_cell_holds_every_diet(sample: LabelledImages) -> None:
    (cell,) = measure_cells(sample, sample, (2,), range(7, 8))
    assert (cell.n, cell.seed, list(cell.accuracies)) == (2, 7, list(DIETS))
    assert all(0 <= accuracy <= 1 for accuracy in cell.accuracies.values())


def test_figures_are_means_and_deviations_over_seeds(tmp_path: Path) -> None:
    cells = [
        Cell(5, seed, dict.fromkeys(DIETS, value) | {"with both": value + 0.02})
        for seed, value in enumerate((0.8, 0.9))
    ]
    cells.append(dataclasses.replace(cells[0], n=10))
    assert summarise(cells, 5, "with affine changes") == pytest.approx((0.85, 0.05 * 2**0.5))
    assert summarise(cells, 10, "with both") == pytest.approx((0.82, 0))
    gain = find_gain(cells, 5, "with both", "with affine changes")
    assert gain == pytest.approx((0.02, 0), abs=1e-12)
    plot_usefulness(cells, (5, 10), tmp_path / "use.png")
    assert (tmp_path / "use.png").stat().st_size > 1000
