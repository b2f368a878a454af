"""The Generate tab in a browser: the link, and what is saved."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.exploring import hold, release
from tests.browser.generating import Open, choose, look, open_generate


def test_a_link_brings_the_same_digits_back(visit: Open) -> None:
    here = visit()
    page = open_generate(here)
    choose(page, 3)
    page.get_by_role("button", name="Another 48").click()
    page.wait_for_timeout(500)
    shown, link = look(page, ".generate-digits"), page.url
    other = visit()
    page = open_generate(other, link.removeprefix(f"{here.address}/"))
    assert look(page, ".generate-digits") == shown
    page.get_by_role("tab", name="Classify").click()
    expect(page).to_have_url(f"{other.address}/")


def test_digits_are_saved_as_a_picture_and_as_a_data_set(visit: Open, tmp_path: Path) -> None:
    page = open_generate(visit())
    for button, ending in (("Save PNG", "png"), ("Save 1000 as npz", "npz")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"digits-all-1.{ending}"
        download.value.save_as(tmp_path / f"digits.{ending}")
    with Image.open(tmp_path / "digits.png") as picture:
        assert picture.size == (896, 672)
    with np.load(tmp_path / "digits.npz") as file:
        assert np.bincount(file["labels"]).tolist() == [100] * 10


def test_a_data_set_keeps_the_focus_and_the_name_of_what_was_chosen(visit: Open) -> None:
    page = open_generate(visit(), "#generate=4&seed=5&model=1+%2F+4+%2F+8&component=3")
    button = page.get_by_role("button", name="Save 1000 as npz")
    held = hold(page, "pack_npz")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")  # one at a time
    choose(page, 8)
    page.wait_for_timeout(300)
    assert len(held) == 1
    with page.expect_download() as download:
        release(page, held)
    assert download.value.suggested_filename == "digits148-4-c3-5.npz"
    expect(button).to_have_attribute("aria-disabled", "false")


def test_a_link_to_the_prior_names_no_component(visit: Open) -> None:
    page = open_generate(visit(), "#generate=3&seed=5&component=20&from=normal")
    expect(page.locator(".generate-words")).to_contain_text("48 digits")
    page.get_by_role("button", name="Another 48").click()
    assert "component" not in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Save PNG").click()
    assert re.fullmatch(r"digits-normal-\d+\.png", download.value.suggested_filename)
