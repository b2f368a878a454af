"""Whatever a person gives becomes an MNIST-like digit, or one clear sentence."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vaegmm.data.datasets import LabelledImages
from vaegmm.data.images import (
    FORMATS,
    MAX_BYTES,
    BlankImageError,
    normalise_drawing,
    open_image,
    to_grey,
)
from vaegmm.data.paper import cut_to_ink, find_ink

FOUR = [((50, 20), (35, 60)), ((35, 60), (75, 60)), ((65, 25), (62, 95))]


def draw_four(width: int = 8, paper: int = 255, ink: int = 0, side: int = 112) -> Image.Image:
    """A 4 of three straight strokes, `width` of 112 pixels thick."""
    picture = Image.new("L", (side, side), paper)
    pen = ImageDraw.Draw(picture)
    for stroke in FOUR:
        line = [(x * side / 112, y * side / 112) for x, y in stroke]
        pen.line(line, ink, round(width * side / 112))
    return picture


def as_file(picture: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """The share of ink that two digits do not have in common."""
    return float(np.abs(a - b).sum() / (a.sum() + b.sum()))


# Files


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


# Colours and depths


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


# Paper and ink


@pytest.mark.parametrize("paper", [255, 200, 128, 40, 0])
def test_ink_is_what_differs_from_the_border(paper: int) -> None:
    ink = 0 if paper > 100 else 255
    found = find_ink(to_grey(draw_four(paper=paper, ink=ink)))
    expected = np.asarray(draw_four()) == 0
    assert np.array_equal(found > 0.5, expected)
    assert found.max() == 1
    assert found[~expected].max() == 0


def test_faint_pencil_is_as_good_as_ink() -> None:
    faint = normalise_drawing(draw_four(paper=240, ink=215))
    assert difference(faint, normalise_drawing(draw_four())) < 0.01


@pytest.mark.parametrize("seed", range(5))
def test_a_photo_with_a_shadow_and_grain_reads_as_the_drawing(seed: int) -> None:
    random = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:240j, -1:1:240j]
    slope = random.uniform(-0.2, 0.2, 2)
    light = 0.7 + slope[0] * x + slope[1] * y - 0.1 * (x * x + y * y)
    ink = np.asarray(draw_four(paper=0, ink=255, side=240)) / 255
    photo = np.clip(light * (1 - 0.75 * ink) + random.normal(0, 0.012, ink.shape), 0, 1)
    digit = normalise_drawing(photo)
    assert difference(digit, normalise_drawing(draw_four(side=240))) < 0.08


@pytest.mark.parametrize("seed", range(10))
def test_dust_on_a_grainy_photo_neither_counts_nor_breaks_anything(seed: int) -> None:
    random = np.random.default_rng(seed)
    photo = 0.7 + random.normal(0, 0.006, (112, 112))
    photo[20:90, 50:58] -= 6 * 0.006  # a pale 1
    photo[5, 5] = 0  # a speck, many times as dark
    ink = find_ink(to_grey(np.clip(photo, 0, 1)))
    assert ink[5, 5] == 0
    assert ink[20:90, 50:58].mean() > 0.5
    check_frame(normalise_drawing(np.clip(photo, 0, 1)))


@pytest.mark.parametrize("place", [(0, 0), (700, 300), (1400, 1100)])
def test_a_large_picture_is_cut_to_its_ink(place: tuple[int, int]) -> None:
    page = Image.new("L", (2000, 1600), 255)
    page.paste(draw_four(side=400), place)
    assert cut_to_ink(to_grey(page)).shape < (400, 400)
    assert difference(normalise_drawing(page), normalise_drawing(draw_four(side=400))) < 0.01


def blank_papers() -> dict[str, NDArray[np.generic]]:
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:1:100j, 0:1:100j]
    return {
        "white": np.full((100, 80), 255, np.uint8),
        "black": np.zeros((100, 80), np.uint8),
        "one pixel": np.zeros((1, 1), np.uint8),
        "one row": np.full((1, 50), 0.3),
        "grain": np.clip(0.7 + random.normal(0, 0.02, (100, 100)), 0, 1),
        "shadow": 0.4 + 0.3 * x - 0.1 * y,
        "shadow with grain": np.clip(0.4 + 0.3 * x + random.normal(0, 0.02, (100, 100)), 0, 1),
    }


@pytest.mark.parametrize("name", blank_papers())
def test_blank_paper_is_blank(name: str) -> None:
    with pytest.raises(BlankImageError, match="No ink can be told from the paper; draw"):
        normalise_drawing(blank_papers()[name])
    assert not find_ink(to_grey(blank_papers()[name])).any()


# MNIST's frame


def check_frame(digit: NDArray[np.float32]) -> None:
    """What every MNIST image has."""
    assert digit.shape == (28, 28)
    assert digit.dtype == np.float32
    assert digit.min() >= 0
    assert digit.max() == 1


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16, 30])
def test_the_digit_fills_20_pixels_and_its_mass_is_centred(width: int) -> None:
    digit = normalise_drawing(draw_four(width))
    check_frame(digit)
    rows, columns = np.nonzero(digit > 0.5)
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
    centre = [(digit.sum(axis) @ np.arange(28)) / digit.sum() for axis in (1, 0)]
    assert np.abs(np.array(centre) - 14).max() < 0.6


def test_an_mnist_image_comes_back_as_it_was(sample: LabelledImages) -> None:
    for image in sample.images[::20].numpy():
        original = image.astype(np.float32) / 255
        assert difference(normalise_drawing(image), original / original.max()) < 0.02


@pytest.mark.parametrize("scale", [2, 5])
@pytest.mark.parametrize("is_dark_on_light", [False, True])
def test_an_mnist_image_comes_back_from_any_place_and_scale(
    sample: LabelledImages, scale: int, is_dark_on_light: bool
) -> None:
    random = np.random.default_rng(0)
    differences = []
    for image in sample.images[::20].numpy():
        large = np.kron(image, np.ones((scale, scale), np.uint8))
        margin = random.integers(0, 60, (2, 2))
        canvas = np.pad(large, margin)
        canvas = 255 - canvas if is_dark_on_light else canvas
        original = image.astype(np.float32) / 255
        differences.append(difference(normalise_drawing(canvas), original / original.max()))
    assert np.median(differences) < 0.02
    assert max(differences) < 0.2


def test_strokes_that_are_far_too_thin_or_thick_become_like_mnist_s() -> None:
    ink = {width: float(normalise_drawing(draw_four(width)).sum()) for width in (1, 6, 8, 12, 36)}
    assert ink[1] > 0.6 * ink[8]  # a hair would have an eighth
    assert ink[36] < 3 * ink[8]
    assert ink[6] < ink[8] < ink[12]  # within MNIST's range the width stays the writer's own


@pytest.mark.parametrize("side", [1, 2])
def test_a_speck_is_no_drawing(side: int) -> None:
    paper = np.full((112, 112), 255, np.uint8)
    paper[40 : 40 + side, 60 : 60 + side] = 0
    with pytest.raises(BlankImageError, match="No ink"):
        normalise_drawing(paper)


def test_a_dot_is_a_dot() -> None:
    paper = np.zeros((112, 112), np.uint8)
    paper[40:44, 60:64] = 255
    digit = normalise_drawing(paper)
    check_frame(digit)
    assert digit[12:17, 12:17].min() > 0.9


@settings(max_examples=200)
@given(
    arrays(
        np.uint8,
        array_shapes(min_dims=2, max_dims=2, max_side=64),
        elements=st.integers(0, 255) | st.sampled_from([0, 255]),
    )
)
def test_any_picture_becomes_a_digit_or_is_blank(picture: NDArray[np.uint8]) -> None:
    try:
        check_frame(normalise_drawing(picture))
    except BlankImageError:
        rows, columns = np.nonzero(find_ink(to_grey(picture)) > 0.5)
        assert len(rows) == 0 or max(np.ptp(rows), np.ptp(columns)) < 3


@given(st.integers(0, 599), st.integers(1, 6), st.integers(0, 40), st.integers(0, 40))
def test_place_and_polarity_change_nothing(
    sample: LabelledImages, index: int, scale: int, left: int, top: int
) -> None:
    large = np.kron(sample.images[index].numpy(), np.ones((scale, scale), np.uint8))
    canvas = np.pad(large, ((top, 40 - top), (left, 40 - left)))
    first = normalise_drawing(np.pad(large, 20))
    assert np.abs(normalise_drawing(canvas) - first).max() < 1e-3
    assert np.abs(normalise_drawing(255 - canvas) - first).max() < 1e-3


def test_a_pad_s_picture_takes_a_few_milliseconds() -> None:
    drawing = draw_four(paper=0, ink=255)
    times = []
    for _ in range(15):
        start = time.perf_counter()
        normalise_drawing(drawing)
        times.append(time.perf_counter() - start)
    assert sorted(times)[7] < 0.02  # 1 ms on two idle cores
