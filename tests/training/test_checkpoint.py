"""Going on: the same weights as without a stop, and a clear word where that cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from tests.conftest import TINY
from vaegmm.config import AugmentationConfig, NetworkConfig, TrainingConfig
from vaegmm.data.datasets import Split, load_dataset, split
from vaegmm.files import remove_leftovers, replacing
from vaegmm.training.loop import Fitted, fit_vae

CPU = torch.device("cpu")
SHORT = TrainingConfig(epochs=4, batch_size=50, learning_rate=5e-3, precision="float32")
CHANGES = AugmentationConfig(rotation=10, shift=1, noise=0.05)
DROPPING = replace(TINY, dropout=0.3)


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(load_dataset("sample", train=False, digits=(1, 4, 8)), 0.2, seed=0)


def fit(
    parts: Split,
    path: Path | None,
    epochs: int = 4,
    resume: bool = False,
    network: NetworkConfig = DROPPING,
    **changes: float,
) -> Fitted:
    config = replace(SHORT, epochs=epochs, **changes)  # type: ignore[arg-type]
    return fit_vae(parts, network, config, CHANGES, CPU, 0, path, resume)


def assert_same_weights(a: Fitted, b: Fitted) -> None:
    ours, theirs = a.network.state_dict(), b.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def leave_out(rest: dict[str, Any], name: str) -> dict[str, object]:
    """The settings of the optimiser, one of them missing."""
    return {key: value for key, value in rest["param_groups"][0].items() if key != name}


def change_rest(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Rewrite what is no tensor in a checkpoint."""
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        rest = json.loads(file.metadata()["state"])
    save_file(tensors, path, {"state": json.dumps(change(rest))})


def change_generator(path: Path, change: Callable[[Tensor], Tensor]) -> None:
    """Rewrite the states of the random generator in a checkpoint."""
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors["generator"] = change(tensors["generator"])
    save_file(tensors, path, metadata)


def test_a_run_in_parts_ends_as_one_in_one(parts: Split, tmp_path: Path) -> None:
    whole = fit(parts, None)
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    fit(parts, path, 3, resume=True)
    resumed = fit(parts, path, 4, resume=True)
    assert_same_weights(resumed, whole)
    assert [e.validation for e in resumed.history] == [e.validation for e in whole.history]
    assert [e.train for e in resumed.history] == [e.train for e in whole.history]


