"""What tests of trainings that begin with a model do."""

from __future__ import annotations

from pathlib import Path

from vaegmm.model import VAEGMM


def command(few: Path, folder: Path, *more: str) -> list[str]:
    settings = ["--epochs", "1", "--batch-size", "12", "--n-components", "3", "--n-init", "1"]
    place = ["--dataset", str(few), "--output-dir", str(folder), "--device", "cpu"]
    return [*place, *settings, *more]


def label_use(folder: Path) -> str:
    return VAEGMM.from_pretrained(folder).config.label_use
