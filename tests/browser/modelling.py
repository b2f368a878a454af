"""What tests of the Model tab do in a browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Visit

Open = Callable[..., Visit]


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def open_model(here: Visit) -> Page:
    here.page.get_by_role("tab", name="Model").click()
    expect(here.page.locator(".about[data-state=shown]")).to_be_visible(timeout=30_000)
    return here.page


def open_em(here: Visit, link: str = "#em=3&start=0&shapes=full") -> Page:
    """Open the tab by a link, and stop the run that begins to play."""
    here.page.evaluate(f"location.hash = '{link}'")
    expect(here.page.locator(".em-curve svg")).to_be_visible()
    expect(here.page.locator(".about[data-state=shown]")).to_be_visible(timeout=30_000)
    pause = here.page.locator(".em").get_by_role("button", name="Pause")
    if pause.count() > 0:
        pause.click()
    return here.page


def look(page: Page) -> str:
    return str(page.locator(".em-canvas").evaluate("(canvas) => canvas.toDataURL()"))


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Iteration")
