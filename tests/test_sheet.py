"""Digits side by side in one picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from vaegmm.sheet import encode_sheet, tile


def test_images_are_laid_out_row_by_row() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None] + np.zeros((5, 2, 3), np.uint8)
    sheet = tile(images, 3)
    assert sheet.shape == (4, 9)
    assert sheet[::2, ::3].tolist() == [[0, 1, 2], [3, 4, 0]]


def test_a_sheet_is_a_png_of_larger_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28), np.uint8)
    picture = np.asarray(Image.open(io.BytesIO(encode_sheet(images, 2, 3))))
    assert picture.shape == (168, 168)
    assert (picture[1::3, 1::3] == tile(images, 2)).all()
