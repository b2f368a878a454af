"""Data sets of muddles from the terminal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vaegmm.__main__ import main
from vaegmm.operations.muddle import LARGEST_SEED


def test_it_writes_images_with_soft_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.npz"
    arguments = ["--n", "6", "--digit", "4", "--partner", "9", "--mix", "0.3", "--seed", "5"]
    assert main(["muddle", *arguments, "--output", str(path)]) == 0
    assert "6 images with soft labels" in capsys.readouterr().out
    file = np.load(path, allow_pickle=False)
    assert file["images"].shape == (6, 28, 28)
    assert file["soft_labels"].shape == (6, 10)
    assert file["seeds"].tolist() == [5, 6, 7, 8, 9, 10]
    assert np.abs(file["soft_labels"][:, 4] - 0.3).mean() < 0.05
    with Image.open(tmp_path / "some-preview.png") as preview:
        assert preview.width > 500


def test_digits_are_drawn_for_every_seed_and_never_the_partner(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    arguments = ["--n", "12", "--partner", "8", "--method", "average", "--output", str(path)]
    assert main(["muddle", *arguments]) == 0
    file = np.load(path, allow_pickle=False)
    assert (file["b"] == 8).all()
    assert len(set(file["a"].tolist())) > 2
    assert 8 not in file["a"]


def test_the_last_seed_may_be_the_largest(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    arguments = ["--n", "2", "--method", "average", "--seed", str(LARGEST_SEED - 1)]
    assert main(["muddle", *arguments, "--output", str(path)]) == 0
    assert np.load(path)["seeds"].tolist() == [LARGEST_SEED - 1, LARGEST_SEED]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--digit", "4", "--partner", "4"], "two different digits"),
        (["--digit", "11"], "the digit must be one of"),
        (["--partner", "12"], "the partner must be one of"),
        (["--mix", "1"], "mix must lie between 0 and 1"),
        (["--seed", "-1"], "seed must be from 0"),
        (["--seed", str(LARGEST_SEED - 1), "--n", "3"], "seed must be from 0"),
        (["--n", "0"], "n must be at least 1"),
        (["--output", "some.png"], "must end in .npz"),
        (["--output", "nowhere/some.npz"], "there is no folder nowhere"),
        (["--weights", "nothing"], "no model in nothing"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["muddle", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
