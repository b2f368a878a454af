"""train.py where a run is there already: gone on with, followed by more, or left alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load

from tests.cli.conftest import TINY
from tests.cli.tuning import command
from vaegmm.cli import one_run, train
from vaegmm.data.datasets import load_dataset
from vaegmm.hub.repository import WEIGHTS


def test_wrong_settings_leave_an_old_run_alone(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for wrong in (["--latent-dim", "0"], ["--rotation", "999"], ["--posterior", "point"]):
        assert train.main([*TINY, "--output-dir", str(folder), "--overwrite", *wrong]) == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_model_without_checkpoint_is_not_trained_anew_by_resuming(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    (folder / "checkpoint.safetensors").unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert train.main(["--output-dir", str(folder), "--resume", "--n-components", "4"]) == 2
    assert "no checkpoint.safetensors to go on from" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_no_run_wrote_is_never_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("mine")
    for more in ([], ["--overwrite"], ["--resume"]):
        assert train.main([*TINY, "--output-dir", str(tmp_path), *more]) == 2
    assert "holds README.md, which no run wrote" in capsys.readouterr().err
    assert (tmp_path / "README.md").read_text() == "mine"


def test_a_series_goes_on_where_it_was_cut(run: Path, tmp_path: Path) -> None:
    arguments = [*TINY, "--betas", "0.5", "2", "--output-dir", str(tmp_path)]
    shutil.copytree(run, tmp_path / "unnamed-beta0.5")
    assert train.main([*arguments, "--resume"]) == 0
    assert (tmp_path / "unnamed-beta2" / "metrics.json").exists()
    one = [*TINY, "--betas", "2", "--resume", "--output-dir", str(tmp_path / "unnamed-beta0.5")]
    with pytest.raises(ValueError, match=r"beta was 0.5 when the run in .* cannot become 2"):
        train.plan(one)


def test_an_option_may_be_written_with_underscores(tmp_path: Path) -> None:
    (folder,) = train.plan(["--output_dir", str(tmp_path)])
    assert folder == tmp_path


def test_a_finished_run_needs_no_history_to_be_recognised(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    (folder / "history.json").unlink()
    assert train.main(["--output-dir", str(folder), "--resume"]) == 0
    assert capsys.readouterr().out == f"{folder} holds this run, finished\n"


def test_snapshots_become_a_gif(tmp_path: Path) -> None:
    assert train.main([*TINY, "--snapshots", "--output-dir", str(tmp_path)]) == 0
    names = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert names == ["epoch-0001.png", "epoch-0002.png"]
    half = tmp_path / "snapshots" / ".epoch-0002.png.x1y2z3w4.png"
    half.write_bytes(b"")  # what a kill leaves
    more = ["--epochs", "3", "--resume", "--snapshots", "--output-dir", str(tmp_path)]
    assert train.main([*TINY, *more]) == 0
    assert not half.exists()
    with Image.open(tmp_path / "training.gif") as gif:
        assert gif.n_frames == 3


def test_a_joint_step_may_follow_later_and_follows_the_network(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    resume = ["--output-dir", str(folder), "--resume"]
    assert train.main([*resume, "--refine-epochs", "1", "--n-overclusters", "4"]) == 0
    assert len(json.loads((folder / "refine.json").read_text())) == 1
    joined = (folder / "model.safetensors").read_bytes()
    assert joined != (run / "model.safetensors").read_bytes()
    assert train.main([*resume, "--label-weight", "1"]) == 2
    assert "label_weight was 40.0 when this run began" in capsys.readouterr().err
    assert train.main([*resume, "--n-components", "6"]) == 2
    assert "n_components (that of the joint step, too) was 3" in capsys.readouterr().err
    assert train.main([*resume, "--decoder-epochs", "2"]) == 0  # of a finished run, too
    assert "decoder alone: reconstruction of the training images " in capsys.readouterr().out
    assert len(json.loads((folder / "refine.json").read_text())) == 1
    before, after = load(joined), load((folder / "model.safetensors").read_bytes())
    for name, values in after.items():
        assert torch.equal(values, before[name]) != name.startswith("network.decoder."), name
    assert train.main([*resume, "--epochs", "3"]) == 0
    assert len(json.loads((folder / "history.json").read_text())) == 3
    assert (folder / "model.safetensors").read_bytes() != joined


def test_near_images_may_be_asked_of_a_finished_run(few: Path, tmp_path: Path) -> None:
    start = ["--init-from", str(WEIGHTS / "digits148"), "--learning-rate", "1e-5"]
    joint = ["--refine-epochs", "1", "--refine-batch-size", "24", "--mutual-information", "0"]
    more = ["--n-prior-components", "3", "--n-components", "6"]
    assert train.main(command(few, tmp_path, *start, *joint, *more)) == 0
    before = load((tmp_path / "model.safetensors").read_bytes())
    assert not (tmp_path / "choices.json").exists()
    assert train.main(["--output-dir", str(tmp_path), "--resume", "--n-neighbors", "3"]) == 0
    choices = json.loads((tmp_path / "choices.json").read_text())
    assert [choice["what"] for choice in choices] == ["grouping"]
    assert len(json.loads((tmp_path / "refine.json").read_text())) == 1
    for name, values in load((tmp_path / "model.safetensors").read_bytes()).items():
        assert torch.equal(values, before[name]), name


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["--labels", "10"], "with labels '10' give --refine-epochs"),
        (["--refine-epochs", "-1"], "refine_epochs must not be negative, got -1"),
        (
            ["--refine-epochs", "1", "--posterior", "point", "--beta", "0"],
            "refine_epochs must be 0 with posterior 'point'",
        ),
    ],
)
def test_a_joint_step_that_cannot_be_is_refused_before_anything_runs(
    settings: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main([*TINY, *settings, "--output-dir", str(tmp_path / "run")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_file_of_any_name_is_told_of_in_one_line() -> None:
    data = load_dataset("sample", train=False, digits=(1, 4))
    words = one_run._describe_data("my/1\n\x1b[31m\udcff.npz", data)
    assert words == "400 training images of 1??[31m?.npz, labels 1, 4"
