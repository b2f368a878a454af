"""Notes in a page how long after an event a picture is painted: the time that a visitor waits."""

from __future__ import annotations

from playwright.sync_api import Page

LONGEST_MS = 60_000  # that a picture may take
# Each event begins a wait, which the next paint of one of these canvases ends.
WATCH = """([canvases, event]) => {
  window.waits = [];
  let begun = null;
  const paint = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...options) {
    paint.apply(this, options);
    if (begun === null || !this.canvas.matches(canvases)) return;
    waits.push(performance.now() - begun);
    begun = null;
  };
  document.addEventListener(event, () => { begun = performance.now(); }, true);
}"""


def watch_paints(page: Page, canvases: str, event: str) -> None:
    """Begin to note.

    Args:
        page: that a browser shows.
        canvases: which of its canvases, as a CSS selector.
        event: that a wait begins with, as "click".
    """
    page.evaluate(WATCH, [canvases, event])


def wait_for(page: Page, n: int) -> None:
    """Wait until n waits are over: what comes late counts, too."""
    page.wait_for_function("(n) => waits.length >= n", arg=n, timeout=LONGEST_MS)


def list_waits(page: Page) -> list[float]:
    """Return the milliseconds of all waits that are over."""
    waits: list[float] = page.evaluate("waits")
    return waits
