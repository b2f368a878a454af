"""The Model tab in a browser: how it looks, by touch, and with a connection that is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.modelling import OVERFLOW, Open, look, open_em, slider
from tests.browser.test_look import CONTRASTS


def test_who_wants_no_motion_gets_none(visit: Open) -> None:
    page = open_em(visit(reduced_motion="reduce"))
    page.wait_for_timeout(1200)
    expect(page.locator(".em-count")).to_have_text("0 / 43")
    looks = {look(page)}
    page.get_by_role("button", name="One iteration on").click()
    looks.add(look(page))
    page.wait_for_timeout(500)
    looks.add(look(page))
    assert len(looks) == 2
    page.locator(".em").get_by_role("button", name="Play").click()
    expect(page.locator(".em-count")).not_to_have_text("1 / 43")


def test_it_works_with_touch(visit: Open) -> None:
    page = open_em(visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True))
    page.get_by_role("button", name="One iteration on").tap()
    expect(page.locator(".em-count")).not_to_have_text("0 / 43")
    before = slider(page).input_value()
    box = slider(page).bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    expect(slider(page)).not_to_have_value(before)
    assert int(slider(page).input_value()) > 30
    page.locator(".confusion-table td.is-right button").first.tap()
    expect(page.locator(".confusion-words")).to_contain_text("are read rightly")


def test_a_lost_connection_is_said_and_mends_itself(visit: Open) -> None:
    here = visit()
    page = open_em(here)
    page.context.set_offline(True)
    page.get_by_role("button", name="Another start").click()
    expect(page.locator(".em-note")).to_have_text("The connection is lost. Trying again…")
    page.context.set_offline(False)
    expect(page.locator(".em-note")).to_be_empty(timeout=15_000)
    here.errors.clear()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows(visit: Open, width: int) -> None:
    page = open_em(visit(viewport={"width": width, "height": 844}))
    page.get_by_text("The two steps as formulas").click()
    page.get_by_label("Show the true digits").check()
    assert page.evaluate(OVERFLOW) <= 0
    page.locator(".about-readers").get_by_text("1 / 4 / 8").click()
    expect(page.locator(".confusion-table tbody tr")).to_have_count(3)
    assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("width", [390, 1280])
def test_no_iteration_moves_the_controls(visit: Open, width: int) -> None:
    page = open_em(visit(viewport={"width": width, "height": 844}))
    places = [slider(page), page.locator(".em-maths")]
    slider(page).focus()
    boxes = []
    for key in ("Home", "ArrowRight", "PageUp", "End"):
        page.keyboard.press(key)
        boxes.append([one.bounding_box() for one in places])
    assert boxes == 4 * boxes[:1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit: Open, scheme: str) -> None:
    page = open_em(visit(color_scheme=scheme))
    page.get_by_text("The two steps as formulas").click()
    page.get_by_label("Show the true digits").check()
    page.mouse.move(0, 0)
    page.wait_for_timeout(800)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 60
    assert [text for text in contrasts if text[0] < 4.5] == []
