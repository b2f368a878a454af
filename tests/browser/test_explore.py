"""The Explore tab in a browser: the map, the probe, pins, and the own drawing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.exploring import (
    Open,
    Point,
    expect_change,
    expect_map,
    look,
    open_explore,
    picture,
    pin,
    pinned,
    point,
    settle,
)
from tests.browser.strokes import FOUR


def test_something_is_seen_at_once(visit: Open) -> None:
    page = visit().page
    page.get_by_role("tab", name="Explore").click()
    expect_map(page)
    expect(page.locator(".sight-label")).to_have_text("0")
    expect(page.locator(".map-legend li")).to_have_text([*map(str, range(10))])
    expect(page.locator(".sight-row")).to_have_count(10)
    expect(page.locator(".sight-row.is-best .sight-digit")).to_have_text("0")


def test_the_picture_follows_the_pointer(visit: Open) -> None:
    page = open_explore(visit())
    seen = set()
    for x in (0.2, 0.35, 0.5, 0.7):
        before = picture(page)
        page.mouse.move(*point(page, x, 0.4))
        seen.add(expect_change(page.locator(".sight-picture"), before))
    assert len(seen) == 4
    expect(page.locator(".sight-title")).to_have_text("Under the pointer")


@pytest.mark.parametrize("name", ["principal", "t-sne"])
def test_two_pins_turn_into_each_other(visit: Open, name: str) -> None:
    page = open_explore(visit(), name)
    expect(page.locator(".pins-play")).to_be_disabled()
    expect(page.locator(".pins-play")).to_have_text("▶")
    pin(page, 0.3, 0.3, 1)
    expect(page.locator(".pins-words")).to_contain_text("Pin a second digit")
    pin(page, 0.6, 0.5, 2)
    film = page.locator(".pins-morph")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    expect_change(film, look(film))
    page.get_by_role("button", name="Pause").click()
    before = look(film)
    page.wait_for_timeout(400)
    assert look(film) == before


def test_a_third_pin_takes_the_place_of_the_oldest(visit: Open) -> None:
    page = open_explore(visit())
    places = [pin(page, x, 0.4, count) for x, count in ((0.25, 1), (0.45, 2), (0.7, 2))]
    assert pinned(page) == places[1:]
    page.get_by_role("button", name="Clear pins").click()
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    assert pinned(page) == []
    expect(page.get_by_role("button", name="Clear pins")).to_be_disabled()


def test_the_wheel_zooms_about_the_pointer(visit: Open) -> None:
    page = open_explore(visit())
    whole = look(page.locator(".map-picture"))
    before = pin(page, 0.3, 0.3, 1)
    page.mouse.wheel(0, -600)
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    assert pin(page, 0.3, 0.3, 2) == pytest.approx(before, abs=0.01)
    other = pin(page, 0.5, 0.3, 2)
    page.get_by_role("button", name="Show all").click()
    settle(page)
    assert look(page.locator(".map-picture")) == whole
    wide = pin(page, 0.5, 0.3, 2)
    # Enlarged by exp(600 * 0.0016), the same pixels are so much less of the map.
    assert (wide[0] - before[0]) / (other[0] - before[0]) == pytest.approx(2.61, rel=0.03)


def test_dragging_moves_the_map_and_pins_nothing(visit: Open) -> None:
    page = open_explore(visit())
    before = pin(page, 0.4, 0.4, 1)
    page.mouse.move(*point(page, 0.4, 0.4))
    page.mouse.down()
    page.mouse.move(*point(page, 0.5, 0.6), steps=8)
    page.mouse.up()
    page.wait_for_timeout(600)
    assert pinned(page) == [before]
    assert pin(page, 0.5, 0.6, 2) == pytest.approx(before, abs=0.1)  # but for the slop of a click


def test_a_double_click_zooms_and_pins_nothing(visit: Open) -> None:
    page = open_explore(visit())
    whole = look(page.locator(".map-picture"))
    page.mouse.dblclick(*point(page, 0.4, 0.4))
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    assert pinned(page) == []


def test_digits_are_drawn_as_pictures_once_they_are_large(visit: Open) -> None:
    page = open_explore(visit(), "t-sne")
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
        settle(page)
    page.wait_for_timeout(800)
    # Pictures of the same digits take far more different shades than dots do.
    shades = page.locator(".map-picture").evaluate(
        """(canvas) => new Set(new Uint32Array(canvas.getContext("2d")
          .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert shades > 1000


def test_keys_do_what_a_mouse_does(visit: Open) -> None:
    page = open_explore(visit())
    page.locator(".map-marks").focus()
    before = picture(page)
    for _ in range(6):
        page.keyboard.press("Shift+ArrowLeft")
    expect_change(page.locator(".sight-picture"), before)
    page.keyboard.press("Enter")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "2")
    first, second = pinned(page)
    assert second[0] > first[0]
    assert second[1] < first[1]
    whole = look(page.locator(".map-picture"))
    page.keyboard.press("+")
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    page.keyboard.press("0")
    settle(page)
    assert look(page.locator(".map-picture")) == whole
    page.keyboard.press("Escape")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")


def test_a_screen_reader_hears_where_the_probe_rests(visit: Open) -> None:
    page = open_explore(visit())
    spoken = page.locator(".sight-spoken")
    expect(spoken).to_have_text(re.compile(r"^Under the pointer: Reads as a 0, "))
    page.evaluate(
        """() => {
          window.heard = [];
          const region = document.querySelector(".sight-spoken");
          new MutationObserver(() => heard.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    for step in range(20):
        page.mouse.move(*point(page, 0.2 + 0.02 * step, 0.5))
        page.wait_for_timeout(30)
    page.wait_for_timeout(1000)
    assert len(page.evaluate("heard")) == 1


def test_one_finger_moves_the_probe_and_two_zoom(visit: Open) -> None:
    page = open_explore(visit(viewport={"width": 390, "height": 844}, has_touch=True))
    page.locator(".map-marks").scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Point) -> None:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    before, whole = picture(page), look(page.locator(".map-picture"))
    touch("touchStart", point(page, 0.3, 0.3))
    for step in range(6):
        touch("touchMove", point(page, 0.3 + 0.05 * step, 0.3 + 0.03 * step))
    touch("touchEnd")
    expect_change(page.locator(".sight-picture"), before)
    assert look(page.locator(".map-picture")) == whole
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    scrolled = page.evaluate("scrollY")
    touch("touchStart", point(page, 0.4, 0.5), point(page, 0.6, 0.5))
    for step in range(1, 6):
        far = 0.05 * step
        touch("touchMove", point(page, 0.4 - far, 0.5), point(page, 0.6 + far, 0.5))
    touch("touchEnd")
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    assert page.evaluate("scrollY") == scrolled
    page.touchscreen.tap(*point(page, 0.5, 0.5))
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")


def test_the_map_is_shaded_and_its_components_named(visit: Open) -> None:
    page = open_explore(visit())
    canvas = page.locator(".map-picture")
    plain = look(canvas)
    page.get_by_label("Where the model hesitates").check()
    shaded = expect_change(canvas, plain)
    page.get_by_label("Components").uncheck()
    expect_change(canvas, shaded)
    page.get_by_label("Where the model hesitates").uncheck()
    page.get_by_label("Components").check()
    settle(page)
    assert look(canvas) == plain
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    expect(page.get_by_label("Components")).to_be_disabled()


def test_the_own_drawing_appears_while_it_is_drawn(visit: Open) -> None:
    here = visit()
    page = open_explore(here)
    page.get_by_text("Your own drawing on the map").click()
    marks = page.locator(".map-marks")
    before = look(marks)
    here.canvas = page.locator(".explore .pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(FOUR, lift=False)
    expect_change(marks, before)
    expect(page.locator(".sight-title")).to_have_text("Your drawing, redrawn")
    expect(page.locator(".sight-label")).to_have_text("4")
    page.mouse.up()
    drawn = look(marks)
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    expect_change(marks, drawn)
    page.locator(".explore .pad-clear").click()
    page.locator(".explore-maps").get_by_text("Principal").click()
    settle(page)
    assert look(marks) == before
