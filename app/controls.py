"""What several tabs share: how a bad input becomes a message instead of a traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import gradio as gr

# Queued events that run the model wait for each other: a crowd of programs leaves the pads alone.
MODEL_EVENTS = "model"

P = ParamSpec("P")
T = TypeVar("T")


def with_clear_errors(handler: Callable[P, T]) -> Callable[P, T]:
    """Show the message of a `ValueError` to the visitor; anything else is a bug and surfaces."""

    @functools.wraps(handler)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handler(*args, **kwargs)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return wrapper
