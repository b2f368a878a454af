"""A hub that has a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_hub import LocalHub
from vaegmm.model import VAEGMM

NAME = "user/small"


@pytest.fixture
def folder(tiny_model: VAEGMM, tmp_path: Path) -> Path:
    """A model's folder."""
    path = tmp_path / "tiny"
    tiny_model.save_pretrained(path, "# a model\n")
    return path


@pytest.fixture
def online(hub: LocalHub, folder: Path) -> LocalHub:
    """The hub, which has that model."""
    hub.add(NAME, folder)
    return hub
