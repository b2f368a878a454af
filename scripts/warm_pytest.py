"""Runs pytest in forks of a process that has imported what is slow: for scripts/break_places.py.

Reads a line of JSON for each run (folder, words for pytest, seconds) and answers with one: pytest's
exit code, or None where time ran out. Nothing of ours is imported before a fork, which may be
broken.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

SLOW = (
    "torch", "torchvision", "scipy.ndimage", "scipy.interpolate", "sklearn.mixture", "sklearn.svm",
    "sklearn.manifold", "matplotlib.figure", "PIL.Image", "av", "tyro",
)  # fmt: skip
TEST_CPU_S, TEST_S = 60, 300  # a test that has not ended by then never will
PATIENCE = 4  # seconds by the clock for each of the processor's: it may be shared
PAUSE_S = 0.1


class Hangs:
    """A pytest plugin: a test that does not end is red."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Stop a test by the processor's time, or by the clock where it only waits."""
        signal.setitimer(signal.ITIMER_PROF, TEST_CPU_S)
        signal.setitimer(signal.ITIMER_REAL, TEST_S)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)


def stop_test(number: int, frame: object) -> None:
    """Make the test that runs red.

    Raises:
        TimeoutError: always.
    """
    raise TimeoutError("the test does not end")


def run_forked(folder: str, words: list[str], output: str, seconds: int) -> int | None:
    """Run pytest in a fork; return its exit code, or None if time ran out.

    Args:
        folder: the repository's, or a copy's.
        words: files, tests and options.
        output: file that takes what is printed.
        seconds: of the processor, for pytest itself.
    """
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(folder)
        sys.path[0] = folder
        for stream in (1, 2):
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        signal.signal(signal.SIGPROF, stop_test)
        signal.signal(signal.SIGALRM, stop_test)
        code = pytest.main(words, plugins=[Hangs()])
        sys.stdout.flush()
        os._exit(int(code))
    last = time.monotonic() + PATIENCE * seconds
    done, status = 0, 0
    while not done and time.monotonic() < last:
        time.sleep(PAUSE_S)
        done, status = os.waitpid(child, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # and all that its tests have started
    if not done:
        os.waitpid(child, 0)
        return None
    code = os.waitstatus_to_exitcode(status)
    return None if code == -signal.SIGXCPU else code


def main() -> None:
    """Answer until there is nothing more to run."""
    for name in SLOW:
        __import__(name)
    for line in sys.stdin:
        print(json.dumps(run_forked(**json.loads(line))), flush=True)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    main()
