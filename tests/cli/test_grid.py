"""`python -m vaegmm grid`: a plane through latent space as one picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vaegmm.__main__ import main
from vaegmm.model import VAEGMM

NUMBERS = ["--start", "-1", "--stop", "1", "--step", "1", "--scale", "1"]


def draw(path: Path, *arguments: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert main(["grid", "-o", str(path), *arguments]) == 0
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_a_grid_of_the_principal_directions_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = draw(tmp_path / "grid.png")
    assert picture.shape == (14 * 56, 14 * 56)
    assert "196 pictures, 14 x 14" in capsys.readouterr().out


def test_two_dimensions_and_the_plane_itself_can_be_asked_for(tmp_path: Path) -> None:
    lifted, flat, other = (
        draw(tmp_path / f"{name}.png", *NUMBERS, *more)
        for name, more in (
            ("lifted", ["--dims", "0", "1"]),
            ("flat", ["--dims", "0", "1", "--no-lift"]),
            ("other", ["--dims", "2", "3"]),
        )
    )
    assert lifted.shape == (84, 84)
    assert not np.array_equal(lifted, flat)
    assert not np.array_equal(lifted, other)


def test_a_model_of_two_dimensions_shows_them_as_they_are(
    tiny_model: VAEGMM, tmp_path: Path
) -> None:
    tiny_model.save_pretrained(tmp_path / "tiny", "a test's")
    arguments = [*NUMBERS, "--weights", str(tmp_path / "tiny")]
    principal = draw(tmp_path / "a.png", *arguments)
    assert np.array_equal(principal, draw(tmp_path / "b.png", *arguments, "--no-lift"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "grid.jpg"], "output must end in .png"),
        (["-o", "nowhere/grid.png"], "there is no folder nowhere"),
        (["--scale", "0"], "scale must be from 1 to 20"),
        (["--step", "0"], "a step above 0"),
        (["--step", "1e-320"], "must have 1 to 200 steps"),
        (["--start", "-1e308", "--stop", "1e308"], "must have 1 to 200 steps"),
        (["--dims", "0", "10"], "from 0 to 9, got 0 and 10"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["grid", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not [*tmp_path.iterdir()]
