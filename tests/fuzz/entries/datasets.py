"""Data sets: .npz files of one's own, and the IDX files of MNIST in a folder."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from tests.fuzz.guard import Payload
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import damage, draw_noise
from vaegmm.data.datasets import load_dataset

N = 12
SHAPES = ((N, 28, 28), (N, 1, 28, 28), (N, 784))
KEYS = (("x_train", "y_train"), ("images", "labels"), ("x", "y"), ("arr_0", "arr_1"))
ODD_KEYS = ("../x", "/etc/passwd", "<script>alert(1)</script>", "\x1b[31m", "x" * 3000, "", "a/b")
LYING_SHAPES = (
    "(1000000000, 28, 28)", "(-1, 28, 28)", "(12, 28, 28000000)", "()", "(12,)", "(0, 28, 28)",
    "(12, 28)", "(1.5, 28, 28)", "(True, 28, 28)", "[12, 28, 28]", "(2**40,)",
    "(9" + "9" * 400 + ",)", "(" * 100 + ")" * 100, "None", "(12, 28, 28), '__class__': 1",
    "(4611686018427387904, 4, 28)",
)  # fmt: skip
LYING_TYPES = (
    "'|O'", "'<f8'", "'<U99999999'", "'|V784'", "'<M8[ns]'", "'|S784'", "'>i8'", "'<c16'", "'|b1'",
    "[('a', '|u1')]", "'zz'", "'<f2'", "'|u1', 'x': '<script>'", "__import__('os')",
    "[('a', '|O')]",
)  # fmt: skip
IDX_FILES = tuple(
    f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)


@cache
def _arrays() -> tuple[np.ndarray, np.ndarray]:
    data = load_dataset("sample", train=False)
    return data.images.numpy()[:: len(data) // N][:N], data.labels.numpy()[:: len(data) // N][:N]


def _draw_images(rng: random.Random) -> np.ndarray:
    images = _arrays()[0].reshape(rng.choice(SHAPES)).copy()
    if rng.random() < 0.75:
        return images
    kind = rng.choice(("f4", "f8", "f2", ">f4", "i4", "u2", "b1", "c8", "i1", "M8[s]", "f4"))
    odd = images.astype(kind) / 255 if kind.strip(">").startswith("f") else images.astype(kind)
    if odd.dtype.kind == "f" and rng.random() < 0.5:
        odd.flat[rng.randrange(odd.size)] = rng.choice(
            (np.nan, np.inf, -np.inf, -0.001, 1.001, 255)
        )
    return odd


def _draw_labels(rng: random.Random) -> np.ndarray:
    labels = _arrays()[1].copy()
    if rng.random() < 0.75:
        return labels
    kind = rng.choice(("u1", "i8", "u8", "f8", "b1", ">i4", "U3", "S1"))
    odd = labels.astype(kind)
    if odd.dtype.kind in "iu" and rng.random() < 0.5:
        bounds = np.iinfo(odd.dtype)
        odd[rng.randrange(N)] = rng.choice((bounds.min, bounds.max, min(1000, bounds.max)))
    return rng.choice((odd, odd, odd[:-1], odd[:, None], odd[:0]))


def _pack(arrays: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in arrays.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def _write(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _write_lying(rng: random.Random) -> bytes:
    """Return an array whose header names another shape, type or order than its bytes have."""
    shape = rng.choice(LYING_SHAPES) if rng.random() < 0.6 else f"({N}, 28, 28)"
    kind = rng.choice(LYING_TYPES) if rng.random() < 0.6 else "'|u1'"
    order = rng.choice(("False", "False", "True", "None", "1"))
    header = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * rng.choice((10, 20_000)) + b"\n"
    version = rng.choice((b"\1\0", b"\2\0", b"\3\0", b"\x09\0"))
    packing = "<H" if version == b"\1\0" else "<I"
    length = struct.pack(packing, len(header) if rng.random() < 0.8 else 65_535)
    return b"\x93NUMPY" + version + length + header + _arrays()[0].tobytes()


def _valid(rng: random.Random) -> bytes:
    names = rng.choice(KEYS)
    arrays = dict(zip(names, (_write(_draw_images(rng)), _write(_draw_labels(rng))), strict=True))
    if rng.random() < 0.2:
        arrays[rng.choice(ODD_KEYS)] = arrays.pop(rng.choice(names))
    packing = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    return _pack(arrays, rng.choice(packing))


def _lying(rng: random.Random) -> bytes:
    return _pack({"x": _write_lying(rng), "y": _write(_arrays()[1])})


def _pickled(rng: random.Random) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([Payload()] * N, dtype=object), allow_pickle=True)
    images = _write(_arrays()[0])
    return _pack({"x": rng.choice((images, file.getvalue())), "y": file.getvalue()})


@cache
def _bomb(n: int, packing: int) -> bytes:
    """Return zeros that unpack to n times 784 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_1_0(
                member, {"descr": "|u1", "fortran_order": False, "shape": (n * 10**6, 28, 28)}
            )
            for _ in range(n * 28):
                member.write(bytes(28 * 10**6))
        archive.writestr("y.npy", _write(np.zeros(n * 10**6, np.uint8)))
    return file.getvalue()


