"""A run's settings and history, read strictly before it goes on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.conftest import TINY
from vaegmm.config import ExperimentConfig
from vaegmm.evaluation.comparison import read_run
from vaegmm.training.history import Epoch, Losses
from vaegmm.training.run import begin_run, read_settings, resolve, resume_run, write_history

EXPERIMENT = resolve(ExperimentConfig(network=TINY))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder, just begun."""
    begin_run(tmp_path, EXPERIMENT)
    return tmp_path


def edit(folder: Path, **changes: object) -> None:
    values = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(values | changes))


def test_settings_come_back_as_they_were_written(folder: Path) -> None:
    experiment, threads = read_settings(folder)
    assert experiment == EXPERIMENT
    assert threads == 1


@pytest.mark.parametrize("threads", [0, -1, 10**9, True, "2", None])
def test_a_number_of_threads_that_is_none_is_refused(folder: Path, threads: object) -> None:
    edit(folder, threads=threads)
    with pytest.raises(
        ValueError, match=rf"run.json .* threads must be from 1 to 1024, got {threads!r}"
    ):
        read_settings(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", r"run.json is damaged: expected a table of settings, got \[\]"),
        ("{}", "run.json is damaged: missing key 'data'"),
        ("[" * 10**5, "run.json is damaged: "),
        ("{", "run.json is damaged: Expecting property name"),
    ],
)
def test_settings_that_are_none_are_named(folder: Path, text: str, message: str) -> None:
    (folder / "run.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_settings(folder)


def test_settings_that_are_no_text_are_named(folder: Path) -> None:
    (folder / "run.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"run.json is damaged: 'utf-8' codec"):
        read_settings(folder)


def test_a_damaged_history_stops_a_run_before_it_goes_on(folder: Path) -> None:
    """It stopped it after an epoch, and named no file."""
    (folder / "history.json").write_text("5")
    with pytest.raises(ValueError, match=r"history\.json is damaged"):
        resume_run(folder, EXPERIMENT)


@pytest.mark.parametrize("text", ["{}", '{"validation": 2.5}', '{"validation": {"mixture": {}}}'])
def test_a_run_without_figures_cannot_be_compared(folder: Path, text: str) -> None:
    losses = Losses(9.0, 8.0, 1.0)
    write_history(folder, [Epoch(1, losses, losses, 1e-3, 1.0, 9.0, True)])
    (folder / "metrics.json").write_text(text)
    with pytest.raises(ValueError, match=r"holds no finished run: .*metrics\.json"):
        read_run(folder)


def test_fields_of_the_settings_are_all_asked_for(folder: Path) -> None:
    for field in dataclasses.fields(ExperimentConfig):
        if field.name != "init_from":  # which older runs do not have
            values = json.loads((folder / "run.json").read_text())
            del values[field.name]
            (folder / "run.json").write_text(json.dumps(values))
            with pytest.raises(ValueError, match=f"missing key '{field.name}'"):
                read_settings(folder)
            begin_run(folder, EXPERIMENT)
