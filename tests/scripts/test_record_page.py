"""The GIF of the page: its frames, times and palette, and the recording itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts.film import PICTURE_MS, choose_palette, merge, write_gif
from scripts.record_page import record_page
from tests.browser.browsing import NoChromiumError

PAPER, INK, ACCENT = (250, 250, 250), (0, 0, 0), (79, 70, 229)


def make_picture(*rows: tuple[int, int, int]) -> Image.Image:
    """A picture of rows of one colour each."""
    return Image.fromarray(np.repeat(np.array(rows, np.uint8)[:, None], 20, 1))


def read(path: Path) -> tuple[list[Image.Image], list[int], int | None]:
    """Return pictures, how many ms each is shown, and how often all are (0: for ever)."""
    pictures, times = [], []
    with Image.open(path) as gif:
        for index in range(gif.n_frames):
            gif.seek(index)
            pictures.append(gif.convert("RGB"))
            times.append(gif.info["duration"])
        return pictures, times, gif.info.get("loop")


def test_a_frame_stands_until_another_comes() -> None:
    one, two = (np.full((3, 4), level, np.uint8) for level in (1, 2))
    frames, times = merge([one, one.copy(), two, one, one, one])
    assert [int(frame[0, 0]) for frame in frames] == [1, 2, 1]
    assert [10 * time for time in times] == [2 * PICTURE_MS, PICTURE_MS, 3 * PICTURE_MS]


def test_a_rare_colour_of_the_last_picture_has_its_place_in_the_palette() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8), 1000)[:, None].repeat(3, 1)
    drawn = greys.copy()
    drawn[:20] = ACCENT
    palette = choose_palette([Image.fromarray(one[None]) for one in (greys, greys, drawn)])
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    assert len(colours) <= 255
    assert np.abs(colours - ACCENT).max(1).min() <= 2


def test_the_gif_shows_every_picture_for_its_time_and_loops_for_ever(tmp_path: Path) -> None:
    blank, drawn = make_picture(PAPER, PAPER, PAPER), make_picture(PAPER, INK, ACCENT)
    path = tmp_path / "page.gif"
    said = write_gif([blank, blank, drawn, blank], path)
    pictures, times, loop = read(path)
    assert [picture.tobytes() for picture in pictures] == [
        picture.tobytes() for picture in (blank, drawn, blank)
    ]
    assert (times, loop) == ([160, 80, 80], 0)
    assert said == f"{path}: 3 frames, 0.3 s, {path.stat().st_size / 1e6:.2f} MB"


@pytest.mark.slow
def test_the_page_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "page.gif"
    try:
        record_page(path)
    except NoChromiumError as error:
        pytest.skip(str(error))
    pictures, times, loop = read(path)
    assert (pictures[0].width, loop) == (792, 0)
    assert path.stat().st_size <= 1_500_000
    assert 10_000 <= sum(times) <= 20_000
    assert len({picture.tobytes() for picture in pictures}) >= 100
    pads = [
        np.asarray(picture.crop((15, 141, 410, 535))) for picture in (pictures[0], pictures[40])
    ]
    inks = [
        int((pad > 240).all(-1).sum()) for pad in pads
    ]  # of the pen; the pointer's rim is white
    assert inks[0] < 100 < 10_000 < inks[1]
    paper = np.asarray(pictures[-1])[-1, 0]
    assert paper.min() >= 245
    assert np.any(np.asarray(pictures[-1]) != np.asarray(pictures[0]))
