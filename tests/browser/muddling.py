"""What tests of the Muddle tab do in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Visit

Open = Callable[..., Visit]


VERDICT = re.compile(r"^The judges (are torn|lean|agree|do not take this for a digit)")


def open_muddle(here: Visit) -> Page:
    here.page.get_by_role("tab", name="Muddle").click()
    expect_muddle(here.page)
    return here.page


def expect_muddle(page: Page) -> None:
    expect(page.locator(".muddle[data-state=shown]")).to_be_visible()
    expect(page.locator(".muddle-verdict")).to_have_text(VERDICT)
    expect(page.locator(".gallery .tile")).to_have_count(12)


def look(canvas: Locator) -> str:
    return str(canvas.evaluate("(canvas) => canvas.toDataURL()"))


def picture(page: Page) -> Locator:
    return page.locator(".muddle-picture")
