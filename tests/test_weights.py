"""The embedded model is the one that the README speaks of."""

from __future__ import annotations

from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.metrics import measure
from vaegmm.model import DEFAULT, VAEGMM
from vaegmm.training.components import attach_mixture, name_components


def test_it_reads_the_samples_digits(digits148: VAEGMM, sample: LabelledImages) -> None:
    metrics = measure(digits148, sample)
    assert digits148.labels == (1, 4, 8)
    assert metrics.accuracy >= 0.985  # a point below all 3,091 test images: 600 is few
    assert metrics.outlier_share <= 0.03


def test_three_components_fitted_without_labels_find_the_digits(
    digits148: VAEGMM, sample: LabelledImages
) -> None:
    train = load_dataset("sample", train=True, digits=(1, 4, 8))
    config = MixtureConfig(n_components=3)
    refitted = attach_mixture(digits148.network, train, config, 0, "the sample")
    assert measure(refitted, sample).accuracy >= 0.985


def test_it_is_small_enough_for_a_space() -> None:
    sizes = {path.name: path.stat().st_size for path in DEFAULT.iterdir()}
    assert {"config.json", "model.safetensors", "README.md"} <= sizes.keys()
    assert sum(sizes.values()) <= 9_000_000


def test_its_names_are_the_majority_of_its_components(digits148: VAEGMM) -> None:
    from vaegmm.latents import encode_images

    train = load_dataset("sample", train=True, digits=(1, 4, 8))
    components = digits148.log_joint(encode_images(digits148.network, train.images)).argmax(1)
    n_components = len(digits148.config.component_labels)
    names = name_components(components.numpy(), train.labels.numpy(), n_components)
    filled = components.bincount(minlength=n_components) >= 10
    agree = [
        ours == theirs
        for ours, theirs, is_filled in zip(
            digits148.config.component_labels, names, filled.tolist(), strict=True
        )
        if is_filled
    ]
    assert all(agree)
    assert len(agree) >= 20
