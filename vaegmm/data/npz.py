"""Images and labels from an .npz file, checked array by array. No pickle is ever loaded."""

from __future__ import annotations

import lzma
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

KEY_PAIRS = {
    "train": (("x_train", "y_train"), ("images", "labels"), ("x", "y"), ("arr_0", "arr_1")),
    "test": (("x_test", "y_test"), ("images", "labels"), ("x", "y"), ("arr_0", "arr_1")),
}

MAX_LABEL = 999
# What unpacks to more than so many bytes, and to so many times its own, is no set of pictures.
MAX_EASY, MAX_RATIO = 4 * 10**8, 100
MAX_NAMES, MAX_SIGNS = 10, 40  # of a file's keys, in a message
# What zipfile and NumPy raise on damaged files, found by damaging them.
UNREADABLE = (
    OSError,
    EOFError,
    MemoryError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    tokenize.TokenError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_npz(path: str | Path, train: bool) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Read one part of an .npz file.

    Args:
        path: a file with one of the key pairs images/labels, x/y or arr_0/arr_1, which serve as
            both parts, or with x_train/y_train (and x_test/y_test for the other part). Images are
            (N, 28, 28), (N, 1, 28, 28) or (N, 784), uint8 or float in [0, 1]; labels are (N,)
            integers.
        train: the training part, else the test part.

    Returns:
        images (N, 28, 28) uint8, ink = 255, and labels (N,) int64.

    Raises:
        ValueError: no such file, no known key pair, or an array of the wrong type, shape, range or
            length; the message names the array, what was expected and what was found.
    """
    try:
        with open(path, "rb") as handle:
            file = _open_archive(path, handle)
            images_key, labels_key = _choose_keys(path, set(file.files), train)
            images = _read_array(path, file, images_key)
            labels = _read_array(path, file, labels_key)
    except UNREADABLE as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ValueError(f"cannot read {path} as .npz: {reason!s:.200}") from error
    images = _check_images(f"{path}: {images_key}", images)
    labels = _check_labels(f"{path}: {labels_key}", labels)
    if len(images) != len(labels):
        raise ValueError(
            f"{path}: {images_key} and {labels_key} must have equal lengths, "
            f"got {len(images)} and {len(labels)}"
        )
    return images, labels


def _open_archive(path: str | Path, handle: BinaryIO) -> np.lib.npyio.NpzFile:
    is_archive = handle.read(4) == b"PK\x03\x04" and zipfile.is_zipfile(handle)
    if not is_archive:
        raise ValueError(f"{path} is no complete .npz file; write it with numpy.savez")
    handle.seek(0)
    file: np.lib.npyio.NpzFile = np.load(handle, allow_pickle=False)
    return file


def _choose_keys(path: str | Path, keys: set[str], train: bool) -> tuple[str, str]:
    pairs = KEY_PAIRS["train" if train else "test"]
    for pair in pairs:
        if keys.issuperset(pair):
            return pair
    known = ", ".join("/".join(pair) for pair in pairs)
    found = ", ".join(map(_show, sorted(keys)[:MAX_NAMES])) or "nothing"
    raise ValueError(f"{path}: expected one of the key pairs {known}; found {found}")


def _show(name: str) -> str:
    """Return a key as it can be printed: it may be anything."""
    short = name if len(name) <= MAX_SIGNS else f"{name[:MAX_SIGNS]}..."
    return short if short.isprintable() else repr(short)


def _check_size(path: str | Path, file: np.lib.npyio.NpzFile, key: str) -> None:
    """Refuse zeros without end before they are unpacked; no more than is said ever is."""
    assert file.zip is not None
    for member in file.zip.infolist():
        large, small = member.file_size, member.compress_size
        is_key = member.filename in (key, f"{key}.npy")
        if is_key and large > max(MAX_EASY, MAX_RATIO * small):
            raise ValueError(
                f"{path}: {key} would unpack from {small:,} bytes to {large:,}, as no pictures do; "
                "write it again, with numpy.savez"
            )


def _read_array(path: str | Path, file: np.lib.npyio.NpzFile, key: str) -> NDArray[np.generic]:
    _check_size(path, file, key)
    try:
        array: NDArray[np.generic] = file[key]
    except (TypeError, ValueError) as error:  # an object array, or a damaged header
        raise ValueError(
            f"{path}: {key} is not a plain numeric array (objects and pickles are refused); "
            "save it with a numeric dtype"
        ) from error
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{path}: {key} is no NumPy array; write it with numpy.savez")
    return array


def _check_images(name: str, images: NDArray[np.generic]) -> NDArray[np.uint8]:
    n = len(images) if images.ndim else 0
    if n == 0 or images.shape[1:] not in {(28, 28), (1, 28, 28), (784,)}:
        raise ValueError(
            f"{name}: expected shape (N, 28, 28), (N, 1, 28, 28) or (N, 784) with N >= 1, "
            f"got {images.shape}"
        )
    images = images.reshape(n, 28, 28)
    if images.dtype == np.uint8:
        return images.astype(np.uint8)
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"{name}: expected uint8 or float in [0, 1], got {images.dtype}")
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):  # also false for NaN
        raise ValueError(
            f"{name}: expected floats in [0, 1], got values from {low:g} to {high:g}; "
            "divide by the largest possible value, or save as uint8"
        )
    return np.rint(images.astype(np.float64) * 255).astype(np.uint8)


def _check_labels(name: str, labels: NDArray[np.generic]) -> NDArray[np.int64]:
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name}: expected integers of shape (N,), got {labels.dtype} of shape {labels.shape}"
        )
    if labels.size and not 0 <= int(labels.min()) <= int(labels.max()) <= MAX_LABEL:
        raise ValueError(
            f"{name}: expected labels from 0 to {MAX_LABEL}, got {labels.min()} to {labels.max()}"
        )
    return labels.astype(np.int64)