def test_a_finished_run_goes_on_when_it_may_run_longer(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    done = fit(parts, path, 2)
    assert_same_weights(fit(parts, path, 2, resume=True), done)
    assert len(fit(parts, path, 3, resume=True).history) == 3


def test_a_lower_rate_takes_effect(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    history = fit(parts, path, 2, resume=True, learning_rate=1e-3).history
    assert [epoch.learning_rate for epoch in history] == [5e-3, pytest.approx(1e-3)]


def test_a_rate_is_lowered_once(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    for epochs in (2, 3, 4):
        history = fit(parts, path, epochs, resume=True, learning_rate=1e-3).history
    assert [epoch.learning_rate for epoch in history] == pytest.approx([5e-3, 1e-3, 1e-3, 1e-3])


def test_a_checkpoint_of_another_device_is_refused(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    change_generator(path, lambda states: states[:, :16].contiguous())
    with pytest.raises(ValueError, match="written on another kind of device"):
        fit(parts, path, resume=True)


def test_an_early_stop_stays_one(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    settings = {"learning_rate": 0.1, "early_stopping_patience": 2}
    stopped = fit(parts, path, 40, **settings)
    assert len(stopped.history) < 40
    assert len(fit(parts, path, 40, resume=True, **settings).history) == len(stopped.history)


def test_what_cannot_be_resumed_from_is_named(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    with pytest.raises(ValueError, match=r"no checkpoint .*; train without --resume first"):
        fit(parts, path, resume=True)
    fit(parts, path, 1)
    with pytest.raises(ValueError, match="its tensors are not those of this network"):
        fit(parts, path, resume=True, network=replace(DROPPING, dense_size=9))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"cannot resume from .*checkpoint.safetensors"):
        fit(parts, path, resume=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rest: [], "its format_version is not 1"),
        (lambda rest: rest | {"format_version": 2}, "its format_version is not 1"),
        (lambda rest: {k: rest[k] for k in rest if k != "scheduler"}, "it holds no 'scheduler'"),
        (lambda rest: rest | {"scheduler": 5}, r"scheduler must be like \{.*, got 5"),
        (
            lambda rest: rest | {"scheduler": rest["scheduler"] | {"step": 5}},
            r"scheduler must be like \{.*\.\.\., got \{",
        ),
        (
            lambda rest: rest | {"scheduler": rest["scheduler"] | {"mode": "<b>"}},
            "scheduler.mode must be like 'min', got '<b>'",
        ),
        (
            lambda rest: rest | {"scheduler": rest["scheduler"] | {"_last_lr": [None]}},
            r"scheduler._last_lr.0 must be like 0\.005, got None",
        ),
        (lambda rest: rest | {"param_groups": []}, r"param_groups must be like \[.*, got \[\]"),
        (
            lambda rest: rest | {"param_groups": [rest["param_groups"][0] | {"params": [0] * 40}]},
            "param_groups.0.params must be like|param_groups are not those of this network",
        ),
        (lambda rest: rest | {"param_groups": [leave_out(rest, "lr")]}, "it holds no 'lr'"),
        (
            lambda rest: rest | {"param_groups": [leave_out(rest, "initial_lr")]},
            "it holds no 'initial_lr'",
        ),
        (lambda rest: rest | {"history": {}}, r"history must be a list, got \{\}"),
        (lambda rest: rest | {"history": [3]}, "history: expected a table of settings, got 3"),
    ],
)
def test_a_part_of_another_form_is_named(
    change: Callable[[dict[str, Any]], object], message: str, parts: Split, tmp_path: Path
) -> None:
    """Fuzzing: these ended in errors of Python's, or stopped the run epochs later."""
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    change_rest(path, change)
    with pytest.raises(ValueError, match=f"cannot resume from .*checkpoint.safetensors: {message}"):
        fit(parts, path, resume=True)


@pytest.mark.parametrize("name", ["amsgrad", "betas"])
def test_a_setting_of_the_optimiser_that_is_missing_has_its_default(
    name: str, parts: Split, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    change_rest(path, lambda rest: rest | {"param_groups": [leave_out(rest, name)]})
    assert_same_weights(fit(parts, path, 2, resume=True), fit(parts, None, 2))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("generator", lambda tensor: tensor.float(), "written on another kind of device"),
        ("generator", lambda tensor: tensor[0], "this run has 1"),
        ("optimizer.0.exp_avg", lambda tensor: tensor[:1, :, :1], "optimizer.0.exp_avg is of no"),
    ],
)
def test_a_tensor_of_another_form_is_named(
    name: str, change: Callable[[Tensor], Tensor], message: str, parts: Split, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file({**tensors, name: change(tensors[name]).contiguous()}, path, metadata)
    with pytest.raises(ValueError, match=message):
        fit(parts, path, resume=True)


def test_another_number_of_processes_is_refused(parts: Split, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit(parts, path, 1)
    change_generator(path, lambda states: states.repeat(2, 1))
    with pytest.raises(ValueError, match="written by 2 processes, this run has 1"):
        fit(parts, path, resume=True)


def test_what_a_killed_process_left_is_swept_up(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with replacing(path) as temporary:
        temporary.write_text("whole")
    (tmp_path / ".a.json.x1y2z3w4.json").write_text("ha")
    (tmp_path / ".b.json.x1.json").write_text("another's")
    remove_leftovers(path)
    assert {file.name for file in tmp_path.iterdir()} == {"a.json", ".b.json.x1.json"}
