"""A server that has no place just now: the page says so, and asks again by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.exploring import open_explore, point
from tests.browser.morphing import open_morph
from tests.browser.strokes import FOUR
from tests.browser.visit import Visit

Open = Callable[..., Visit]
BUSY = "Many visitors are being served just now; try again in a moment."


def make_busy(page: Page, function: str) -> None:
    """Let the server have no place for what asks this of its functions."""

    def refuse(route: Route) -> None:
        if function in (route.request.post_data or ""):
            route.fulfill(json={"error": BUSY, "busy": True})
        else:
            route.continue_()

    page.route("**/component_server**", refuse)


def test_a_reading_comes_by_itself(visit: Open) -> None:
    here = visit()
    make_busy(here.page, "read_drawing")
    here.draw(FOUR)
    expect(here.headline).to_have_text(BUSY)
    here.page.unroute_all()
    here.expect_reading(4)


def test_a_morph_comes_by_itself(visit: Open) -> None:
    page = (here := visit()).page
    make_busy(page, "make_place")
    page.goto(f"{here.address}/#morph=3&to=8&path=linear")
    expect(page.locator(".player-words")).to_have_text(BUSY)
    page.unroute_all()
    expect(page.locator(".morph[data-state=shown]")).to_be_visible()
    expect(page.locator(".player-words")).to_be_empty()


def test_a_pin_stays_until_it_is_answered(visit: Open) -> None:
    page = open_explore(visit())
    make_busy(page, "look_at_place")
    page.mouse.click(*point(page, 0.3, 0.3))
    expect(page.locator(".pins-words")).to_have_text(BUSY)
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")
    page.unroute_all()
    expect(page.locator(".pins figure:has(.pin-picture).is-there")).to_have_count(1)
    expect(page.locator(".pins-words")).to_contain_text("Pin a second digit")


def test_an_example_comes_by_itself(visit: Open) -> None:
    here = visit()
    make_busy(here.page, "pick_example")
    here.button("Try an example").click()
    expect(here.note).to_have_text(BUSY)
    here.page.unroute_all()
    expect(here.label).not_to_be_empty()
    expect(here.note).not_to_have_text(BUSY)


def test_a_film_is_saved_as_soon_as_there_is_a_place(visit: Open) -> None:
    page = open_morph(visit())
    expect_saving(page, "pack_file", page.get_by_role("button", name="GIF", exact=True), "morph")


@pytest.mark.parametrize(
    ("name", "link"), [("muddle", "#muddle=4&with=9"), ("generate", "#generate=3&seed=5")]
)
def test_digits_are_saved_as_soon_as_there_is_a_place(visit: Open, name: str, link: str) -> None:
    page = visit().page
    page.evaluate(f"location.hash = '{link}'")
    expect(page.locator(f".{name}[data-state=shown]")).to_be_visible()
    expect_saving(page, "pack_npz", page.locator(f".{name}-npz"), name)


def expect_saving(page: Page, function: str, button: Locator, name: str) -> None:
    """Click a button while the server is busy: what it saves comes once it is not."""
    make_busy(page, function)
    button.click()
    expect(page.locator(f".{name}-note")).to_have_text(BUSY)
    with page.expect_download():
        page.unroute_all()


def test_what_is_not_there_yet_is_not_saved(visit: Open) -> None:
    page = visit().page
    page.get_by_role("tab", name="Muddle").click()
    expect(page.locator(".muddle[data-state=shown]")).to_be_visible()
    make_busy(page, "make_muddles")
    page.evaluate("location.hash = '#muddle=3&with=8'")
    expect(page.locator(".muddle-verdict")).to_have_text(BUSY)
    for name in ("muddle-png", "muddle-npz", "gallery-npz"):
        page.locator(f".{name}").dispatch_event("click")  # a fault would fail the visit
    expect(page.locator(".muddle-note")).to_be_empty()
