"""What one visitor waits for, in a real Chromium: a label, a tab, a muddle, a morph, a hover."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from benchmarks import explore, pad
from benchmarks.watching import LONGEST_MS, list_waits, wait_for, watch_paints
from tests.browser.visit import Visit

N_STROKES, N_CLICKS, N_MOVES = 30, 10, 60
# A tab by its name, and what must be in sight once it is open.
TABS = {
    "Muddle": ".muddle",
    "Morph": ".morph",
    "Generate": ".generate",
    "Explore": ".explore",
    "Model": ".about",
    "Classify": ".pad",
}
# Opens a tab; the milliseconds until its content is in sight, and drawn.
OPEN_TAB = """([name, content]) => new Promise((resolve) => {
  const tab = [...document.querySelectorAll("[role=tab]")].find(
    (one) => one.textContent.trim() === name && one.offsetParent,
  );
  const begun = performance.now();
  const look = () => {
    const isSeen = [...document.querySelectorAll(content)].some((one) => one.offsetParent);
    if (!isSeen) return requestAnimationFrame(look);
    requestAnimationFrame(() => resolve(performance.now() - begun));
  };
  tab.click();
  requestAnimationFrame(look);
})"""
MUDDLE, MORPH = "#muddle=4&with=9", "#morph=3&to=8&style=1&style2=2&path={}"


def measure_visitor(browser: Browser, url: str) -> Iterator[tuple[str, list[float]]]:
    """Measure what a visitor waits for; what it was, and milliseconds of each."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    times = pad.measure(Visit(page, url), N_STROKES)
    yield "pointer-up to label", times["settled"]
    yield "update during a stroke", times["live"]
    yield "a tab, first time", [_open_tab(page, name) for name in TABS]
    yield "a tab, later", [_open_tab(page, name) for _ in range(3) for name in TABS]
    page.close()
    yield (
        "another muddle",
        _click(browser, url + MUDDLE, ".muddle", ".muddle-another", ".muddle-picture"),
    )
    for path in ("linear", "geodesic"):
        link, other = url + MORPH.format(path), ".is-from .number-other"
        yield f"another morph, {path}", _click(browser, link, ".morph", other, ".strip canvas")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{url}/#explore=principal")
    page.locator(".explore[data-state=shown]").wait_for()
    yield "the map under the pointer", explore.measure(page, N_MOVES)
    page.close()


def _open_tab(page: Page, name: str) -> float:
    milliseconds: float = page.evaluate(OPEN_TAB, [name, TABS[name]])
    page.wait_for_timeout(300)
    return milliseconds


def _click(browser: Browser, link: str, root: str, button: str, canvas: str) -> list[float]:
    """Click a button again and again; milliseconds until each answer is painted."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(link)
    page.locator(f"{root}[data-state=shown]").wait_for(timeout=LONGEST_MS)
    page.wait_for_timeout(1000)  # the gallery, too
    watch_paints(page, canvas, "click")
    for i in range(N_CLICKS):
        page.locator(button).click()
        wait_for(page, i + 1)
    waits = list_waits(page)
    page.close()
    return waits
