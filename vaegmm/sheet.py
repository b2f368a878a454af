"""Many digits side by side in one PNG."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def tile(images: NDArray[np.uint8], n_columns: int) -> NDArray[np.uint8]:
    """Lay images (N, H, W) out row by row: one (rows H, columns W), black where there is none."""
    n, height, width = images.shape
    n_rows = math.ceil(n / n_columns)
    tiles = np.zeros((n_rows * n_columns, height, width), np.uint8)
    tiles[:n] = images
    rows = tiles.reshape(n_rows, n_columns, height, width).transpose(0, 2, 1, 3)
    return rows.reshape(n_rows * height, n_columns * width)


def encode_sheet(images: NDArray[np.uint8], n_columns: int, scale: int = 1) -> bytes:
    """Return a PNG of images (N, H, W), each pixel `scale` wide, light ink on black."""
    sheet = np.kron(tile(images, n_columns), np.ones((scale, scale), np.uint8))
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
