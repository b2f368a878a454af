"""Serve the page. The switches stand here once, for the app and for the tests."""

import gradio as gr
from fastapi.exceptions import RequestValidationError
from fastapi.middleware import Middleware
from gradio.routes import App
from gradio.utils import BaseReloader
from starlette.exceptions import HTTPException

from app.gate.gate import VISIT, Gate
from app.gate.refusal import refuse_misfit, refuse_shortly
from app.shared.turns import N_PLACES
from app.theme import CSS, build_theme

MAX_FILE_SIZE = "8mb"
QUEUE_SIZE = 64
MAX_VISITS = 200  # of programs, which Gradio remembers with 130 KB each
# The page's calls may wait in all places for turns, and Gradio's own work still finds a thread.
MAX_THREADS = N_PLACES + 20
# What launching gives a page: Gradio's own way to replace one does not carry it all over, or late.
KEPT = (
    *("theme", "css", "css_paths", "js", "head", "head_paths"),
    *(
        "api_open",
        "show_error",
        "enable_monitoring",
        "footer_links",
        "run_history",
        "pwa",
        "max_file_size",
        "max_threads",
        "limiter",
        "state_session_capacity",
    ),
)


def launch(page: gr.Blocks, host: str, port: int) -> None:
    """Start serving in the background; `page.close()` ends it.

    Raises:
        OSError: the port is taken.
    """
    page.queue(max_size=QUEUE_SIZE, api_open=False)
    page.launch(
        server_name=host,
        server_port=port,
        theme=build_theme(),
        css=CSS,
        footer_links=[],
        quiet=True,
        prevent_thread_lock=True,
        inbrowser=False,
        share=False,
        max_threads=MAX_THREADS,
        state_session_capacity=MAX_VISITS,
        max_file_size=MAX_FILE_SIZE,
        allowed_paths=[],
        strict_cors=True,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        run_history=False,
        pwa=False,
        app_kwargs={
            "middleware": [Middleware(Gate)],
            "exception_handlers": {
                RequestValidationError: refuse_misfit,
                HTTPException: refuse_shortly,
            },
        },
    )
    page.app.state_holder[VISIT]  # made now, so that no visitor waits for it


def replace(served: gr.Blocks, page: gr.Blocks) -> None:
    """Serve another page in the place of one that was launched; its server goes on.

    Whoever has the old page open is answered as before: its components, which have other numbers,
    stay within reach.
    """
    for name in KEPT:
        setattr(page, name, getattr(served, name))
    _Replacing(served.app).swap_blocks(page)


class _Replacing(BaseReloader):
    """Gradio's own way to reload a page that was edited, without its watching of files."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def running_app(self) -> App:
        return self._app

    def swap_blocks(self, demo: gr.Blocks) -> None:
        demo._set_html_css_theme_variables()
        demo.config = demo.get_config_file()  # what visitors are given, before the first of them
        demo.blocks.update(self._app.get_blocks().blocks | demo.blocks)
        # Files of the old page are cleared away, too: Gradio does so for the page that is served.
        demo.temp_file_sets += self._app.get_blocks().temp_file_sets
        super().swap_blocks(demo)
        # What programs are told of the page, kept since the first one asked.
        self._app.api_info = self._app.all_app_info = None
        self._app.page_api_info.clear()
