"""The call to the server: lost, late, and never more than one at a time."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.strokes import EIGHT, FOUR
from tests.browser.visit import Visit

Open = Callable[..., Visit]
LOST = "The connection is lost. Trying again…"
# Delays the calls to the server and counts how many are under way at once.
SLOW_SERVER = """(delay) => {
  const fetch = window.fetch;
  window.calls = { now: 0, most: 0, all: 0 };
  window.fetch = async (url, options) => {
    if (!String(url).includes("component_server")) return fetch(url, options);
    calls.all += 1;
    calls.now += 1;
    calls.most = Math.max(calls.most, calls.now);
    await new Promise((resolve) => setTimeout(resolve, delay));
    calls.now -= 1;
    return fetch(url, options);
  };
}"""


def test_a_lost_connection_is_said_and_the_next_stroke_is_read(visit: Open) -> None:
    here = visit()
    here.page.context.set_offline(True)
    here.draw(FOUR[:1])
    expect(here.note).to_have_text(LOST)
    here.page.context.set_offline(False)
    here.draw(FOUR[1:])
    here.expect_reading(4)
    expect(here.note).not_to_have_text(LOST)
    here.errors.clear()  # the browser's own complaints of the lost calls


def test_a_lost_connection_mends_itself_without_another_stroke(visit: Open) -> None:
    here = visit()
    here.page.context.set_offline(True)
    here.draw(FOUR)
    expect(here.note).to_have_text(LOST)
    here.page.context.set_offline(False)
    here.expect_reading(4)
    here.errors.clear()


def test_a_late_answer_does_not_return_after_clear(page: Page, visit: Open) -> None:
    here = visit()
    here.page.evaluate(SLOW_SERVER, 400)
    here.draw(FOUR)
    here.button("Clear").click()
    here.expect_blank()
    here.page.wait_for_timeout(900)
    here.expect_blank()


def test_calls_never_pile_up(visit: Open) -> None:
    here = visit()
    here.page.evaluate(SLOW_SERVER, 100)
    here.draw(EIGHT)
    here.expect_reading(8)
    here.page.wait_for_timeout(300)
    calls = here.page.evaluate("calls")
    assert calls["most"] == 1
    assert calls["all"] < 40
    here.expect_reading(8)


def test_a_server_in_trouble_is_asked_ever_less_often(visit: Open) -> None:
    here = visit()
    asked = []
    here.page.route("**/component_server/**", lambda route: route.fulfill(status=500))
    here.page.route("**/component_server", lambda route: route.fulfill(status=500))
    here.page.on("request", lambda request: asked.append(request.url))
    here.draw(FOUR[:1])
    expect(here.note).to_have_text(LOST)
    asked.clear()
    here.page.wait_for_timeout(7000)  # after 2 and after 4 more seconds
    assert 1 <= len(asked) <= 3
    here.page.unroute_all()
    here.draw(FOUR[1:])
    here.expect_reading(4)
    here.errors.clear()  # the browser's own complaints of the failed calls


def test_an_answer_that_comes_after_it_was_given_up_is_shown(visit: Open) -> None:
    here = visit()
    held: list[Route] = []
    here.page.clock.install()
    here.page.route("**/component_server**", lambda route: held.append(route))
    here.draw(FOUR[:1])
    here.page.clock.run_for(5000)
    expect(here.note).to_have_text(LOST)
    held[0].continue_()  # those that were asked since have no answer
    expect(here.label).to_have_text(re.compile(r"\d"))
    expect(here.note).not_to_have_text(LOST)


def test_a_hanging_server_is_given_up(visit: Open) -> None:
    here = visit()
    here.page.evaluate(SLOW_SERVER, 3_600_000)
    here.draw(FOUR[:1])
    expect(here.note).to_have_text(LOST, timeout=7000)
