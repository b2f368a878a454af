"""What a script of the page calls: a question in, an answer in JSON out, each in its turn."""

import functools
from collections.abc import Callable

from app.shared.questions import as_sentence
from app.shared.turns import BusyError, Turns

Answer = dict[str, object]
Function = Callable[[object], Answer]


def answered(turns: Turns) -> Callable[[Function], Function]:
    """Make a function wait for its turn, and say what is wrong rather than raise a `ValueError`.

    The answer is {error: what it says to the visitor} then, and {busy: true} beside it where asking
    again in a moment may help.
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(question: object) -> Answer:
            try:
                with turns.take():
                    return function(question)
            except BusyError as error:
                return {"error": str(error), "busy": True}
            except ValueError as error:
                return {"error": as_sentence(error)}

        return wrapper

    return decorate
