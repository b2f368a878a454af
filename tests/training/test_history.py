"""What a training wrote down, read back."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from vaegmm.files import write_json
from vaegmm.training.history import Epoch, Losses, RefineEpoch, read_epochs

EPOCHS = [
    Epoch(
        n,
        Losses(200.0 / n, 190.0 / n, 20.0),
        Losses(201.0 / n, 191.0 / n, 20),
        1e-3,
        2.0,
        99.0,
        True,
    )
    for n in (1, 2, 3)
]
JOINT = [RefineEpoch(1, 90.0, 80.0, 20.0, 0.0, 0.1, 5.0)]


def test_epochs_come_back_as_they_were_written(tmp_path: Path) -> None:
    for kind, epochs in ((Epoch, EPOCHS), (RefineEpoch, JOINT)):
        write_json(tmp_path / "h.json", [dataclasses.asdict(one) for one in epochs])
        assert read_epochs(tmp_path / "h.json", kind) == epochs


def test_no_file_has_no_epochs(tmp_path: Path) -> None:
    assert read_epochs(tmp_path / "h.json", Epoch) == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "7",
        "[7]",
        '[{"epoch": 1}]',
        "[" * 10**5,
        json.dumps([dataclasses.asdict(EPOCHS[0]) | {"more": 1}]),
        json.dumps([dataclasses.asdict(EPOCHS[0]) | {"seconds": "2"}]),
        json.dumps([dataclasses.asdict(EPOCHS[0]) | {"seconds": float("nan")}]),
        json.dumps([dataclasses.asdict(EPOCHS[0]) | {"train": {"loss": 1.0}}]),
    ],
)
def test_a_damaged_file_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "h.json").write_text(text)
    with pytest.raises(ValueError, match=r"h\.json is damaged"):
        read_epochs(tmp_path / "h.json", Epoch)


def test_a_figure_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "h.json").write_text(json.dumps([{"epoch": 1, "train": {"loss": 1.0, "kl": 2.0}}]))
    with pytest.raises(ValueError, match=r"h\.json: train: missing key 'reconstruction_nll'"):
        read_epochs(tmp_path / "h.json", Epoch)
