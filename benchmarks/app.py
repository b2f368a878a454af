"""The page under load: `python -m benchmarks.app`.

One visitor in a real Chromium; 1, 16 and 64 who draw at once over raw HTTP, each with the next
update 100 ms after the last was answered; everyone at once on morph; memory and temporary files
over many requests; the start. The clients share the cores with the app.
"""

from __future__ import annotations

import os
import statistics
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import sync_playwright

from benchmarks.load.browser import measure_visitor
from benchmarks.load.crowd import draw, rush
from benchmarks.load.memory import N_WARM_UP, watch_memory
from benchmarks.load.questions import make_questions
from benchmarks.load.start import time_start, time_steps
from benchmarks.pad import summary
from tests.browser.browsing import NoChromiumError, open_chromium, serve_app
from vaegmm.cli.parse import parse, run, say

PROG = "python -m benchmarks.app"
Part = Literal["browser", "crowd", "rush", "memory", "start"]
PARTS: tuple[Part, ...] = typing.get_args(Part)
N_DRAWING = 4  # visitors who draw while everyone else wants a morph
WARM_UP_S = 1.0


@dataclass(frozen=True)
class AppBenchmark:
    """Measure how the page holds under load."""

    parts: tuple[Part, ...] = PARTS
    """What to measure."""
    visitors: tuple[int, ...] = (1, 16, 64)
    """Numbers of visitors who draw, or want a morph, at once."""
    seconds: float = 60.0
    """How long they draw."""
    n_requests: int = 10_000
    """Requests over which memory is watched."""
    repeats: int = 3
    """Starts; medians are printed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: measure(parse(AppBenchmark, argv, PROG)), PROG)


def measure(arguments: AppBenchmark) -> None:
    """Measure one part after another, and print each.

    Raises:
        ValueError: a number that is none, or no Chromium.
    """
    numbers = (*arguments.visitors, arguments.n_requests, arguments.repeats)
    if min(numbers) < 1 or not 0 < arguments.seconds < float("inf"):
        raise ValueError("visitors, seconds, n-requests and repeats must be above 0")
    os.environ["OMP_NUM_THREADS"] = "1"  # as the app itself has it
    say(f"{os.cpu_count()} cores")
    measures: dict[Part, Callable[[AppBenchmark], None]] = {
        "browser": show_browser,
        "crowd": show_crowd,
        "rush": show_rush,
        "memory": show_memory,
        "start": show_start,
    }
    for part in arguments.parts:
        measures[part](arguments)


def show_browser(arguments: AppBenchmark) -> None:
    """Print what one visitor waits for."""
    with serve_app() as server, sync_playwright() as playwright:
        try:
            browser = open_chromium(playwright)
        except NoChromiumError as error:
            raise ValueError(str(error)) from error
        for what, milliseconds in measure_visitor(browser, server.url):
            say(f"one visitor, {what}: {summary(milliseconds)}, {len(milliseconds)} times")
        browser.close()


def show_crowd(arguments: AppBenchmark) -> None:
    """Print how a crowd that draws is answered."""
    with serve_app() as server:
        questions = make_questions(server.url)
        draw(server.url, questions, 1, WARM_UP_S)
        for n_visitors in arguments.visitors:
            drawn = draw(server.url, questions, n_visitors, arguments.seconds)
            say(
                f"drawing, visitors {n_visitors:2}: {summary(drawn.milliseconds)}; "
                f"{drawn.per_second:.0f} readings/s, slowest visitor {drawn.slowest_share:.2f} "
                f"of the mean; {drawn.n_busy} times busy, {drawn.n_failed} errors"
            )


def show_rush(arguments: AppBenchmark) -> None:
    """Print what becomes of a crowd that wants a morph at once, and of those who draw meanwhile."""
    with serve_app() as server:
        questions = make_questions(server.url)
        draw(server.url, questions, 1, WARM_UP_S)
        for n_visitors in arguments.visitors:
            came = rush(server.url, questions, n_visitors, N_DRAWING)
            drawn = came.drawing
            say(
                f"morphs, visitors {n_visitors:2}: all after {max(came.waits, default=0):.1f} s, "
                f"longest answer {came.longest_answer:.1f} s, {came.n_busy} times busy, "
                f"{came.n_failed} errors; {N_DRAWING} drawing meanwhile: "
                f"{summary(drawn.milliseconds)}, {drawn.n_busy} times busy, "
                f"{drawn.n_failed} errors"
            )


def show_memory(arguments: AppBenchmark) -> None:
    """Print memory and temporary files."""
    held = watch_memory(arguments.n_requests)
    say(
        f"memory: {held.before:.0f} MiB after {N_WARM_UP} requests, {held.after:.0f} MiB "
        f"({held.growth:+.1%}) after {arguments.n_requests} more, at most {held.most:.0f} MiB; "
        f"{held.n_failed} errors"
    )
    say(f"temporary files: {held.n_files} after programs had some, {held.n_left} after the end")


def show_start(arguments: AppBenchmark) -> None:
    """Print how long a start takes."""
    starts = [time_start() for _ in range(arguments.repeats)]
    ready = statistics.median(start.ready for start in starts)
    first_byte = statistics.median(start.first_byte for start in starts)
    say(f"start: ready after {ready:.1f} s, first byte after {first_byte:.1f} s")
    steps = time_steps(arguments.repeats)
    say("  of these: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items()))
    first, last = (statistics.median(start.first_readings[i] for start in starts) for i in (0, -1))
    say(f"  first reading {first:.0f} ms, tenth {last:.0f} ms")


if __name__ == "__main__":
    raise SystemExit(main())
