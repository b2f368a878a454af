"""Two processes behind one address: it does not matter which of them answers what."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request

from tests.browser.asking import ASK, post
from tests.browser.balancing import Balancer, balance
from tests.browser.browsing import serve_app
from tests.browser.exploring import open_explore
from tests.browser.modelling import open_em
from tests.browser.morphing import open_morph, save_as
from tests.browser.strokes import EIGHT
from tests.browser.test_generate import open_generate
from tests.browser.test_muddle import open_muddle
from tests.browser.visit import Visit

N_REPEATS = 2  # of each function: answers that are compared


@pytest.fixture(scope="module")
def replicas(browser: Browser) -> Iterator[Sequence[str]]:
    """Addresses of two processes."""
    with serve_app() as first, serve_app() as second:
        yield first.url, second.url


@pytest.fixture(scope="module")
def balancer(replicas: Sequence[str]) -> Iterator[Balancer]:
    with balance(replicas) as balancer:
        yield balancer


@pytest.fixture(scope="module")
def questions(
    browser: Browser, balancer: Balancer, tmp_path_factory: pytest.TempPathFactory
) -> Sequence[bytes]:
    """What a visitor's page asked who saw everything; nothing went wrong."""
    asked: list[bytes] = []

    def note(request: Request) -> None:
        if request.url.endswith(ASK) and request.post_data_buffer is not None:
            asked.append(request.post_data_buffer)

    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.on("request", note)
        here = Visit(page, balancer.url)
        see_everything(here, tmp_path_factory.mktemp("saved"))
        assert here.errors == []
        assert here.foreign_requests == []
    return asked


def see_everything(here: Visit, folder: Path) -> None:
    """Draw a digit, make a muddle, a morph and new digits, explore, and look under the bonnet."""
    here.draw(EIGHT)
    here.expect_reading(8)
    open_muddle(here)
    open_morph(here)
    assert save_as(here.page, "GIF", folder).stat().st_size > 1000
    open_generate(here)
    open_explore(here)
    open_em(here)


def read_config(url: str) -> dict[str, object]:
    """Read what the page is built from, but for the address and the name of the process."""
    with urllib.request.urlopen(f"{url}/config") as answer:
        config: dict[str, object] = json.load(answer)
    return {name: value for name, value in config.items() if name not in ("app_id", "root")}


def test_a_visitor_does_not_notice_that_two_processes_answer(
    questions: Sequence[bytes], balancer: Balancer
) -> None:
    functions = {json.loads(question)["fn_name"] for question in questions}
    assert functions >= {"read_drawing", "make_muddles", "make_digits", "open_map", "walk_em"}
    assert functions >= {"read_number", "make_place", "pack_file", "describe_model"}
    shares = [len(paths) for paths in balancer.asked]
    assert abs(shares[0] - shares[1]) <= 1
    assert all(ASK in paths for paths in balancer.asked)


def test_two_processes_build_the_same_page(replicas: Sequence[str]) -> None:
    first, second = map(read_config, replicas)
    assert first == second  # components, and the ids by which the page asks them


def test_the_same_question_has_the_same_answer_from_both(
    replicas: Sequence[str], questions: Sequence[bytes]
) -> None:
    asked: Counter[tuple[int, str]] = Counter()
    for question in questions:
        content = json.loads(question)
        function = (content["component_id"], content["fn_name"])
        asked[function] += 1
        if asked[function] <= N_REPEATS:
            first, second = (post(url, question) for url in replicas)
            assert first == second, function
            assert len(first) > 2
            assert "error" not in json.loads(first)
    assert len(asked) >= 10
