"""Two that would write the same: the second is told so, and the first never notices."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import TINY
from vaegmm.__main__ import main as vaegmm
from vaegmm.cli import train
from vaegmm.files import UNFINISHED, holding, replacing, replacing_folder

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such locks")


@contextmanager
def running(arguments: Sequence[str], begun: Path, pattern: str) -> Iterator[None]:
    """Run a command until the block ends, which begins when it has begun to write."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment) as process:
        try:
            deadline = time.monotonic() + 120
            while not list(begun.glob(pattern)):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield
            assert process.poll() is None
        finally:
            process.kill()


@pytest.mark.parametrize("more", [[], ["--overwrite"], ["--resume"]])
def test_a_second_training_into_a_folder_is_refused(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with holding(folder):
        assert train.main([*TINY, *more, "-o", str(folder)]) == 2
    assert capsys.readouterr().err.endswith(
        f"train: another process is training in {folder}; wait for its end, or give another "
        "--output-dir\n"
    )
    assert not list(folder.iterdir())


def test_of_several_runs_none_begins_where_one_cannot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "unnamed-beta2"
    taken.mkdir()
    with holding(taken):
        assert train.main([*TINY, "--betas", "1", "2", "-o", str(tmp_path)]) == 2
    assert f"another process is training in {taken};" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [taken]


def test_a_refused_training_leaves_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "run"
    assert train.main([*TINY, "--batch-size", "0", "-o", str(folder)]) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", ["png", "npz"])
def test_a_second_export_is_refused_before_it_has_made_anything(
    format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ("digits.npz" if format == "npz" else "digits")
    arguments = ["generate", "--n", "20", "--weights", "weights/digits148", "-o", str(path)]
    with (replacing if format == "npz" else replacing_folder)(path):
        assert vaegmm(arguments) == 2
        assert f"{path} is being written by another process; wait for its end" in (
            capsys.readouterr().err
        )
    assert vaegmm([*arguments, "--n", "5"]) == 0


@pytest.mark.slow
def test_real_processes_keep_each_other_out_until_they_die(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, digits = tmp_path / "run", tmp_path / "digits"
    arguments = [*TINY, "-o", str(folder)]
    with running(["train.py", *arguments, "--epochs", "5000"], folder, "run.json"):
        assert train.main([*arguments, "--overwrite"]) == 2
        assert "another process is training in" in capsys.readouterr().err
    assert train.main([*arguments, "--overwrite"]) == 0
    export = ["generate", "--n", "5", "-o", str(digits)]
    endless = ["-m", "vaegmm", *export, "--n", "1000000"]
    with running(endless, tmp_path, f".digits.*{UNFINISHED}"):
        assert vaegmm(export) == 2
    assert vaegmm(export) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"run", "digits", "digits-preview.png"}
