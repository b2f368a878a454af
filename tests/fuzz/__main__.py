"""Throw thousands of damaged, hostile and odd inputs at every entry, and count what comes back.

    python -m tests.fuzz --n 20000 --seed 0

Every entry of tests/fuzz/entries/ gets its share. What fails is kept in the output folder.
"""

from __future__ import annotations

import importlib
import random
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.guard import entering
from tests.fuzz.harness import Counts, Entry, attack, keep
from vaegmm.cli.parse import parse, run, say

PROG = "python -m tests.fuzz"
ENTRIES = Path(__file__).parent / "entries"
HEAD = ("entry", "tried", "mutants", "taken", "refused", "slowest ms", "failures")


@dataclass(frozen=True)
class FuzzArguments:
    """Attack every entry with inputs that are drawn at random."""

    n: int = 20000
    """Inputs, of all entries together."""
    seed: int = 0
    """Of all that is drawn; the same one gives the same inputs."""
    entries: tuple[str, ...] = ()
    """Names of entries, as the table has them; all of them when not given."""
    output_dir: str = "fuzz-failures"
    """Folder for what failed; not made where nothing does."""


def find_modules() -> list[str]:
    """Return the names of the files that hold entries."""
    return sorted(path.stem for path in ENTRIES.glob("*.py"))


def make_entries(module: str, sandbox: Path) -> tuple[Entry, ...]:
    """Return the entries of a file, whose own files lie in the sandbox."""
    folder = sandbox / module
    folder.mkdir()
    entries: tuple[Entry, ...] = importlib.import_module(
        f"tests.fuzz.entries.{module}"
    ).make_entries(folder)
    return entries


def attack_all(arguments: FuzzArguments, sandbox: Path) -> Iterator[Counts]:
    """Attack the entries, one after the other.

    Raises:
        ValueError: no such entry.
    """
    entries = {
        entry.name: entry for module in find_modules() for entry in make_entries(module, sandbox)
    }
    chosen = arguments.entries or tuple(entries)
    for name in chosen:
        if name not in entries:
            raise ValueError(f"entries must be among {', '.join(entries)}, got {name!r}")
    total = sum(entries[name].weight for name in chosen)
    for name in chosen:
        share = -(-arguments.n * entries[name].weight // total)  # rounded up
        rng = random.Random(f"{arguments.seed} {name}")
        yield attack(entries[name], int(share), rng, sandbox)


def fuzz(arguments: FuzzArguments) -> bool:
    """Attack, print the table, keep what failed; return whether all went well."""
    output_dir = Path(arguments.output_dir).resolve()
    rows: list[Counts] = []
    say("".join(f"{title:>11}" if at else f"{title:<18}" for at, title in enumerate(HEAD)))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")  # as in the tests: a warning is nobody's refusal
        warnings.filterwarnings("ignore", module=r"PIL\.")
        sandbox = Path(folder).resolve()
        with entering(sandbox):
            for counts in attack_all(arguments, sandbox):
                rows.append(counts)
                say(_row(counts))
                for failure in counts.failures:
                    say(f"  {keep(failure, counts.entry, output_dir)}")
    say(_row(_sum(rows)))
    return not any(counts.failures for counts in rows)


def _row(c: Counts) -> str:
    figures = (c.tried, c.mutants, c.taken, c.refused, round(1000 * c.slowest_s), len(c.failures))
    return f"{c.entry:<18}" + "".join(f"{figure:>11,}" for figure in figures)


def _sum(rows: Sequence[Counts]) -> Counts:
    whole = Counts("all")
    for row in rows:
        whole.tried += row.tried
        whole.mutants += row.mutants
        whole.taken += row.taken
        whole.refused += row.refused
        whole.slowest_s = max(whole.slowest_s, row.slowest_s)
        whole.failures += row.failures
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run the attack; return its exit code: 1 where something failed."""
    is_well: list[bool] = []
    code = run(lambda: is_well.append(fuzz(parse(FuzzArguments, argv, PROG))), PROG)
    return code or int(not is_well[0])


if __name__ == "__main__":
    raise SystemExit(main())
