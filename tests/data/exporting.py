"""Exports of random images, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaegmm.data.export import Format, exporting

Bytes = NDArray[np.uint8]


RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (70, 28, 28), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 70, dtype=np.uint8)


def cut(images: Bytes, labels: Bytes, size: int = 32) -> Iterator[tuple[Bytes, Bytes]]:
    for start in range(0, len(labels), size):
        yield images[start : start + size], labels[start : start + size]


def export(path: Path, format: Format, n_test: int | None = None) -> None:
    with exporting(path, format, len(LABELS), n_test) as write:
        for images, labels in cut(IMAGES, LABELS):
            write(images, labels)


def place(folder: Path, format: Format) -> Path:
    return folder / ("digits.npz" if format == "npz" else "digits")
