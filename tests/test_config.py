"""Settings: TOML in, strict, with helpful errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from vaegmm.config import ExperimentConfig, NetworkConfig, TrainingConfig
from vaegmm.settings import check_finite, from_dict, load_toml

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.toml"))


@dataclass(frozen=True)
class Holder:
    """May hold settings."""

    network: NetworkConfig | None


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_in_the_repository_loads(path: Path) -> None:
    assert load_toml(path) != ExperimentConfig()


def test_lists_become_tuples_and_integers_floats(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("seed = 3\n[data]\ndigits = [1, 4]\n[training]\nbeta = 1\n")
    config = load_toml(file)
    assert config.data.digits == (1, 4)
    assert isinstance(config.training.beta, float)
    assert config.seed == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[trainig]\n", "unknown key 'trainig'; did you mean 'training'"),
        ("[training]\nbetta = 1", "unknown key 'betta'; did you mean 'beta'"),
        ("[training]\nepochs = 1.5", "training: epochs: expected int, got 1.5"),
        ("[training]\nepochs = true", "expected int, got True"),
        (
            "[network]\nkind = 'dens'",
            "expected one of 'conv', 'conv64', 'dense', 'lstm', got 'dens'",
        ),
        ("[data]\ndata_dir = 3", r"data_dir: expected str \| None, got 3"),
        ("[data]\ndigits = ['1']", "digits: expected int, got '1'"),
        ("data = 3", "expected a table of settings, got 3"),
        ("seed = ", "is not valid TOML"),
        ("[training]\nbeta = 1" + 400 * "0", "beta: expected float, got 1000"),
        ("seed = " + 20_000 * "[", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_toml(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"seed = {'9' * 5000}", r"a\.toml is not valid TOML: Exceeds the limit"),
        (f"seed = {[0] * 5000}", r"seed: expected int, got \[0, 0, .{60,80}\.\.\.$"),
        (f"{'k' * 5000} = 1", r"unknown key 'k{79}\.\.\.; known are"),
    ],
)
def test_what_has_no_end_is_named_and_cut_off(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_toml(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read the config .*nowhere\.toml: No such file"):
        load_toml(tmp_path / "nowhere.toml")


def test_a_missing_key_takes_its_default() -> None:
    assert from_dict(NetworkConfig, {"latent_dim": 3}, "here") == NetworkConfig(latent_dim=3)


def test_a_table_that_may_be_missing_is_read_as_strictly() -> None:
    assert from_dict(Holder, {"network": None}, "here") == Holder(None)
    assert from_dict(Holder, {"network": {"latent_dim": 3}}, "here") == Holder(
        NetworkConfig(latent_dim=3)
    )
    with pytest.raises(ValueError, match="here: network: unknown key 'latent'"):
        from_dict(Holder, {"network": {"latent": 3}}, "here")
    with pytest.raises(ValueError, match="here: network: expected a table of settings, got 3"):
        from_dict(Holder, {"network": 3}, "here")


def test_a_missing_key_takes_what_another_default_gives(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("[network]\nlatent_dim = 3\n")
    default = ExperimentConfig(network=NetworkConfig(latent_dim=5, dense_size=7), seed=4)
    expected = ExperimentConfig(network=NetworkConfig(latent_dim=3, dense_size=7), seed=4)
    assert load_toml(file, default) == expected


def test_a_mark_that_an_editor_put_in_front_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("seed = 3\n", encoding="utf-8-sig")
    assert load_toml(file).seed == 3


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_named(value: float) -> None:
    check_finite(ExperimentConfig())
    config = replace(ExperimentConfig(), training=replace(TrainingConfig(), beta=value))
    with pytest.raises(ValueError, match=f"beta must be a finite number, got {value}"):
        check_finite(config)
