"""Break the code at places drawn by a seed, one at a time, and see which test turns red.

    python -m scripts.break_places --seed 0 --n 40

works in a copy of the repository's files, never in the repository. A place's tests are those that
mirror or import its module, then their folder, then the other fast ones, nearest first, without
those that need a browser; they end at the first that is red, or when the place's time is over.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from scripts.mutants import Place, find_places
from scripts.nearest_tests import order_tests
from vaegmm.cli.parse import parse, run

PROG = "python -m scripts.break_places"
ROOT = Path(__file__).parents[1]
BROKEN = ("vaegmm", "app")  # folders that places are drawn from
RED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
OUT_OF_TIME = -1000
NOTHING_RED = (0, 5, OUT_OF_TIME)  # 5: there was no test to run
WIDTH = 70  # of code shown
HANG_S = 60  # a test that has not ended by then never will


@dataclass(frozen=True)
class BreakPlaces:
    """Break the code at places drawn by a seed, and see which test turns red."""

    seed: int = 0
    """That draws the places."""
    n: int = 40
    """Places."""
    jobs: int = 1
    """Places that are tried at the same time."""
    seconds: int = 240
    """For the tests of one place; it survives if none is red by then."""


@dataclass(frozen=True)
class Outcome:
    """What the tests said of one broken place."""

    place: Place
    red: str
    """The test that saw it; empty where none did."""
    seconds: float
    is_over: bool
    """Whether time ran out before all tests had."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: break_places(parse(BreakPlaces, argv, PROG)), PROG)


def break_places(a: BreakPlaces) -> None:
    """Draw, break, test, and print the table and the score."""
    places = draw_places(ROOT, a.seed, a.n)
    print(f"seed {a.seed}: {len(places)} places\n")
    print("| place | change | red by | s |\n|---|---|---|---|", flush=True)
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(a.jobs) as pool:
        for i in range(a.jobs):
            copies.put(copy_tree(ROOT, Path(folder) / str(i)))

        def try_next(place: Place) -> Outcome:
            root = copies.get()
            outcome = try_place(place, root, a.seconds)
            copies.put(root)
            print(as_row(outcome), flush=True)
            return outcome

        outcomes = list(pool.map(try_next, places))
        red = {outcome.red for outcome in outcomes if outcome.red}
        tests = sorted(name for name in red if "::" in name)
        unfounded, _ = run_tests(tests, copies.get(), len(tests) * HANG_S)
    for name in sorted(unfounded):
        print(f"\n{name} is red without a broken place, too: what it saw does not count")
    n_red = sum(bool(outcome.red) and outcome.red not in unfounded for outcome in outcomes)
    print(f"\n{n_red} of {len(outcomes)} places turned a test red")


def draw_places(root: Path, seed: int, n: int) -> list[Place]:
    """Draw places from all of the code, each with the same chance."""
    paths = sorted(path for folder in BROKEN for path in (root / folder).rglob("*.py"))
    found: list[Place] = []
    for path in paths:
        found += find_places(path.relative_to(root), path.read_text(encoding="utf-8"))
    return random.Random(seed).sample(found, n)


def copy_tree(root: Path, target: Path) -> Path:
    """Copy the files that git knows, or would: neither what is ignored nor its own."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    for name in names.split("\0"):
        if name and (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    return target


def try_place(place: Place, root: Path, seconds: float) -> Outcome:
    """Break a place of a copy, run its tests until one is red, and mend it again.

    Args:
        place: to be broken.
        root: the copy's folder.
        seconds: for all tests.
    """
    begun = time.perf_counter()
    path = root / place.path
    whole = path.read_bytes()
    path.write_bytes(place.broken(whole))
    red, is_over = "", False
    for names in order_tests(root, place.path):
        left = seconds - (time.perf_counter() - begun)
        found, is_over = run_tests([*names, "-x"], root, left)
        red = found[0] if found else ""
        if red or is_over:
            break
    path.write_bytes(whole)
    return Outcome(place, red, time.perf_counter() - begun, is_over)


def run_tests(words: Sequence[str], root: Path, seconds: float) -> tuple[list[str], bool]:
    """Run tests; return which are red, and whether time ran out.

    Hypothesis draws the same examples each time. All that a test has started ends with it.

    Args:
        words: test files, names of tests, or options of pytest.
        root: the folder to run them in.
        seconds: for all of them.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider"]
    command += ["-o", f"faulthandler_timeout={HANG_S}", "-o", "faulthandler_exit_on_timeout=true"]
    variables = {**os.environ, "CI": "true", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [*command, "--hypothesis-seed=0", *words],
            cwd=root,
            env=variables,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            code = process.wait(max(seconds, 1))
        except subprocess.TimeoutExpired:
            code = OUT_OF_TIME
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        red = RED.findall(output.read())
    if code not in NOTHING_RED and not red:
        red = [f"pytest ends with {code} in {words[0]}"]
    return red, code == OUT_OF_TIME


def as_row(outcome: Outcome) -> str:
    """Return a line of the table."""
    place = outcome.place
    before, after = (" ".join(text.split())[:WIDTH] for text in (place.before, place.after))
    nobody = "**survived**" + (" (out of time)" if outcome.is_over else "")
    change = f"`{before}` → `{after}`".replace("|", "\\|")
    where = f"{place.path}:{place.line}"
    return f"| {where} | {change} | {outcome.red or nobody} | {outcome.seconds:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
