"""What several tabs share: a bad input becomes a message, and every tab ends with a footnote."""

import functools
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

import gradio as gr

from app.shared.questions import as_sentence

# Queued events that run the model wait for each other: a crowd of programs leaves the pads alone.
MODEL_EVENTS = "model"

PROGRAM = """
<details>
  <summary>Use it from a program</summary>
  <pre><code>{code}</code></pre>
</details>
"""
FILL_IN_ORIGIN = "element.querySelector('.origin').textContent = location.origin;"

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound=str)


def with_clear_errors(handler: Callable[P, T]) -> Callable[P, T]:
    """Show the message of a `ValueError` to the visitor; anything else is a bug and surfaces."""

    @functools.wraps(handler)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handler(*args, **kwargs)
        except ValueError as error:
            raise gr.Error(as_sentence(error), print_exception=False) from error

    return wrapper


def build_choice(names: Iterable[str], label: str, value: str | None = None) -> gr.Dropdown:
    """Place a choice for programs; the default is the first name where none is given.

    What is none of the names goes to the handler, which refuses it in a sentence: what Gradio
    itself refuses, it writes into the server's log as a fault of the program's.
    """
    known = list(names)
    return gr.Dropdown(
        known, value=value or known[0], label=label, allow_custom_value=True, visible=False
    )


def build_footnote(about: str, code: str) -> gr.HTML:
    """Place what stands under a tab.

    Args:
        about: a few paragraphs of HTML.
        code: how a program uses the tab, as HTML; of the class "origin", where the page is.
    """
    return gr.HTML(
        about + PROGRAM.format(code=code),
        js_on_load=FILL_IN_ORIGIN,
        elem_classes="footnote",
        apply_default_css=False,
    )
