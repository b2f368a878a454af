"""The Model tab in a browser: EM step by step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.modelling import Open, look, open_em, open_model, slider


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


def test_it_does_not_play_in_the_place_of_figures_that_are_on_their_way(visit: Open) -> None:
    page = visit().page
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "describe_model" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/component_server**", hold)
    page.get_by_role("tab", name="Model").click()
    expect(page.locator(".em-curve svg")).to_be_attached()
    page.wait_for_timeout(1500)
    assert slider(page).input_value() == "0"
    for route in held:
        route.continue_()
    expect(page.locator(".about[data-state=shown]")).to_be_visible(timeout=30_000)


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
