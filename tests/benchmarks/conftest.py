"""A small benchmark of clusters, and three of its seeds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmarks.clusters.document import BEGIN, END
from benchmarks.clusters.figures import PlainFigures, SeedFigures
from benchmarks.clusters.plan import Task, plan_data
from vaegmm.files import write_json
from vaegmm.model import VAEGMM
from vaegmm.training.heads import Choice
from vaegmm.training.run import begin_run, resolve

TINY = """
[data]
dataset = "sample"
digits = [1, 4, 8]
[augmentation]
rotation = 8.0
[network]
latent_dim = 4
channels = [8, 8, 8, 16, 8]
dense_size = 32
dropout = 0.0
[training]
epochs = 1
batch_size = 64
learning_rate = 5e-3
beta = 0.01
[mixture]
n_components = 3
n_init = 1
[refine]
refine_epochs = 1
n_overclusters = 4
n_prior_components = 3
"""
ACCURACIES = {0: 0.985, 2: 0.97, 3: 0.992}
HEAD = Choice("head", (1.02, 1.01, 0.9), 0)
CHOICES = {
    0: (Choice("grouping", (0.97, 0.97), 0),),
    2: (HEAD, Choice("grouping", (0.95, 0.98), 1)),
    3: (),
}


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """One data set, a document with prose, a folder of its own."""
    (tmp_path / "tiny.toml").write_text(TINY)
    (tmp_path / "page.md").write_text(f"# Title\n\n{BEGIN}\n{END}\n\nGoals.\n")
    words = ["--config-148", str(tmp_path / "tiny.toml"), "--data", "1-4-8", "--device", "cpu"]
    return [
        *words, "--output-dir", str(tmp_path / "runs"), "--document", str(tmp_path / "page.md"),
    ]  # fmt: skip


@pytest.fixture
def finished(tmp_path: Path, command: list[str], tiny_model: VAEGMM) -> dict[int, SeedFigures]:
    """Three seeds and the plain VAE, as if they had been trained."""
    planned = plan_data("1-4-8", command[1], tuple(ACCURACIES), tmp_path / "runs")
    found = {}
    for seed, task in planned.seeds.items():
        _begin(task, tiny_model)
        figures = SeedFigures(
            seed, 600, ACCURACIES[seed], 0.9 + seed / 100, 0.8 + seed / 50, 70.0 + seed, -95.5,
            60.0 + 10 * seed, "a <machine>", "", CHOICES[seed],
        )  # fmt: skip
        clusters = np.arange(600) % 3
        clusters[: 60 * seed] = 0
        np.savez_compressed(task.folder / "clusters.npz", clusters=clusters.astype(np.uint8))
        write_json(task.folder / "figures.json", asdict(figures))
        found[seed] = figures
    _begin(planned.plain, tiny_model)
    write_json(planned.plain.folder / "figures.json", asdict(PlainFigures(70.0, 9.0)))
    return found


def _begin(task: Task, model: VAEGMM) -> None:
    begin_run(task.folder, resolve(task.wanted))
    model.save_pretrained(task.folder)
