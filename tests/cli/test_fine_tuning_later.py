"""train.py --init-from: going on, and what is told of the weights that it began with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.tuning import command, label_use
from vaegmm.cli import train
from vaegmm.model import VAEGMM

GIVEN_NO_LABELS = "labels only name the 3 components; one temperature fitted to held-out ones"


@pytest.mark.slow
def test_a_run_goes_on_when_the_weights_that_it_began_with_are_gone(
    few: Path, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights, parted, whole = tmp_path / "weights", tmp_path / "parted", tmp_path / "whole"
    shutil.copytree(labelled, weights)
    start = ["--init-from", str(weights)]
    assert train.main(command(few, parted, *start)) == 0
    assert train.main(command(few, whole, *start, "--epochs", "2")) == 0
    shutil.rmtree(weights)
    resume = ["--output-dir", str(parted), "--resume"]
    capsys.readouterr()
    for other in (str(labelled), "None"):
        assert train.main([*resume, "--init-from", other]) == 2
        error = capsys.readouterr().err
        assert f"init_from was '{weights}' when this run began and cannot become" in error
    assert train.main([*resume, "--epochs", "2"]) == 0
    for name in ("model.safetensors", "config.json"):
        assert (parted / name).read_bytes() == (whole / name).read_bytes()
    assert "every label of the training images learned from" in label_use(parted)
    assert train.main([*resume, "--epochs", "2"]) == 0
    assert "holds this run, finished" in capsys.readouterr().out


def test_a_run_that_never_had_an_epoch_begins_with_the_weights_again(
    few: Path, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights, folder = tmp_path / "weights", tmp_path / "run"
    shutil.copytree(labelled, weights)
    assert train.main(command(few, folder, "--init-from", str(weights))) == 0
    whole = (folder / "model.safetensors").read_bytes()
    for path in folder.iterdir():
        if path.name != "run.json":
            path.unlink()
    shutil.move(weights, tmp_path / "elsewhere")
    resume = ["--output-dir", str(folder), "--resume"]
    assert train.main(resume) == 2
    assert f"no model in {weights}" in capsys.readouterr().err
    shutil.move(tmp_path / "elsewhere", weights)
    assert train.main(resume) == 0
    assert (folder / "model.safetensors").read_bytes() == whole


def test_a_run_of_an_earlier_version_goes_on(
    few: Path, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(labelled, folder)
    values = json.loads((folder / "run.json").read_text())
    old = {k: v for k, v in values.items() if k not in ("init_from", "began_with")}
    (folder / "run.json").write_text(json.dumps(old))
    resume = ["--output-dir", str(folder), "--resume", "--epochs", "2"]
    assert train.main([*resume, "--init-from", str(labelled)]) == 2
    assert "init_from was None when this run began" in capsys.readouterr().err
    assert train.main(resume) == 0
    assert "began with" not in label_use(folder)
    (folder / "run.json").write_text(json.dumps({k: v for k, v in old.items() if k != "seed"}))
    assert train.main(resume) == 2
    assert "run.json is damaged: missing key 'seed'" in capsys.readouterr().err


@pytest.mark.slow
def test_what_the_first_weights_had_learned_from_is_told_wherever_labels_are(
    few: Path, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    arguments = command(few, runs, "--init-from", str(labelled), "--betas", "0.5", "1")
    assert train.main(arguments) == 0
    began = "began with weights of 48 training images of few.npz, labels 1, 4, 8, for which: "
    learned = "every label of the training images learned from"
    expected = f"{GIVEN_NO_LABELS}; {began}{label_use(labelled)}"
    folder = runs / "unnamed-beta1"
    assert label_use(folder) == expected
    model = VAEGMM.from_pretrained(folder).config
    assert model.training_images == "60 training images of few.npz, labels 1, 4, 8"
    assert f"on the validation images ({expected}):" in capsys.readouterr().out
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["validation"]["mixture"]["label_use"] == expected
    card = (folder / "README.md").read_text()
    assert f"Labels: {expected}." in card
    assert "which the network was not fitted to since" in card
    assert "which the network was not fitted to:" in (labelled / "README.md").read_text()
    row = (runs / "comparison.md").read_text().splitlines()[2]
    assert row.endswith(f"| labels only name the 3 components; {began}{learned} |")


def test_a_joint_step_may_follow_and_the_chain_is_told(
    few: Path, labelled: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    joint = ["--refine-epochs", "1", "--refine-batch-size", "24", "--n-overclusters", "4"]
    assert train.main(command(few, first, "--init-from", str(labelled), *joint)) == 0
    assert len(json.loads((first / "refine.json").read_text())) == 1
    assert label_use(first).startswith(f"{GIVEN_NO_LABELS}; began with weights of 48 training")
    assert train.main(command(few, second, "--init-from", str(first))) == 0
    assert label_use(second).startswith(f"{GIVEN_NO_LABELS}; began with weights of 48 training")
    assert label_use(second).endswith(f", for which: {label_use(first)}")
    assert label_use(second).count("began with weights of") == 2


def test_a_record_without_its_word_on_the_first_weights_is_damaged(
    few: Path, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert train.main(command(few, folder, "--init-from", str(labelled))) == 0
    values = json.loads((folder / "run.json").read_text())
    del values["began_with"]
    (folder / "run.json").write_text(json.dumps(values))
    assert train.main(["--output-dir", str(folder), "--resume", "--epochs", "2"]) == 2
    assert "run.json is damaged: began_with must be words, got None" in capsys.readouterr().err
