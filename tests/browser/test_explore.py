"""The Explore tab in a browser: the map, the probe, pins, the own drawing, sliders and the link."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.strokes import FOUR
from tests.browser.test_connection import LOST
from tests.browser.test_look import CONTRASTS
from tests.browser.visit import Visit

Open = Callable[..., Visit]
Point = tuple[float, float]
START = "#explore={}"


def open_explore(here: Visit, name: str = "principal") -> Page:
    """Open the tab by a link, and wait until something is seen."""
    here.page.evaluate(f"location.hash = '{START.format(name)}'")
    expect_map(here.page)
    return here.page


def expect_map(page: Page) -> None:
    expect(page.locator(".explore[data-state=shown]")).to_be_visible()
    expect(words(page)).to_have_text(re.compile(r"^Reads as an? \d, "))


def words(page: Page) -> Locator:
    return page.locator(".sight-words")


def look(canvas: Locator) -> str:
    return str(canvas.evaluate("(canvas) => canvas.toDataURL()"))


def picture(page: Page) -> str:
    return look(page.locator(".sight-picture"))


def expect_change(canvas: Locator, before: str) -> str:
    expect(canvas).to_be_visible()
    page = canvas.page
    for _ in range(50):
        if look(canvas) != before:
            return look(canvas)
        page.wait_for_timeout(50)
    pytest.fail("the canvas stays as it is")


def point(page: Page, x: float, y: float) -> Point:
    """A point of the map, in the page's own pixels."""
    box = page.locator(".map-marks").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def settle(page: Page) -> None:
    """Wait until a glide has ended and all is painted."""
    page.wait_for_timeout(350)


def pinned(page: Page) -> list[list[float]]:
    """The places that are pinned, as the address has them."""
    found = re.search(r"pins=([^&]*)", unquote(page.url))
    return [[*map(float, one.split(","))] for one in found[1].split(";")] if found else []


def pin(page: Page, x: float, y: float, count: int) -> list[float]:
    """Click, wait until so many digits are pinned, and tell where the last one is."""
    page.mouse.click(*point(page, x, y))
    expect(page.locator(".pins")).to_have_attribute("data-pins", str(count))
    expect(
        page.locator(f".pins figure:has(.pin-picture).is-there >> nth={count - 1}")
    ).to_be_visible()
    page.wait_for_timeout(600)  # the next click is no double click
    return pinned(page)[-1]


def test_something_is_seen_at_once(visit: Open) -> None:
    page = visit().page
    page.get_by_role("tab", name="Explore").click()
    expect_map(page)
    expect(page.locator(".sight-label")).to_have_text("0")
    expect(page.locator(".map-legend li")).to_have_text([*map(str, range(10))])
    expect(page.locator(".sight-row")).to_have_count(10)
    expect(page.locator(".sight-row.is-best .sight-digit")).to_have_text("0")


def test_the_picture_follows_the_pointer(visit: Open) -> None:
    page = open_explore(visit())
    seen = set()
    for x in (0.2, 0.35, 0.5, 0.7):
        before = picture(page)
        page.mouse.move(*point(page, x, 0.4))
        seen.add(expect_change(page.locator(".sight-picture"), before))
    assert len(seen) == 4
    expect(page.locator(".sight-title")).to_have_text("Under the pointer")


@pytest.mark.parametrize("name", ["principal", "t-sne"])
def test_two_pins_turn_into_each_other(visit: Open, name: str) -> None:
    page = open_explore(visit(), name)
    expect(page.locator(".pins-play")).to_be_disabled()
    expect(page.locator(".pins-play")).to_have_text("▶")
    pin(page, 0.3, 0.3, 1)
    expect(page.locator(".pins-words")).to_contain_text("Pin a second digit")
    pin(page, 0.6, 0.5, 2)
    film = page.locator(".pins-morph")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    expect_change(film, look(film))
    page.get_by_role("button", name="Pause").click()
    before = look(film)
    page.wait_for_timeout(400)
    assert look(film) == before


def test_a_third_pin_takes_the_place_of_the_oldest(visit: Open) -> None:
    page = open_explore(visit())
    places = [pin(page, x, 0.4, count) for x, count in ((0.25, 1), (0.45, 2), (0.7, 2))]
    assert pinned(page) == places[1:]
    page.get_by_role("button", name="Clear pins").click()
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    assert pinned(page) == []
    expect(page.get_by_role("button", name="Clear pins")).to_be_disabled()


