"""How fast digits are made and written, and in how much memory: `python -m benchmarks.export`.

Each row is a process of its own, `python -m vaegmm generate`, in a temporary folder that needs up
to 5 GB for a million digits. Images per second count making and writing, from the first digit to
the file in its place, but not Python's start; processor time, which tells more on a machine that
others use too, and the peak of memory count all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vaegmm.cli.parse import parse, run, say
from vaegmm.data.export import FORMATS, Format

PROG = "python -m benchmarks.export"


@dataclass(frozen=True)
class ExportBenchmark:
    """Export digits in every format, and print speed, size and peak memory."""

    n: tuple[int, ...] = (10_000, 100_000)
    """How many digits; each number makes a row per format."""
    formats: tuple[Format, ...] = FORMATS
    """Formats to write."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: print_table(parse(ExportBenchmark, argv, PROG)), PROG)


def print_table(arguments: ExportBenchmark) -> None:
    """Print the table.

    Raises:
        ValueError: an export that failed.
    """
    say("format          n  images/s  seconds  processor us/image  peak MB  file MB")
    for n in arguments.n:
        for format in arguments.formats:
            with tempfile.TemporaryDirectory() as folder:
                say(measure_export(Path(folder), format, n, arguments.weights))


def measure_export(folder: Path, format: Format, n: int, weights: str | None) -> str:
    """Export n digits into a folder and return a row of the table."""
    output = folder / ("digits.npz" if format == "npz" else "digits")
    command = [sys.executable, "-m", "vaegmm", "generate", "--json", "--n", str(n)]
    command += ["--format", format, "--output", str(output)]
    command += ["--weights", weights] if weights else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)  # of this process alone
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ValueError(f"the export of {n} digits as {format} failed")
    result = json.loads(printed)
    microseconds = 1e6 * (usage.ru_utime + usage.ru_stime) / n
    return (
        f"{format:<6}  {n:>9,}  {n / result['seconds']:>8,.0f}  {result['seconds']:>7.1f}  "
        f"{microseconds:>18,.0f}  {usage.ru_maxrss / 1024:>7,.0f}  {result['bytes'] / 1e6:>7,.1f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
