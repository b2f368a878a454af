"""How much of what programs upload is kept at a time: a disk is full some day."""

import time
from collections import deque
from collections.abc import Callable

from app.gate.refusal import Refusal

UPLOAD_LIFE_S = 3600  # files sent to the API are looked through so often, those as old deleted
MOST_KEPT = 2**30  # bytes
BLOCK = 4096  # bytes that the least file takes


class Allowance:
    """What may be sent in the time that it is kept.

    Args:
        n_bytes: at most.
        life_s: seconds after which what was sent is gone.
        clock: gives the time in seconds.
    """

    def __init__(
        self,
        n_bytes: int = MOST_KEPT,
        life_s: float = 2 * UPLOAD_LIFE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._n_bytes, self._life_s, self._clock = n_bytes, life_s, clock
        self._kept: deque[tuple[float, int]] = deque()  # since when, and how many bytes
        self._n_kept = 0

    def spend(self, n_bytes: int, n_files: int) -> None:
        """Note what is sent.

        Raises:
            Refusal: too much was sent lately.
        """
        now = self._clock()
        while self._kept and self._kept[0][0] + self._life_s < now:
            self._n_kept -= self._kept.popleft()[1]
        cost = n_bytes + n_files * BLOCK
        if self._n_kept + cost > self._n_bytes:
            raise Refusal(503, "Too many files were sent here lately; try again in an hour.")
        self._kept.append((now, cost))
        self._n_kept += cost
