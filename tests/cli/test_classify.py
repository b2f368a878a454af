"""Pictures from the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from vaegmm.__main__ import main
from vaegmm.data.datasets import LabelledImages

ROOT = Path(__file__).parents[2]


@pytest.fixture
def picture(sample: LabelledImages, tmp_path: Path) -> Path:
    """A four, dark on light, enlarged."""
    four = sample.images[sample.labels == 4][0].numpy()
    path = tmp_path / "a four.png"
    Image.fromarray(255 - four).resize((140, 140)).save(path)
    return path


def test_it_says_the_digit(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(picture), str(picture)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{picture}: 4  [0: ")


def test_json_is_one_object_per_line(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--json", str(picture)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == str(picture)
    assert answer["label"] == 4
    assert answer["is_outlier"] is False


def test_what_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "notes.png"
    text.write_text("hello")
    for arguments in (["classify", str(text)], ["classify", str(tmp_path / "nowhere.png")]):
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"python -m vaegmm classify: {arguments[1]}")
        assert error.count("\n") == 1


def test_a_picture_that_cannot_be_read_stops_no_other(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [str(tmp_path / name) for name in ("one.png", "two.png")]
    assert main(["classify", "--json", bad[0], str(picture), bad[1]]) == 2
    out, err = capsys.readouterr()
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["file"] for answer in answers] == [bad[0], str(picture), bad[1]]
    assert [answer.get("label") for answer in answers] == [None, 4, None]
    assert "check the name" in answers[0]["error"]
    lines = err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("python -m vaegmm classify: ") for line in lines)


def test_a_reader_that_leaves_early_sees_no_traceback() -> None:
    command = f"{sys.executable} train.py --help | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT)
    assert result.stdout.startswith("usage: train.py")
    assert result.stderr == ""
