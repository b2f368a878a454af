"""New digits: what was asked for comes, in balance, and the same again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from vaegmm.model import VAEGMM
from vaegmm.operations.generate import (
    BATCH,
    Generated,
    GenerateSettings,
    check_generate,
    generate,
    stream,
)
from vaegmm.operations.writing import read_digits

PLAIN = GenerateSettings()


def read(model: VAEGMM, made: Generated) -> list[int | None]:
    return read_digits(model, made.images.astype(np.float32) / np.float32(255))


def test_digits_are_what_was_asked_for(digits: VAEGMM) -> None:
    made = generate(digits, 90, GenerateSettings(labels=(3, 8, 5)), seed=1)
    assert made.images.shape == (90, 28, 28)
    assert np.bincount(made.labels, minlength=9)[[3, 5, 8]].tolist() == [30, 30, 30]
    own = np.array(digits.config.component_labels)[made.components]
    assert (own == made.labels).all()
    right = [a == b for a, b in zip(read(digits, made), made.labels.tolist(), strict=True)]
    assert np.mean(right) >= 0.95
    assert made.labels[:9].tolist() != [3, 8, 5] * 3  # in no order that a classifier could learn


def test_labels_stay_in_balance_from_part_to_part(digits148: VAEGMM) -> None:
    n = 2 * BATCH + 7
    parts = list(stream(digits148, n, GenerateSettings(labels=(1, 4, 8))))
    assert [len(part.labels) for part in parts] == [BATCH, BATCH, 7]
    counts = np.bincount(np.concatenate([part.labels for part in parts]), minlength=9)[[1, 4, 8]]
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1


def test_without_labels_they_come_as_the_mixture_has_them(digits148: VAEGMM) -> None:
    made = generate(digits148, 3000, seed=2)
    shares = np.bincount(made.components, minlength=60) / 3000
    assert np.abs(shares - digits148.weights.numpy()).max() < 0.015


def test_components_can_be_asked_for_by_themselves(digits: VAEGMM) -> None:
    made = generate(digits, 20, GenerateSettings(components=(7, 30)))
    assert np.bincount(made.components, minlength=31)[[7, 30]].tolist() == [10, 10]


def test_the_same_seed_gives_the_same_bytes(digits148: VAEGMM) -> None:
    first, again, other = (generate(digits148, 20, PLAIN, seed) for seed in (5, 5, 6))
    assert first.images.tobytes() == again.images.tobytes()
    assert first.images.tobytes() != other.images.tobytes()


def test_without_heat_every_digit_of_a_component_is_the_same(digits148: VAEGMM) -> None:
    settings = GenerateSettings(components=(0,), temperature=0)
    cold = generate(digits148, 3, settings)
    assert (cold.images == cold.images[0]).all()
    warm = generate(digits148, 200, replace(settings, temperature=0.5)).images.astype(float)
    hot = generate(digits148, 200, replace(settings, temperature=1.5)).images.astype(float)
    assert warm.var(0).mean() < hot.var(0).mean()


def test_draws_have_the_mean_and_spread_of_their_component(digits: VAEGMM) -> None:
    generator = torch.Generator().manual_seed(0)
    z = digits.sample_components(torch.full((4000,), 12), generator, temperature=0.5).double()
    factor = digits.precisions_cholesky[12].double()
    covariance = torch.linalg.inv(factor @ factor.T) / 4
    scale = covariance.diagonal().sqrt()
    assert ((z.mean(0) - digits.means[12]) / scale).abs().max() < 0.08
    error = (z.T.cov() - covariance) / torch.outer(scale, scale)
    assert error.abs().max() < 0.1


def test_sharper_digits_have_less_grey(digits: VAEGMM) -> None:
    def count_grey(sharpness: float) -> float:
        images = generate(digits, 50, GenerateSettings(sharpness=sharpness), seed=3).images
        return float(((images > 50) & (images < 205)).mean())

    assert count_grey(2) < 0.75 * count_grey(1)


def test_only_those_that_the_model_is_sure_of_are_kept(digits: VAEGMM) -> None:
    hot = GenerateSettings(labels=digits.labels, temperature=1.8)
    everything = generate(digits, 200, hot, seed=4)
    sure = generate(digits, 200, replace(hot, keep_sure=0.99), seed=4)
    assert everything.n_drawn == 200
    assert sure.n_drawn > 210
    right = [a == b for a, b in zip(read(digits, sure), sure.labels.tolist(), strict=True)]
    assert all(right)
    assert not all(
        a == b for a, b in zip(read(digits, everything), everything.labels.tolist(), strict=True)
    )


def test_a_filter_that_nothing_passes_is_given_up(tiny_model: VAEGMM) -> None:
    named = VAEGMM(replace(tiny_model.config, component_labels=(1, 1, 4, 8)))
    named.load_state_dict(tiny_model.state_dict())
    # to an untrained network all that it draws looks alike
    seen = read(named, generate(named, 1))[0]
    other = next(label for label in named.labels if label != seen)
    settings = GenerateSettings(labels=(other,), keep_sure=0.9)
    with pytest.raises(ValueError, match=r"the model was sure of \d+; lower keep_sure"):
        generate(named, 100, settings)


def test_the_prior_serves_where_the_mixture_is_not_to_be_trusted(digits: VAEGMM) -> None:
    made = generate(digits, 300, GenerateSettings(source="normal"))
    own = np.array(digits.config.component_labels)[made.components]
    assert (own == made.labels).all()
    assert len({*made.labels.tolist()}) >= 5


def test_the_last_digit_of_a_filter_is_not_waited_for_for_ever(digits148: VAEGMM) -> None:
    swallowed = VAEGMM(digits148.config)
    swallowed.load_state_dict(digits148.state_dict())
    swallowed.weights[swallowed.is_of_label[2]] *= 1e-36  # what looks like an 8 is read as another
    # 1s pass at once; that they did is no reason to go on with 8s
    settings = GenerateSettings(labels=(1, 8), keep_sure=0.9)
    with pytest.raises(ValueError, match=r"of 2\d{3} digits drawn the model was sure of 20; lower"):
        generate(swallowed, 40, settings)


def test_a_label_of_no_weight_cannot_be_drawn(digits148: VAEGMM) -> None:
    poorer = VAEGMM(digits148.config)
    poorer.load_state_dict(digits148.state_dict())
    poorer.weights[poorer.is_of_label[2]] = 0
    assert digits148.drawable_labels == (1, 4, 8)
    assert poorer.drawable_labels == (1, 4)
    with pytest.raises(ValueError, match="no component of the mixture stands for 8"):
        generate(poorer, 1, GenerateSettings(labels=(8,)))


def test_labels_that_are_no_bytes_are_refused(tiny_model: VAEGMM) -> None:
    config = replace(tiny_model.config, labels=(1, 300), component_labels=(1, 300, 1, 300))
    with pytest.raises(ValueError, match="labels must be at most 255, the model knows 300"):
        generate(VAEGMM(config), 1)


def test_a_label_without_a_component_is_refused(tiny_model: VAEGMM) -> None:
    named = replace(tiny_model.config, component_labels=(1, 1, 8, 8))
    with pytest.raises(ValueError, match="no component of the mixture stands for 4"):
        generate(VAEGMM(named), 1, GenerateSettings(labels=(4,)))


@pytest.mark.parametrize(
    ("n", "settings", "seed", "message"),
    [
        (0, PLAIN, 0, "n must be at least 1, got 0"),
        (1, GenerateSettings(labels=(2,)), 0, "labels must be among 1, 4, 8, got 2"),
        (1, GenerateSettings(labels=(4, 4)), 0, "labels must differ, got 4, 4"),
        (1, GenerateSettings(components=(60,)), 0, "components must be among 0 to 59, got 60"),
        (1, GenerateSettings(labels=(4,), components=(1,)), 0, "cannot both be chosen"),
        (1, GenerateSettings(labels=(4,), source="normal"), 0, "can only be asked of the mixture"),
        (1, GenerateSettings(source="other"), 0, "source must be one of mixture, normal"),  # type: ignore[arg-type]
        (1, GenerateSettings(temperature=2.1), 0, "temperature must be from 0 to 2, got 2.1"),
        (1, GenerateSettings(temperature=float("nan")), 0, "temperature must be from 0 to 2"),
        (1, GenerateSettings(sharpness=0.5), 0, "sharpness must be from 1 to 4, got 0.5"),
        (1, GenerateSettings(keep_sure=1.0), 0, "keep_sure must be at least 0 and below 1"),
        (1, PLAIN, -1, "the seed must be from 0 to 2147483647, got -1"),
    ],
)
def test_what_cannot_be_made_is_refused(
    digits148: VAEGMM, n: int, settings: GenerateSettings, seed: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check_generate(digits148, n, settings, seed)
