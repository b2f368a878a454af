"""One finished run of train.py, tiny, for all tests of the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaegmm.cli import train

TINY = [
    *("--dataset", "sample", "--digits", "1", "4", "8", "--channels", "4", "4", "4", "4", "4"),
    *("--dense-size", "8", "--latent-dim", "2", "--epochs", "2"),
    *("--n-components", "3", "--n-init", "1", "--device", "cpu"),
]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    assert train.main([*TINY, "--output-dir", str(folder)]) == 0
    return folder
