"""The Generate tab in a browser: new digits, their ways, and one of them taken further."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generating import Open, choose, look, open_generate
from tests.browser.strokes import FOUR
from tests.browser.test_look import CONTRASTS


def expect_change(page: Page, where: str, before: list[str]) -> None:
    script = """([where, before]) => {
      const canvases = [...document.querySelectorAll(`${where} .tile canvas:first-child`)];
      return String(canvases.map((canvas) => canvas.toDataURL())) !== String(before);
    }"""
    page.wait_for_function(script, arg=[where, before])


def names(page: Page) -> set[str]:
    tiles = page.locator(".generate-digits .tile")
    return {*tiles.evaluate_all("(tiles) => tiles.map((tile) => tile.ariaLabel)")}


def test_forty_eight_digits_are_there_when_the_tab_opens(visit: Open) -> None:
    page = open_generate(visit())
    assert len({*look(page, ".generate-digits")}) == 48
    assert names(page) == {f"A new {digit}" for digit in range(10)}
    before = look(page, ".generate-digits")
    page.get_by_role("button", name="Another 48").click()
    expect_change(page, ".generate-digits", before)


def test_only_the_chosen_digits_come_and_their_ways(visit: Open) -> None:
    page = open_generate(visit())
    choose(page, 3)
    choose(page, 8)
    page.wait_for_function(
        """() => {
          const tiles = [...document.querySelectorAll(".generate-digits .tile")];
          return new Set(tiles.map((tile) => tile.ariaLabel)).size === 2;
        }"""
    )
    assert names(page) == {"A new 3", "A new 8"}
    expect(page.locator(".generate-styles")).to_be_hidden()
    choose(page, 3)
    ways = page.locator(".generate-styles .tile")
    expect(ways).to_have_count(6)
    before = look(page, ".generate-digits")
    ways.nth(2).click()
    expect_change(page, ".generate-digits", before)
    expect(ways.nth(2)).to_have_attribute("aria-pressed", "true")
    assert "component=" in page.url


def test_ways_keep_the_focus_when_they_are_chosen_and_when_digits_change(visit: Open) -> None:
    page = open_generate(visit())
    choose(page, 3)
    ways = page.locator(".generate-styles .tile")
    expect(ways).to_have_count(6)
    for n in (2, 4):
        ways.nth(n).focus()
        page.keyboard.press("Enter")
        expect(ways.nth(n)).to_have_attribute("aria-pressed", "true")
        expect(ways.nth(n)).to_be_focused()
    expect(page.locator(".generate-styles [aria-pressed=true]")).to_have_count(1)
    page.locator(".generate-temperature").evaluate(
        "(one) => { one.value = 0.5; one.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_timeout(600)
    expect(ways.nth(4)).to_be_focused()
    three = ways.first.get_attribute("aria-label")
    choose(page, 3)
    expect(page.locator(".generate-styles")).to_be_hidden()
    choose(page, 8)
    expect(ways.first).not_to_have_attribute("aria-label", str(three))
    ways.first.click()
    expect(ways.first).to_have_attribute("aria-pressed", "true")


def test_variety_changes_the_digits_that_are_there(visit: Open) -> None:
    page = open_generate(visit())
    before = look(page, ".generate-digits")
    page.get_by_label("Variety").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect_change(page, ".generate-digits", before)
    expect(page.locator(".generate-heat output")).to_have_text("0.75")


def test_the_prior_knows_no_labels(visit: Open) -> None:
    page = open_generate(visit())
    page.get_by_text("N(0, I)", exact=True).click()
    expect(page.locator(".generate-labels input").first).to_be_disabled()
    expect(page.locator(".generate-words")).to_contain_text("48 digits")


def test_how_many_were_drawn_is_said_of_sure_ones(visit: Open) -> None:
    page = open_generate(visit())
    page.get_by_text("Only those that the model is sure of").click()
    expect(page.locator(".generate-words")).to_have_text(
        re.compile(r"^The model was sure of 48 of the \d+ that it drew")
    )


def test_a_digit_is_taken_further_and_on(visit: Open) -> None:
    page = open_generate(visit())
    choose(page, 5)
    expect(page.locator(".generate-digits .tile[aria-label='A new 5']")).to_have_count(48)
    page.locator(".generate-digits .tile").first.click()
    expect(page.locator(".further-words")).to_have_text(re.compile("^Read as 5, "))
    expect(page.locator(".further-hand .tile")).to_have_count(10)
    expect(page.locator(".further-others .further-donor")).to_have_count(12)
    before = look(page, ".further-variations")
    page.get_by_label("How different").focus()
    page.keyboard.press("ArrowRight")
    expect_change(page, ".further-variations", before)
    page.locator(".further-hand .tile").nth(2).click()
    expect(page.locator(".further-words")).to_have_text(re.compile("^Read as 2, "))


def test_other_hands_are_other_hands(visit: Open) -> None:
    page = open_generate(visit())
    page.locator(".generate-digits .tile").first.click()
    expect(page.locator(".further-others .tile")).to_have_count(12)
    before = look(page, ".further-others")
    page.get_by_role("button", name="Other hands").click()
    expect_change(page, ".further-others", before)


def test_a_drawing_is_taken_further(visit: Open) -> None:
    here = visit()
    page = open_generate(here)
    page.get_by_text("Draw one", exact=True).click()
    here.canvas = page.locator(".further-slot .pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(FOUR)
    expect(page.locator(".further-words")).to_have_text(re.compile("^Read as 4, "))
    expect(page.locator(".further-hand .tile")).to_have_count(10)
    expect(page.locator(".further-picture")).to_be_hidden()  # the pad shows the digit
    page.locator(".further-slot").get_by_role("button", name="Clear").click()
    expect(page.locator(".further-words")).to_contain_text("Draw a digit")


def test_another_model_draws_its_own_digits(visit: Open) -> None:
    page = open_generate(visit())
    page.locator(".generate-readers").get_by_text("1 / 4 / 8").click()
    expect(page.locator(".generate-labels input")).to_have_count(3)
    expect(page.locator(".generate-digits .tile").first).to_have_attribute(
        "aria-label", re.compile("A new [148]")
    )


def test_a_lost_connection_is_said_and_mends_itself(visit: Open) -> None:
    here = visit()
    page = open_generate(here)
    page.context.set_offline(True)
    page.get_by_role("button", name="Another 48").click()
    expect(page.locator(".generate-words")).to_have_text("The connection is lost. Trying again…")
    page.context.set_offline(False)
    expect(page.locator(".generate-words")).to_contain_text("48 digits", timeout=10_000)
    here.errors.clear()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_read(visit: Open, width: int, scheme: str) -> None:
    here = visit(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = open_generate(here)
    page.locator(".generate-digits .tile").first.click()
    expect(page.locator(".further[data-state=shown]")).to_be_visible()
    page.get_by_text("Draw one", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 30
    assert [text for text in contrasts if text[0] < 4.5] == []
