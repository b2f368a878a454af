"""Every command takes a repository of the hub where it takes a folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import TINY
from tests.local_hub import LocalHub
from vaegmm.__main__ import main
from vaegmm.cli import train
from vaegmm.data.datasets import LabelledImages
from vaegmm.hub.repository import WEIGHTS

NAME = "user/three"


@pytest.fixture(autouse=True)
def online(hub: LocalHub) -> str:
    """The hub, which has the embedded model of three digits; its commit's hash."""
    return hub.add(NAME, WEIGHTS / "digits148")


def test_a_digit_is_read_by_a_model_of_the_hub(
    sample: LabelledImages, tmp_path: Path, capsys: pytest.CaptureFixture[str], online: str
) -> None:
    path = tmp_path / "digit.png"
    Image.fromarray(sample.images[0].numpy()).save(path)
    answers = []
    for weights in (NAME, f"{NAME}@main", f"{NAME}@{online}", str(WEIGHTS / "digits148")):
        assert main(["classify", str(path), "--weights", weights, "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers == answers[:1] * 4
    assert set(answers[0]["probabilities"]) == {"1", "4", "8"}


def test_the_same_seed_gives_the_same_bytes_from_a_folder_and_from_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for output, weights in (("a.npz", NAME), ("b.npz", str(WEIGHTS / "digits148"))):
        asked = ["--n", "30", "--weights", weights, "-o", output, "--device", "cpu"]
        assert main(["generate", *asked]) == 0
    with np.load("a.npz") as ours, np.load("b.npz") as theirs:
        assert np.array_equal(ours["images"], theirs["images"])


def test_an_evaluation_is_named_after_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["--weights", NAME, "--dataset", "sample", "--tasks", "clustering", "--device", "cpu"]
    assert main(["evaluate", *asked]) == 0
    assert capsys.readouterr().out.startswith(f"{NAME} on 600 test images of sample")
    assert (tmp_path / "reports" / "three" / "report.html").exists()


def test_a_training_begins_with_a_model_of_the_hub(hub: LocalHub, run: Path) -> None:
    """And needs the hub no more when it goes on."""
    hub.add("user/tiny", {path.name: path.read_bytes() for path in run.glob("*.*")})
    folder = run.parent / "from-the-hub"
    arguments = [*TINY, "--init-from", "user/tiny", "--output-dir", str(folder)]
    assert train.main(arguments) == 0
    settings = json.loads((folder / "run.json").read_text())
    assert settings["init_from"] == "user/tiny"
    label_use = json.loads((folder / "config.json").read_text())["label_use"]
    assert "began with weights of" in label_use
    hub.reset()
    assert train.main([*arguments, "--epochs", "3", "--resume"]) == 0
    assert hub.requests == []


@pytest.mark.filterwarnings("default::vaegmm.hub.errors.HubWarning")
def test_the_cache_serves_where_the_hub_fails_and_that_is_one_line(
    hub: LocalHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["generate", "--n", "3", "--weights", NAME, "--json", "-o"]
    assert main([*asked, str(tmp_path / "a.npz")]) == 0
    capsys.readouterr()
    hub.trouble = "broken"
    assert main([*asked, str(tmp_path / "b.npz")]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["n"] == 3
    assert err.startswith(f"python -m vaegmm generate: {NAME}: 127.0.0.1:")
    assert err.endswith("500 Internal Server Error; what was fetched earlier is used\n")
    assert err.count("\n") == 1


def test_a_slip_of_the_pen_is_told_from_an_empty_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for weights, words in (
        ("weights/nothing", "knows no such repository, or it is private; "),
        ("weights/nothing", "(nor is there a folder weights/nothing here)"),
        (f"{NAME}@v9", "there is no such revision"),
        ("nothing", "no model in nothing"),
    ):
        assert main(["grid", "--weights", weights]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
