"""Frames as a file: every picture is close to its frame, in size, colour and place."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from tests.films import (
    MOVING,
    SMALL,
    Frames,
    difference,
    enlarge,
    fade_between,
    leave_out_faint,
    read,
    read_pictures,
)
from vaegmm.media import FORMATS, Format, MediaSettings, encode_media


@pytest.fixture(scope="module")
def fade() -> Frames:
    """60 frames from a 3 to an 8 of the sample."""
    return fade_between(3, 8)


@pytest.mark.parametrize("n_places", [1, 2, 5, 6])
@pytest.mark.parametrize("format", MOVING)
def test_pictures_have_the_size_asked_for(format: Format, n_places: int, fade: Frames) -> None:
    wide = np.tile(fade[:2], (1, 1, n_places))
    for size in (28, 84):
        pictures = read(encode_media(wide, replace(SMALL, fps=2, size=size), format), format)
        assert {picture.shape for picture in pictures} == {(size, size * n_places, 3)}


@pytest.mark.parametrize(("format", "most"), [("gif", 8), ("webp", 2), ("mp4", 2), ("avi", 2)])
def test_every_picture_is_close_to_its_frame(format: Format, most: float, fade: Frames) -> None:
    settings = MediaSettings(size=140, returns=False)
    pictures = read(encode_media(fade, settings, format), format)
    moving = pictures[14:-14] if format in ("mp4", "avi") else pictures
    for picture, frame in zip(moving, fade, strict=True):
        assert difference(picture, enlarge(frame, 140)) < most


def test_a_gif_is_off_by_half_a_level_at_most(fade: Frames) -> None:
    pictures, _ = read_pictures(encode_media(fade, replace(SMALL, returns=False), "gif"))
    for picture, frame in zip(pictures, fade, strict=True):
        expected = leave_out_faint(enlarge(frame, 56))
        np.testing.assert_allclose(picture[..., 0], expected, atol=14)


@pytest.mark.parametrize("format", FORMATS)
def test_paper_and_ink_have_their_colours_and_what_is_between_is_mixed(format: Format) -> None:
    frame = np.repeat(np.array([0, 128, 255], np.uint8), (9, 10, 9))[None].repeat(28, axis=0)
    settings = replace(SMALL, fps=2, ink="#F0a020", paper="#102080")
    content = encode_media([frame, frame], settings, format)
    picture = (
        np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        if format == "png"
        else read(content, format)[0]
    )
    ink, paper = np.array([0xF0, 0xA0, 0x20]), np.array([0x10, 0x20, 0x80])
    tolerance = {"png": 3, "gif": 14}.get(format, 10)
    for column, colour in ((4, paper), (28, (ink + paper) / 2), (51, ink)):
        np.testing.assert_allclose(picture[28, column], colour, atol=tolerance)


@pytest.mark.parametrize("format", MOVING)
def test_strokes_are_enlarged_smoothly(format: Format) -> None:
    frame = np.zeros((28, 28), np.uint8)
    frame[:, 12:16] = 255
    settings = MediaSettings(size=280, fps=2)
    row = read(encode_media([frame, frame], settings, format), format)[0][140, :, 0]
    assert len(np.unique(row[110:130] // 16)) > 5  # nearest neighbours would give two
    assert row[140] > 245
    assert row[:90].max() < 10


@hypothesis_settings(max_examples=40)
@given(data=st.data())
def test_a_strip_gives_back_exactly_its_frames(data: st.DataObject) -> None:
    n_frames, n_places = data.draw(st.integers(2, 30)), data.draw(st.integers(1, 6))
    scale = data.draw(st.integers(1, 4))
    tile = data.draw(arrays(np.uint8, (2, 28, 28)))
    frames = np.tile(tile, (n_frames, 1, n_places))[:n_frames]
    frames[:, 0, 0] = np.arange(n_frames)  # no two are the same
    settings = MediaSettings(size=28 * scale)
    for colour in ("#ffffff", "#ff8000"):
        content = encode_media(frames, replace(settings, ink=colour), "png")
        strip = np.asarray(Image.open(io.BytesIO(content)))  # levels, of grey or of a palette
        assert np.array_equal(strip[::scale, ::scale].repeat(scale, 0).repeat(scale, 1), strip)
        cells = cut_strip(strip[::scale, ::scale], n_places)
        assert np.array_equal(cells[:n_frames], frames)
        assert not cells[n_frames:].any()
        assert len(cells) - n_frames < 12 // n_places


def cut_strip(strip: Frames, n_places: int) -> Frames:
    """Return the cells (n, 28, 28 P) of a strip of size 28, row by row."""
    rows = strip.reshape(-1, 28, strip.shape[1] // (28 * n_places), 28 * n_places)
    return rows.swapaxes(1, 2).reshape(-1, 28, 28 * n_places)


@pytest.mark.parametrize(
    ("n_frames", "n_places", "columns", "rows"),
    [(2, 1, 2, 1), (12, 1, 12, 1), (13, 1, 12, 2), (60, 1, 12, 5), (7, 2, 6, 2), (3, 5, 2, 2)],
)
def test_a_strip_has_rows_of_at_most_12_digits(
    n_frames: int, n_places: int, columns: int, rows: int
) -> None:
    frames = np.zeros((n_frames, 28, 28 * n_places), np.uint8)
    with Image.open(io.BytesIO(encode_media(frames, SMALL, "png"))) as image:
        assert image.size == (columns * n_places * 56, rows * 56)
