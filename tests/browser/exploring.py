"""What tests of the Explore tab do in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.visit import Visit

Open = Callable[..., Visit]


Point = tuple[float, float]


START = "#explore={}"


def open_explore(here: Visit, name: str = "principal") -> Page:
    """Open the tab by a link, and wait until something is seen."""
    here.page.evaluate(f"location.hash = '{START.format(name)}'")
    expect_map(here.page)
    return here.page


def expect_map(page: Page) -> None:
    expect(page.locator(".explore[data-state=shown]")).to_be_visible()
    expect(words(page)).to_have_text(re.compile(r"^Reads as an? \d, "))


def words(page: Page) -> Locator:
    return page.locator(".sight-words")


def look(canvas: Locator) -> str:
    return str(canvas.evaluate("(canvas) => canvas.toDataURL()"))


def picture(page: Page) -> str:
    return look(page.locator(".sight-picture"))


def expect_change(canvas: Locator, before: str) -> str:
    expect(canvas).to_be_visible()
    page = canvas.page
    for _ in range(50):
        if look(canvas) != before:
            return look(canvas)
        page.wait_for_timeout(50)
    pytest.fail("the canvas stays as it is")


def point(page: Page, x: float, y: float) -> Point:
    """A point of the map, in the page's own pixels."""
    box = page.locator(".map-marks").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def settle(page: Page) -> None:
    """Wait until a glide has ended and all is painted."""
    page.wait_for_timeout(350)


def pinned(page: Page) -> list[list[float]]:
    """The places that are pinned, as the address has them."""
    found = re.search(r"pins=([^&]*)", unquote(page.url))
    return [[*map(float, one.split(","))] for one in found[1].split(";")] if found else []


def pin(page: Page, x: float, y: float, count: int) -> list[float]:
    """Click, wait until so many digits are pinned, and tell where the last one is."""
    page.mouse.click(*point(page, x, y))
    expect(page.locator(".pins")).to_have_attribute("data-pins", str(count))
    expect(
        page.locator(f".pins figure:has(.pin-picture).is-there >> nth={count - 1}")
    ).to_be_visible()
    page.wait_for_timeout(600)  # the next click is no double click
    return pinned(page)[-1]


def hold(page: Page, name: str) -> list[Route]:
    """Hold back the calls of a server function; the list of them grows."""
    held: list[Route] = []

    def take(route: Route) -> None:
        if f'"{name}"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/component_server**", take)
    return held


def release(page: Page, held: list[Route]) -> None:
    """Let through what was held back, and all that comes after."""
    assert held
    for route in held:
        route.continue_()
    page.unroute_all()


def wait_for(page: Page, held: list[Route]) -> None:
    """Wait until a call is held back."""
    for _ in range(60):
        if held:
            return
        page.wait_for_timeout(50)
    pytest.fail("nothing is asked")
