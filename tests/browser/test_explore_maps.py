"""The Explore tab in a browser: other maps and models, also while they are on their way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.exploring import (
    Open,
    expect_change,
    expect_map,
    hold,
    look,
    open_explore,
    pin,
    pinned,
    point,
    release,
    settle,
    wait_for,
)
from tests.browser.test_connection import LOST


def test_another_map_keeps_the_pins_and_another_model_does_not(visit: Open) -> None:
    page = open_explore(visit())
    pin(page, 0.3, 0.3, 1)
    here = pin(page, 0.6, 0.5, 2)
    pictures = [look(canvas) for canvas in page.locator(".pin-picture").all()]
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    expect(page).to_have_url(re.compile("#explore=t-sne"))
    assert [look(canvas) for canvas in page.locator(".pin-picture").all()] == pictures
    assert pinned(page)[-1] != here
    page.locator(".explore-maps").get_by_text("Principal").click()
    expect(page).to_have_url(re.compile("#explore=principal"))
    assert pinned(page)[-1] == pytest.approx(here, abs=2e-3)
    page.locator(".explore-readers").get_by_text("1 / 4 / 8").click()
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    expect(page.locator(".map-legend li")).to_have_text(["1", "4", "8"])
    expect(page.locator(".sight-row")).to_have_count(3)
    expect(page.locator(".sight-label")).to_have_text("1")


def choose_map(page: Page, name: str) -> None:
    page.locator(".explore-maps").get_by_text(name).click()


def choose_model(page: Page, name: str) -> None:
    page.locator(".explore-readers").get_by_text(name, exact=True).click()


def test_the_map_can_be_turned_while_another_model_s_is_on_its_way(visit: Open) -> None:
    page = open_explore(visit())
    held = hold(page, "open_map")
    choose_model(page, "1 / 4 / 8")
    wait_for(page, held)
    page.mouse.move(*point(page, 0.4, 0.4))
    page.mouse.wheel(0, -900)
    page.set_viewport_size({"width": 1100, "height": 800})
    page.mouse.click(*point(page, 0.4, 0.4))
    settle(page)  # nothing goes wrong: the fixture looks
    expect(page.locator(".explore")).to_have_attribute("data-state", "waiting")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    release(page, held)
    expect_map(page)
    expect(page.locator(".sight-label")).to_have_text("1")


def test_sliders_of_the_model_before_are_gone(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_text("What each dimension does").click()
    rows = page.locator(".slider")
    expect(rows).to_have_count(10)
    held = hold(page, "open_sliders")
    rows.first.locator("input").fill("3")
    wait_for(page, held)
    page.route("**/component_server**", lambda route: None)  # the new map stays away
    choose_model(page, "1 / 4 / 8")
    expect(rows).to_have_count(0)
    late, held[:] = [*held], []
    for route in late:
        route.continue_()
    page.wait_for_timeout(500)
    expect(rows).to_have_count(0)
    page.unroute_all()


def test_a_pin_that_another_map_overtakes_finds_its_place_there(visit: Open) -> None:
    page = open_explore(visit())
    pin(page, 0.3, 0.3, 1)
    held = hold(page, "look_at_place")
    page.mouse.click(*point(page, 0.6, 0.5))
    wait_for(page, held)
    before = pinned(page)
    assert len(before) == 2
    choose_map(page, "t-SNE")
    expect(page).to_have_url(re.compile("#explore=t-sne"))
    assert len(pinned(page)) == 1  # the other has no place there yet
    assert pinned(page)[0] not in before
    release(page, held)
    expect(page.locator(".pins figure:has(.pin-picture).is-there")).to_have_count(2)
    on_tsne = pinned(page)
    assert len(on_tsne) == 2
    assert not any(place in before for place in on_tsne)
    choose_map(page, "Principal")
    expect(page).to_have_url(re.compile("#explore=principal"))
    assert pinned(page)[1] == pytest.approx(before[1], abs=2e-3)


def test_another_model_that_overtakes_another_map_keeps_its_own_places(visit: Open) -> None:
    page = open_explore(visit())
    pin(page, 0.3, 0.3, 1)
    held = hold(page, "look_at_latent")
    choose_map(page, "t-SNE")
    wait_for(page, held)
    choose_model(page, "1 / 4 / 8")
    expect_map(page)
    expect(page.locator(".sight-label")).to_have_text("1")
    before = look(page.locator(".map-marks"))
    release(page, held)
    settle(page)
    assert look(page.locator(".map-marks")) == before
    assert pinned(page) == []


def test_pins_that_find_no_place_on_another_map_are_taken_away(visit: Open) -> None:
    here = visit()
    page = open_explore(here)
    pin(page, 0.3, 0.3, 1)
    held = hold(page, "look_at_latent")
    choose_map(page, "t-SNE")
    wait_for(page, held)
    for route in held:
        route.abort()
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    expect(page.locator(".pins-words")).to_have_text(LOST)
    expect_map(page)
    page.unroute_all()
    here.errors.clear()  # the browser's own complaints of the lost calls


def test_no_map_takes_the_shading_of_another(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_label("Components").uncheck()
    settle(page)
    held = hold(page, "open_map")
    canvas = page.locator(".map-picture")
    plain = look(canvas)
    choose_map(page, "t-SNE")
    wait_for(page, held)
    page.get_by_label("Where the model hesitates").check()
    page.wait_for_timeout(1500)
    assert look(canvas) == plain
    release(page, held)
    expect_map(page)
    expect_change(canvas, plain)


def test_a_link_keeps_its_pins_until_its_map_is_there(visit: Open) -> None:
    here = visit()
    page = here.page
    held = hold(page, "open_map")
    page.evaluate("location.hash = '#explore=t-sne&pins=1.5,-2;0.25,3'")
    page.wait_for_timeout(500)
    assert pinned(page) == [[1.5, -2], [0.25, 3]]
    wait_for(page, held)
    release(page, held)
    expect_map(page)
    expect(page.locator(".pins")).to_have_attribute("data-pins", "2")
    assert pinned(page) == [[1.5, -2], [0.25, 3]]
