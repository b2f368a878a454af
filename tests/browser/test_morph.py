"""The Morph tab in a browser: two numbers, the film between them and its strip."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route, expect

from tests.browser.morphing import (
    QUICK,
    Open,
    choose_pad,
    expect_change,
    expect_morph,
    frame,
    look,
    open_morph,
    side,
)
from tests.browser.strokes import FOUR, ONE, Stroke
from tests.browser.visit import Visit


def number_of(*digits: list[Stroke]) -> list[Stroke]:
    """Digits side by side, each of its share of the pad's width."""
    return [
        [((place + x) / len(digits), y) for x, y in stroke]
        for place, strokes in enumerate(digits)
        for stroke in strokes
    ]


def draw(here: Visit, name: str, strokes: list[Stroke]) -> None:
    here.canvas = side(here.page, name).locator(".pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(strokes)


def photo(strokes: list[Stroke]) -> bytes:
    """A photo of blue ink on cream paper, of another shape than the pad."""
    picture = Image.new("RGB", (700, 500), (236, 226, 205))
    for stroke in strokes:
        points = [(100 + 500 * x, 100 + 250 * y) for x, y in stroke]
        ImageDraw.Draw(picture).line(points, fill=(30, 40, 120), width=14, joint="curve")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes, mime: str = "image/jpeg") -> None:
    file = {"name": "number", "mimeType": mime, "buffer": content}
    side(page, name).locator(".pad-file").set_input_files(file)


def test_nothing_is_asked_for_while_a_morph_is_made(visit: Open) -> None:
    page = visit().page

    def take(route: Route) -> None:
        if "make_place" not in (route.request.post_data or ""):  # which stays without an answer
            route.continue_()

    page.route("**/component_server**", take)
    page.evaluate(f"location.hash = '{QUICK.format(3, 8)}'")
    expect(page.locator(".player-progress.is-there")).to_be_visible()
    expect(page.locator(".player-words")).to_be_empty()


def test_it_plays_at_once_there_and_back(visit: Open) -> None:
    page = visit().page
    page.get_by_role("tab", name="Morph").click()
    expect_morph(page, "3", "8")
    expect(page.locator(".strip .look")).to_have_count(9)
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    numbers = "document.querySelector('.player-scrubber').valueAsNumber"
    page.wait_for_function(f"{numbers} > 30")
    page.wait_for_function(f"{numbers} < 20")
    expect(side(page, "from").locator(".number-digits li")).to_have_text(["3"])
    expect(side(page, "from").locator(".number-note")).to_have_text("Read as 3.")