def test_the_wheel_zooms_about_the_pointer(visit: Open) -> None:
    page = open_explore(visit())
    whole = look(page.locator(".map-picture"))
    before = pin(page, 0.3, 0.3, 1)
    page.mouse.wheel(0, -600)
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    assert pin(page, 0.3, 0.3, 2) == pytest.approx(before, abs=0.01)
    other = pin(page, 0.5, 0.3, 2)
    page.get_by_role("button", name="Show all").click()
    settle(page)
    assert look(page.locator(".map-picture")) == whole
    wide = pin(page, 0.5, 0.3, 2)
    # Enlarged by exp(600 * 0.0016), the same pixels are so much less of the map.
    assert (wide[0] - before[0]) / (other[0] - before[0]) == pytest.approx(2.61, rel=0.03)


def test_dragging_moves_the_map_and_pins_nothing(visit: Open) -> None:
    page = open_explore(visit())
    before = pin(page, 0.4, 0.4, 1)
    page.mouse.move(*point(page, 0.4, 0.4))
    page.mouse.down()
    page.mouse.move(*point(page, 0.5, 0.6), steps=8)
    page.mouse.up()
    page.wait_for_timeout(600)
    assert pinned(page) == [before]
    assert pin(page, 0.5, 0.6, 2) == pytest.approx(before, abs=0.1)  # but for the slop of a click


def test_a_double_click_zooms_and_pins_nothing(visit: Open) -> None:
    page = open_explore(visit())
    whole = look(page.locator(".map-picture"))
    page.mouse.dblclick(*point(page, 0.4, 0.4))
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    assert pinned(page) == []


