"""Weights that arrive, or do not, as a visitor sees it."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.browsing import serve_app
from tests.browser.modelling import OVERFLOW, open_model
from tests.browser.strokes import EIGHT
from tests.browser.visit import Visit
from tests.conftest import HUB
from tests.local_hub import LocalHub
from vaegmm.hub.repository import WEIGHTS

NAME = "user/three"


def test_what_arrives_is_offered_and_nobody_is_interrupted(browser: Browser, hub: LocalHub) -> None:
    host = HUB.url.removeprefix("http://")
    HUB.add(NAME, WEIGHTS / "digits148")
    HUB.trouble = "hold"
    with serve_app("--weights", NAME) as server, browser.new_context() as context:
        here = Visit(context.new_page(), server.url)
        here.draw(EIGHT)
        here.expect_reading(8)
        page = open_model(here)
        supply = page.locator(".about-supply")
        expect(supply).to_have_text(f"{NAME} is being fetched from {host}.")
        expect(page.locator(".about-facts dd").first).to_have_text(
            "digits, embedded in the program"
        )
        HUB.trouble = ""
        expect(supply).to_contain_text("Other weights are here now", timeout=60_000)
        page.get_by_role("tab", name="Classify").click()
        here.button("Clear").click()
        here.draw(EIGHT)  # the page is as it was
        here.expect_reading(8)
        page.get_by_role("tab", name="Model").click()
        supply.get_by_role("button", name="Reload the page").click()
        expect(page.locator(".reading-percent")).to_have_count(3)
        open_model(here)
        expect(page.locator(".about-facts dd").first).to_contain_text(
            f"{NAME}, from {host}, commit"
        )
        expect(supply).to_be_hidden()
        assert here.errors == []
        assert here.foreign_requests == []


def test_what_does_not_arrive_is_said_in_a_line(browser: Browser, hub: LocalHub) -> None:
    with serve_app("--weights", NAME) as server:
        for width in (1280, 390):
            with browser.new_context(viewport={"width": width, "height": 800}) as context:
                here = Visit(context.new_page(), server.url)
                here.draw(EIGHT)
                here.expect_reading(8)
                page = open_model(here)
                supply = page.locator(".about-supply")
                expect(supply).to_contain_text("knows no such repository, or it is private")
                expect(supply).to_contain_text("The embedded models serve instead.")
                expect(supply.get_by_role("button")).to_have_count(0)
                assert page.evaluate(OVERFLOW) == 0
                assert here.errors == []
