"""Programs as they are started by hand, and stopped at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
TRAIN = [
    *("train.py", "--dataset", "sample", "--digits", "1", "4", "8"),
    *("--channels", "4", "4", "4", "4", "4", "--dense-size", "8", "--latent-dim", "2"),
    *("--n-components", "3", "--n-init", "1", "--device", "cpu", "--rotation", "10"),
]
JOINT = ["--refine-epochs", "3", "--refine-batch-size", "256"]
OWN_START_S = 0.06  # of the processor's time: by then Python itself has started
# By which signal a program ended, and the codes that say so: as a shell counts, or the system.
CODES = {
    signal.SIGKILL: {-signal.SIGKILL},
    signal.SIGINT: {130, -signal.SIGINT},
    signal.SIGTERM: {143, -signal.SIGTERM},
}


@dataclass(frozen=True)
class Ended:
    """A program that has ended: its exit code, and what it said."""

    code: int
    out: str
    error: str


def start(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `python` with these arguments, in the repository's root."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**ENVIRONMENT, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait(process: subprocess.Popen[str]) -> Ended:
    """Wait until a program has ended."""
    out, error = process.communicate(timeout=600)
    return Ended(process.returncode, out, error)


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
    """Run a program to its end."""
    return wait(start(arguments, environment))


def finish(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Run a program that has to succeed; return how many seconds it took."""
    begun = time.monotonic()
    ended = run(arguments, environment)
    assert ended.code == 0, ended
    return time.monotonic() - begun


def stop(process: subprocess.Popen[str], number: signal.Signals, after_s: float) -> Ended:
    """Send a program a signal, so many seconds after Python has started, unless it has ended."""
    while process.poll() is None and _processor_seconds(process.pid) < OWN_START_S:
        time.sleep(0.002)
    time.sleep(after_s)
    if process.poll() is None:
        process.send_signal(number)
    return wait(process)


def _processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return OWN_START_S
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refuses(ended: Ended, words: str) -> None:
    """Expect one clear line, exit code 2, and no traceback."""
    assert ended.code == 2, ended
    assert "Traceback" not in ended.error
    assert words in ended.error.strip().splitlines()[-1], ended.error
