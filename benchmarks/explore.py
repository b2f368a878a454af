"""How fast the map answers in a real Chromium: `python -m benchmarks.explore`.

Starts the app, moves the mouse over both maps, and prints how long a picture takes after the
pointer has moved, and how many frames a second the map is drawn with while it is dragged and
zoomed.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tyro
from playwright.sync_api import Page, sync_playwright

from benchmarks.pad import summary
from benchmarks.watching import list_waits, wait_for, watch_paints
from tests.browser.browsing import NoChromiumError, open_chromium, serve_app

MAPS = ("principal", "t-sne")
SETTLE_MS = 60
N_WARM_UP = 10
MOVE_S = 3

# Drags or zooms the map in every frame, for some seconds; the time from one to the next.
FRAMES = """([kind, seconds]) => new Promise((resolve) => {
  const canvas = document.querySelector(".map-marks");
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const fire = (name, [clientX, clientY], more = {}) => {
    const Kind = name === "wheel" ? WheelEvent : PointerEvent;
    const pointer = { pointerId: 1, pointerType: "mouse", cancelable: true };
    canvas.dispatchEvent(new Kind(name, { clientX, clientY, ...pointer, ...more }));
  };
  canvas.setPointerCapture = () => {};
  if (kind === "pan") fire("pointerdown", [x, y]);
  const times = [];
  const start = performance.now();
  const step = (now) => {
    times.push(now);
    const turn = (now - start) / 400;
    const moved = [x + 150 * Math.sin(turn), y + 100 * Math.sin(1.7 * turn)];
    if (kind === "pan") fire("pointermove", moved);
    else fire("wheel", [x, y], { deltaY: -40 * Math.cos(turn) });
    if (now - start < 1000 * seconds) return requestAnimationFrame(step);
    if (kind === "pan") fire("pointerup", [x, y]);
    resolve(times.slice(1).map((time, i) => time - times[i]));
  };
  requestAnimationFrame(step);
})"""


@dataclass(frozen=True)
class Arguments:
    """Measure how fast the map answers."""

    n_moves: int = 120
    """Moves of the pointer on each map."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    arguments = tyro.cli(Arguments, args=argv, prog="python -m benchmarks.explore")
    with serve_app() as server, sync_playwright() as playwright:
        try:
            browser = open_chromium(playwright)
        except NoChromiumError as error:
            print(error, file=sys.stderr)
            return 2
        print(f"{arguments.n_moves} moves on each map, headless Chromium {browser.version}")
        for name in MAPS:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{server.url}/#explore={name}")
            page.locator(".explore[data-state=shown]").wait_for()
            print(f"{name}: pointer-move to picture: {summary(measure(page, arguments.n_moves))}")
            for kind, zoom in itertools.product(("pan", "zoom"), ("dots", "pictures")):
                print(f"{name}: {kind}, {zoom}: {describe_frames(page, kind, zoom)}")
            page.close()
        browser.close()
    return 0


def measure(page: Page, n_moves: int) -> list[float]:
    """Move to one place after another, and wait for its picture; milliseconds of each."""
    box = page.locator(".map-marks").bounding_box()
    assert box is not None
    points = np.random.default_rng(0).uniform(0.1, 0.9, (n_moves + N_WARM_UP, 2))
    watch_paints(page, ".sight-picture", "pointermove")
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        wait_for(page, i + 1)
        page.wait_for_timeout(SETTLE_MS)
    return list_waits(page)[N_WARM_UP:]


def describe_frames(page: Page, kind: str, zoom: str) -> str:
    """Pan or zoom, over dots or over the digits' pictures."""
    page.get_by_role("button", name="Show all").click()
    if zoom == "pictures":
        for _ in range(3):
            page.get_by_role("button", name="Zoom in").click()
            page.wait_for_timeout(400)
    times = np.array(page.evaluate(FRAMES, [kind, MOVE_S]))
    return f"{1000 / times.mean():.0f} frames/s, slowest {times.max():.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
