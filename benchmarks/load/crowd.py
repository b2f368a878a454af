"""Visitors who draw at once, and visitors who want a morph at once, over raw HTTP."""

from __future__ import annotations

import itertools
import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from benchmarks.load.questions import Answer, Client, Questions

PAUSE_S = 0.1  # between an answer and the next update of a drawing
BUSY_PAUSE_S = (1.0, 3.0)  # after "busy", as the page's scripts wait


@dataclass(frozen=True)
class Drawing:
    """What visitors who drew were answered, one list each.

    Attributes:
        answers: of each visitor, in order.
        seconds: that they drew.
    """

    answers: Sequence[Sequence[Answer]]
    seconds: float

    @property
    def milliseconds(self) -> list[float]:
        """Of all good answers."""
        return [1000 * one.seconds for one in itertools.chain(*self.answers) if one.is_good]

    @property
    def n_busy(self) -> int:
        """Questions that were refused for the moment."""
        return sum(one.is_busy for one in itertools.chain(*self.answers))

    @property
    def n_failed(self) -> int:
        """Questions that brought neither a reading nor "busy"."""
        return sum(not (one.is_good or one.is_busy) for one in itertools.chain(*self.answers))

    @property
    def per_second(self) -> float:
        """Drawings read in a second."""
        return len(self.milliseconds) / self.seconds

    @property
    def slowest_share(self) -> float:
        """The rate of the visitor who was answered least often, as a share of the mean."""
        rates = [sum(one.is_good for one in answers) for answers in self.answers]
        return min(rates) / statistics.mean(rates) if any(rates) else 0.0


@dataclass(frozen=True)
class Rush:
    """What came of everyone asking for a morph at once.

    Attributes:
        waits: seconds until each visitor had a morph, pauses included; of those who got one.
        longest_answer: seconds that the slowest single answer took, "busy" included.
        n_busy: times that somebody was asked to try again.
        n_failed: visitors who got something else.
        drawing: of those who drew meanwhile.
    """

    waits: Sequence[float]
    longest_answer: float
    n_busy: int
    n_failed: int
    drawing: Drawing


def draw(url: str, questions: Questions, n_visitors: int, seconds: float) -> Drawing:
    """Let visitors draw: each sends an update `PAUSE_S` after it was answered."""
    end = time.perf_counter() + seconds
    one = partial(_draw_until, url, questions.drawings, lambda: time.perf_counter() < end)
    with ThreadPoolExecutor(n_visitors) as pool:
        return Drawing([*pool.map(one, range(n_visitors))], seconds)


def rush(url: str, questions: Questions, n_morphing: int, n_drawing: int) -> Rush:
    """Let everyone ask for a morph at once, again when the app is busy, while others draw."""
    over = threading.Event()
    begun = time.perf_counter()
    drawing = partial(_draw_until, url, questions.drawings, lambda: not over.is_set())
    with ThreadPoolExecutor(n_morphing + n_drawing) as pool:
        drawn = [pool.submit(drawing, i) for i in range(n_drawing)]
        morphed = [*pool.map(partial(_get_morph, url, questions.morphs), range(n_morphing))]
        over.set()
        meanwhile = Drawing([one.result() for one in drawn], time.perf_counter() - begun)
    return Rush(
        [wait for wait, answers in morphed if answers[-1].is_good],
        max(one.seconds for _, answers in morphed for one in answers),
        sum(one.is_busy for _, answers in morphed for one in answers),
        sum(not answers[-1].is_good for _, answers in morphed),
        meanwhile,
    )


def _draw_until(
    url: str, bodies: Sequence[bytes], goes_on: Callable[[], bool], number: int
) -> list[Answer]:
    client, answers = Client(url), []
    drawn = itertools.cycle(bodies[number % len(bodies) :])
    time.sleep(PAUSE_S * random.random())  # nobody begins on a beat
    while goes_on():
        answers.append(client.ask(next(drawn)))
        time.sleep(PAUSE_S)
    client.close()
    return answers


def _get_morph(url: str, bodies: Sequence[bytes], number: int) -> tuple[float, list[Answer]]:
    client, begun = Client(url), time.perf_counter()
    answers = [client.ask(bodies[number % len(bodies)])]
    while answers[-1].is_busy:
        time.sleep(random.uniform(*BUSY_PAUSE_S))
        answers.append(client.ask(bodies[number % len(bodies)]))
    client.close()
    return time.perf_counter() - begun, answers
