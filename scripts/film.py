"""Films a page as an animated film is made, picture by picture, and writes a GIF in one palette.

What is filmed is not known here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, Request

from vaegmm.files import replacing
from vaegmm.gif import encode_gif

TICK_MS = 20  # between two places of the pointer
N_TICKS = 4  # between two pictures: 12.5 a second
PICTURE_MS = N_TICKS * TICK_MS
N_COLOURS = 128

# CSS knows no clock but its own: each transition is stopped, and moved on by hand.
MOVE_TRANSITIONS = """(ms) => {
  window.transitionsSeen ??= new WeakSet();
  for (const one of document.getAnimations()) {
    const before = transitionsSeen.has(one) ? one.currentTime : 0;
    transitionsSeen.add(one);
    one.pause();
    one.currentTime = before + ms;
    if (one.currentTime >= one.effect.getComputedTiming().endTime) one.finish();
  }
}"""

Point = tuple[float, float]
Levels = NDArray[np.uint8]


class Camera:
    """Films one page, whose time stands still but for the scenes.

    A picture shows what the page has come to after 0.08 s of its own time, however long they took
    here. What the server takes for an answer is not counted: some 20 ms where nothing else runs.

    Attributes:
        pictures: all that were taken so far, 0.08 s apart.
    """

    def __init__(self, page: Page) -> None:
        """Take charge of a page that has not been opened yet."""
        self.pictures: list[Image.Image] = []
        self._page, self._place, self._n_asked, self._n_ticks = page, (0.0, 0.0), 0, 0
        page.clock.install()
        page.on("request", lambda request: self._count(request, 1))
        page.on("requestfinished", lambda request: self._count(request, -1))
        page.on("requestfailed", lambda request: self._count(request, -1))

    def _count(self, request: Request, by: int) -> None:
        self._n_asked += by * ("component_server" in request.url)

    def begin(self, place: Point) -> None:
        """Begin a scene, with the pointer at a place; the page's time stands still from now on."""
        self._place = place
        self._page.mouse.move(*place)
        self._page.wait_for_timeout(500)  # until nothing moves any more
        self._page.clock.pause_at(self._page.evaluate("Date.now() / 1000 + 1"))

    def cut(self) -> None:
        """End a scene: the page's time goes on by itself."""
        self._page.clock.resume()

    def hold(self, seconds: float) -> None:
        """Let time pass."""
        self.glide([self._place], seconds)

    def glide(self, points: Sequence[Point], seconds: float) -> None:
        """Lead the pointer through points in CSS pixels, at one speed."""
        line = np.array([self._place, *points])
        ends = np.cumsum([0, *np.hypot(*np.diff(line, axis=0).T)])
        for length in np.linspace(0, ends[-1], round(1000 * seconds / TICK_MS) + 1)[1:]:
            self._page.mouse.move(*(float(np.interp(length, ends, axis)) for axis in line.T))
            self._tick()
        self._place = points[-1]

    def press(self) -> None:
        """Click, slowly enough to be seen."""
        self._page.mouse.down()
        self.hold(0.12)
        self._page.mouse.up()

    def _tick(self) -> None:
        """Let 20 ms pass, and what the page asks be answered."""
        self._page.clock.run_for(TICK_MS)
        self._page.evaluate(MOVE_TRANSITIONS, TICK_MS)
        while self._n_asked:
            self._page.wait_for_timeout(5)
        self._n_ticks += 1
        if self._n_ticks % N_TICKS == 0:
            picture = Image.open(io.BytesIO(self._page.screenshot()))
            self.pictures.append(picture.convert("RGB"))


def choose_palette(pictures: Sequence[Image.Image]) -> Image.Image:
    """Return a picture whose palette serves all of these.

    A colour counts by the root of its pixels: else the paper's neighbours would have all of it.
    """
    each = [np.unique(_encode_colours(one), return_counts=True) for one in pictures]
    codes, places = np.unique(np.concatenate([codes for codes, _ in each]), return_inverse=True)
    counts = np.bincount(places, np.concatenate([counts for _, counts in each]))
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], 1).astype(np.uint8)
    weighted = np.repeat(colours, np.ceil(np.sqrt(counts)).astype(int), 0)
    return Image.fromarray(weighted[None]).quantize(N_COLOURS, kmeans=3)


def _encode_colours(picture: Image.Image) -> NDArray[np.uint32]:
    """Return the colours of a picture as 0xRRGGBB, (H, W)."""
    return np.asarray(picture, np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def merge(frames: Sequence[Levels]) -> tuple[list[Levels], list[int]]:
    """Return the frames that differ from the one before, and how many 1/100 s each is shown."""
    groups = [[*group] for _, group in groupby(frames, lambda frame: frame.tobytes())]
    return [group[0] for group in groups], [len(group) * PICTURE_MS // 10 for group in groups]


def write_gif(pictures: Sequence[Image.Image], path: Path) -> str:
    """Write a GIF that loops for ever; return a line that says what it has become."""
    palette = choose_palette(pictures)
    colours = np.array(palette.getpalette(), np.uint8).reshape(-1, 3)
    # Undithered: what stands still keeps its levels, and is not written again.
    levels = [np.asarray(one.quantize(palette=palette, dither=0)) for one in pictures]
    frames, times = merge(levels)
    content = encode_gif(frames, times, colours)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return f"{path}: {len(frames)} frames, {sum(times) / 100:.1f} s, {len(content) / 1e6:.2f} MB"
