"""Waiting for a place among those who work: a crowd must queue, but neither long nor without end.

A call of the page goes past Gradio's queue, straight to one of the server's threads, and keeps it
while it waits. So there is room for few in every queue, and together they leave threads free.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds: less than a script waits for an answer, which else would call the connection lost.
PATIENCE_S, LONG_PATIENCE_S = 4.0, 12.0


class BusyError(ValueError):
    """There is no place just now; a script asks again by itself."""

    def __init__(self) -> None:
        super().__init__("Many visitors are being served just now; try again in a moment.")


class Turns:
    """Places for some who work at a time, and for some who wait.

    Args:
        n_working: places to work.
        n_waiting: places to wait, none of them for longer than the patience.
        patience_s: seconds to wait at most.
    """

    def __init__(self, n_working: int, n_waiting: int, patience_s: float) -> None:
        self.n_places = n_working + n_waiting
        self._room = threading.BoundedSemaphore(self.n_places)
        self._work = threading.BoundedSemaphore(n_working)
        self._patience_s = patience_s

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a place to work, and leave it at the end.

        Raises:
            BusyError: too many wait already, or there was none for too long.
        """
        if not self._room.acquire(blocking=False):
            raise BusyError
        try:
            if not self._work.acquire(timeout=self._patience_s):
                raise BusyError
            try:
                yield
            finally:
                self._work.release()
        finally:
            self._room.release()


# One computes while another one's Python runs; more of them keep each other from it: sixteen
# visitors at once were read half as often. Who waits for a reading holds a pen, so that nothing
# that takes longer stands in the same queue.
READINGS = Turns(2, 62, PATIENCE_S)
PICTURES = Turns(2, 20, PATIENCE_S)  # muddles, new digits, EM: some tenths of a second each
SEARCHES = Turns(2, 6, LONG_PATIENCE_S)  # the way of a morph: seconds
FILES = Turns(1, 4, LONG_PATIENCE_S)  # 80 million pixels to write, or 25 million to read
N_PLACES = sum(turns.n_places for turns in (READINGS, PICTURES, SEARCHES, FILES))
