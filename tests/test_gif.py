"""GIFs of few levels: Pillow reads what was written."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from vaegmm.gif import encode_gif
from vaegmm.media import N_LEVELS

Levels = NDArray[np.uint8]
COLOURS = np.random.default_rng(0).permutation(256)[: 3 * N_LEVELS].reshape(-1, 3).astype(np.uint8)


def read(content: bytes) -> Levels:
    """Return pictures (n, H, W, 3)."""
    pictures = []
    with Image.open(io.BytesIO(content)) as image:
        for index in range(image.n_frames):
            image.seek(index)
            pictures.append(np.asarray(image.convert("RGB")))
    return np.stack(pictures)


@given(
    arrays(
        np.uint8,
        array_shapes(min_dims=3, max_dims=3, max_side=40),
        elements=st.integers(0, N_LEVELS - 1),
    )
)
def test_any_levels_come_back(frames: Levels) -> None:
    shown = read(encode_gif(frames, [5] * len(frames), COLOURS))
    assert np.array_equal(shown, COLOURS[frames])


def test_noise_that_fills_the_table_of_codes_comes_back() -> None:
    frames = np.random.default_rng(0).integers(0, N_LEVELS, (2, 300, 300), np.uint8)
    shown = read(encode_gif(frames, [5, 5], COLOURS))
    assert np.array_equal(shown, COLOURS[frames])


@pytest.mark.parametrize("n_colours", [2, 7, 8, 128, 255])
def test_as_many_colours_as_are_given_come_back(n_colours: int) -> None:
    generator = np.random.default_rng(0)
    colours = generator.integers(0, 256, (n_colours, 3), np.uint8)
    frames = generator.integers(0, n_colours, (3, 40, 50), np.uint8)
    frames[2, :20] = frames[1, :20]
    assert np.array_equal(read(encode_gif(frames, [5] * 3, colours)), colours[frames])


def test_what_stays_is_not_written_again() -> None:
    frame = np.random.default_rng(0).integers(0, N_LEVELS, (200, 200), np.uint8)
    changed = frame.copy()
    changed[90:95, 120:126] = 3
    once, twice, thrice = (
        len(encode_gif(frames, [5] * len(frames), COLOURS))
        for frames in ([frame], [frame, changed], [frame, changed, changed])
    )
    assert twice - once < 100
    assert thrice - twice < 30


def test_it_needs_frames() -> None:
    with pytest.raises(ValueError, match="must have frames"):
        encode_gif([], [], COLOURS)
