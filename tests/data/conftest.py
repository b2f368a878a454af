"""Digits to compose numbers of."""

from __future__ import annotations

import pytest

from tests.data.composing import Picture, count_parts, crop
from vaegmm.data.datasets import LabelledImages, load_dataset


@pytest.fixture(scope="module")
def all_digits() -> LabelledImages:
    """The sample's test images."""
    return load_dataset("sample", train=False)


@pytest.fixture(scope="module")
def whole_digits(all_digits: LabelledImages) -> list[Picture]:
    """300 test images of one connected part, neither very low nor very wide."""
    pictures = [crop(image) for image in all_digits.images[::5].numpy()]
    whole = [p for p in pictures if count_parts(p) == 1 and p.shape[0] >= 17]
    return whole[:300]
