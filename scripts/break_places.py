"""Break the code at places drawn by a seed, one at a time, and see which test turns red.

    python -m scripts.break_places --seed 0 --n 40

works in a copy of the repository's files, never in the repository. A place's tests are those that
mirror or import its module, then their folder, then the other fast ones, nearest first, without
those that need a browser; they end at the first that is red, or when the place's time is over.
Whether a place that survived is one where nothing could be seen is for the reader to say.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
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
OPTIONS = ["-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
NOTHING_RED = (0, 5)  # pytest's exit codes; 5: there was no test to run
WHOLE_S = 60  # of the processor, for tests of the whole tree before the first place
WIDTH = 70  # of code shown


@dataclass(frozen=True)
class BreakPlaces:
    """Break the code at places drawn by a seed, and see which test turns red."""

    seed: int = 0
    """That draws the places."""
    n: int = 40
    """Places."""
    jobs: int = 1
    """Places that are tried at the same time."""
    seconds: int = 120
    """Of the processor, for the tests of one place; it survives if none is red by then."""


@dataclass(frozen=True)
class Workshop:
    """A copy of the repository, and the process that runs its tests (warm_pytest.py)."""

    root: Path
    process: subprocess.Popen[str]

    def run_tests(self, words: Sequence[str], seconds: int) -> tuple[list[str], bool]:
        """Run tests; return which are red, and whether time ran out.

        Hypothesis draws the same examples each time.

        Args:
            words: test files, names of tests, or options of pytest.
            seconds: of the processor.
        """
        output = self.root.parent / f"{self.root.name}.txt"
        output.unlink(missing_ok=True)
        words = [*OPTIONS, *words]
        asked = {"folder": str(self.root), "words": words, "output": str(output)}
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps({**asked, "seconds": seconds}), file=self.process.stdin, flush=True)
        code = json.loads(self.process.stdout.readline())
        red = RED.findall(output.read_text(encoding="utf-8", errors="replace"))
        if code is not None and code not in NOTHING_RED and not red:
            red = [f"pytest ends with {code}"]
        return red, code is None


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
    free: Queue[Workshop] = Queue()
    with ExitStack() as stack:
        for _ in range(a.jobs):
            free.put(stack.enter_context(open_workshop(ROOT)))

        def try_next(place: Place) -> Outcome:
            workshop = free.get()
            outcome = try_place(place, workshop, a.seconds)
            free.put(workshop)
            print(as_row(outcome), flush=True)
            return outcome

        with ThreadPoolExecutor(a.jobs) as pool:
            outcomes = list(pool.map(try_next, places))
        tests = sorted({outcome.red for outcome in outcomes if "::" in outcome.red})
        unfounded, _ = free.get().run_tests(tests, a.seconds * len(tests)) if tests else ([], False)
    for name in unfounded:
        print(f"\n{name} is red without a broken place, too: what it saw does not count")
    n_red = sum(bool(outcome.red) and outcome.red not in unfounded for outcome in outcomes)
    print(f"\n{n_red} of {len(outcomes)} places turned a test red")


@contextmanager
def open_workshop(root: Path) -> Iterator[Workshop]:
    """Copy the repository, and start what runs the copy's tests; both are gone in the end."""
    command = [sys.executable, str(Path(__file__).with_name("warm_pytest.py"))]
    variables = {**os.environ, "CI": "true", "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_tree(root, Path(folder) / "copy")
        with subprocess.Popen(
            command, env=variables, text=True, stdin=pipe, stdout=pipe
        ) as process:
            workshop = Workshop(copy, process)
            red, _ = workshop.run_tests(["tests/test_files.py"], WHOLE_S)
            if red:
                raise ValueError(f"nothing is broken yet and {red[0]} is red; mend it first")
            yield workshop


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


def try_place(place: Place, workshop: Workshop, seconds: int) -> Outcome:
    """Break a place of the copy, run its tests until one is red, and mend it again.

    Args:
        place: to be broken.
        workshop: whose copy is broken.
        seconds: of the processor, for all tests.
    """
    begun = time.perf_counter()
    path = workshop.root / place.path
    whole = path.read_bytes()
    path.write_bytes(place.broken(whole))
    red, is_over = [""], False
    for names in order_tests(workshop.root, place.path):
        found, is_over = workshop.run_tests(["-x", *names], seconds // 2)
        red = found or red
        if found:
            break
    path.write_bytes(whole)
    return Outcome(place, red[0], time.perf_counter() - begun, is_over)


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
