"""A running page, and EM, as several files of tests ask them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import gradio as gr
import pytest

from app.em.em import Walker, build_em
from tests.app.gate_page import Page, list_files
from tests.browser.asking import find_functions
from tests.browser.browsing import serve_app
from vaegmm.operations.em_points import load_points


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """With temporary files where nobody else has any."""
    folder = tmp_path_factory.mktemp("temporary")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(folder))
            server = stack.enter_context(serve_app())
        component = find_functions(server.url)["describe_supply"]
        yield Page(server.url, component, folder, server.process)


@pytest.fixture
def files(page: Page) -> Iterator[None]:
    """No file is there at the end that was not there before."""
    before = list_files(page)
    yield
    assert list_files(page) - before == set()


@pytest.fixture(scope="module")
def em() -> gr.HTML:
    return build_em(Walker(load_points()))
