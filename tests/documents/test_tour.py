"""The notebook runs anywhere in a clone, and shows what it computes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from scripts.make_tour import METADATA, TOUR, run_notebook

ROOT = Path(__file__).parents[2]
MAX_BYTES = 500_000
MACHINE_PATH = re.compile(r"(?<![\w.])(/(home|root|tmp|usr|var|mnt|opt|work|Users)/|[A-Z]:\\)")


@pytest.fixture(scope="module")
def tour() -> NotebookNode:
    """The notebook as it is committed."""
    return nbformat.read(TOUR, nbformat.NO_CONVERT)


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A kernel without anybody's settings, network or data."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR", "VAEGMM_DATA"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(notebook: NotebookNode) -> dict[str, list[str]]:
    """What each cell answers in words; a picture counts by its size."""
    return {
        cell.id: [
            o.text if o.output_type == "stream" else o.data["text/plain"] for o in cell.outputs
        ]
        for cell in code_cells(notebook)
    }


def test_it_is_valid_and_was_executed_in_order(tour: NotebookNode) -> None:
    nbformat.validate(tour)
    cells = code_cells(tour)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_it_shows_pictures_and_words_and_no_error(tour: NotebookNode) -> None:
    outputs = [output for cell in code_cells(tour) for output in cell.outputs]
    kinds = [output.output_type for output in outputs]
    assert set(kinds) == {"stream", "display_data"}
    assert {output.name for output in outputs if output.output_type == "stream"} == {"stdout"}
    assert sum("image/png" in output.get("data", ()) for output in outputs) >= 10
    silent = {cell.id for cell in code_cells(tour) if not cell.outputs}
    assert silent == {"find-repository", "em"}


def test_nothing_in_it_tells_of_the_machine(tour: NotebookNode) -> None:
    assert tour.metadata == METADATA
    assert all(cell.metadata == {} for cell in tour.cells)
    words = json.dumps([[cell.source for cell in tour.cells], texts(tour)])
    assert not MACHINE_PATH.search(words)
    assert not re.search(r" at 0x[0-9a-f]+", words)


def test_it_is_small_enough_to_be_read_on_the_web() -> None:
    assert TOUR.stat().st_size < MAX_BYTES


@pytest.mark.slow
@pytest.mark.usefixtures("clean")
def test_a_fresh_run_says_what_is_committed(tour: NotebookNode, tmp_path: Path) -> None:
    copy = shutil.copy(TOUR, tmp_path)
    fresh = run_notebook(Path(copy), TOUR.parent)
    names = [o.name for cell in code_cells(fresh) for o in cell.outputs if "name" in o]
    assert "stderr" not in names
    assert texts(fresh) == texts(tour)


@pytest.mark.slow
@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("folder", [ROOT, TOUR.parent], ids=["root", "docs"])
def test_it_finds_the_repository(folder: Path, tour: NotebookNode, tmp_path: Path) -> None:
    first = [cell for cell in tour.cells if cell.id in {"find-repository", "setup"}]
    nbformat.write(nbformat.from_dict({**tour, "cells": first}), tmp_path / "start.ipynb")
    fresh = run_notebook(tmp_path / "start.ipynb", folder)
    assert texts(fresh)["setup"] == texts(tour)["setup"]
