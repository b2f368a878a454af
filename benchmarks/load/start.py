"""How long the app takes to start, what most of it goes to, and whether it is warm then."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass

from benchmarks.load.questions import Client, make_questions
from tests.browser.browsing import ROOT, serve_app

N_FIRST = 10  # readings that are timed one by one
# What a start goes through, each beside all before it, in a Python of its own.
STEPS = {
    "Python": "pass",
    "torch": "import torch",
    "gradio": "import torch, gradio",
    "our code": "import torch, gradio, app.build, app.serve",
    "models and page": (
        "import torch, gradio\nfrom app.build import load_app\nfrom app.supply import Supply\n"
        "load_app(Supply())"
    ),
}


@dataclass(frozen=True)
class Start:
    """One start.

    Attributes:
        ready: seconds until the program says that it is.
        first_byte: seconds until a visitor has the page's first byte.
        first_readings: milliseconds of the first drawings that are read, one after another.
    """

    ready: float
    first_byte: float
    first_readings: list[float]


def time_start() -> Start:
    """Start the app, open it, draw, and end it."""
    begun = time.perf_counter()
    with serve_app() as server:
        ready = time.perf_counter() - begun
        with urllib.request.urlopen(server.url) as answer:
            answer.read(1)
        first_byte = time.perf_counter() - begun
        client = Client(server.url)
        drawings = make_questions(server.url).drawings[:N_FIRST]
        readings = [1000 * client.ask(drawing).seconds for drawing in drawings]
        client.close()
    return Start(ready, first_byte, readings)


def time_steps(n_repeats: int) -> dict[str, float]:
    """Return the seconds that each step of a start takes: medians, each less what came before."""
    total: dict[str, float] = {}
    for name, code in STEPS.items():
        times = []
        for _ in range(n_repeats):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
            times.append(time.perf_counter() - begun)
        total[name] = statistics.median(times)
    before = [0.0, *total.values()]
    return {name: seconds - before[i] for i, (name, seconds) in enumerate(total.items())}