NPZ: dict[str, Callable[[random.Random], bytes]] = {
    "valid, of odd types": _valid,
    "lying header": _lying,
    "pickle": _pickled,
}


def _draw_npz(rng: random.Random) -> tuple[bytes, bool, str]:
    share = rng.random()
    if share < 0.01:
        return _bomb(3, zipfile.ZIP_DEFLATED), True, "zip bomb"
    if share < 0.8:
        what = rng.choice(list(NPZ))
        content = NPZ[what](rng)
        return (
            (damage(rng, content), True, f"damaged: {what}")
            if share < 0.4
            else (content, True, what)
        )
    return draw_noise(rng, (b"PK\x03\x04", b"\x93NUMPY\1\0", b"\x80\x04\x95")), False, "no .npz"


def _idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return struct.pack(">HBB", 0, 8, array.ndim) + sizes + array.astype(np.uint8).tobytes()


def _mutate_idx(rng: random.Random, content: bytes) -> bytes:
    """Return an IDX file with another type, number of axes or size in its header, or damaged."""
    if rng.random() < 0.4:
        return damage(rng, content)
    at = rng.randrange(16)
    byte = bytes([rng.choice((0, 1, 3, 4, 8, 9, 11, 13, 14, 255, 28, 127))])
    return content[:at] + byte + content[at + 1 :]


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images, labels = _arrays()
    whole = {name: _idx(images if "images" in name else labels) for name in IDX_FILES}

    def make_npz(rng: random.Random) -> Case:
        content, is_mutant, what = _draw_npz(rng)
        path = folder / rng.choice(("a.npz", "<b>.npz", "ä ö.npz", "a\nb.npz"))
        path.write_bytes(content)
        return Case((path, rng.random() < 0.7), is_mutant, what)

    def put(content: object) -> str | None:
        assert isinstance(content, tuple)
        try:
            name, *rest = content
            load_dataset(str(name), *rest)
        except ValueError as error:
            return str(error)
        return None

    def make_idx(rng: random.Random) -> Case:
        name, is_mutant = rng.choice(IDX_FILES), rng.random() < 0.85
        odd = _mutate_idx(rng, whole[name]) if is_mutant else draw_noise(rng, (b"\0\0\x08\x03",))
        for file, content in {**whole, name: odd}.items():
            (raw / file).write_bytes(content)
        part = name.startswith("train") if rng.random() < 0.9 else rng.random() < 0.5
        return Case(("mnist", part, (), raw.parents[1]), is_mutant, f"odd {name}")

    return (Entry("npz files", make_npz, put, weight=4), Entry("IDX files", make_idx, put))
