"""Files of one's own: every accepted form, every refusal."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaegmm.data.npz import read_npz

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
LABELS = np.array([1, 4, 8, 1, 4])


@pytest.mark.parametrize(
    "keys", [("images", "labels"), ("x", "y"), ("arr_0", "arr_1"), ("x_train", "y_train")]
)
@pytest.mark.parametrize("shape", [(5, 28, 28), (5, 1, 28, 28), (5, 784)])
def test_every_key_pair_and_shape_is_read(
    keys: tuple[str, str], shape: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **{keys[0]: IMAGES.reshape(shape), keys[1]: LABELS.astype(np.uint8)})
    images, labels = read_npz(path, train=True)
    assert np.array_equal(images, IMAGES)
    assert labels.tolist() == LABELS.tolist()
    assert labels.dtype == np.int64


def test_the_test_part_is_read_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:2], y_test=LABELS[:2])
    assert len(read_npz(path, train=False)[0]) == 2
    assert len(read_npz(path, train=True)[0]) == 5


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_become_the_bytes_that_they_came_from(dtype: type, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=(IMAGES / 255).astype(dtype), y=LABELS)
    assert np.array_equal(read_npz(path, train=True)[0], IMAGES)


FLOATS = IMAGES / 255.0
BROKEN = {
    "values from 0 to 255": {"x": IMAGES.astype(np.float32), "y": LABELS},
    "values from nan to nan": {"x": np.where(FLOATS > 0.5, np.nan, FLOATS), "y": LABELS},
    r"expected shape \(N, 28, 28\).* got \(5, 28, 27\)": {"x": IMAGES[:, :, 1:], "y": LABELS},
    r"got \(0, 28, 28\)": {"x": IMAGES[:0], "y": LABELS[:0]},
    r"got \(\)": {"x": np.float32(3), "y": LABELS},
    "expected uint8 or float in .0, 1., got int64": {"x": IMAGES.astype(np.int64), "y": LABELS},
    "expected integers of shape": {"x": IMAGES, "y": LABELS.astype(float)},
    "expected labels from 0 to 999, got -1 to 6": {"x": IMAGES, "y": LABELS - 2},
    "got 1 to 18446744073709551615": {
        "x": IMAGES,
        "y": np.array([1, 1, 1, 1, 2**64 - 1], np.uint64),
    },
    r"got timedelta64\[s\]": {"x": IMAGES, "y": LABELS.astype("m8[s]")},
    "x and y must have equal lengths, got 5 and 4": {"x": IMAGES, "y": LABELS[:4]},
    "y is not a plain numeric array": {"x": IMAGES, "y": np.array([object()] * 5)},
    "expected one of the key pairs .*; found a, y": {"a": IMAGES, "y": LABELS},
}


@pytest.mark.parametrize("message", BROKEN)
def test_a_wrong_array_is_named(message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **BROKEN[message])
    with pytest.raises(ValueError, match=message):
        read_npz(path, train=True)


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*nowhere\.npz as \.npz: No such file"):
        read_npz(tmp_path / "nowhere.npz", train=True)
    text = tmp_path / "text.npz"
    text.write_text("hello")
    with pytest.raises(ValueError, match=r"text\.npz is no complete \.npz file"):
        read_npz(text, train=True)
    single = tmp_path / "single.npz"
    with single.open("wb") as file:
        np.save(file, IMAGES)
    with pytest.raises(ValueError, match="is no complete"):
        read_npz(single, train=True)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=IMAGES, y=LABELS)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"is no complete \.npz file"):
        read_npz(path, train=True)


def header(text: str) -> bytes:
    padded = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded


@pytest.mark.parametrize(
    "member",
    [
        b"hello",
        header("((("),
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (10000000000, 28, 28)}"),
        header("{'descr': '|O', 'fortran_order': False, 'shape': (5,)}"),
    ],
)
def test_a_member_that_is_no_array_is_refused(member: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, y=LABELS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x.npy", member)
    with pytest.raises(ValueError, match=r"a\.npz"):
        read_npz(path, train=True)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        np.savez_compressed(path, x=IMAGES, y=LABELS)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(-400, 200)) % len(content)  # most of it is headers
            content[place] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        try:
            images, labels = read_npz(path, train=True)
        except ValueError as error:
            assert "a.npz" in str(error)
        else:
            assert len(images) == len(labels)


def write_header(shape: str) -> bytes:
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header


def test_zeros_without_end_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", write_header("(600000, 28, 28)") + bytes(600_000 * 784))
        archive.writestr("y.npy", write_header("(600000,)") + bytes(600_000))
    with pytest.raises(ValueError, match=r"x would unpack from [\d,]+ bytes to 470,400,\d+, as no"):
        read_npz(path, train=True)


def test_a_shape_that_is_none_is_refused(tmp_path: Path) -> None:
    """Fuzzing: two-line shapes and True ended in a TypeError of NumPy's."""
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", write_header("(True, 28, 28)") + bytes(784))
        archive.writestr("y.npy", write_header("(1,)") + bytes(1))
    with pytest.raises(ValueError, match="x is not a plain numeric array"):
        read_npz(path, train=True)


def test_keys_that_steer_a_terminal_or_have_no_end_are_shown_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(
        path, **{"\x1b[31m": LABELS, "x" * 3000: LABELS, **{f"k{n}": LABELS for n in range(50)}}
    )
    with pytest.raises(ValueError, match="found ") as refusal:
        read_npz(path, train=True)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 600 + len(str(path))
