"""Configs by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaegmm.cli import configs, train
from vaegmm.cli.configs import find_config
from vaegmm.settings import load_toml

CONFIGS = Path(__file__).parents[2] / "configs"


def test_a_bundled_config_is_found_by_its_name_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config("digits148") == CONFIGS / "digits148.toml"
    (job,) = train.plan(["--config", "digits148"]).items()
    assert job[0] == Path("runs/digits148")
    assert job[1].experiment == load_toml(CONFIGS / "digits148.toml")
    assert len(train.plan(["--config", "digits", "plain"])) == 2


def test_a_path_means_a_path_and_a_file_of_that_name_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("plain.toml", "./plain", "elsewhere/plain"):
        assert find_config(path) == Path(path)
    (tmp_path / "digits").mkdir()  # a folder is no config
    assert find_config("digits") == CONFIGS / "digits.toml"
    (tmp_path / "plain").write_text("seed = 5\n")
    (job,) = train.plan(["--config", "plain"]).values()
    assert job.experiment.seed == 5


def test_an_installed_package_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "vaegmm"
    monkeypatch.setattr(configs, "PACKAGE", package)
    with pytest.raises(ValueError, match="known are none, since the program was installed without"):
        find_config("mine")
    (package / "configs").mkdir(parents=True)
    (package / "configs" / "mine.toml").touch()
    assert find_config("mine") == package / "configs" / "mine.toml"


def test_an_unknown_name_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--config", "digits14"]) == 2
    error = capsys.readouterr().err
    assert "unknown config 'digits14'; did you mean 'digits148'? Known are clusters, " in error
    assert all(file.stem in error for file in CONFIGS.glob("*.toml"))
    assert error.count("\n") == 1


def test_an_empty_name_is_not_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--config", ""]) == 2
    assert capsys.readouterr().err.endswith(
        "config must be the name of a bundled config or the path of a TOML file, got ''\n"
    )
