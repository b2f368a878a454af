"""A running page, and EM, as several files of tests ask them."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr
import pytest

from app.em.em import Walker, build_em
from tests.app.gate_page import Page, list_files
from tests.browser.asking import find_functions
from tests.browser.browsing import serve_app
from vaegmm.operations.em_points import load_points


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with serve_app() as server:
        component = find_functions(server.url)["describe_supply"]
        yield Page(server.url, component, server.folder, server.process)


@pytest.fixture
def files(page: Page) -> Iterator[None]:
    """No file is there at the end that was not there before."""
    before = list_files(page)
    yield
    assert list_files(page) - before == set()


@pytest.fixture(scope="module")
def em() -> gr.HTML:
    return build_em(Walker(load_points()))
