"""One server and one Chromium for all browser tests; every page is watched for errors.

A browser test that cannot run is skipped with the command that mends it, and fails under CI.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.browsing import NoChromiumError, open_chromium, serve_app
from tests.browser.visit import Visit

# On a busy machine a page answers late, and is not wrong; how fast it is, benchmarks/ measures.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        try:
            opened = open_chromium(playwright)
        except NoChromiumError as error:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
        with opened as browser:
            yield browser


@pytest.fixture(scope="session")
def address(browser: Browser) -> Iterator[str]:
    """Where the app serves the embedded model; not started without a browser."""
    with serve_app() as server:
        yield server.url


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Open the page in a new context; at the end, nothing may have gone wrong in any of them."""
    with ExitStack() as contexts:
        visits: list[Visit] = []

        def open_page(**settings: object) -> Visit:
            settings = {"viewport": {"width": 1280, "height": 800}} | settings
            context = contexts.enter_context(browser.new_context(**settings))
            visits.append(Visit(context.new_page(), address))
            return visits[-1]

        yield open_page
        for one in visits:
            assert one.errors == []
            assert one.foreign_requests == []


@pytest.fixture
def page(visit: Callable[..., Visit]) -> Page:
    """The page as most see it: wide, with a mouse."""
    return visit().page
