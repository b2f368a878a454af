"""Which mistakes are shown, and how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image

from benchmarks.clusters.pictures import draw_mistakes, draw_samples, find_mistakes, name_label
from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM


def test_the_surest_mistakes_come_first(tiny_model: VAEGMM, sample: LabelledImages) -> None:
    names = (1, 4, 8, 1)  # by majority all four would be called the same, and be sure of it
    model = VAEGMM(replace(tiny_model.config, component_labels=names)).eval()
    model.load_state_dict(tiny_model.state_dict())
    found = find_mistakes(model, sample)
    probabilities = model.label_probabilities(encode_images(model.network, sample.images))
    confidences, answers = probabilities.max(1)
    answers = torch.tensor(model.labels)[answers]
    is_wrong = answers != sample.labels
    assert len(found.index) == 60 < is_wrong.sum()
    assert is_wrong[found.index].all()
    assert found.probabilities[0] > found.probabilities[-1]
    assert torch.equal(found.answers, answers[found.index])
    assert torch.equal(found.probabilities, confidences[is_wrong].sort(descending=True)[0][:60])


def test_pictures_are_light_and_no_wider_than_a_page(
    tiny_model: VAEGMM, sample: LabelledImages, tmp_path: Path
) -> None:
    draw_samples(tiny_model, "mnist", tmp_path / "samples.png", 0)
    few = sample.subset(torch.arange(40))  # fewer mistakes than there is room for
    assert 0 < len(find_mistakes(tiny_model, few).index) < 40
    draw_mistakes(tiny_model, "fashion-mnist", few, tmp_path / "mistakes.png")
    for path in tmp_path.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.width <= 1280
            assert picture.convert("L").getpixel((1, 1)) == 255


def test_garments_have_names() -> None:
    assert name_label("fashion-mnist", 9) == "Ankle boot"
    assert name_label("mnist", 9) == "9"