def test_digits_are_drawn_as_pictures_once_they_are_large(visit: Open) -> None:
    page = open_explore(visit(), "t-sne")
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
        settle(page)
    page.wait_for_timeout(800)
    # Pictures of the same digits take far more different shades than dots do.
    shades = page.locator(".map-picture").evaluate(
        """(canvas) => new Set(new Uint32Array(canvas.getContext("2d")
          .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert shades > 1000


def test_keys_do_what_a_mouse_does(visit: Open) -> None:
    page = open_explore(visit())
    page.locator(".map-marks").focus()
    before = picture(page)
    for _ in range(6):
        page.keyboard.press("Shift+ArrowLeft")
    expect_change(page.locator(".sight-picture"), before)
    page.keyboard.press("Enter")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "2")
    first, second = pinned(page)
    assert second[0] > first[0]
    assert second[1] < first[1]
    whole = look(page.locator(".map-picture"))
    page.keyboard.press("+")
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    page.keyboard.press("0")
    settle(page)
    assert look(page.locator(".map-picture")) == whole
    page.keyboard.press("Escape")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")


def test_a_screen_reader_hears_where_the_probe_rests(visit: Open) -> None:
    page = open_explore(visit())
    spoken = page.locator(".sight-spoken")
    expect(spoken).to_have_text(re.compile(r"^Under the pointer: Reads as a 0, "))
    page.evaluate(
        """() => {
          window.heard = [];
          const region = document.querySelector(".sight-spoken");
          new MutationObserver(() => heard.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    for step in range(20):
        page.mouse.move(*point(page, 0.2 + 0.02 * step, 0.5))
        page.wait_for_timeout(30)
    page.wait_for_timeout(1000)
    assert len(page.evaluate("heard")) == 1


def test_one_finger_moves_the_probe_and_two_zoom(visit: Open) -> None:
    page = open_explore(visit(viewport={"width": 390, "height": 844}, has_touch=True))
    page.locator(".map-marks").scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Point) -> None:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    before, whole = picture(page), look(page.locator(".map-picture"))
    touch("touchStart", point(page, 0.3, 0.3))
    for step in range(6):
        touch("touchMove", point(page, 0.3 + 0.05 * step, 0.3 + 0.03 * step))
    touch("touchEnd")
    expect_change(page.locator(".sight-picture"), before)
    assert look(page.locator(".map-picture")) == whole
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    scrolled = page.evaluate("scrollY")
    touch("touchStart", point(page, 0.4, 0.5), point(page, 0.6, 0.5))
    for step in range(1, 6):
        far = 0.05 * step
        touch("touchMove", point(page, 0.4 - far, 0.5), point(page, 0.6 + far, 0.5))
    touch("touchEnd")
    settle(page)
    assert look(page.locator(".map-picture")) != whole
    assert page.evaluate("scrollY") == scrolled
    page.touchscreen.tap(*point(page, 0.5, 0.5))
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")


def test_the_map_is_shaded_and_its_components_named(visit: Open) -> None:
    page = open_explore(visit())
    canvas = page.locator(".map-picture")
    plain = look(canvas)
    page.get_by_label("Where the model hesitates").check()
    shaded = expect_change(canvas, plain)
    page.get_by_label("Components").uncheck()
    expect_change(canvas, shaded)
    page.get_by_label("Where the model hesitates").uncheck()
    page.get_by_label("Components").check()
    settle(page)
    assert look(canvas) == plain
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    expect(page.get_by_label("Components")).to_be_disabled()


def test_the_own_drawing_appears_while_it_is_drawn(visit: Open) -> None:
    here = visit()
    page = open_explore(here)
    page.get_by_text("Your own drawing on the map").click()
    marks = page.locator(".map-marks")
    before = look(marks)
    here.canvas = page.locator(".explore .pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(FOUR, lift=False)
    expect_change(marks, before)
    expect(page.locator(".sight-title")).to_have_text("Your drawing, redrawn")
    expect(page.locator(".sight-label")).to_have_text("4")
    page.mouse.up()
    drawn = look(marks)
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    expect_change(marks, drawn)
    page.locator(".explore .pad-clear").click()
    page.locator(".explore-maps").get_by_text("Principal").click()
    settle(page)
    assert look(marks) == before


def test_another_map_keeps_the_pins_and_another_model_does_not(visit: Open) -> None:
    page = open_explore(visit())
    pin(page, 0.3, 0.3, 1)
    here = pin(page, 0.6, 0.5, 2)
    pictures = [look(canvas) for canvas in page.locator(".pin-picture").all()]
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    expect(page).to_have_url(re.compile("#explore=t-sne"))
    assert [look(canvas) for canvas in page.locator(".pin-picture").all()] == pictures
    assert pinned(page)[-1] != here
    page.locator(".explore-maps").get_by_text("Principal").click()
    expect(page).to_have_url(re.compile("#explore=principal"))
    assert pinned(page)[-1] == pytest.approx(here, abs=2e-3)
    page.locator(".explore-readers").get_by_text("1 / 4 / 8").click()
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    expect(page.locator(".map-legend li")).to_have_text(["1", "4", "8"])
    expect(page.locator(".sight-row")).to_have_count(3)
    expect(page.locator(".sight-label")).to_have_text("1")


# ---- Something else is chosen while an answer is on its way ----


def hold(page: Page, name: str) -> list[Route]:
    """Hold back the calls of a server function; the list of them grows."""
    held: list[Route] = []

    def take(route: Route) -> None:
        if f'"{name}"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/component_server**", take)
    return held


def release(page: Page, held: list[Route]) -> None:
    """Let through what was held back, and all that comes after."""
    assert held
    for route in held:
        route.continue_()
    page.unroute_all()


def wait_for(page: Page, held: list[Route]) -> None:
    """Wait until a call is held back."""
    for _ in range(60):
        if held:
            return
        page.wait_for_timeout(50)
    pytest.fail("nothing is asked")


def choose_map(page: Page, name: str) -> None:
    page.locator(".explore-maps").get_by_text(name).click()


def choose_model(page: Page, name: str) -> None:
    page.locator(".explore-readers").get_by_text(name, exact=True).click()


def test_the_map_can_be_turned_while_another_model_s_is_on_its_way(visit: Open) -> None:
    page = open_explore(visit())
    held = hold(page, "open_map")
    choose_model(page, "1 / 4 / 8")
    wait_for(page, held)
    page.mouse.move(*point(page, 0.4, 0.4))
    page.mouse.wheel(0, -900)
    page.set_viewport_size({"width": 1100, "height": 800})
    page.mouse.click(*point(page, 0.4, 0.4))
    settle(page)  # nothing goes wrong: the fixture looks
    expect(page.locator(".explore")).to_have_attribute("data-state", "waiting")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    release(page, held)
    expect_map(page)
    expect(page.locator(".sight-label")).to_have_text("1")


def test_sliders_of_the_model_before_are_gone(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_text("What each dimension does").click()
    rows = page.locator(".slider")
    expect(rows).to_have_count(10)
    held = hold(page, "open_sliders")
    rows.first.locator("input").fill("3")
    wait_for(page, held)
    page.route("**/component_server**", lambda route: None)  # the new map stays away
    choose_model(page, "1 / 4 / 8")
    expect(rows).to_have_count(0)
    late, held[:] = [*held], []
    for route in late:
        route.continue_()
    page.wait_for_timeout(500)
    expect(rows).to_have_count(0)
    page.unroute_all()


def test_a_pin_that_another_map_overtakes_finds_its_place_there(visit: Open) -> None:
    page = open_explore(visit())
    pin(page, 0.3, 0.3, 1)
    held = hold(page, "look_at_place")
    page.mouse.click(*point(page, 0.6, 0.5))
    wait_for(page, held)
    before = pinned(page)
    assert len(before) == 2
    choose_map(page, "t-SNE")
    expect(page).to_have_url(re.compile("#explore=t-sne"))
    assert len(pinned(page)) == 1  # the other has no place there yet
    assert pinned(page)[0] not in before
    release(page, held)
    expect(page.locator(".pins figure:has(.pin-picture).is-there")).to_have_count(2)
    on_tsne = pinned(page)
    assert len(on_tsne) == 2
    assert not any(place in before for place in on_tsne)
    choose_map(page, "Principal")
    expect(page).to_have_url(re.compile("#explore=principal"))
    assert pinned(page)[1] == pytest.approx(before[1], abs=2e-3)


def test_another_model_that_overtakes_another_map_keeps_its_own_places(visit: Open) -> None:
    page = open_explore(visit())
    pin(page, 0.3, 0.3, 1)
    held = hold(page, "look_at_latent")
    choose_map(page, "t-SNE")
    wait_for(page, held)
    choose_model(page, "1 / 4 / 8")
    expect_map(page)
    expect(page.locator(".sight-label")).to_have_text("1")
    before = look(page.locator(".map-marks"))
    release(page, held)
    settle(page)
    assert look(page.locator(".map-marks")) == before
    assert pinned(page) == []


def test_pins_that_find_no_place_on_another_map_are_taken_away(visit: Open) -> None:
    here = visit()
    page = open_explore(here)
    pin(page, 0.3, 0.3, 1)
    held = hold(page, "look_at_latent")
    choose_map(page, "t-SNE")
    wait_for(page, held)
    for route in held:
        route.abort()
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    expect(page.locator(".pins-words")).to_have_text(LOST)
    expect_map(page)
    page.unroute_all()
    here.errors.clear()  # the browser's own complaints of the lost calls


def test_no_map_takes_the_shading_of_another(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_label("Components").uncheck()
    settle(page)
    held = hold(page, "open_map")
    canvas = page.locator(".map-picture")
    plain = look(canvas)
    choose_map(page, "t-SNE")
    wait_for(page, held)
    page.get_by_label("Where the model hesitates").check()
    page.wait_for_timeout(1500)
    assert look(canvas) == plain
    release(page, held)
    expect_map(page)
    expect_change(canvas, plain)


def test_a_link_keeps_its_pins_until_its_map_is_there(visit: Open) -> None:
    here = visit()
    page = here.page
    held = hold(page, "open_map")
    page.evaluate("location.hash = '#explore=t-sne&pins=1.5,-2;0.25,3'")
    page.wait_for_timeout(500)
    assert pinned(page) == [[1.5, -2], [0.25, 3]]
    wait_for(page, held)
    release(page, held)
    expect_map(page)
    expect(page.locator(".pins")).to_have_attribute("data-pins", "2")
    assert pinned(page) == [[1.5, -2], [0.25, 3]]


# ---- Sliders, links, and how it looks ----


def test_sliders_change_the_digit_and_can_be_undone(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_text("What each dimension does").click()
    rows = page.locator(".slider")
    expect(rows).to_have_count(10)
    result, marks = page.locator(".sliders-picture"), page.locator(".map-marks")
    before, unmarked = look(result), look(marks)
    assert before == picture(page)
    strip = look(rows.nth(1).locator("canvas"))
    rows.first.locator("input").fill("3")
    expect_change(result, before)
    page.wait_for_timeout(600)  # a probe at rest does not undo it
    assert look(result) != before
    expect_change(marks, unmarked)
    expect(rows.first.locator("output")).to_have_text("+3.0")
    expect_change(rows.nth(1).locator("canvas"), strip)
    page.get_by_role("button", name="Undo the changes").click()
    settle(page)
    assert look(result) == before
    assert look(rows.nth(1).locator("canvas")) == strip
    expect(page.get_by_role("button", name="Undo the changes")).to_be_disabled()


def test_sliders_begin_with_what_was_pinned(visit: Open) -> None:
    page = open_explore(visit())
    page.get_by_text("What each dimension does").click()
    expect(page.locator(".slider")).to_have_count(10)
    page.locator(".map-marks").scroll_into_view_if_needed()
    pin(page, 0.3, 0.3, 1)
    page.mouse.move(*point(page, 0.7, 0.6))
    page.wait_for_timeout(800)
    own = look(page.locator(".pin-picture").first)
    assert look(page.locator(".sliders-picture")) == own
    assert picture(page) != own


def test_a_link_shows_the_same_pins(visit: Open) -> None:
    page = open_explore(visit(permissions=["clipboard-read", "clipboard-write"]), "t-sne")
    pin(page, 0.3, 0.3, 1)
    pin(page, 0.6, 0.5, 2)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".pins-words")).to_have_text("The link is copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = page.context.new_page()
    other.goto(link)
    expect_map(other)
    expect(other.locator(".pins figure.is-there")).to_have_count(3)
    for i in range(2):
        canvas = ".pin-picture"
        assert look(other.locator(canvas).nth(i)) == look(page.locator(canvas).nth(i))
    expect(other.locator(".explore-maps input:checked")).to_have_value("t-sne")
    other.close()
    page.get_by_role("tab", name="Classify").click()
    expect(page).not_to_have_url(re.compile("#"))
    page.get_by_role("tab", name="Explore").click()
    expect(page).to_have_url(re.compile("#explore=t-sne&pins="))


def test_a_link_of_nonsense_opens_the_first_map(visit: Open) -> None:
    page = visit().page
    page.evaluate("location.hash = '#explore=mercator&model=none&pins=a,b;1;2,3,4;1e999,0;9e9,1'")
    expect_map(page)
    expect(page.locator(".explore-maps input:checked")).to_have_value("principal")
    expect(page.locator(".pins")).to_have_attribute("data-pins", "1")
    assert max(abs(n) for n in pinned(page)[0]) < 10  # at the map's edge


def test_a_lost_connection_is_said_and_mends_itself(visit: Open) -> None:
    here = visit()
    page = open_explore(here)
    page.context.set_offline(True)
    page.mouse.move(*point(page, 0.3, 0.3))
    expect(page.locator(".map-note")).to_have_text(LOST)
    page.mouse.click(*point(page, 0.3, 0.3))
    expect(page.locator(".pins-words")).to_have_text(LOST)
    expect(page.locator(".pins")).to_have_attribute("data-pins", "0")
    page.context.set_offline(False)
    expect(page.locator(".map-note")).to_be_empty()
    here.errors.clear()


def test_who_wants_no_motion_gets_none(visit: Open) -> None:
    page = open_explore(visit(reduced_motion="reduce"))
    pin(page, 0.3, 0.3, 1)
    pin(page, 0.6, 0.5, 2)
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    film = page.locator(".pins-morph")
    before = look(film)
    page.wait_for_timeout(500)
    assert look(film) == before
    page.get_by_role("button", name="Play").click()
    expect_change(film, before)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows_and_the_map_stays_where_it_is(visit: Open, width: int) -> None:
    page = open_explore(visit(viewport={"width": width, "height": 844}))
    page.locator(".map-marks").scroll_into_view_if_needed()
    places = [page.locator(name) for name in (".map-marks", ".sight-bars", ".pins")]
    before = [place.bounding_box() for place in places]
    pin(page, 0.3, 0.3, 1)
    pin(page, 0.6, 0.5, 2)
    page.locator(".explore-maps").get_by_text("t-SNE").click()
    page.wait_for_timeout(500)
    page.locator(".map-marks").scroll_into_view_if_needed()
    if width >= 390:
        assert [place.bounding_box() for place in places] == before
    page.get_by_text("What each dimension does").click()
    page.get_by_text("Your own drawing on the map").click()
    expect(page.locator(".slider")).to_have_count(10)
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0


def test_map_and_pad_are_seen_together_on_a_phone(visit: Open) -> None:
    page = open_explore(visit(viewport={"width": 390, "height": 844}))
    page.get_by_text("Your own drawing on the map").click()
    boxes = [page.locator(name).bounding_box() for name in (".map-marks", ".explore .pad-canvas")]
    top, bottom = (box for box in boxes if box is not None)
    assert bottom["y"] + bottom["height"] - top["y"] <= 844


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_and_colour_can_be_seen(visit: Open, scheme: str) -> None:
    page = open_explore(visit(color_scheme=scheme))
    page.get_by_text("What each dimension does").click()
    expect(page.locator(".slider")).to_have_count(10)
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 40
    assert [text for text in contrasts if text[0] < 4.5] == []
    dots = page.locator(".map-dot").evaluate_all(
        "(nodes) => nodes.map((node) => getComputedStyle(node).backgroundColor)"
    )
    assert len(set(dots)) == 10
    assert {"light": "rgb(255, 255, 255)", "dark": "rgb(0, 0, 0)"}[scheme] not in dots
