"""Serve the page. The switches stand here once, for the app and for the tests."""

import gradio as gr

from app.theme import CSS, build_theme

MAX_FILE_SIZE = "8mb"
QUEUE_SIZE = 64


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
        max_file_size=MAX_FILE_SIZE,
        allowed_paths=[],
        strict_cors=True,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        run_history=False,
        pwa=False,
    )
