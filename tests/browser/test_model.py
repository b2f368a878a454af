"""The Model tab in a browser: figures, the digits behind them, and EM step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browsing import serve_app
from tests.browser.test_explore import hold, release, wait_for
from tests.browser.test_look import CONTRASTS
from tests.browser.visit import Visit

Open = Callable[..., Visit]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def open_model(here: Visit) -> Page:
    here.page.get_by_role("tab", name="Model").click()
    expect(here.page.locator(".about[data-state=shown]")).to_be_visible(timeout=30_000)
    return here.page


def open_em(here: Visit, link: str = "#em=3&start=0&shapes=full") -> Page:
    """Open the tab by a link, and stop the run that begins to play."""
    here.page.evaluate(f"location.hash = '{link}'")
    expect(here.page.locator(".em-curve svg")).to_be_visible()
    expect(here.page.locator(".about[data-state=shown]")).to_be_visible(timeout=30_000)
    pause = here.page.locator(".em").get_by_role("button", name="Pause")
    if pause.count() > 0:
        pause.click()
    return here.page


def look(page: Page) -> str:
    return str(page.locator(".em-canvas").evaluate("(canvas) => canvas.toDataURL()"))


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Iteration")


def settle(page: Page) -> None:
    """Wait until nothing moves on the canvas."""
    before = ""
    while before != (before := look(page)):
        page.wait_for_timeout(150)


# Which of the two steps is lit, frame by frame, every change once.
WATCH_STEPS = """() => {
  window.lit = [""];
  const watch = () => {
    const now = document.querySelector(".em-step.is-now b")?.textContent ?? "";
    if (now !== window.lit.at(-1)) window.lit.push(now);
    requestAnimationFrame(watch);
  };
  watch();
}"""


# ---- What the page runs on ----


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


# ---- EM ----


def test_it_plays_when_it_is_seen_and_stops_at_the_end(visit: Open) -> None:
    page = open_model(visit())
    page.wait_for_timeout(1500)
    assert slider(page).input_value() == "0"
    page.get_by_role("button", name="EM, step by step").click()
    page.wait_for_function("document.querySelector('.em-slider').valueAsNumber > 1")
    page.locator(".em").get_by_role("button", name="Pause").click()
    slider(page).focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.locator(".em").get_by_role("button", name="Play").click()
    expect(page.locator(".em-end")).to_have_text(re.compile(r"^Settled after 43 iterations"))
    expect(page.locator(".em").get_by_role("button", name="Play")).to_be_visible()


def test_the_slider_walks_through_the_iterations_without_the_server(visit: Open) -> None:
    here = visit()
    page = open_em(here)
    page.context.set_offline(True)
    slider(page).focus()
    page.keyboard.press("Home")
    settle(page)
    expect(page.locator(".is-m")).to_contain_text("Start: 3 equal round Gaussians")
    seen = {look(page)}
    dots = []
    for step in range(1, 4):
        page.keyboard.press("ArrowRight")
        settle(page)
        seen.add(look(page))
        dots.append(float(str(page.locator(".em-curve .chart-dot").get_attribute("cx"))))
        expect(page.locator(".em-count")).to_have_text(f"{step} / 43")
        expect(slider(page)).to_have_attribute(
            "aria-valuetext", re.compile(rf"^iteration {step} of 43, log-likelihood \u22123\.\d+$")
        )
        expect(page.locator(".is-e")).to_contain_text("The mean log-likelihood rises by")
    assert len(seen) == 4
    assert dots == sorted(set(dots))
    page.get_by_role("button", name="One iteration back").click()
    expect(page.locator(".em-count")).to_have_text("2 / 43")
    expect(page.locator(".em-spoken")).to_have_text(re.compile(r"^Iteration 2 of 43\. Each"))
    page.get_by_role("button", name="One iteration on").click()
    expect(page.locator(".em-count")).to_have_text("3 / 43")
    page.context.set_offline(False)
    here.errors.clear()


def test_a_click_on_the_curve_goes_to_its_iteration(visit: Open) -> None:
    page = open_em(visit())
    box = page.locator(".em-curve svg").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    expect(page.locator(".em-count")).to_have_text("43 / 43")
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)
    expect(page.locator(".em-count")).to_have_text("0 / 43")


def test_a_link_leads_to_em_and_not_to_what_stands_above(visit: Open) -> None:
    here = visit(viewport={"width": 1280, "height": 900})
    open_model(here)  # the figures are there at once for the next
    with here.page.context.new_page() as page:
        page.goto(f"{here.address}/#em=3&start=0&shapes=full")
        expect(page.locator(".about[data-state=shown]")).to_be_visible(timeout=30_000)
        expect(page.locator(".confusion-digits canvas")).not_to_have_count(0)
        expect(page.locator(".em h2")).to_be_in_viewport()
        expect(page.locator(".about-figures")).not_to_be_in_viewport()


def test_ellipses_move_before_colours_do(visit: Open) -> None:
    page = open_em(visit())
    slider(page).focus()
    page.keyboard.press("Home")
    settle(page)
    page.evaluate(WATCH_STEPS)
    page.get_by_role("button", name="One iteration on").click()
    page.wait_for_function("window.lit.length === 4")
    assert page.evaluate("window.lit") == ["", "M", "E", ""]


def test_other_starts_are_compared(visit: Open) -> None:
    page = open_em(visit(), "#em=3&start=3&shapes=full")
    best = page.locator(".em-best")
    expect(best).to_have_text(
        "This start ends at \u22123.151. Try another start: it may end higher."
    )
    page.evaluate("location.hash = '#em=3&start=0&shapes=full'")
    expect(best).to_have_text(
        "This start ends at \u22122.888. The best of your 2 starts: \u22122.888."
    )
    page.evaluate("location.hash = '#em=3&start=1&shapes=full'")
    expect(best).to_have_text(
        "This start ends at \u22123.130. The best of your 3 starts: \u22122.888."
    )
    page.get_by_role("button", name="Another start").click()
    expect(best).to_contain_text("The best of your 4 starts")
    expect(page).to_have_url(re.compile(r"#em=3&start=\d+&shapes=full$"))


def test_true_digits_and_the_accuracy_of_named_gaussians(visit: Open) -> None:
    page = open_em(visit())
    naming = page.locator(".em-naming")
    expect(naming).to_be_hidden()
    slider(page).focus()
    page.keyboard.press("End")
    settle(page)
    before = look(page)
    page.get_by_label("Show the true digits").check()
    assert look(page) != before
    expect(naming).to_have_text(
        re.compile(r"^Named \d, \d, \d by .* would read (8|9)\d\.\d % right")
    )
    page.locator(".em-numbers").get_by_text("2", exact=True).click()
    expect(naming).to_have_text("Too few Gaussians to name every digit.")


def test_number_and_shapes_are_chosen_and_in_the_link(visit: Open) -> None:
    page = open_em(visit())
    page.locator(".em-numbers").get_by_text("5", exact=True).click()
    expect(page.locator(".is-m")).to_contain_text("Start: 5 equal")
    page.locator(".em-kinds").get_by_text("circles").click()
    expect(page).to_have_url(re.compile(r"#em=5&start=0&shapes=spherical$"))
    page.get_by_role("tab", name="Morph").click()
    expect(page).to_have_url(re.compile("#morph="))
    page.get_by_role("tab", name="Model").click()
    expect(page).to_have_url(re.compile(r"#em=5&start=0&shapes=spherical$"))


def test_a_tab_that_was_only_looked_at_leaves_the_address_alone(visit: Open) -> None:
    page = open_model(visit())
    page.get_by_role("button", name="EM, step by step").click()
    page.wait_for_timeout(300)
    assert "#" not in page.url


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("#em=99", "The number of Gaussians must be from 2 to 8, got 99."),
        ("#em=x", "The number of Gaussians must be a whole number, got None."),
        ("#em=3&start=-1", "The seed must lie between"),
        ("#em=3&shapes=<b>", "do not fit together"),
    ],
)
def test_a_link_to_nonsense_is_said(visit: Open, link: str, said: str) -> None:
    page = visit().page
    page.evaluate(f"location.hash = '{link}'")
    expect(page.locator(".em-note")).to_contain_text(said)
    page.locator(".em-numbers").get_by_text("4", exact=True).click()
    page.locator(".em-kinds").get_by_text("upright").click()
    page.get_by_role("button", name="Another start").click()
    expect(page.locator(".em-note")).to_be_empty()
    expect(page.locator(".em-curve svg")).to_be_visible()


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
