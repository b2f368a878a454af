"""Morphs from the terminal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vaegmm.__main__ import main
from vaegmm.data.datasets import load_dataset
from vaegmm.media import FORMATS

QUICK = ["--path", "linear", "--n-frames", "6", "--size", "56"]


def draw_number(path: Path, *labels: int) -> None:
    """A picture of a number, dark on light."""
    data = load_dataset("sample", train=False)
    places = [int((data.labels == label).nonzero()[0]) for label in labels]
    line = np.concatenate(list(data.images[places].numpy()), axis=1)
    picture = Image.fromarray(255 - np.pad(line, 6))
    picture.resize((4 * picture.width, 4 * picture.height)).save(path)


@pytest.mark.parametrize("format", FORMATS)
def test_the_ending_chooses_the_format(
    format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"out.{format}"
    assert main(["morph", "3", "8", "-o", str(path), *QUICK]) == 0
    begin = {
        "gif": b"GIF89a", "webp": b"RIFF", "avi": b"RIFF", "png": b"\x89PNG", "mp4": b"\0\0\0",
    }  # fmt: skip
    content = path.read_bytes()
    assert content.startswith(begin[format])
    assert {"webp": b"WEBP", "avi": b"AVI ", "mp4": b"ftyp"}.get(format, b"") in content[:16]
    back = "" if format == "png" else ", and back again"  # a strip shows every frame once
    assert f"6 frames from 3 to 8{back}: {path}" in capsys.readouterr().out


def test_a_picture_of_a_number_turns_into_a_typed_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, path = tmp_path / "32.png", tmp_path / "out.png"
    draw_number(picture, 3, 2)
    assert main(["morph", str(picture), "7", "--output", str(path), *QUICK]) == 0
    assert f"{picture}: 2 digits, read as 3, 2\n" in capsys.readouterr().out
    with Image.open(path) as strip:
        assert strip.size == (6 * 2 * 56, 56)


def test_the_default_way_is_the_geodesic_there_and_back(tmp_path: Path) -> None:
    for name, arguments in (("a", []), ("b", ["--path", "geodesic"]), ("c", ["--no-returns"])):
        path = str(tmp_path / f"{name}.gif")
        assert main(["morph", "4", "9", "-o", path, "--n-frames", "5", *arguments]) == 0
    contents = [(tmp_path / f"{name}.gif").read_bytes() for name in "abc"]
    assert contents[0] == contents[1]
    n_frames = []
    for name in "ac":
        with Image.open(tmp_path / f"{name}.gif") as gif:
            n_frames.append(gif.n_frames)  # type: ignore[attr-defined]
    assert n_frames == [8, 5]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["3", "1234567"], "a number may have at most 6 digits, got 7"),
        (["3", "nowhere.png"], "nowhere.png: There is no image file"),
        (["three", "8"], "three: There is no image file"),
        (["3", "8", "-o", "some.bmp"], "output must end in one of .gif, .webp, .mp4, .avi, .png"),
        (["3", "8", "-o", "nowhere/some.gif"], "there is no folder nowhere"),
        (["3", "8", "--n-frames", "1"], "n_frames must be from 2 to 240"),
        (["3", "8", "--size", "100"], "size must be a multiple of 28"),
        (["3", "8", "--ink", "red"], "ink must be a colour"),
        (["3", "8", "--fps", "0"], "fps must be from 1"),
        (["3", "8", "--seed", "-1"], "the seed must be from 0"),
        (["3", "8", "--style", "-1"], "the seed must be from 0"),
        (["3", "8", "--weights", "weights/digits148"], "the digits must be among 1, 4, 8, got 3"),
        (["3", "8", "--weights", "nothing"], "no model in nothing"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_line(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "--weights" not in arguments:
        monkeypatch.chdir(tmp_path)
    assert main(["morph", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_picture_that_is_no_digit_is_doubted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "cross.png"
    cross = np.full((112, 112), 255, np.uint8)
    cross[50:62, 10:102] = cross[10:102, 50:62] = cross[10:22, 10:102] = 0
    Image.fromarray(cross).save(picture)
    assert main(["morph", str(picture), "8", "-o", str(tmp_path / "out.gif"), *QUICK]) == 0
    assert "It is unlike any digit that the model knows" in capsys.readouterr().out


def test_a_blank_picture_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "blank.png"
    Image.new("L", (80, 40), 255).save(path)
    assert main(["morph", str(path), "8", "-o", str(tmp_path / "out.gif")]) == 2
    assert f"{path}: No ink can be told" in capsys.readouterr().err


def test_an_input_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    picture = Path("32.png")
    draw_number(picture, 3, 2)
    before = picture.read_bytes()
    assert main(["morph", "7", "32.png", "-o", str(picture.resolve()), *QUICK]) == 2
    said = capsys.readouterr().err
    assert said.endswith("the output would replace 32.png, which is given; give another output\n")
    assert picture.read_bytes() == before
