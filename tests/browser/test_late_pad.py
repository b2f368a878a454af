"""A tab's controls are there before its pads, which are components of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.strokes import FOUR
from tests.browser.visit import Visit

Open = Callable[..., Visit]
CLICK_AT_ONCE = """(control) =>
  new MutationObserver((_, observer) => {
    const node = document.querySelector(control);
    if (!node) return;
    observer.disconnect();
    node.click();
  }).observe(document, { childList: true, subtree: true })"""


@pytest.mark.parametrize(
    ("tab", "control", "slot"),
    [
        ("Muddle", ".muddle-digits input[value=drawn]", ".muddle-slot"),
        ("Morph", ".is-from .number-ways input[value=drawn]", ".number-slot"),
        ("Generate", ".further-ways input[value=drawn]", ".further-slot"),
        ("Explore", ".explore-own summary", ".explore-slot"),
    ],
)
def test_a_visitor_may_ask_for_a_pad_before_it_is_there(
    visit: Open, tab: str, control: str, slot: str
) -> None:
    page = visit().page
    page.evaluate(CLICK_AT_ONCE, control)
    page.get_by_role("tab", name=tab).click()
    expect(page.locator(slot).first.locator(".pad-canvas")).to_be_visible()


def test_the_pad_is_read_by_the_model_of_a_link_that_opened_the_page(visit: Open) -> None:
    here = visit()
    page = here.page
    page.goto("about:blank")
    page.goto(f"{here.address}#explore=principal&model=1+%2F+4+%2F+8")
    expect(page.locator(".explore[data-state=shown]")).to_be_visible()
    page.get_by_text("Your own drawing on the map").click()
    here.canvas = page.locator(".explore .pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(FOUR)
    expect(page.locator(".sight-title")).to_have_text("Your drawing, redrawn")
