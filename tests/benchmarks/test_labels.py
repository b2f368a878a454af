"""The table of labels, on a run that is as small as can be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import labels

TINY = """
[data]
dataset = "sample"
digits = [1, 4, 8]
[network]
latent_dim = 4
channels = [8, 8, 8, 16, 8]
dense_size = 32
dropout = 0.0
[training]
epochs = 3
batch_size = 32
learning_rate = 5e-3
beta = 0.01
[mixture]
n_components = 6
n_init = 1
[refine]
refine_epochs = 1
n_overclusters = 4
n_prior_components = 3
"""


def test_it_goes_on_from_the_model_without_labels_and_keeps_what_is_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY)
    command = ["--config", str(tmp_path / "tiny.toml"), "--output-dir", str(tmp_path / "runs")]
    command += ["--labels", "1", "20", "--label-epochs", "1"]
    assert labels.main([*command, "--seeds", "0"]) == 0
    files = {path.parent.name: path for path in tmp_path.glob("runs/*/figures.json")}
    assert set(files) == {"none-seed-0", "1-seed-0", "20-seed-0"}
    figures = {name: json.loads(path.read_text()) for name, path in files.items()}
    for name, values in figures.items():
        goes_on = [] if name == "none-seed-0" else ["label_epochs"]
        assert list(values) == ["accuracy", "bce", "seconds", *goes_on]
    kept = {path: path.stat().st_mtime_ns for path in files.values()}
    config = json.loads((tmp_path / "runs" / "20-seed-0" / "config.json").read_text())
    assert config["label_use"].startswith("20 labels per class of the training images learned from")
    capsys.readouterr()
    assert labels.main([*command, "--seeds", "0", "1"]) == 0
    assert {path: path.stat().st_mtime_ns for path in files.values()} == kept
    rows = capsys.readouterr().out.splitlines()[-3:]
    assert [row.split()[:2] for row in rows] == [["none", "2"], ["1", "2"], ["20", "2"]]
    for change in (
        ("latent_dim = 4", "latent_dim = 3"),
        ("\nepochs = 3", "\nepochs = 2"),
        ("digits = [1, 4, 8]", "digits = [1, 4]"),
    ):
        (tmp_path / "other.toml").write_text(TINY.replace(*change))
        other = ["--config", str(tmp_path / "other.toml")]
        assert labels.main([*command, *other, "--seeds", "0"]) == 2
        assert "had other settings than" in capsys.readouterr().err
    (tmp_path / "other.toml").write_text(TINY.replace("refine_epochs = 1", "refine_epochs = 0"))
    assert labels.main([*command, "--config", str(tmp_path / "other.toml"), "--seeds", "0"]) == 2
    assert "no joint step to go on with" in capsys.readouterr().err
    (tmp_path / "other.toml").write_text(TINY + 'labels = "all"\n')
    assert labels.main([*command, "--config", str(tmp_path / "other.toml"), "--seeds", "0"]) == 2
    assert "learns from labels; set labels" in capsys.readouterr().err
    (tmp_path / "other.toml").write_text('init_from = "weights/digits"\n' + TINY)
    assert labels.main([*command, "--config", str(tmp_path / "other.toml"), "--seeds", "0"]) == 2
    assert "begins with weights that may know labels" in capsys.readouterr().err
    assert labels.main([*command, "--seeds", "0", "--label-epochs", "2"]) == 2
    assert "had other label_epochs; give another --output-dir" in capsys.readouterr().err
