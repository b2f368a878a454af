"""train.py, whole, on the bundled sample with a tiny network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import TINY
from vaegmm.cli import evaluate, train
from vaegmm.evaluation.comparison import read_run
from vaegmm.evaluation.model_card import write_model_card
from vaegmm.model import VAEGMM


def test_a_run_writes_model_figures_and_plots(run: Path) -> None:
    names = {path.name for path in run.iterdir()}
    assert names == {
        *("config.json", "model.safetensors", "README.md", "run.json", "history.json"),
        *("metrics.json", "checkpoint.safetensors", "curves.png", "reconstructions.png"),
        *("samples.png", "generated.png", "latents.png", "manifold.png"),
    }
    assert VAEGMM.from_pretrained(run).labels == (1, 4, 8)
    history = json.loads((run / "history.json").read_text())
    assert [epoch["epoch"] for epoch in history] == [1, 2]
    settings = json.loads((run / "run.json").read_text())
    assert settings["training"]["precision"] in ("float32", "bfloat16")
    assert settings["device"] == "cpu"
    with Image.open(run / "curves.png") as image:
        assert image.width > 500


def test_the_figures_come_last_and_the_card_tells_of_all_that_came_before(run: Path) -> None:
    written = {path.name: path.stat().st_mtime_ns for path in run.iterdir()}
    assert written["metrics.json"] == max(written.values())  # a tick of the clock may hold two
    card = (run / "README.md").read_text(encoding="utf-8")
    assert card == write_model_card(run)
    assert card.count(".png)") == 5


def test_a_folder_that_holds_a_run_is_refused(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (run / "run.json").read_bytes()
    assert train.main([*TINY, "--output-dir", str(run)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        f"python -m vaegmm train: {run} already holds a run; give another --output-dir"
    )
    assert error.count("\n") == 1
    assert (run / "run.json").read_bytes() == before


def test_overwrite_leaves_nothing_of_the_old_run(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    (folder / "notes.txt").write_text("mine")
    wrong = [*TINY, "--output-dir", str(folder), "--overwrite", "--n-components"]
    assert train.main([*wrong, "2"]) == 2  # refused before anything is touched
    assert {path.name for path in folder.iterdir()} > {path.name for path in run.iterdir()}
    ruined = [*TINY, "--output-dir", str(folder), "--overwrite", "--learning-rate", "1e20"]
    assert train.main(ruined) == 2
    assert {path.name for path in folder.iterdir()} == {"run.json", "notes.txt"}
    assert "lower learning_rate" in capsys.readouterr().err
    assert train.main([*TINY, "--output-dir", str(folder)]) == 0  # nothing there worth keeping


@pytest.mark.parametrize("command", [train.main, evaluate.main])
def test_a_folder_that_cannot_be_written_is_one_line(
    command: Callable[[list[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["--dataset", "sample", "--digits", "1", "4", "8"]
    assert command([*arguments, "--output-dir", str(tmp_path / "file" / "x")]) == 2
    error = capsys.readouterr().err
    assert "Not a directory" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "nowhere.toml"], "cannot read the config nowhere.toml"),
        (["--dataset", "mnits"], "unknown dataset 'mnits'"),
        (["--dataset", "sample", "--beta", "-1"], "beta must not be negative"),
        (["--dataset", "sample", "--beta", "nan"], "beta must be a finite number, got nan"),
        (["--dataset", "sample", "--seed=-1"], "seed must be from 0 to 4294967295, got -1"),
        (["--dataset", "sample", "--flip", "2"], "flip must be from 0 to 1, got 2.0"),
        (["--dataset", "sample", "--device", "hpu"], "device 'hpu' is not available here"),
        (["--dataset", "sample", "--device", "gpu"], "device 'gpu' is not available here"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main([*arguments, "--output-dir", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_an_unknown_option_ends_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--latent-dims", "3"]) == 2
    assert capsys.readouterr().err == (
        "python -m vaegmm train: unrecognized options: --latent-dims, 3; did you mean "
        "--latent-dim INT?\n"
    )


def test_the_command_line_overrides_the_toml(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("seed = 7\n[training]\nbeta = 2.0\nepochs = 9\n")
    jobs = train.plan(["--config", str(file), "--beta", "4"])
    (parsed,) = jobs.values()
    assert list(jobs) == [Path("runs/a")]
    assert parsed.experiment.training.beta == 4.0
    assert parsed.experiment.training.epochs == 9
    assert parsed.experiment.seed == 7


def test_several_configs_and_betas_are_several_runs(tmp_path: Path) -> None:
    files = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for file in files:
        file.write_text("seed = 7\n")
    configs = ["--config", *map(str, files)]
    jobs = train.plan(
        [*configs, "--betas", "0.5", "2", "--output-dir", str(tmp_path), "--seed", "3"]
    )
    assert [folder.relative_to(tmp_path).name for folder in jobs] == [
        "a-beta0.5", "a-beta2", "b-beta0.5", "b-beta2"
    ]  # fmt: skip
    assert [job.experiment.training.beta for job in jobs.values()] == [0.5, 2.0, 0.5, 2.0]
    assert {job.experiment.seed for job in jobs.values()} == {3}
    with pytest.raises(ValueError, match=r"two runs would be written to .*; name their configs"):
        train.plan(["--config", str(files[0]), str(files[0])])


def test_runs_in_turn_end_in_one_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*TINY, "--betas", "0.5", "2", "--output-dir", str(tmp_path)]
    assert train.main(arguments) == 0
    said = capsys.readouterr().out
    for line in ("run 1 of 2: unnamed-beta0.5", "run 2 of 2: unnamed-beta2", "all 2 side by side"):
        assert f"\n{line}" in said
    page = (tmp_path / "comparison.html").read_text()
    assert page.count("data:image/png;base64,") == 9  # curves, and four of each run
    assert "unnamed-beta0.5" in page
    table = (tmp_path / "comparison.md").read_text().splitlines()
    assert len(table) == 4
    assert len({line.count("|") for line in table}) == 1
    assert train.main([*arguments, "--resume"]) == 0
    assert capsys.readouterr().out.count("holds this run, finished") == 2
    (tmp_path / "unnamed-beta2" / "metrics.json").write_text("{")
    with pytest.raises(ValueError, match="unnamed-beta2 holds no finished run"):
        read_run(tmp_path / "unnamed-beta2")
