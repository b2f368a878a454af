"""Whatever a person gives is read as grey levels, or one clear sentence says why not."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.data.pictures import difference, draw_four
from vaegmm.data.images import (
    FORMATS,
    MAX_BYTES,
    normalise_drawing,
    open_image,
    to_grey,
)


def as_file(picture: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_is_read(file_format: str) -> None:
    opened = open_image(as_file(draw_four(), file_format))
    assert opened.size == (112, 112)
    assert difference(normalise_drawing(opened), normalise_drawing(draw_four())) < 0.05


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "four.png").write_bytes(as_file(draw_four()))
    opened = open_image(tmp_path / "four.png")
    assert np.array_equal(np.asarray(opened), np.asarray(draw_four()))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_whatever_way_the_camera_was_held(orientation: int) -> None:
    turns = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.T,
        6: np.rot90,
        7: lambda a: np.rot90(a, 2).T,
        8: lambda a: np.rot90(a, -1),
    }
    upright = np.asarray(draw_four().crop((20, 0, 90, 112)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(turns[orientation](upright)))
    opened = open_image(as_file(stored, "PNG", exif=exif))
    assert np.array_equal(np.asarray(opened), upright)


@pytest.mark.parametrize("content", [b"hello", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"%PDF-1.7"])
def test_what_is_no_image_is_said_so(content: bytes) -> None:
    with pytest.raises(ValueError, match="not an image that can be read; choose a PNG, JPEG"):
        open_image(content)


def test_an_empty_file_is_said_so() -> None:
    with pytest.raises(ValueError, match=r"empty; choose another one\."):
        open_image(b"")


def test_a_file_of_too_many_bytes_is_not_decoded(tmp_path: Path) -> None:
    content = as_file(draw_four()) + bytes(MAX_BYTES)
    (tmp_path / "large.png").write_bytes(content)
    for source in (content, tmp_path / "large.png"):
        with pytest.raises(ValueError, match=r"larger than 8 MB; save it smaller\."):
            open_image(source)


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


@pytest.mark.parametrize("side", [5001, 20_000, 60_000])
def test_a_decompression_bomb_is_not_decoded(side: int) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(ValueError, match=r"more than 25 million pixels; save it smaller\."):
        open_image(bomb)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "GIF", "TIFF"])
def test_a_file_cut_off_is_said_so(file_format: str) -> None:
    content = as_file(draw_four(), file_format)
    with pytest.raises(ValueError, match=r"damaged or cut off; save or send it again\."):
        open_image(content[: len(content) * 2 // 3])


def test_a_jpeg_of_a_thousand_scans_is_not_decoded() -> None:
    content = as_file(draw_four(), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    bomb = content[:last] + 1000 * content[last:-2] + content[-2:]
    with pytest.raises(ValueError, match="damaged or cut off"):
        open_image(bomb)


@given(st.data(), st.sampled_from(FORMATS))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(
    data: st.DataObject, file_format: str
) -> None:
    content = bytearray(as_file(draw_four(), file_format))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        normalise_drawing(open_image(bytes(content)))
    except ValueError as error:
        assert len(str(error).splitlines()) == 1


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(ValueError, match=f"There is no image file {path}; check the name"):
            open_image(path)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB"])
def test_every_mode_reads_the_same(mode: str) -> None:
    # A black 4 on white, in whatever way a file may say so.
    digit = normalise_drawing(draw_four().convert("RGB").convert(mode))
    assert difference(digit, normalise_drawing(draw_four())) < 0.03


@pytest.mark.parametrize(
    ("mode", "top"),
    [
        ("I;16", 8),
        ("I;16", 4095),
        ("I;16", 65535),
        ("I", 255),
        ("I", 65535),
        ("F", 1),
        ("F", 65535),
    ],
)
def test_deep_greys_read_the_same_at_any_part_of_their_range(mode: str, top: int) -> None:
    levels = np.asarray(draw_four()).astype(np.float32) / 255 * top
    deep = Image.fromarray(levels.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    assert deep.mode == mode
    assert difference(normalise_drawing(deep), normalise_drawing(draw_four())) < 0.01


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16, np.float16, np.float32, np.float64])
def test_every_array_type_reads_the_same(dtype: type) -> None:
    full = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    array = ((np.asarray(draw_four()) > 127) * full).astype(dtype)
    assert difference(normalise_drawing(array), normalise_drawing(draw_four())) < 0.01


@pytest.mark.parametrize(("ink", "paper"), [("black", "white"), ("white", "black")])
def test_ink_on_a_transparent_layer_is_seen_in_either_colour(ink: str, paper: str) -> None:
    layer = Image.new("RGBA", (112, 112))  # transparent black
    layer.paste(Image.new("RGBA", layer.size, ink), mask=draw_four(paper=0, ink=255))
    assert difference(normalise_drawing(layer), normalise_drawing(draw_four())) < 0.01


def test_grey_is_linear_in_the_levels() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_allclose(to_grey(levels), levels / 255, atol=1e-7)
    np.testing.assert_allclose(to_grey(Image.fromarray(levels)), levels / 255, atol=1e-7)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((28, 28, 3), np.uint8), r"must be \(H, W\) and not empty, got \(28, 28, 3\)"),
        (np.zeros((0, 5), np.uint8), r"must be \(H, W\) and not empty, got \(0, 5\)"),
        (np.zeros(784, np.uint8), r"got \(784,\); give one image at a time"),
        (np.zeros((9, 9), np.int64), "bool, uint8, uint16 or float, got int64; convert it"),
        (np.zeros((9, 9), complex), "got complex128; convert it"),
        (np.full((9, 9), 255.0), r"must lie in \[0, 1\], got 255 to 255; divide it"),
        (np.full((9, 9), -0.1), r"must lie in \[0, 1\], got -0.1 to -0.1"),
        (np.full((9, 9), np.nan), r"must lie in \[0, 1\], got nan to nan"),
        (np.full((9, 9), np.inf), r"must lie in \[0, 1\], got inf to inf"),
    ],
)
def test_an_array_that_is_no_image_is_said_so(array: NDArray[np.generic], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        normalise_drawing(array)


def test_a_picture_of_pixels_that_are_no_numbers_is_said_so() -> None:
    levels = np.full((9, 9), np.nan, np.float32)
    with pytest.raises(ValueError, match="not finite numbers; save it in 8 bits"):
        normalise_drawing(Image.fromarray(levels))
