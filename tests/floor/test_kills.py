"""Killed, told to end and interrupted at random moments: nothing half-written is ever loaded."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import HUB
from tests.floor.programs import CODES, JOINT, TRAIN, Ended, finish, start, stop, wait
from tests.local_hub import LocalHub
from vaegmm.hub.push import PUSHED
from vaegmm.hub.repository import WEIGHTS
from vaegmm.model import VAEGMM

pytestmark = pytest.mark.slow
SEED = int(os.environ.get("VAEGMM_KILL_SEED", "12"))
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
LEAST = 50
N_DIGITS = 2_000
KILLS: Counter[tuple[str, str]] = Counter()


def kill(
    program: str,
    arguments: Sequence[str],
    span_s: float,
    n_kills: int,
    check: Callable[[Ended | None], None],
    environment: dict[str, str] | None = None,
) -> None:
    """Kill a program at moments drawn from a seed, by each signal in turn, until it is enough.

    Args:
        program: its name in the table.
        arguments: its command line.
        span_s: seconds that it takes when it is left alone.
        n_kills: how often it is killed; when it was done before, that does not count.
        check: called after each kill, and with None after each time that it was done.
        environment: what it is told besides.
    """
    draw = random.Random(f"{SEED} {program}")
    n_killed = 0
    for _ in range(3 * n_kills):
        number = SIGNALS[n_killed % len(SIGNALS)]
        moment = draw.uniform(0, span_s)
        ended = stop(start(arguments, environment), number, moment)
        assert "Traceback" not in ended.error, (number, moment, ended.error)
        if ended.code == 0:
            check(None)
            continue
        assert ended.code in CODES[number], (number, moment, ended)
        check(ended)
        n_killed += 1
        KILLS[program, number.name] += 1
        if n_killed == n_kills:
            return
    raise AssertionError(f"{program} ended before it could be killed, {3 * n_kills} times")


@pytest.mark.parametrize("more", [["--epochs", "10"], ["--epochs", "5", *JOINT]])
def test_training(more: list[str], tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    span = finish([*TRAIN, *more, "-o", str(whole)])
    files = ("config.json", "model.safetensors")
    left: set[Path] = set()  # by those that could not clear away

    def check(ended: Ended | None) -> None:
        for path in killed.glob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))
        if all((killed / name).exists() for name in files):
            VAEGMM.from_pretrained(killed)
            for name in files:
                assert (killed / name).read_bytes() == (whole / name).read_bytes()
        elif killed.exists():
            with pytest.raises(ValueError, match=r"no model in|cannot read"):
                VAEGMM.from_pretrained(killed)
        if ended is not None and ended.code == -signal.SIGKILL:
            left.update(killed.glob(".*"))
        assert set(killed.glob(".*")) <= left
        if ended is None:
            shutil.rmtree(killed)

    arguments = [*TRAIN, *more, "-o", str(killed)]
    again = ["-c", RESUME, *arguments[1:]]  # goes on from whatever there is
    kill(f"train.py{' (joint step)' * ('--refine-epochs' in more)}", again, span, 9, check)
    finish(again)
    check_same(killed, whole, files)
    assert not list(killed.glob(".*"))


RESUME = """
import os, sys
from vaegmm.cli.stop import end_quietly
end_quietly()
folder = sys.argv[-1]
sys.argv[0] = "train.py"
from vaegmm.cli.train import main
resume = ["--resume"] if os.path.exists(os.path.join(folder, "run.json")) else []
raise SystemExit(main([*sys.argv[1:], *resume]))
"""


def check_same(found: Path, expected: Path, names: Sequence[str]) -> None:
    for name in names:
        assert (found / name).read_bytes() == (expected / name).read_bytes(), name


@pytest.mark.parametrize("format", ["npz", "png", "idx"])
def test_exporting(format: str, tmp_path: Path) -> None:
    old, path = tmp_path / "old", tmp_path / ("digits.npz" if format == "npz" else "digits")
    command = ["-m", "vaegmm", "generate", "--n", str(N_DIGITS), "--format", format]
    arguments = [*command, "-o", str(path)]
    span = finish(arguments)
    old.mkdir()
    path.rename(old / path.name)  # the same seed gives it again
    left: set[Path] = set()  # by those that could not clear away

    def check(ended: Ended | None) -> None:
        if path.exists():
            assert read(path) == read(old / path.name)
        if path.is_dir():  # else a new one would be refused
            shutil.rmtree(path)
        if ended is not None and ended.code == -signal.SIGKILL:
            left.update(tmp_path.glob(".*"))
        assert set(tmp_path.glob(".*")) <= left

    kill(f"generate --format {format}", arguments, span, 6, check)
    finish(arguments)
    left.clear()
    check(None)


def read(path: Path) -> dict[str, bytes]:
    """Read a data set as those do who use it: whole, or an error."""
    if path.is_file():
        with np.load(path) as file:
            return {name: file[name].tobytes() for name in ("images", "labels")}
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*.*"))}


def test_pushing(hub: LocalHub, tmp_path: Path) -> None:
    old, new, name = WEIGHTS / "digits148", tmp_path / "new", "user/digits"
    shutil.copytree(WEIGHTS / "digits", new)
    arguments = ["-m", "vaegmm", "push", str(new), name]
    environment = {"HF_TOKEN": HUB.token}
    span = finish(arguments, environment)
    hub.repositories.clear()
    hub.add(name, old)
    states = [{p: (f / p).read_bytes() for p in PUSHED if (f / p).exists()} for f in (old, new)]

    def check(ended: Ended | None) -> None:
        files = hub.repositories[f"model:{name}"].files
        assert {p: files[p] for p in PUSHED if p in files} in states
        if ended is None:
            hub.add(name, old)

    kill("push", arguments, span, 6, check, environment)
    finish(arguments, environment)
    assert {p: c for p, c in hub.repositories[f"model:{name}"].files.items() if p in PUSHED} == (
        states[1]
    )


def test_the_page(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {"TMPDIR": str(temporary), "GRADIO_TEMP_DIR": ""}
    arguments = ["-m", "app", "--port", str(port)]

    begun = time.monotonic()
    process = start(arguments, environment)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Ready on")
    span = 1.3 * (time.monotonic() - begun)
    upload(port, tmp_path)
    assert len(list(temporary.rglob("digit.png"))) == 1
    process.kill()  # with a visitor's picture lying there
    wait(process)
    assert len(list(temporary.rglob("digit.png"))) == 1

    def check(ended: Ended | None) -> None:
        with socket.create_server(("127.0.0.1", port)):
            pass  # is free at once
        left = list(temporary.iterdir())
        assert len(left) <= (ended is not None and ended.code == -signal.SIGKILL), left

    check(Ended(-signal.SIGKILL, "", ""))
    kill("python -m app", arguments, span, 9, check, environment)
    process = start(arguments, environment)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Ready on")
    assert not list(temporary.rglob("digit.png"))
    upload(port, tmp_path)
    process.send_signal(signal.SIGTERM)
    assert wait(process) == Ended(0, "", "")
    assert not list(temporary.iterdir())


def upload(port: int, folder: Path) -> None:
    """Send a picture, as programs do."""
    path = folder / "digit.png"
    Image.new("L", (28, 28)).save(path)
    head = 'Content-Disposition: form-data; name="files"; filename="digit.png"'
    parts = [f"--x\r\n{head}\r\n\r\n".encode(), path.read_bytes(), b"\r\n--x--\r\n"]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/gradio_api/upload",
        b"".join(parts),
        {"Content-Type": "multipart/form-data; boundary=x"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_all_of_them_were_survived(capsys: pytest.CaptureFixture[str]) -> None:
    programs = list(dict.fromkeys(program for program, _ in KILLS))
    with capsys.disabled():
        print(
            f"\nseed {SEED}\n{'program':<24}{''.join(f'{s.name:>10}' for s in SIGNALS)}  survived"
        )
        for program in programs:
            counts = [KILLS[program, number.name] for number in SIGNALS]
            cells = "".join(f"{count:>10}" for count in counts)
            print(f"{program:<24}{cells}{sum(counts):>10}")
    if len(programs) == 7:  # else only some were asked for
        assert KILLS.total() >= LEAST
