"""The Muddle tab in a browser: the link, and what it may ask for."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.muddling import Open, expect_muddle, look, open_muddle, picture


def test_a_link_shows_the_same_muddle(visit: Open) -> None:
    here = visit()
    page = open_muddle(here)
    page.locator(".muddle-partners").get_by_text("7", exact=True).click()
    expect(page.locator(".muddle-caption-b")).to_have_text("7")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    assert re.search(r"#muddle=4&with=7&seed=\d+&mix=55&method=balanced$", page.url)
    other = page.context.new_page()
    other.goto(page.url)
    expect_muddle(other)
    expect(other.locator(".muddle-share-a")).to_have_text("55% 4")
    assert look(picture(other)) == look(picture(page))
    other.close()
    page.evaluate("location.hash = '#muddle=8&seed=5&mix=40&model=1+%2F+4+%2F+8'")
    expect(page.locator(".muddle-share-a")).to_have_text("40% 8")
    expect(page.locator(".muddle-digits input:checked")).to_have_value("8")
    expect(page.locator(".muddle-readers input:checked")).to_have_value("1 / 4 / 8")


def test_the_link_is_copied(visit: Open) -> None:
    page = open_muddle(visit(permissions=["clipboard-read", "clipboard-write"]))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".muddle-note")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_text("Draw one").click()
    expect(page.locator(".muddle-note")).to_be_empty()


def test_a_series_has_one_place_and_no_slider(visit: Open) -> None:
    here = visit()
    here.page.evaluate("location.hash = '#muddle=4&with=9&method=series'")
    expect_muddle(here.page)
    expect(here.page.get_by_role("slider")).to_be_disabled()
    expect(here.page.locator(".muddle-share-a")).to_have_text("4")


def test_the_address_is_the_muddle_s_only_while_it_is_seen(visit: Open) -> None:
    page = open_muddle(visit())
    expect(page).to_have_url(re.compile("#muddle=4"))
    page.get_by_role("tab", name="Classify").click()
    expect(page).not_to_have_url(re.compile("#"))
    page.get_by_role("tab", name="Muddle").click()
    expect(page).to_have_url(re.compile("#muddle=4"))


def test_a_link_to_what_cannot_be_made_says_why(visit: Open) -> None:
    page = visit().page
    page.evaluate("location.hash = '#muddle=4&with=4'")
    expect(page.locator(".muddle[data-state=error] .muddle-verdict")).to_contain_text("4")
    expect(page.locator(".gallery")).to_be_hidden()
    page.locator(".muddle-partners").get_by_text("nearest").click()
    expect_muddle(page)


def test_the_own_digit_is_no_partner_and_few_digits_are_few(visit: Open) -> None:
    page = open_muddle(visit())
    partners = page.locator(".muddle-partners")
    expect(partners.locator("input:disabled")).to_have_value("4")
    partners.get_by_text("9", exact=True).click()
    page.locator(".muddle-digits").get_by_text("9", exact=True).click()
    expect(partners.locator("input:checked")).to_have_value("nearest")
    expect(partners.locator("input:disabled")).to_have_value("9")
    page.locator(".muddle-readers").get_by_text("1 / 4 / 8").click()
    expect(page.locator(".muddle-digits label")).to_have_text(["1", "4", "8", "Draw one"])
    expect(partners.locator("label")).to_have_text(["nearest", "1", "4", "8"])
    expect_muddle(page)
    expect(page.locator(".muddle-caption-b")).to_have_text(re.compile("^[18]$"))
