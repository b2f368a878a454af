"""Two models on one page: the visitor chooses who reads."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.browser.browsing import serve_app
from tests.browser.strokes import FOUR
from tests.browser.visit import Visit
from vaegmm.hub.repository import WEIGHTS


def test_a_switch_changes_who_reads_the_drawing_that_is_there(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    here.expect_blank("Draw a digit")
    rows = here.page.locator(".reading-digit")
    expect(rows).to_have_text([str(label) for label in range(10)])
    here.draw(FOUR)
    here.expect_reading(4)
    here.page.get_by_text("1 / 4 / 8").click()
    expect(rows).to_have_text(["1", "4", "8"])
    here.expect_reading(4)
    here.button("Clear").click()
    here.expect_blank("Draw a 1, 4 or 8")


def test_it_is_a_group_of_options_for_the_keyboard_too(visit: Callable[..., Visit]) -> None:
    here = visit()
    options = here.page.get_by_role("radio")
    expect(options).to_have_count(2)
    expect(options.first).to_be_checked()
    options.first.focus()
    here.page.keyboard.press("ArrowRight")
    expect(options.last).to_be_checked()
    here.expect_blank("Draw a 1, 4 or 8")


def test_examples_are_digits_that_the_reader_knows(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.get_by_text("1 / 4 / 8").click()
    for _ in range(8):
        here.button("Try an example").click()
        expect(here.note).to_contain_text("labelled")
        assert here.note.text_content()[-2] in "148"


def test_one_model_offers_no_choice(browser: Browser) -> None:
    with serve_app("--weights", str(WEIGHTS / "digits148")) as server:
        context = browser.new_context()
        one = Visit(context.new_page(), server.url)
        one.expect_blank("Draw a 1, 4 or 8")
        expect(one.page.get_by_role("radio")).to_have_count(0)
        context.close()
