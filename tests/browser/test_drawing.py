"""Drawing with mouse, finger and keyboard, and what is read meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.strokes import DIGITS, EIGHT, FOUR, ONE, SCRIBBLE, Stroke
from tests.browser.visit import REFUSAL, Visit

Open = Callable[..., Visit]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read(visit: Open, digit: int) -> None:
    here = visit()
    here.expect_blank()
    here.draw(DIGITS[digit])
    here.expect_reading(digit)


def test_the_reading_changes_while_the_stroke_is_drawn(visit: Open) -> None:
    here = visit()
    here.draw(EIGHT, lift=False)
    here.expect_reading(8)
    here.page.mouse.up()
    here.expect_reading(8)


def draw_by_finger(here: Visit, strokes: list[Stroke]) -> None:
    session = here.page.context.new_cdp_session(here.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    for stroke in strokes:
        first, *others = here.points(stroke)
        touch("touchStart", first)
        for point in others:
            touch("touchMove", point)
        touch("touchEnd")


def test_a_finger_draws_and_does_not_scroll(visit: Open) -> None:
    here = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    draw_by_finger(here, FOUR)
    here.expect_reading(4)
    assert here.page.evaluate("scrollY") == 0


def test_only_the_main_button_draws(visit: Open) -> None:
    here = visit()
    (start, end) = here.points([(0.3, 0.3), (0.7, 0.7)])
    here.page.mouse.move(*start)
    here.page.mouse.down(button="right")
    here.page.mouse.move(*end, steps=3)
    here.page.mouse.up(button="right")
    assert here.ink() == 0


def test_a_tap_leaves_a_dot(visit: Open) -> None:
    here = visit()
    here.canvas.click(position={"x": 200, "y": 200})
    assert here.ink() > 100


def test_a_stroke_goes_on_outside_the_pad(visit: Open) -> None:
    here = visit()
    here.draw([[(0.5, 0.3), (0.5, 0.5), (0.5, 1.4), (0.8, 1.4), (0.8, 0.5)]])
    pixels = here.pixels()
    assert pixels[int(0.7 * len(pixels)), int(0.8 * len(pixels)), 0] == 255


def test_a_scribble_is_not_called_a_digit(visit: Open) -> None:
    here = visit()
    here.draw(SCRIBBLE)
    expect(here.headline).to_have_text(REFUSAL)
    expect(here.label).to_have_text("?")
    expect(here.page.locator(".reading")).to_have_attribute("data-state", "outlier")


def test_clear_empties_the_pad_and_undo_brings_the_drawing_back(visit: Open) -> None:
    here = visit()
    here.draw(FOUR)
    here.expect_reading(4)
    ink = here.ink()
    here.button("Clear").click()
    here.expect_blank()
    assert here.ink() == 0
    here.button("Undo").click()
    here.expect_reading(4)
    assert here.ink() == ink


def test_undo_takes_back_one_stroke_at_a_time(visit: Open) -> None:
    here = visit()
    here.draw(FOUR[:1])
    ink = here.ink()
    here.draw(FOUR[1:])
    assert here.ink() > ink
    here.button("Undo").click()
    assert here.ink() == ink
    here.button("Undo").click()
    here.expect_blank()
    here.button("Undo").click(force=True)  # nothing left: no harm
    here.expect_blank()


def test_buttons_that_do_nothing_say_so(visit: Open) -> None:
    here = visit()
    for name in ("Undo", "Clear"):
        expect(here.button(name)).to_have_attribute("aria-disabled", "true")
    here.draw(ONE)
    for name in ("Undo", "Clear"):
        expect(here.button(name)).to_have_attribute("aria-disabled", "false")
    here.button("Clear").click()
    expect(here.button("Undo")).to_have_attribute("aria-disabled", "false")


def test_everything_can_be_reached_and_done_by_keyboard(visit: Open) -> None:
    here = visit()
    here.canvas.focus()
    reached = []
    for _ in range(4):
        here.page.keyboard.press("Tab")
        reached.append(here.page.evaluate("document.activeElement.textContent"))
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert here.page.evaluate(outline) == "solid"
    assert reached == ["Undo", "Clear", "Upload…", "Try an example"]
    here.page.keyboard.press("Enter")
    expect(here.page.locator(".is-best")).to_have_count(1)
    here.page.keyboard.press("Escape")
    here.expect_blank()
    here.page.keyboard.press("Control+z")
    expect(here.page.locator(".is-best")).to_have_count(1)
    here.page.keyboard.press("Delete")
    here.expect_blank()


def test_keys_work_straight_after_a_stroke(visit: Open) -> None:
    here = visit()
    here.draw(FOUR)
    here.page.keyboard.press("Control+z")
    here.draw(FOUR[1:])
    here.expect_reading(4)
    here.page.keyboard.press("Delete")
    here.expect_blank()


def test_the_drawing_stays_sharp_on_a_fine_screen_and_after_a_resize(visit: Open) -> None:
    here = visit(device_scale_factor=2)
    here.draw(FOUR)
    width = "(canvas) => [canvas.width, canvas.clientWidth]"
    pixels, shown = here.canvas.evaluate(width)
    assert pixels == 2 * shown
    here.page.set_viewport_size({"width": 390, "height": 844})
    expect(here.canvas).to_have_js_property("width", 2 * 358)
    here.expect_reading(4)
    assert here.ink() > 1000
