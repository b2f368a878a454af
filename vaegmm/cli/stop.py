"""What ends a program before its time: Ctrl-C and SIGTERM, both tidily and without a traceback."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop(KeyboardInterrupt):
    """Raised by a signal.

    Not KeyboardInterrupt itself: Python, started with -m, would take one that passes through
    exec() of a text, as dataclasses do while they are imported, for one that nobody caught, and end
    as if by Ctrl-C whatever it was.
    """


def end_quietly() -> None:
    """Let Ctrl-C end this process at once, and without a word, while it is still importing."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def stopping() -> Iterator[list[int]]:
    """Make Ctrl-C and SIGTERM raise `Stop` in the block, so that what is half done goes.

    Under torchrun SIGTERM keeps its own way: a process that waits for another would not hear of it.

    Yields:
        The numbers of the signals that came.
    """
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise Stop

    heard = [signal.SIGINT] if "RANK" in os.environ else [signal.SIGINT, signal.SIGTERM]
    if threading.current_thread() is not threading.main_thread():
        heard = []  # only the main thread may say what a signal does
    before = {number: signal.getsignal(number) for number in heard}
    for number, action in before.items():
        if action is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)
    try:
        yield came
    finally:
        for number, action in before.items():
            signal.signal(number, action)
