"""Labelled digits to disk as they are made: one .npz, PNG folders, or the files of MNIST.

Memory does not grow with their number, but for one byte each in an .npz. Where digits come from is
none of this file's business; what reads them again is NumPy, torchvision and datasets.py.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaegmm.files import refuse_company, replacing, replacing_folder

Format = Literal["npz", "png", "idx"]
FORMATS: tuple[Format, ...] = get_args(Format)
Bytes = NDArray[np.uint8]
Write = Callable[[Bytes, Bytes], None]
SIDE = 28
MOST = 2**31  # of which IDX can say how many
TRAIN_SHARE = 6  # to one of the test part, as in MNIST


@contextmanager
def exporting(path: Path, format: Format, n: int, n_test: int | None = None) -> Iterator[Write]:
    """Give a function that takes digits, part by part, and writes them.

    It takes images (M, 28, 28) uint8, ink = 255, and labels (M,) uint8, and writes them in a thread
    while the next part is made: leave them as they are. `path` is there once all have come, and
    not before; after an error nothing is.

    Args:
        path: the .npz file, or the folder, to be; see `check_export`.
        format: npz, with the keys images and labels; png, a folder of pictures per label, as
            torchvision's ImageFolder reads; or idx, the files that torchvision's MNIST reads.
        n: how many will come.
        n_test: how many of them, the last ones, make the test part of idx; None: see
            `choose_n_test`.

    Raises:
        ValueError: see `check_export`; another process is writing it; a part of another shape or
            type, or more or fewer than n.
        OSError: the disk is full, or the folder cannot be written.
    """
    check_export(path, format, n, n_test)
    n_test = choose_n_test(n) if n_test is None else n_test
    opened = {
        "npz": partial(_write_npz, path, n),
        "png": partial(_write_png, path),
        "idx": partial(_write_idx, path, (n - n_test, n_test)),
    }[format]()
    count = 0

    with opened as write_part, _writing_behind(write_part) as hand_over:

        def write(images: Bytes, labels: Bytes) -> None:
            nonlocal count
            _check_part(images, labels)
            count += len(labels)
            if count <= n:
                hand_over(images, labels)

        yield write
        if count != n:
            raise ValueError(f"n was said to be {n}, but {count} digits came")


def check_export(path: Path, format: Format, n: int, n_test: int | None = None) -> None:
    """Refuse what cannot be written, before anything is.

    Raises:
        ValueError: n or n_test out of range; an ending that does not fit; a folder that holds
            something, or one to write in that does not exist.
    """
    if not 1 <= n < MOST:
        raise ValueError(f"n must be at least 1 and below {MOST:,}, got {n}")
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    if (format == "npz") != (path.suffix == ".npz"):
        wanted = "a file that ends in .npz" if format == "npz" else "a folder, as by -o FOLDER"
        raise ValueError(f"the output of format {format} must be {wanted}, got {str(path)!r}")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} for the output; make it first")
    if format == "npz" and path.is_dir():
        raise ValueError(f"{path} is a folder; give another name")
    if format != "npz" and path.exists():
        _check_empty(path)
    if format != "idx":
        if n_test is not None:
            raise ValueError(f"n_test divides format idx only, not {format}; leave it out")
    elif n < 2:
        raise ValueError(f"format idx has two parts and needs at least 2 digits, got n {n}")
    elif n_test is not None and not 1 <= n_test < n:
        raise ValueError(f"n_test must be from 1 to {n - 1}, below n, got {n_test}")


def choose_n_test(n: int) -> int:
    """Return how many of n digits make the test part: one in seven, as in MNIST."""
    return max(1, n // (TRAIN_SHARE + 1))


def measure(path: Path) -> int:
    """Return the bytes in a file, or in all files of a folder."""
    if not path.is_dir():
        return path.stat().st_size
    with os.scandir(path) as entries:  # one by one: there may be a million
        return sum(
            measure(Path(entry)) if entry.is_dir() else entry.stat().st_size for entry in entries
        )


def _check_empty(path: Path) -> None:
    if not path.is_dir():
        raise ValueError(f"{path} is a file; give the name of a new folder")
    if any(path.iterdir()):
        raise ValueError(f"the folder {path} is not empty; give the name of a new one")
    if path.resolve().is_mount():  # nothing can be moved into its place
        raise ValueError(f"{path} is a mount point; give the name of a new folder in it")


def _check_part(images: Bytes, labels: Bytes) -> None:
    expected = images.shape == (len(labels), SIDE, SIDE) and labels.shape == (len(labels),)
    if not expected or images.dtype != np.uint8 or labels.dtype != np.uint8:
        raise ValueError(
            "a part must be images (M, 28, 28) and labels (M,), both uint8, got "
            f"{images.dtype} {images.shape} and {labels.dtype} {labels.shape}"
        )


@contextmanager
def _writing_behind(write: Write) -> Iterator[Write]:
    """Give a function that writes in a thread; it waits while an earlier part is being written."""
    with ThreadPoolExecutor(1) as pool:
        pending: list[Future[None]] = []

        def hand_over(images: Bytes, labels: Bytes) -> None:
            if pending:
                pending.pop().result()  # raises what went wrong
            pending.append(pool.submit(write, images, labels))

        yield hand_over
        for last in pending:
            last.result()


@contextmanager
def _write_npz(path: Path, n: int) -> Iterator[Write]:
    """Write images as they come, deflated, and labels, which are collected, after them."""
    labels_so_far = bytearray()
    refuse_company(path)
    with (
        replacing(path) as temporary,
        # The lowest level: two thirds of the bytes go, at 6 us an image; the highest takes a tenth
        # more off, and twice as long.
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        with archive.open("images.npy", "w", force_zip64=True) as member:
            _begin_npy(member, (n, SIDE, SIDE))

            def write(images: Bytes, labels: Bytes) -> None:
                member.write(images.tobytes())
                labels_so_far.extend(labels.tobytes())

            yield write
        with archive.open("labels.npy", "w", force_zip64=True) as member:
            _begin_npy(member, (n,))
            member.write(labels_so_far)


def _begin_npy(file: IO[bytes], shape: tuple[int, ...]) -> None:
    """Write what stands before the bytes of a uint8 array in an .npy file."""
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


@contextmanager
def _write_png(folder: Path) -> Iterator[Write]:
    """Write pictures into a folder per label, numbered in the order in which they come."""
    with replacing_folder(folder) as temporary:
        count = 0

        def write(images: Bytes, labels: Bytes) -> None:
            nonlocal count
            for label in np.unique(labels):
                (temporary / str(label)).mkdir(exist_ok=True)
            for image, label in zip(images, labels.tolist(), strict=True):
                name = f"{temporary}/{label}/{count:08}.png"
                Image.fromarray(image).save(name, compress_level=1)
                count += 1

        yield write


@contextmanager
def _write_idx(folder: Path, sizes: tuple[int, int]) -> Iterator[Write]:
    """Write two files of each part: the first digits into train, the last ones into t10k."""
    with replacing_folder(folder) as temporary, ExitStack() as stack:
        raw = temporary / "MNIST" / "raw"
        raw.mkdir(parents=True)
        parts = []
        for name, size in zip(("train", "t10k"), sizes, strict=True):
            images = stack.enter_context((raw / f"{name}-images-idx3-ubyte").open("wb"))
            labels = stack.enter_context((raw / f"{name}-labels-idx1-ubyte").open("wb"))
            images.write(struct.pack(">4i", 0x803, size, SIDE, SIDE))  # uint8, three axes
            labels.write(struct.pack(">2i", 0x801, size))
            parts.append((images, labels))
        left = sizes[0]

        def write(images: Bytes, labels: Bytes) -> None:
            nonlocal left
            for (images_file, labels_file), part in zip(
                parts, (slice(None, left), slice(left, None)), strict=True
            ):
                images_file.write(images[part].tobytes())
                labels_file.write(labels[part].tobytes())
            left = max(0, left - len(labels))

        yield write
