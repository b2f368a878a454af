"""Drawings read in a second, by one process and by several: `python -m benchmarks.replicas`.

Asks as the page does, over connections that are kept, and shares the clients between the processes
as a balancer would. Every process computes on one thread. The clients take some of the machine
themselves: with as many processes as cores they are in each other's way.
"""

from __future__ import annotations

import http.client
import itertools
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from PIL import Image

from benchmarks.pad import summary
from tests.browser.asking import ASK, find_functions, make_body, make_drawing
from tests.browser.browsing import serve_app
from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import load_dataset

PROG = "python -m benchmarks.replicas"
READER = "0-9"  # the embedded model that reads
HEADERS = {"Content-Type": "application/json"}
WARM_UP_S = 1.0


@dataclass(frozen=True)
class ReplicasBenchmark:
    """Measure how many drawings are read in a second."""

    processes: tuple[int, ...] = (1, 2)
    """Numbers of processes to measure with."""
    clients: tuple[int, ...] = (1, 16)
    """Numbers of clients that ask at once, each again as soon as it has its answer."""
    seconds: float = 5.0
    """How long each measurement takes."""
    repeats: int = 3
    """Measurements of each; the median is printed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: compare(parse(ReplicasBenchmark, argv, PROG)), PROG)


def compare(arguments: ReplicasBenchmark) -> None:
    """Start the processes, measure in turn, and print medians."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with ExitStack() as stack:
        urls = [stack.enter_context(serve_app()).url for _ in range(max(arguments.processes))]
        bodies = make_bodies(urls[0])
        kinds = [*itertools.product(arguments.processes, arguments.clients)]
        times: dict[tuple[int, int], list[list[float]]] = {kind: [] for kind in kinds}
        for url in urls:
            measure([url], bodies, 1, WARM_UP_S)
        for _, (n_processes, n_clients) in itertools.product(range(arguments.repeats), kinds):
            found = measure(urls[:n_processes], bodies, n_clients, arguments.seconds)
            times[n_processes, n_clients].append(found)
    say(f"{os.cpu_count()} cores, {arguments.repeats} times {arguments.seconds:g} s of each")
    for (n_processes, n_clients), found in times.items():
        rates = [len(one) / arguments.seconds for one in found]
        rate = f"{statistics.median(rates):.0f} readings/s ({min(rates):.0f} to {max(rates):.0f})"
        latency = summary([*itertools.chain(*found)])
        say(f"processes {n_processes}, clients {n_clients:2}: {rate}, {latency}")


def make_bodies(url: str) -> list[bytes]:
    """Return questions of what some digits are."""
    component = find_functions(url)["read_drawing"]
    images = load_dataset("sample", train=False).images[::100].numpy()
    drawings = [make_drawing(Image.fromarray(image)) for image in images]
    return [make_body(component, "read_drawing", [one, READER]) for one in drawings]


def measure(
    urls: Sequence[str], bodies: Sequence[bytes], n_clients: int, seconds: float
) -> list[float]:
    """Let clients ask for some seconds; return the milliseconds of each of their answers."""
    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(n_clients) as pool:
        asked = [urls[i % len(urls)] for i in range(n_clients)]
        answers = pool.map(partial(ask_until, bodies=bodies, end=end), asked)
        return [*itertools.chain(*answers)]


def ask_until(url: str, bodies: Sequence[bytes], end: float) -> list[float]:
    """Ask one question after another; return the milliseconds of each answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    times = []
    turns: Iterator[bytes] = itertools.cycle(bodies)
    while (begun := time.perf_counter()) < end:
        connection.request("POST", ASK, next(turns), HEADERS)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200 or b'"label"' not in content:
            raise ValueError(f"a reading must have a label, got {answer.status} {content[:100]!r}")
        times.append(1000 * (time.perf_counter() - begun))
    connection.close()
    return times


if __name__ == "__main__":
    sys.exit(main())
