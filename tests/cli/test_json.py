"""`--json`: stdout is JSON and nothing else, and no bar is drawn."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import TINY
from tests.local_hub import LocalHub
from vaegmm.__main__ import main
from vaegmm.data.datasets import LabelledImages

SMALL = ["--weights", "weights/digits148", "--device", "cpu"]


class Terminal(io.StringIO):
    """A stderr that somebody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def look_on(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal there; in the test itself, since pytest puts its own stream after fixtures."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def refuse(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


def read_lines(out: str) -> list[dict[str, object]]:
    assert out.endswith("\n")
    return [json.loads(line, parse_constant=refuse) for line in out.splitlines()]


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    assert main([*arguments, "--json"]) == code
    (values,) = read_lines(capsys.readouterr().out)
    return values


def test_muddle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = look_on(monkeypatch)
    path = tmp_path / "some.npz"
    asked = ["--n", "3", "--digit", "4", "--seed", "7", "-o", str(path), *SMALL]
    values = run(capsys, "muddle", *asked)
    assert (values["output"], values["preview"]) == (str(path), str(tmp_path / "some-preview.png"))
    assert (values["n"], values["bytes"]) == (3, path.stat().st_size)
    assert isinstance(values["seconds"], float)
    settings = values["settings"]
    assert isinstance(settings, dict)
    assert (settings["digit"], settings["seed"], settings["mix"]) == (4, 7, 0.5)
    assert "json" not in settings
    assert terminal.getvalue() == ""
    assert main(["muddle", *asked]) == 0
    assert "3/3" in terminal.getvalue()  # the bar, where no JSON was asked for
    assert capsys.readouterr().out.startswith("3 images with soft labels")


def test_morph(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    sample: LabelledImages,
) -> None:
    terminal = look_on(monkeypatch)
    path, picture = tmp_path / "some.gif", tmp_path / "four.png"
    Image.fromarray(sample.images[sample.labels == 4][0].numpy()).save(picture)
    quick = ["--path", "linear", "--n-frames", "3", "--size", "28"]
    values = run(capsys, "morph", str(picture), "18", *quick, *SMALL, "-o", str(path))
    assert (values["output"], values["format"], values["n_frames"]) == (str(path), "gif", 3)
    assert values["bytes"] == path.stat().st_size
    assert values["numbers"] == [
        {"given": str(picture), "read": [4], "doubts": ""},
        {"given": "18", "read": [1, 8], "doubts": ""},
    ]
    assert terminal.getvalue() == f"{picture}: 1 digit, read as 4\n"


def test_generate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = look_on(monkeypatch)
    path = tmp_path / "some.npz"
    asked = ["--n", "9", "--labels", "1", "8", "-o", str(path), *SMALL]
    values = run(capsys, "generate", *asked)
    assert (values["output"], values["n"], values["n_drawn"]) == (str(path), 9, 9)
    assert isinstance(values["settings"], dict)
    assert values["settings"]["labels"] == [1, 8]
    assert terminal.getvalue() == ""
    assert main(["generate", *asked]) == 0
    assert "9/9" in terminal.getvalue()


def test_grid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = look_on(monkeypatch)
    path = tmp_path / "some.png"
    values = run(capsys, "grid", "--step", "3", "-o", str(path), *SMALL)
    assert (values["output"], values["n"], values["n_steps"]) == (str(path), 9, 3)
    assert values["bytes"] == path.stat().st_size
    assert terminal.getvalue() == ""


def test_push(
    hub: LocalHub, run_folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("HF_TOKEN", hub.token)
    values = run(capsys, "push", str(run_folder), "user/tiny", "--private")
    assert values["url"] == f"{hub.url}/user/tiny"
    assert values["settings"] == {"folder": str(run_folder), "name": "user/tiny", "private": True}


@pytest.fixture
def run_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a finished run."""
    return Path(shutil.copytree(request.getfixturevalue("run"), tmp_path / "run"))


def test_train(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = look_on(monkeypatch)
    folder = tmp_path / "run"
    asked = [*TINY, "--epochs", "1", "--output-dir", str(folder)]
    values = run(capsys, "train", *asked)
    assert values["output_dir"] == str(folder)
    assert values["metrics"] == json.loads((folder / "metrics.json").read_text())
    assert values["settings"] == json.loads((folder / "run.json").read_text())
    assert (values["n_epochs"], values["pushed_to"]) == (1, None)
    said = terminal.getvalue()
    assert "images to learn from" in said  # words are for whoever looks on
    assert "epoch/s" not in said
    assert "s/epoch" not in said
    again = run(capsys, "train", *asked, "--resume")  # nothing is left to do
    assert again["metrics"] == values["metrics"]


def test_runs_in_turn_are_a_line_each(
    run_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = look_on(monkeypatch)
    for name in ("unnamed-beta0.5", "unnamed-beta2"):
        shutil.copytree(run_folder, run_folder / name)
        settings = json.loads((run_folder / name / "run.json").read_text())
        settings["training"]["beta"] = float(name.removeprefix("unnamed-beta"))
        (run_folder / name / "run.json").write_text(json.dumps(settings))
    asked = [*TINY, "--betas", "0.5", "2", "--output-dir", str(run_folder), "--resume"]
    assert main(["train", *asked, "--json"]) == 0
    lines = read_lines(capsys.readouterr().out)
    assert [Path(str(line["output_dir"])).name for line in lines] == [
        "unnamed-beta0.5", "unnamed-beta2"
    ]  # fmt: skip
    assert "all 2 side by side" in terminal.getvalue()


def test_evaluate(
    run_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = look_on(monkeypatch)
    folder = tmp_path / "report"
    where = ["--weights", str(run_folder), "--dataset", "sample", "-o", str(folder)]
    few = ["--tasks", "calibration", "likelihood", "--n-likelihood-images", "9"]
    values = run(capsys, "evaluate", *where, *few, "--n-likelihood-samples", "2")
    assert (values["output_dir"], values["report"]) == (str(folder), str(folder / "report.html"))
    assert values["metrics"] == json.loads((folder / "metrics.json").read_text())
    assert (values["weights"], values["n_images"], values["labels"]) == ("run", 600, [1, 4, 8])
    assert "test images of sample" in terminal.getvalue()
    assert "it/s" not in terminal.getvalue()
    assert "calibration:" not in terminal.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ["muddle", "--n", "0"],
        ["morph", "3", "nowhere.png"],
        ["generate", "--seed", "-1"],
        ["grid", "--scale", "0"],
        ["push", "nowhere", "user/name"],
        ["train", "--dataset", "nothing", "--output-dir", "nowhere"],
        ["evaluate", "--weights", "nothing"],
        ["classify"],
    ],
)
def test_an_error_leaves_stdout_empty(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"python -m vaegmm {arguments[0]}: ")
    assert err.count("\n") == 1
