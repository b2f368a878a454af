"""train.py --init-from: a training that begins with the network of a model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.cli.test_cannot_lose_work import ENVIRONMENT, ROOT, finish, read_history
from tests.cli.tuning import command, label_use
from vaegmm.cli import train
from vaegmm.hub.repository import WEIGHTS
from vaegmm.model import VAEGMM


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
