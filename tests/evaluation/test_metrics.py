"""Figures of a model, against counts by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from torch.nn.functional import binary_cross_entropy

from tests.conftest import TINY
from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.autoencoding import measure_autoencoder
from vaegmm.evaluation.metrics import describe_metrics, measure
from vaegmm.evaluation.plots import plot_confusion, plot_latents, plot_reconstructions
from vaegmm.evaluation.strangers import find_surprise
from vaegmm.latents import decode_latents, encode_images, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.training.components import attach_mixture


def test_the_figures_follow_from_the_confusion_matrix(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    metrics = measure(tiny_model, sample)
    counts = np.array(metrics.confusion)
    hits, rows, columns = counts.diagonal(), counts.sum(1), counts.sum(0)
    recall, precision = hits / rows, hits / np.maximum(columns, 1)
    f1 = 2 * hits / (rows + columns)
    assert rows.tolist() == [200, 200, 200]
    assert metrics.accuracy == pytest.approx(hits.sum() / 600)
    assert metrics.recall_macro == pytest.approx(recall.mean())
    assert metrics.precision_macro == pytest.approx(precision.mean())
    assert metrics.f1_macro == pytest.approx(f1.mean())
    components = tiny_model.log_joint(encode_images(tiny_model.network, sample.images)).argmax(1)
    assert metrics.nmi == pytest.approx(normalized_mutual_info_score(sample.labels, components))
    assert metrics.ari == pytest.approx(adjusted_rand_score(sample.labels, components))
    assert metrics.outlier_share == pytest.approx(0.015, abs=0.002)


def test_a_label_without_images_counts_in_no_mean(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    metrics = measure(tiny_model, sample.subset(sample.labels != 8))
    counts = np.array(metrics.confusion)
    assert metrics.recall_macro == pytest.approx((counts.diagonal() / 200)[:2].mean())


def test_outliers_are_found_as_they_are_counted(
    tiny_model: VAEGMM, digits148: VAEGMM, sample: LabelledImages
) -> None:
    surprise = find_surprise(tiny_model, sample.images)
    found = surprise.score > tiny_model.config.outliers.threshold
    assert found.double().mean() == measure(tiny_model, sample).outlier_share > 0
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (20, 28, 28), generator=generator, dtype=torch.uint8)
    assert find_surprise(digits148, noise).is_outlier.all()


def test_reconstruction_is_in_nats_per_image(tiny_model: VAEGMM, sample: LabelledImages) -> None:
    x = to_pixels(sample.images)
    x_hat = decode_latents(tiny_model.network, encode_images(tiny_model.network, sample.images))
    expected = binary_cross_entropy(x_hat, x, reduction="sum").item() / len(x)
    found = measure_autoencoder(tiny_model, sample).reconstruction_bce
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_label_that_the_model_does_not_know_counts_as_wrong(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    strange = LabelledImages(sample.images, torch.full_like(sample.labels, 7))
    metrics = measure(tiny_model, strange)
    assert metrics.accuracy == 0
    assert metrics.labels == [1, 4, 7, 8]


def test_every_figure_has_its_row(tiny_model: VAEGMM, sample: LabelledImages) -> None:
    metrics = measure(tiny_model, sample)
    rows = dict(describe_metrics(metrics))
    assert rows["accuracy"] == f"{metrics.accuracy:.4f}"
    assert rows["ARI"] == f"{metrics.ari:.4f}"
    assert len(rows) == 6


@pytest.mark.parametrize("latent_dim", [1, 3])
def test_latents_of_any_dimension_are_drawn(
    sample: LabelledImages, tmp_path: Path, latent_dim: int
) -> None:
    network = VAE(replace(TINY, latent_dim=latent_dim))
    model = attach_mixture(network, sample, MixtureConfig(n_components=3, n_init=1), 0, "")
    z = encode_images(network, sample.images)
    plot_latents(model, z, sample.labels, tmp_path / "latents.png")
    assert (tmp_path / "latents.png").stat().st_size > 5000


def test_every_plot_is_a_picture(
    tiny_model: VAEGMM, sample: LabelledImages, tmp_path: Path
) -> None:
    from PIL import Image

    z = encode_images(tiny_model.network, sample.images)
    plot_latents(tiny_model, z, sample.labels, tmp_path / "latents.png")
    plot_reconstructions(tiny_model, sample.images, tmp_path / "reconstructions.png")
    plot_confusion(measure(tiny_model, sample), tmp_path / "confusion.png")
    for path in tmp_path.iterdir():
        with Image.open(path) as image:
            assert min(image.size) > 100
            assert len(image.convert("L").getcolors(256) or []) > 10
