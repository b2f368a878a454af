"""train.py --init-from: a training that begins with the network of a model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.cli.test_cannot_lose_work import ENVIRONMENT, ROOT, finish, read_history
from vaegmm.cli import train
from vaegmm.data.datasets import LabelledImages
from vaegmm.hub.repository import WEIGHTS
from vaegmm.model import VAEGMM

GIVEN_NO_LABELS = "labels only name the 3 components; one temperature fitted to held-out ones"


@pytest.fixture(scope="module")
def few(sample: LabelledImages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 images of the bundled sample, as a file."""
    path = tmp_path_factory.mktemp("data") / "few.npz"
    np.savez(path, images=sample.images[::10].numpy(), labels=sample.labels[::10].numpy())
    return path


@pytest.fixture(scope="module")
def labelled(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that learned from every label."""
    folder = tmp_path_factory.mktemp("runs") / "labelled"
    shape = ["--channels", "4", "4", "4", "4", "4", "--dense-size", "8", "--latent-dim", "3"]
    joint = ["--refine-epochs", "1", "--labels", "all", "--n-overclusters", "4"]
    rest = ["--dropout", "0.3", "--refine-batch-size", "24"]
    assert train.main([*command(few, folder), *shape, *joint, *rest]) == 0
    return folder


def command(few: Path, folder: Path, *more: str) -> list[str]:
    settings = ["--epochs", "1", "--batch-size", "12", "--n-components", "3", "--n-init", "1"]
    place = ["--dataset", str(few), "--output-dir", str(folder), "--device", "cpu"]
    return [*place, *settings, *more]


def label_use(folder: Path) -> str:
    return VAEGMM.from_pretrained(folder).config.label_use


def test_a_good_start_is_far_ahead_after_one_epoch(few: Path, tmp_path: Path) -> None:
    good, fresh = tmp_path / "good", tmp_path / "fresh"
    weights = str(WEIGHTS / "digits148")
    assert train.main(command(few, good, "--init-from", weights)) == 0
    assert train.main(command(few, fresh, "--channels", "32", "64", "64", "128", "64")) == 0
    losses = [read_history(folder)[0]["validation"]["loss"] for folder in (good, fresh)]
    assert losses[0] < 0.4 * losses[1]


@pytest.mark.slow
def test_every_weight_is_where_training_begins(few: Path, labelled: Path, tmp_path: Path) -> None:
    """Steps of almost no size leave the network as it was; the mixture is fitted anew."""
    still = ["--init-from", str(labelled), "--learning-rate", "1e-12", "--precision", "float32"]
    assert train.main(command(few, tmp_path / "run", *still)) == 0
    before, after = (load_file(f / "model.safetensors") for f in (labelled, tmp_path / "run"))
    for name in before:
        is_same = torch.allclose(before[name], after[name], rtol=0, atol=1e-9)
        assert is_same == name.startswith("network."), name


def test_same_seed_same_bytes(few: Path, labelled: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder, seed in zip(folders, ("1", "1", "2"), strict=True):
        more = ["--init-from", str(labelled), "--seed", seed]
        assert train.main(command(few, folder, *more)) == 0
    first, again, other = ((folder / "model.safetensors").read_bytes() for folder in folders)
    assert first == again
    assert first != other


def test_the_settings_of_the_network_are_the_models(labelled: Path, tmp_path: Path) -> None:
    model = VAEGMM.from_pretrained(labelled).config.network
    (job,) = train.plan(["--init-from", str(labelled)]).values()
    assert job.experiment.network == model
    file = tmp_path / "a.toml"
    file.write_text(f'init_from = "{labelled}"\n[network]\ndropout = 0.5\n[training]\nepochs = 9\n')
    (job,) = train.plan(["--config", str(file), "--epochs", "8"]).values()
    assert (job.experiment.init_from, job.experiment.training.epochs) == (str(labelled), 8)
    network = job.experiment.network
    assert (network.latent_dim, network.channels, network.dropout) == (3, model.channels, 0.5)
    (job,) = train.plan(["--config", str(file), "--init-from", "None"]).values()
    assert (job.experiment.init_from, job.experiment.network.latent_dim) == (None, 10)


@pytest.mark.slow
def test_another_network_is_refused_before_anything_is_read_or_written(
    few: Path, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, missing = tmp_path / "run", tmp_path / "missing.npz"
    start = command(missing, folder, "--init-from", str(labelled))
    (tmp_path / "a.toml").write_text("[network]\nlatent_dim = 4\ndense_size = 9\n")
    remedy = "leave it out, and it is taken from there"
    for more in (["--latent-dim", "4"], ["--config", str(tmp_path / "a.toml")]):
        assert train.main([*start, *more]) == 2
        assert capsys.readouterr().err == (
            f"python -m vaegmm train: latent_dim must be 3, as in {labelled}, whose network "
            f"training begins with, got 4; {remedy}\n"
        )
    nowhere = str(tmp_path / "nowhere")
    assert train.main(command(missing, folder, "--init-from", nowhere)) == 2
    assert capsys.readouterr().err.startswith(
        f"python -m vaegmm train: no model in {nowhere}: cannot read"
    )
    later = ["--betas", "0.5", "1", "--channels", "4", "4", "4", "4", "5"]
    assert train.main([*start, *later]) == 2
    assert "channels must be (4, 4, 4, 4, 4), as in" in capsys.readouterr().err
    assert not folder.exists()


def test_dropout_may_differ(few: Path, labelled: Path, tmp_path: Path) -> None:
    more = ["--init-from", str(labelled), "--dropout", "0"]
    assert train.main(command(few, tmp_path / "run", *more)) == 0
    assert VAEGMM.from_pretrained(tmp_path / "run").config.network.dropout == 0


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


@pytest.mark.slow
def test_two_processes_begin_with_the_same_weights(
    few: Path, labelled: Path, tmp_path: Path
) -> None:
    """Steps of almost no size leave the network, and so its loss, as it was."""
    alone, pair = tmp_path / "alone", tmp_path / "pair"
    quiet = ["--dropout", "0", "--precision", "float32", "--posterior-samples", "0", "--beta", "0"]
    start = ["--init-from", str(labelled), "--learning-rate", "1e-12", *quiet]
    assert train.main(command(few, alone, *start)) == 0
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    finish([sys.executable, *torchrun, "train.py", *command(few, pair, *start)])
    losses = [read_history(folder)[0]["validation"]["loss"] for folder in (alone, pair)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)
    assert label_use(pair) == label_use(alone)


def test_a_plain_run_is_planned_without_torch() -> None:
    code = (
        "import sys\nfrom vaegmm.cli.train import plan\nplan(['--beta', '1'])\n"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=ENVIRONMENT)
