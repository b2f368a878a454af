"""What tests of the Generate tab do in a browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

Open = Callable[..., Visit]


def open_generate(here: Visit, link: str = "") -> Page:
    if link:
        here.page.goto(f"{here.address}/{link}")
        here.page.reload()
    else:
        here.page.get_by_role("tab", name="Generate").click()
    expect(here.page.locator(".generate[data-state=shown]")).to_be_visible()
    expect(here.page.locator(".generate-digits .tile")).to_have_count(48)
    return here.page


def look(page: Page, where: str) -> list[str]:
    """What a row of tiles shows."""
    script = "(canvases) => canvases.map((canvas) => canvas.toDataURL())"
    looks: list[str] = page.locator(f"{where} .tile canvas:first-child").evaluate_all(script)
    return looks


def choose(page: Page, digit: int) -> None:
    page.locator(".generate-labels span").get_by_text(str(digit), exact=True).click()
