"""How fast the pad answers in a real Chromium: `python -m benchmarks.pad`.

Starts the app, draws strokes with the mouse, and prints how long the label takes after the
pointer is lifted, how long an update takes during a stroke, and how many updates a stroke gets.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import tyro
from playwright.sync_api import sync_playwright

from tests.browser.browsing import NoChromiumError, open_chromium, serve_app
from tests.browser.strokes import EIGHT
from tests.browser.visit import Visit

SETTLE_MS = 300
LONGEST_MS = 30_000

# Notes when an answer is shown, and what it waited for: the lifted pointer, or the picture that was
# encoded last. The page's own listener comes first, so the label stands by then.
WATCH = """() => {
  window.times = { settled: [], live: [] };
  let encoded = 0;
  let lifted = null;
  const toDataURL = HTMLCanvasElement.prototype.toDataURL;
  HTMLCanvasElement.prototype.toDataURL = function (...options) {
    encoded = performance.now();
    return toDataURL.apply(this, options);
  };
  document.addEventListener("pointerup", () => { lifted = performance.now(); }, true);
  document.addEventListener("pad:answer", ({ detail }) => {
    if (detail.answer.is_blank) return;
    const now = performance.now();
    if (!detail.isSettled) times.live.push(now - encoded);
    else if (lifted !== null) times.settled.push(now - lifted);
    if (detail.isSettled) lifted = null;
  });
}"""


class Times(TypedDict):
    """Milliseconds measured in the page."""

    settled: list[float]
    live: list[float]


@dataclass(frozen=True)
class Arguments:
    """Measure how fast the drawing pad answers."""

    n_strokes: int = 30
    """Strokes to draw."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    arguments = tyro.cli(Arguments, args=argv, prog="python -m benchmarks.pad")
    with serve_app() as server, sync_playwright() as playwright:
        try:
            browser = open_chromium(playwright)
        except NoChromiumError as error:
            print(error, file=sys.stderr)
            return 2
        times = measure(Visit(browser.new_page(), server.url), arguments.n_strokes)
        print(f"{arguments.n_strokes} strokes, headless Chromium {browser.version}")
        browser.close()
    print(f"pointer-up to label:    {summary(times['settled'])}")
    print(f"update during a stroke: {summary(times['live'])}")
    print(f"updates per stroke:     {len(times['live']) / arguments.n_strokes:.1f}")
    return 0


def measure(here: Visit, n_strokes: int) -> Times:
    """Draw one figure of eight after another, each on an empty pad."""
    draw(here)  # not counted: the first stroke warms the page
    here.page.evaluate(WATCH)
    for i in range(n_strokes):
        here.page.keyboard.press("Delete")
        draw(here)
        # Also an answer that comes late is one.
        here.page.wait_for_function("(n) => times.settled.length > n", arg=i, timeout=LONGEST_MS)
    times: Times = here.page.evaluate("times")
    return times


def draw(here: Visit) -> None:
    """Draw a stroke, and wait for its settled answer."""
    here.draw(EIGHT)
    here.page.wait_for_timeout(SETTLE_MS)


def summary(milliseconds: Sequence[float]) -> str:
    """Median and 95th percentile."""
    p95 = statistics.quantiles(milliseconds, n=20)[-1]
    return f"median {statistics.median(milliseconds):.0f} ms, p95 {p95:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
