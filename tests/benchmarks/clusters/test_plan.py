"""What is planned is what train.py is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.clusters.plan import DATA, plan_data
from vaegmm.cli.configs import find_folder
from vaegmm.cli.jobs import plan
from vaegmm.config import AugmentationConfig
from vaegmm.settings import load_toml

CONFIG = str(find_folder() / "digits-unlabelled.toml")


@pytest.mark.parametrize("name", DATA)
def test_a_task_asks_train_for_the_settings_that_it_is_checked_by(
    name: str, tmp_path: Path
) -> None:
    planned = plan_data(name, CONFIG, (3, 5), tmp_path, device="cpu")
    assert [task.seed for task in planned.tasks] == [3, 5, 0]
    for task in planned.tasks:
        words = ["--config", task.config, "--seed", str(task.seed), *task.options]
        [(_, asked)] = plan([*words, "--output-dir", str(task.folder)]).items()
        assert replace(asked.experiment, device="auto") == task.wanted


def test_fashion_has_the_settings_of_the_ten_digits(tmp_path: Path) -> None:
    found = plan_data("fashion", CONFIG, (0,), tmp_path).seeds[0].wanted
    before = load_toml(CONFIG)
    assert found == replace(before, data=replace(before.data, dataset="fashion-mnist"))


def test_the_plain_vae_sees_unchanged_images_as_often(tmp_path: Path) -> None:
    settled = str(find_folder() / "clusters.toml")  # its decoder goes on alone
    planned = plan_data("digits", settled, (0,), tmp_path)
    own, plain = planned.seeds[0].wanted, planned.plain.wanted
    assert plain.augmentation == AugmentationConfig()
    assert plain.refine.refine_epochs == 0
    later = own.refine.refine_epochs + own.refine.decoder_epochs
    assert plain.training.epochs == own.training.epochs + later
    assert replace(plain.training, epochs=own.training.epochs) == own.training
    assert plain.network == own.network


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[refine]\nrefine_epochs = 1\nlabels = "all"\n', "learns from labels"),
        ('init_from = "weights/digits"\n', "weights that may know labels"),
    ],
)
def test_a_training_that_labels_take_part_in_is_refused(
    text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "labels.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        plan_data("digits", str(tmp_path / "labels.toml"), (0,), tmp_path)
