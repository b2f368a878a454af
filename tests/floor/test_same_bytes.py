"""The same seed on the same machine: the same bytes, in whatever process, with whatever hashes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.floor.programs import JOINT, TRAIN, finish

pytestmark = pytest.mark.slow
WEIGHTS = ["--weights", "weights/digits148"]
GENERATE = ["generate", "--n", "60", "--seed", "3", *WEIGHTS]
MORPH = ["morph", "14", "81", "--n-frames", "12", "--size", "56", "--seed", "3", *WEIGHTS]
# What it says of the time that it took is no result.
TIMED = {"history.json", "refine.json", "curves.png", "report.html", "run.json", "README.md"}
TIMED |= {"checkpoint.safetensors", "refine.safetensors"}


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([*TRAIN, "--epochs", "2"], "run"),
        ([*TRAIN, "--epochs", "2", *JOINT], "run"),
        (["-m", "vaegmm", *MORPH], "morph.gif"),
        (["-m", "vaegmm", *MORPH], "morph.mp4"),
        (["-m", "vaegmm", *MORPH], "morph.webp"),
        (["-m", "vaegmm", "muddle", "--n", "6", "--dataset", "sample", *WEIGHTS], "muddles.npz"),
        (["-m", "vaegmm", *GENERATE], "digits.npz"),
        (["-m", "vaegmm", *GENERATE, "--format", "png"], "digits"),
        (["-m", "vaegmm", *GENERATE, "--format", "idx"], "digits"),
        (["-m", "vaegmm", "grid", "--step", "3", *WEIGHTS], "grid.png"),
    ],
)
def test_two_processes_write_the_same(arguments: Sequence[str], name: str, tmp_path: Path) -> None:
    written = []
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        finish([*arguments, "-o", str(folder / name)], {"PYTHONHASHSEED": number})
        written.append(read_all(folder))
    assert written[0].keys() == written[1].keys()
    differ = [file for file, content in written[0].items() if content != written[1][file]]
    assert {Path(file).name for file in differ} <= (TIMED if name == "run" else set())


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