def test_the_scrubber_moves_without_the_server(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    page.context.set_offline(True)
    scrubber = page.get_by_role("slider", name="Frame", exact=True)
    scrubber.focus()
    page.keyboard.press("Home")
    seen = {look(page.locator(".player-picture"))}
    for _ in range(3):
        page.keyboard.press("PageUp")
        seen.add(look(page.locator(".player-picture")))
    assert len(seen) == 4
    expect(scrubber).to_have_attribute("aria-valuetext", re.compile(r"^frame \d+ of 60$"))
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    page.locator(".strip .look").nth(4).click()
    assert frame(page) == "31 / 60"
    expect(page.locator(".strip .look.is-now")).to_have_attribute(
        "aria-label", re.compile("Frame 31 of 60")
    )
    page.get_by_role("button", name="Play").click()
    expect_change(page, "31 / 60")
    for name in ("fps", "size"):
        page.locator(f".setting-{name}").evaluate("(n) => n.dispatchEvent(new Event('input'))")
    expect(page.locator(".player-words")).to_be_empty()
    page.context.set_offline(False)
    here.errors.clear()


def test_a_shorter_number_grows_a_place(visit: Open) -> None:
    page = open_morph(visit(), "7", "32")
    expect_morph(page, "7", "32")
    expect(page.locator(".player-picture")).to_have_js_property("width", 56)
    side(page, "from").locator(".number-text").fill("41")
    expect_morph(page, "41", "32")


def test_only_a_place_that_changed_is_asked_for(visit: Open) -> None:
    page = open_morph(visit(), "41", "32")
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    side(page, "to").locator(".number-text").fill("38")
    expect_morph(page, "41", "38")
    assert sum("make_place" in data for data in asked) == 1
    side(page, "to").locator(".number-text").fill("32")
    expect_morph(page, "41", "32")
    assert sum("make_place" in data for data in asked) == 1


def test_a_surprise_another_handwriting_and_a_swap(visit: Open) -> None:
    page = open_morph(visit())
    tile = side(page, "from").locator(".number-digits canvas").first
    before = look(tile)
    side(page, "from").get_by_role("button", name="Other handwriting").click()
    page.wait_for_function(
        "(old) => document.querySelector('.is-from li canvas').toDataURL() !== old", arg=before
    )
    page.get_by_role("button", name="Swap the two numbers").click()
    expect_morph(page, "8", "3")
    expect(side(page, "from").locator(".number-text")).to_have_value("8")
    side(page, "to").get_by_role("button", name="Surprise me").click()
    expect(side(page, "to").locator(".number-text")).to_have_value(re.compile(r"^\d{1,3}$"))
    expect_morph(page)


def test_a_drawn_number_is_split_before_it_is_used(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    choose_pad(page, "from")
    expect(page.locator(".player-words")).to_have_text("With two numbers, the morph plays here.")
    draw(here, "from", number_of(FOUR, ONE))
    expect(side(page, "from").locator(".number-digits li")).to_have_text(["4", "1"])
    expect_morph(page, "41", "8")
    box = here.canvas.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(2 * box["height"], abs=1)
    assert "#" not in page.url
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".morph-note")).to_have_text("A drawing has no link: it is not stored.")
    page.get_by_role("button", name="Swap the two numbers").click()
    expect_morph(page, "8", "41")
    expect(side(page, "to").locator(".pad-canvas")).to_be_visible()
    side(page, "to").get_by_role("button", name="Clear").click()
    expect(page.locator(".morph[data-state=incomplete]")).to_be_visible()


def test_a_photo_of_a_number_is_shown_as_its_ink(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    choose_pad(page, "to")
    upload(page, "to", photo(number_of(FOUR, ONE)))
    expect(side(page, "to").locator(".number-digits li")).to_have_text(["4", "1"])
    here.canvas = side(page, "to").locator(".pad-canvas")
    assert here.pixels()[2, 2].tolist() == [0, 0, 0]
    expect_morph(page, "3", "41")


@pytest.mark.parametrize(
    ("digits", "said"),
    [(7 * [[[(0.5, 0.2), (0.5, 0.8)]]], "6"), ([[*FOUR, [(0.6, 0.5), (1.5, 0.5)]], ONE], "apart")],
)
def test_what_cannot_be_split_says_what_to_do(
    visit: Open, digits: list[list[Stroke]], said: str
) -> None:
    here = visit()
    page = open_morph(here)
    choose_pad(page, "from")
    draw(here, "from", number_of(*digits))
    note = side(page, "from").locator(".number-note[data-kind=error]")
    expect(note).to_contain_text(said)
    expect(page.locator(".morph[data-state=incomplete]")).to_be_visible()


def test_what_is_no_number_or_picture_is_said(visit: Open) -> None:
    page = open_morph(visit())
    note = side(page, "from").locator(".number-note")
    side(page, "from").locator(".number-text").fill("")
    expect(note).to_have_text("Type a number of up to 6 digits.")
    side(page, "from").locator(".number-text").fill("3x")
    expect(note).to_contain_text("must be 1 to 6 digits")
    side(page, "from").locator(".number-text").fill("1234567")
    expect(note).to_have_text("A number may have at most 6 digits, got 7; leave some out.")
    page.get_by_role("button", name="GIF").click()
    expect(page.locator(".morph-note")).to_have_text("Give two numbers first.")
    choose_pad(page, "to")
    upload(page, "to", b"hello")
    expect(side(page, "to").locator(".pad-note")).to_contain_text("image")
    page.locator(".morph-readers").get_by_text("1 / 4 / 8").click()
    side(page, "from").locator(".number-text").fill("3")
    expect(note).to_contain_text("must be among 1, 4, 8")
