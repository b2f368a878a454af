"""Two models on one page: the visitor chooses who reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, expect

from tests.browser.browsing import Server, serve_app
from tests.browser.strokes import FOUR
from tests.browser.visit import Visit
from tests.conftest import TINY
from vaegmm.config import MixtureConfig
from vaegmm.data.datasets import load_dataset
from vaegmm.model import DEFAULT
from vaegmm.networks.vae import VAE
from vaegmm.training.components import attach_mixture


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The embedded model behind an untrained one of all ten digits."""
    torch.manual_seed(0)
    data = load_dataset("sample", train=False)
    config = MixtureConfig(n_components=10, n_init=1)
    folder: Path = tmp_path_factory.mktemp("ten")
    attach_mixture(VAE(TINY), data, config, 0, "").save_pretrained(folder, "")
    with serve_app("--weights", str(folder), str(DEFAULT)) as server:
        yield server


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    visit = Visit(context.new_page(), server.url)
    yield visit
    assert visit.errors == []
    context.close()


def test_a_switch_changes_who_reads_the_drawing_that_is_there(visit: Visit) -> None:
    visit.expect_blank("Draw a digit")
    rows = visit.page.locator(".reading-digit")
    expect(rows).to_have_text([str(label) for label in range(10)])
    visit.draw(FOUR)
    expect(visit.page.locator(".is-best")).to_have_count(1)
    visit.page.get_by_text("1 / 4 / 8").click()
    visit.expect_reading(4)
    expect(rows).to_have_text(["1", "4", "8"])
    visit.button("Clear").click()
    visit.expect_blank()


def test_it_is_a_group_of_options_for_the_keyboard_too(visit: Visit) -> None:
    options = visit.page.get_by_role("radio")
    expect(options).to_have_count(2)
    expect(options.first).to_be_checked()
    options.first.focus()
    visit.page.keyboard.press("ArrowRight")
    expect(options.last).to_be_checked()
    visit.expect_blank()


def test_examples_are_digits_that_the_reader_knows(visit: Visit) -> None:
    visit.page.get_by_text("1 / 4 / 8").click()
    for _ in range(8):
        visit.button("Try an example").click()
        expect(visit.note).to_contain_text("labelled")
        assert visit.note.text_content()[-2] in "148"


def test_one_model_offers_no_choice(browser: Browser, address: str) -> None:
    context = browser.new_context()
    one = Visit(context.new_page(), address)
    expect(one.page.get_by_role("radio")).to_have_count(0)
    context.close()
