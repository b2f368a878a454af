"""A folder like a checkout, with the files that the documents name; one server for all of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.browsing import serve_app
from tests.cli.conftest import TINY
from tests.documents.fences import ROOT
from tests.documents.running import find_names
from tests.local_hub import LocalHub
from vaegmm.cli import train
from vaegmm.data.datasets import SAMPLE

LINKED = (
    *("app", "benchmarks", "configs", "docs", "sample", "scripts", "tests", "vaegmm", "weights"),
    *("train.py", "evaluate.py", "space.py", "Makefile", "requirements.txt", "README.md"),
)
N_TRAIN, N_TEST = 40, 10  # of each digit
NAME = "user/digits"
MADE = re.compile(r"(?:-o|--output-dir) (runs/[\w-]+)")


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of train.py, tiny: what stands where a document names a folder of its reader's."""
    folder = tmp_path_factory.mktemp("documents") / "run"
    assert train.main([*TINY, "--output-dir", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of the page, started once."""
    with serve_app() as running:
        yield running.url


@pytest.fixture
def prepare(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hub: LocalHub,
    request: pytest.FixtureRequest,
) -> Callable[[str], Path]:
    """A function that makes the folder for a text, and goes there; the hub knows user/digits."""
    monkeypatch.setenv("HF_TOKEN", hub.token)

    def make(text: str) -> Path:
        monkeypatch.chdir(tmp_path)
        for name in LINKED:
            (tmp_path / name).symlink_to(ROOT / name)
        fill(tmp_path, text)
        if "user/" in text or "runs/" in text:
            run = request.getfixturevalue("finished_run")
            for ref in ("main", "v1"):
                files = {path.name: path.read_bytes() for path in run.glob("*.*")}
                hub.add(NAME, files, ref)
            for name in find_runs(text):
                shutil.copytree(run, tmp_path / name)
        return tmp_path

    return make


def find_runs(text: str) -> set[str]:
    """The folders of runs that a text takes for granted: all but those that it makes."""
    made = set() if "--resume" in text else set(MADE.findall(text))
    return set(re.findall(r"\bruns/[\w-]+", text)) - made


def fill(folder: Path, text: str) -> None:
    """Put into a folder what a reader of a text has: digits, a number, data, a model."""
    with np.load(SAMPLE) as sample:
        parts = {part: (sample[f"x_{part}"], sample[f"y_{part}"]) for part in ("train", "test")}
    arrays = {}
    for (part, (x, y)), n in zip(parts.items(), (N_TRAIN, N_TEST), strict=True):
        chosen = np.sort(np.concatenate([np.flatnonzero(y == digit)[:n] for digit in range(10)]))
        arrays |= {f"x_{part}": x[chosen], f"y_{part}": y[chosen]}
    x, y = parts["test"]
    three, two = (x[np.flatnonzero(y == digit)[0]] for digit in (3, 2))
    number = np.hstack([three, np.zeros((28, 8), np.uint8), two])
    for name in {*find_names(text), "small.npz"}:
        path = folder / name
        if path.exists() or path.parent != folder:
            continue
        if name in ("small.npz", "my.npz"):
            np.savez(path, **arrays)
        elif name in ("32.png", "number.png"):
            Image.fromarray(number).save(path)
        elif name in ("digit.png", "another.jpg", "picture.png", "three.png"):
            Image.fromarray(three).save(path)
    (folder / "this").mkdir()
    (folder / "this" / "folder").symlink_to(ROOT / "weights" / "digits")
