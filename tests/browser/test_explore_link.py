"""The Explore tab in a browser: its sliders, its link, a lost connection, and how it looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.exploring import (
    Open,
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
from tests.browser.test_connection import LOST
from tests.browser.test_look import CONTRASTS


def test_sliders_change_the_digit_and_can_be_undone(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_text("What each dimension does").click()
    rows = page.locator(".slider")
    expect(rows).to_have_count(10)
    result, marks = page.locator(".sliders-picture"), page.locator(".map-marks")
    before, unmarked = look(result), look(marks)
    assert before == picture(page)
    strip = look(rows.nth(1).locator("canvas"))
    rows.first.locator("input").fill("3")
    expect_change(result, before)
    page.wait_for_timeout(600)  # a probe at rest does not undo it
    assert look(result) != before
    expect_change(marks, unmarked)
    expect(rows.first.locator("output")).to_have_text("+3.0")
    expect_change(rows.nth(1).locator("canvas"), strip)
    page.get_by_role("button", name="Undo the changes").click()
    settle(page)
    assert look(result) == before
    assert look(rows.nth(1).locator("canvas")) == strip
    expect(page.get_by_role("button", name="Undo the changes")).to_be_disabled()


def test_sliders_begin_with_what_was_pinned(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_text("What each dimension does").click()
    expect(page.locator(".slider")).to_have_count(10)
    page.locator(".map-marks").scroll_into_view_if_needed()
    pin(page, 0.3, 0.3, 1)
    page.mouse.move(*point(page, 0.7, 0.6))
    page.wait_for_timeout(800)
    own = look(page.locator(".pin-picture").first)
    assert look(page.locator(".sliders-picture")) == own
    assert picture(page) != own


def test_a_link_shows_the_same_pins(visit: Open) -> None:
    page = open_explore(visit(permissions=["clipboard-read", "clipboard-write"]), "t-sne")
    pin(page, 0.3, 0.3, 1)
    pin(page, 0.6, 0.5, 2)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".pins-words")).to_have_text("The link is copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = page.context.new_page()
    other.goto(link)
    expect_map(other)
    expect(other.locator(".pins figure.is-there")).to_have_count(3)
    for i in range(2):
        canvas = ".pin-picture"
        assert look(other.locator(canvas).nth(i)) == look(page.locator(canvas).nth(i))
    expect(other.locator(".explore-maps input:checked")).to_have_value("t-sne")
    other.close()
    page.get_by_role("tab", name="Classify").click()
    expect(page).not_to_have_url(re.compile("#"))
    page.get_by_role("tab", name="Explore").click()
    expect(page).to_have_url(re.compile("#explore=t-sne&pins="))


def test_a_link_of_nonsense_opens_the_first_map(visit: Open) -> None:
    page = visit().page
    page.evaluate("location.hash = '#explore=mercator&model=none&pins=a,b;1;2,3,4;1e999,0;9e9,1'")
    expect_map(page)
    expect(page.locator(".explore-maps input:checked")).to_have_value("principal")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")
    assert max(abs(n) for n in pinned(page)[0]) < 10  # at the map's edge


def test_a_lost_connection_is_said_and_mends_itself(visit: Open) -> None:
    here = visit()
    page = open_explore(here)
    page.context.set_offline(True)
    page.mouse.move(*point(page, 0.3, 0.3))
    expect(page.locator(".map-note")).to_have_text(LOST)
    page.mouse.click(*point(page, 0.3, 0.3))
    expect(page.locator(".pins-words")).to_have_text(LOST)
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    page.context.set_offline(False)
    expect(page.locator(".map-note")).to_be_empty()
    here.errors.clear()


def test_who_wants_no_motion_gets_none(visit: Open) -> None:
    page = open_explore(visit(reduced_motion="reduce"))
    pin(page, 0.3, 0.3, 1)
    pin(page, 0.6, 0.5, 2)
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    film = page.locator(".pins-morph")
    before = look(film)
    page.wait_for_timeout(500)
    assert look(film) == before
    page.get_by_role("button", name="Play").click()
    expect_change(film, before)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows_and_the_map_stays_where_it_is(visit: Open, width: int) -> None:
    page = open_explore(visit(viewport={"width": width, "height": 844}))
    page.locator(".map-marks").scroll_into_view_if_needed()
    places = [page.locator(name) for name in (".map-marks", ".sight-bars", ".pins")]
    before = [place.bounding_box() for place in places]
    pin(page, 0.3, 0.3, 1)
    pin(page, 0.6, 0.5, 2)
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    page.wait_for_timeout(500)
    page.locator(".map-marks").scroll_into_view_if_needed()
    if width >= 390:
        assert [place.bounding_box() for place in places] == before
    page.get_by_text("What each dimension does").click()
    page.get_by_text("Your own drawing on the map").click()
    expect(page.locator(".slider")).to_have_count(10)
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0


def test_map_and_pad_are_seen_together_on_a_phone(visit: Open) -> None:
    page = open_explore(visit(viewport={"width": 390, "height": 844}))
    page.get_by_text("Your own drawing on the map").click()
    boxes = [page.locator(name).bounding_box() for name in (".map-marks", ".explore .pad-canvas")]
    top, bottom = (box for box in boxes if box is not None)
    assert bottom["y"] + bottom["height"] - top["y"] <= 844


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_and_colour_can_be_seen(visit: Open, scheme: str) -> None:
    page = open_explore(visit(color_scheme=scheme))
    page.get_by_text("What each dimension does").click()
    expect(page.locator(".slider")).to_have_count(10)
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 40
    assert [text for text in contrasts if text[0] < 4.5] == []
    dots = page.locator(".map-dot").evaluate_all(
        "(nodes) => nodes.map((node) => getComputedStyle(node).backgroundColor)"
    )
    assert len(set(dots)) == 10
    assert {"light": "rgb(255, 255, 255)", "dark": "rgb(0, 0, 0)"}[scheme] not in dots
