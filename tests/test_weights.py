"""The embedded models are the ones that the README speaks of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.data.scribbles import paint
from vaegmm.data.strokes import load_drawings
from vaegmm.evaluation.judge import JUDGE, Judge
from vaegmm.evaluation.metrics import measure
from vaegmm.hub.repository import EMBEDDED
from vaegmm.latents import decode_latents, encode_images, to_bytes
from vaegmm.model import VAEGMM
from vaegmm.tensors import DIGEST, digest
from vaegmm.training.components import name_components


def test_ten_digits_are_read_told_from_nothing_and_drawn_again(digits: VAEGMM) -> None:
    test = load_dataset("sample", train=False)
    metrics = measure(digits, test)
    assert digits.labels == tuple(range(10))
    assert metrics.accuracy >= 0.99  # 0.9936 of all 10,000 test images: 2,000 are few
    assert metrics.outlier_share <= 0.02
    drawings = load_drawings()
    z = encode_images(digits.network, paint(drawings))
    truth = torch.tensor([drawing.label for drawing in drawings])
    assert (digits.log_labels(z).argmax(1) == truth).double().mean() >= 0.95


def test_a_sample_shows_what_its_component_is_called(digits: VAEGMM, judge: Judge) -> None:
    z = digits.sample_latents(1000, torch.Generator().manual_seed(0))
    samples = to_bytes(decode_latents(digits.network, z))
    answers = judge.judge(samples).probabilities.argmax(1)
    assert (answers == digits.log_labels(z).argmax(1)).double().mean() >= 0.97


def test_three_digits_are_read(digits148: VAEGMM, sample: LabelledImages) -> None:
    metrics = measure(digits148, sample)
    assert digits148.labels == (1, 4, 8)
    assert metrics.accuracy >= 0.985  # a point below all 3,091 test images: 600 is few
    assert metrics.outlier_share <= 0.03


def test_labels_only_named_three_clusters(digits148: VAEGMM) -> None:
    assert digits148.config.label_use.startswith("labels only name 3 clusters of 20 components")
    names = digits148.config.component_labels
    of_cluster = [set(names[first : first + 20]) for first in range(0, 60, 20)]
    assert sorted(map(list, of_cluster)) == [[1], [4], [8]]


@pytest.mark.parametrize("words", [*(f / "config.json" for f in EMBEDDED), JUDGE / "judge.json"])
def test_a_damaged_file_would_be_known(words: Path) -> None:
    (tensors,) = words.parent.glob(
        f"{'model' if words.stem == 'config' else words.stem}.safetensors"
    )
    assert json.loads(words.read_text(encoding="utf-8"))[DIGEST] == digest(tensors)


@pytest.mark.parametrize("folder", EMBEDDED)
def test_it_is_small_enough_for_a_space(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert {"config.json", "model.safetensors", "README.md"} <= sizes.keys()
    assert sum(sizes.values()) <= 9_000_000


def test_its_names_are_the_majority_of_its_components(digits148: VAEGMM) -> None:
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
