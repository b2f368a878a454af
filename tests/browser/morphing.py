"""What tests of the Morph tab do in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Visit

Open = Callable[..., Visit]


QUICK = "#morph={}&to={}&style=1&style2=2&path=linear"


def open_morph(here: Visit, source: str = "3", target: str = "8") -> Page:
    """Open the tab by a link, with the path that costs least."""
    here.page.evaluate(f"location.hash = '{QUICK.format(source, target)}'")
    expect_morph(here.page)
    return here.page


def expect_morph(page: Page, first: str = "", last: str = "") -> None:
    """Wait until a morph is shown, and between which numbers."""
    expect(page.locator(".morph[data-state=shown]")).to_be_visible()
    for look, words in (("first-child", first), ("last-child", last)):
        if words:
            expect(page.locator(f".strip .look:{look} span")).to_have_text(words)


def side(page: Page, name: str) -> Locator:
    return page.locator(f".number.is-{name}")


def look(canvas: Locator) -> str:
    return str(canvas.evaluate("(canvas) => canvas.toDataURL()"))


def frame(page: Page) -> str:
    return str(page.locator(".player-frame").text_content())


def expect_change(page: Page, before: str) -> None:
    expect(page.locator(".player-frame")).not_to_have_text(before)


def choose_pad(page: Page, name: str) -> None:
    side(page, name).locator(".number-ways").get_by_text("Draw").click()
    expect(side(page, name).locator(".pad-canvas")).to_be_visible()


def save_as(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as saving:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / saving.value.suggested_filename
    saving.value.save_as(path)
    return path
