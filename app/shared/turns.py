"""Waiting for a place among those who work: a crowd must queue, but not for ever."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 8.0


@contextmanager
def take_turn(places: threading.BoundedSemaphore) -> Iterator[None]:
    """Wait for one of the places, and leave it at the end.

    Raises:
        ValueError: there was none for too long.
    """
    if not places.acquire(timeout=PATIENCE_S):
        raise ValueError("Many visitors are being served just now; try again in a moment.")
    try:
        yield
    finally:
        places.release()
