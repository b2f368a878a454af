"""The Model tab in a browser: figures, and the digits behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.browsing import serve_app
from tests.browser.exploring import hold, release, wait_for
from tests.browser.modelling import Open, open_model
from tests.browser.visit import Visit


def test_the_model_is_named_and_measured(visit: Open) -> None:
    page = open_model(visit())
    facts = page.locator(".about-facts")
    expect(facts).to_contain_text("60 Gaussians, 6 for each digit")
    expect(facts.locator("dd").first).to_have_text("digits, embedded in the program")
    expect(page.locator(".about-measured")).to_contain_text("on 2,000 digits")
    expect(page.locator(".about-value").first).to_have_text(re.compile(r"^99\.\d\d %$"))
    expect(page.locator(".confusion-table tbody tr")).to_have_count(10)
    expect(page.locator(".rebuilt-digits canvas")).to_have_count(24)
    expect(page.locator(".training-words")).to_have_text(
        "This folder holds no record of its training."
    )
    page.locator(".about-readers").get_by_text("1 / 4 / 8").click()
    expect(page.locator(".about-measured")).to_contain_text("on 600 digits")
    expect(facts.locator("dd").first).to_have_text("digits148, embedded in the program")
    expect(page.locator(".confusion-table tbody tr")).to_have_count(3)


def test_a_cell_shows_its_digits(visit: Open) -> None:
    page = open_model(visit())
    # The commonest error is shown first.
    expect(page.locator(".confusion-table [aria-pressed=true]")).to_have_count(1)
    expect(page.locator(".confusion-words")).to_have_text(re.compile("(is|are) read as"))
    cell = page.get_by_role("button", name=re.compile(r"of 200: 3 read as 3"))
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".confusion-words")).to_have_text(
        re.compile(r"^\d+ of the 3s are read rightly, the 24 least sure first\.$")
    )
    expect(page.locator(".confusion-digits canvas")).to_have_count(24)
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".confusion-digits canvas").first).to_have_attribute(
        "aria-label", re.compile(r"^a 3, read as 3, \d+% sure$")
    )


def test_figures_of_the_model_before_are_out_of_reach_while_another_is_examined(
    visit: Open,
) -> None:
    page = open_model(visit())
    seen = page.locator(".confusion-words")
    expect(seen).to_contain_text("read as")
    before = seen.text_content()
    cell = page.locator(".confusion-table button[aria-label*='7 read as 7']")
    held = hold(page, "describe_model")
    page.locator(".about-readers").get_by_text("1 / 4 / 8").evaluate("(node) => node.click()")
    wait_for(page, held)
    cell.click(force=True)
    page.wait_for_timeout(400)
    expect(cell).to_have_attribute("aria-pressed", "false")
    assert seen.text_content() == before
    expect(page.locator(".about-exam")).to_have_css("opacity", "0.4")
    release(page, held)
    expect(page.locator(".about-measured")).to_contain_text("on 600 digits")
    page.locator(".confusion-table td.is-right button").first.click()
    expect(seen).to_have_text(re.compile(r"of the 1s are read rightly"))


def test_errors_say_what_was_read_and_how_surely(visit: Open) -> None:
    page = open_model(visit())
    first = page.locator(".errors-digits li").first
    expect(first).to_have_text(re.compile(r"^\d, read \d\s*(\d+|>99)% sure$"))
    n_errors = page.locator(".errors-digits li").count()
    expect(page.locator(".errors-words")).to_contain_text(f"{n_errors} digits are read wrongly")


def test_twelve_others_are_rebuilt(visit: Open) -> None:
    page = open_model(visit())
    first = page.locator(".rebuilt-digits canvas").first
    expect(page.locator(".rebuilt-digits canvas")).to_have_count(24)
    before = first.evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_role("button", name="Another twelve").click()
    page.wait_for_function(
        "(old) => document.querySelector('.rebuilt-digits canvas').toDataURL() !== old", arg=before
    )
    expect(page.locator(".rebuilt-digits canvas")).to_have_count(24)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a model whose folder holds the record of its training."""
    import dataclasses
    import shutil

    from tests.training.test_history import EPOCHS, JOINT
    from vaegmm.files import write_json
    from vaegmm.hub.repository import WEIGHTS

    folder = tmp_path_factory.mktemp("runs") / "mine"
    shutil.copytree(WEIGHTS / "digits148", folder)
    write_json(folder / "history.json", [dataclasses.asdict(one) for one in EPOCHS])
    write_json(folder / "refine.json", [dataclasses.asdict(one) for one in JOINT])
    with serve_app("--weights", str(folder)) as server:
        yield server.url


def test_a_folder_with_its_record_gets_curves(browser: Browser, trained: str) -> None:
    with browser.new_context() as context:
        here = Visit(context.new_page(), trained)
        page = open_model(here)
        expect(page.locator(".about-readers")).to_have_count(0)
        expect(page.locator(".about-facts dd").first).to_have_text("mine, a folder on this machine")
        expect(page.locator(".about-training h3")).to_have_text(
            ["The network: epoch 3 of 3 is kept", "Then network and mixture together: 1 epochs"]
        )
        charts = page.locator(".about-training svg")
        expect(charts).to_have_count(7)
        expect(charts.first).to_have_attribute(
            "aria-label", "Loss, nats: training from 200 to 66.67; validation from 201 to 67"
        )
        expect(charts.first.locator("polyline")).to_have_count(2)
        assert here.errors == []
