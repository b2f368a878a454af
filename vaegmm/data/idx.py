"""Images and labels from MNIST's own files (IDX), checked before anything is made of them.

Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits": two zero bytes, the
type (8: unsigned bytes), the number of axes, each axis as four bytes, the most significant first.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PARTS = {True: "train", False: "t10k"}
UNSIGNED_BYTES = 8
SIDE = 28


def idx_files(folder: Path, train: bool) -> tuple[Path, Path]:
    """Return the paths of a part's images and labels, unpacked, in torchvision's `raw` folder."""
    part = PARTS[train]
    return folder / f"{part}-images-idx3-ubyte", folder / f"{part}-labels-idx1-ubyte"


def read_idx(folder: Path, train: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read a part of a data set.

    Args:
        folder: holds the unpacked files.
        train: the training part, else the test part.

    Returns:
        images (N, 28, 28), ink = 255, and labels (N,).

    Raises:
        ValueError: a file is missing or damaged, or they do not belong together; names the file.
    """
    images_path, labels_path = idx_files(folder, train)
    images, labels = _read(images_path, 3), _read(labels_path, 1)
    if not len(images) or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"{images_path} must hold images (N, 28, 28), got {images.shape}")
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {len(images)} images and {labels_path.name} {len(labels)} "
            "labels; take both from one source"
        )
    return images, labels


def _read(path: Path, n_axes: int) -> NDArray[np.uint8]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    begin = 4 * (1 + n_axes)
    if content[:4] != bytes((0, 0, UNSIGNED_BYTES, n_axes)) or len(content) < begin:
        raise ValueError(f"{path} is no IDX file of bytes along {n_axes} axes; fetch it again")
    shape = struct.unpack(f">{n_axes}I", content[4:begin])
    n_expected = int(np.prod(shape, dtype=object))
    if len(content) - begin != n_expected:
        raise ValueError(
            f"{path} says that it holds {n_expected:,} bytes {shape}, and holds "
            f"{len(content) - begin:,}; fetch it again"
        )
    # A copy, since torch takes no array that cannot be written to.
    return np.frombuffer(content, np.uint8, offset=begin).reshape(shape).copy()
