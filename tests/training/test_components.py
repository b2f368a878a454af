"""Naming components, and the mixture on a network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.strangers import find_surprise
from vaegmm.latents import encode_images, encode_posteriors, sample_posteriors
from vaegmm.networks.vae import VAE
from vaegmm.training.calibration import fit_temperature
from vaegmm.training.components import (
    attach_mixture,
    check_mixture,
    fit_mixture,
    name_components,
)


def test_as_many_components_as_labels_are_named_one_to_one() -> None:
    # Two components hold mostly 1s; the assignment still gives each label one.
    components = np.array([0] * 10 + [1] * 8 + [2] * 5)
    labels = np.array([1] * 9 + [4] + [1] * 5 + [4] * 3 + [8] * 5)
    assert name_components(components, labels, 3) == (1, 4, 8)


def test_more_components_than_labels_are_named_by_majority() -> None:
    components = np.array([0] * 10 + [1] * 8 + [2] * 5)
    labels = np.array([1] * 9 + [4] + [1] * 5 + [4] * 3 + [4] * 5)
    assert name_components(components, labels, 4) == (1, 1, 4, 1)  # 3 is empty: the commonest


def test_a_label_without_a_component_is_refused() -> None:
    with pytest.raises(ValueError, match="at least the 2 labels to be named, got 1"):
        name_components(np.array([0, 0]), np.array([1, 4]), 1)


@pytest.mark.parametrize("n_samples", [0, 2])
def test_the_model_holds_the_fitted_mixture(
    tiny_vae: VAE, sample: LabelledImages, n_samples: int
) -> None:
    config = MixtureConfig(n_components=4, n_init=1, posterior_samples=n_samples)
    model = attach_mixture(tiny_vae, sample, config, seed=3, training_images="")
    mu, logvar = encode_posteriors(tiny_vae, sample.images)
    z = sample_posteriors(mu, logvar, n_samples, seed=3)
    expected = fit_mixture(z, config, seed=3).score_samples(mu.numpy())
    np.testing.assert_allclose(model.log_density(mu).numpy(), expected, atol=1e-3)


def test_held_out_images_draw_the_line_and_set_the_temperature(
    tiny_vae: VAE, sample: LabelledImages
) -> None:
    config = MixtureConfig(n_components=3, n_init=1, outlier_share=0.1)
    some = sample.subset(torch.arange(600) % 3 == 0)
    model = attach_mixture(tiny_vae, sample, config, 0, "", held_out=some)
    scores = find_surprise(model, some.images).score
    assert (scores > model.config.outliers.threshold).sum() == 20
    mu = encode_images(tiny_vae, some.images)
    truth = torch.searchsorted(torch.tensor([1, 4, 8]), some.labels)
    assert model.config.temperature == pytest.approx(fit_temperature(model.log_labels(mu), truth))


def test_a_fit_to_posterior_samples_knows_their_width(
    tiny_vae: VAE, sample: LabelledImages
) -> None:
    # One Gaussian: its variance is that of the means plus the mean variance of the posteriors.
    mu, logvar = encode_posteriors(tiny_vae, sample.images)
    z = sample_posteriors(mu, logvar, 200, seed=0)
    fitted = fit_mixture(z, MixtureConfig(n_components=1, n_init=1), seed=0)
    expected = mu.var(0, correction=0) + logvar.exp().mean(0)
    np.testing.assert_allclose(np.diag(fitted.covariances_[0]), expected, rtol=0.02)


def test_labels_do_not_touch_the_mixture(tiny_vae: VAE, sample: LabelledImages) -> None:
    shuffled = LabelledImages(sample.images, sample.labels.flip(0))
    config = MixtureConfig(n_components=4, n_init=1)
    models = [attach_mixture(tiny_vae, data, config, 0, "") for data in (sample, shuffled)]
    assert models[0].means.equal(models[1].means)


def test_an_impossible_outlier_share_is_refused(tiny_vae: VAE, sample: LabelledImages) -> None:
    config = replace(MixtureConfig(), outlier_share=1.0)
    with pytest.raises(ValueError, match=r"outlier_share must be in \[0, 1\), got 1.0"):
        attach_mixture(tiny_vae, sample, config, 0, "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_components": 2}, "n_components must be from 3, the number of labels .*, got 2"),
        ({"n_components": 601}, "to 600, the number of images, got 601"),
        ({"n_init": 0}, "'n_init' parameter of GaussianMixture must be an int"),
        ({"tol": -1.0}, "'tol' parameter of GaussianMixture must be a float"),
    ],
)
def test_settings_are_checked_before_anything_runs(
    sample: LabelledImages, change: dict[str, object], message: str
) -> None:
    config = replace(MixtureConfig(), **change)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        check_mixture(config, sample)


def test_a_negative_number_of_samples_is_refused(tiny_vae: VAE, sample: LabelledImages) -> None:
    config = replace(MixtureConfig(), posterior_samples=-1)
    with pytest.raises(ValueError, match="posterior_samples must be from 0 to 1000, got -1"):
        attach_mixture(tiny_vae, sample, config, 0, "")
