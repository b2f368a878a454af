"""The command that trains, measures and writes the document of clusters."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmarks import clustering
from benchmarks.clusters.document import BEGIN, END
from benchmarks.clusters.figures import PlainFigures, SeedFigures
from benchmarks.clusters.plan import Task, plan_data
from vaegmm.data.datasets import LabelledImages
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


def test_tables_and_pictures_are_written_of_what_is_finished(
    tmp_path: Path,
    command: list[str],
    finished: dict[int, SeedFigures],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*/*")}
    assert clustering.main([*command, "--no-train", "--seeds", "0", "1", "2", "3"]) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*/*")} == before
    text, printed = (tmp_path / "page.md").read_text(), capsys.readouterr().out
    assert text.startswith(f"# Title\n\n{BEGIN}\n") and text.endswith(f"\n{END}\n\nGoals.\n")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| MNIST")
    ]
    summary, *each, agreement = rows

    def spread(values: list[float], scale: float, n: int) -> str:
        a = scale * np.array(values)
        return f"{a.mean():.{n}f} ± {a.std(ddof=1):.{n}f}"

    assert summary == [
        "MNIST, 1/4/8", "3 of 4, missing: 1", "600",
        spread([one.accuracy for one in finished.values()], 100, 2), "97.00",
        spread([one.nmi for one in finished.values()], 1, 4),
        spread([one.ari for one in finished.values()], 1, 4),
        f"{np.mean([70, 72, 73]):.2f} ({np.mean([70, 72, 73]) / 70:.3f})",
        f"{np.mean([60, 80, 90]):.0f}",
    ]  # fmt: skip
    assert [row[1:3] for row in each] == [["0", "98.50"], ["2", "97.00"], ["3", "99.20"]]
    assert each[0][7:10] == ["-", "-", "0.9700"]
    assert each[1][5:9] == ["72.00", "-95.50", "1.0200", "0.9000 to 1.0100"]
    assert each[1][9] == "0.9800, before 0.9500"
    assert each[2][7:10] == ["-", "-", "-"]
    # 0 has in common with 2 and 3 what these did not put into the first cluster
    assert agreement[1] == "3" and agreement[4].startswith("seed 2")
    assert "trained on a \\<machine\\>" in text
    assert "seed 2, which agrees most with the other seeds" in text
    assert "3 of 4, missing: 1" in printed and "0.9000 to 1.0100" in printed
    for name in ("samples", "mistakes"):
        assert f"(clustering/1-4-8-{name}.png)" in text
        assert (tmp_path / "clustering" / f"1-4-8-{name}.png").stat().st_size > 0


def test_what_is_finished_is_not_trained_again(
    tmp_path: Path, command: list[str], finished: dict[int, SeedFigures]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*/*")}
    assert clustering.main([*command, "--seeds", *map(str, finished)]) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*/*")} == before


def test_other_settings_are_refused(
    tmp_path: Path,
    command: list[str],
    finished: dict[int, SeedFigures],
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (tmp_path / "page.md").read_text()
    for change in (
        ("latent_dim = 4", "latent_dim = 3"),
        ("\nepochs = 1", "\nepochs = 2"),
        ("rotation = 8.0", "rotation = 9.0"),
        ("digits = [1, 4, 8]", "digits = [1, 4]"),
    ):
        (tmp_path / "tiny.toml").write_text(TINY.replace(*change))
        assert clustering.main([*command, "--no-train", "--seeds", *map(str, finished)]) == 2
        assert "1-4-8-seed-0 had other settings than" in capsys.readouterr().err
    assert (tmp_path / "page.md").read_text() == page


def test_of_nothing_finished_all_is_said_to_be_missing(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert clustering.main([*command, "--no-train", "--seeds", "4", "5"]) == 0
    assert "0 of 2, missing: 4, 5" in capsys.readouterr().out
    assert (tmp_path / "page.md").read_text().count("missing") == 1
    assert not (tmp_path / "runs").exists()


def test_a_plain_vae_that_is_missing_is_said(
    tmp_path: Path, command: list[str], finished: dict[int, SeedFigures]
) -> None:
    (tmp_path / "runs" / "1-4-8-plain" / "figures.json").unlink()
    assert clustering.main([*command, "--no-train", "--seeds", "0"]) == 0
    assert "70.00 (missing: the plain VAE)" in (tmp_path / "page.md").read_text()


def test_figures_stay_when_their_runs_are_gone(
    tmp_path: Path, command: list[str], finished: dict[int, SeedFigures]
) -> None:
    words = [*command, "--no-train", "--seeds", *map(str, finished)]
    assert clustering.main(words) == 0
    page = (tmp_path / "page.md").read_text()
    files = {path: path.read_bytes() for path in tmp_path.glob("clustering/*")}
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "page.md").write_text(f"{BEGIN}\n{END}\n")
    assert clustering.main(words) == 0
    assert page.startswith("# Title\n\n") and page.endswith("\n\nGoals.\n")
    assert (tmp_path / "page.md").read_text() == page[len("# Title\n\n") : -len("\nGoals.\n")]
    assert {path: path.read_bytes() for path in tmp_path.glob("clustering/*")} == files


def test_seeds_of_two_machines_make_one_table(
    tmp_path: Path, command: list[str], finished: dict[int, SeedFigures]
) -> None:
    words = [*command, "--no-train", "--seeds"]
    assert clustering.main([*words, "0", "2"]) == 0
    before = (tmp_path / "clustering" / "1-4-8-samples.png").read_bytes()
    shutil.rmtree(tmp_path / "runs" / "1-4-8-seed-0")
    shutil.rmtree(tmp_path / "runs" / "1-4-8-plain")
    assert clustering.main([*words, "3"]) == 0
    page = (tmp_path / "page.md").read_text()
    accuracies = [100 * one.accuracy for one in finished.values()]
    assert f"| MNIST, 1/4/8 | 3 | 600 | {np.mean(accuracies):.2f} ± " in page
    assert "(1.024)" in page  # 71.67 nats; the plain VAE's 70 stay as well
    # two were compared, and one alone that came later is no reason to forget them
    assert "| MNIST, 1/4/8 | 0, 2 | " in page
    assert (tmp_path / "clustering" / "1-4-8-samples.png").read_bytes() == before
    assert clustering.main([*command, "--seeds", "3"]) == 0  # the plain VAE is not trained again
    assert not (tmp_path / "runs" / "1-4-8-plain").exists()
    assert clustering.main([*words, "2", "3"]) == 0  # as many, and newer
    assert "| MNIST, 1/4/8 | 2, 3 | " in (tmp_path / "page.md").read_text()


def test_other_data_sets_on_record_stay(
    tmp_path: Path, command: list[str], finished: dict[int, SeedFigures]
) -> None:
    other = [word.replace("1-4-8", "digits") for word in command]
    other += ["--config-digits", str(tmp_path / "tiny.toml"), "--no-train", "--seeds", "8"]
    assert clustering.main([*command, "--no-train", "--seeds", "0"]) == 0
    assert clustering.main(other) == 0
    page = (tmp_path / "page.md").read_text()
    assert "| MNIST, 1/4/8 | 1 | 600 |" in page
    assert "| MNIST, ten digits | 0 of 1, missing: 8 | - |" in page


def test_figures_of_other_settings_are_not_mixed(
    tmp_path: Path,
    command: list[str],
    finished: dict[int, SeedFigures],
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [*command, "--no-train", "--seeds", "0"]
    assert clustering.main([*words, "--data-dir", str(tmp_path)]) == 0
    assert clustering.main([*words, "--device", "auto"]) == 0  # where it ran may differ
    (tmp_path / "tiny.toml").write_text(TINY.replace("latent_dim = 4", "latent_dim = 3"))
    page = (tmp_path / "page.md").read_text()
    assert clustering.main([*words, "--output-dir", str(tmp_path / "others")]) == 2
    assert "figures.json were made with other settings; give a --document in another" in (
        capsys.readouterr().err
    )
    assert (tmp_path / "page.md").read_text() == page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "is damaged: Expecting value"),
        ("{}", "is damaged: it is no list of data sets; remove it to begin anew"),
        ('[{"name": "letters"}]', "expected one of '1-4-8', 'digits', 'fashion', got 'letters'"),
    ],
)
def test_a_damaged_record_is_refused(
    text: str, message: str, tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clustering").mkdir()
    (tmp_path / "clustering" / "figures.json").write_text(text)
    assert clustering.main([*command, "--no-train"]) == 2
    assert message in capsys.readouterr().err
    assert (tmp_path / "clustering" / "figures.json").read_text() == text


def test_a_record_that_compares_what_it_does_not_have_is_refused(
    tmp_path: Path,
    command: list[str],
    finished: dict[int, SeedFigures],
    capsys: pytest.CaptureFixture[str],
) -> None:
    words, path = [*command, "--no-train", "--seeds"], tmp_path / "clustering" / "figures.json"
    assert clustering.main([*words, "0", "2"]) == 0
    values = json.loads(path.read_text())
    del values[0]["figures"][1]
    write_json(path, values)
    assert clustering.main([*words, "3"]) == 2
    assert "is damaged: 1-4-8 compares seeds without figures" in capsys.readouterr().err


def test_the_document_shows_what_is_on_record(tmp_path: Path) -> None:
    docs = Path(clustering.__file__).parents[1] / "docs"
    shutil.copytree(docs / "clustering", tmp_path / "clustering")
    shutil.copy(docs / "CLUSTERING.md", tmp_path)
    words = ["--no-train", "--document", str(tmp_path / "CLUSTERING.md")]
    assert clustering.main([*words, "--output-dir", str(tmp_path / "runs")]) == 0
    for path in (tmp_path / "CLUSTERING.md", *tmp_path.glob("clustering/*")):
        assert path.read_bytes() == (docs / path.relative_to(tmp_path)).read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--jobs", "0"], "jobs must be at least 1, got 0"),
        (["--seeds", "1", "1"], "seeds must be given, and differ, got 1, 1"),
        (["--document", "nowhere.md"], "no document nowhere.md"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_trained(
    words: list[str], message: str, tmp_path: Path, command: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert clustering.main([*command, *words]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_it_trains_in_several_processes_and_goes_on_with_what_is_missing(
    tmp_path: Path, command: list[str], sample: LabelledImages
) -> None:
    assert clustering.main([*command, "--seeds", "0", "1", "--jobs", "2"]) == 0
    files = {path.parent.name: path for path in tmp_path.glob("runs/*/figures.json")}
    assert set(files) == {"1-4-8-seed-0", "1-4-8-seed-1", "1-4-8-plain"}
    assert "saved to" in (files["1-4-8-seed-1"].parent / "log.txt").read_text()
    kept = files["1-4-8-seed-0"].read_bytes(), files["1-4-8-plain"].stat().st_mtime_ns
    figures = {name: json.loads(path.read_text()) for name, path in files.items()}
    assert figures["1-4-8-seed-1"]["n_images"] == len(sample)
    assert figures["1-4-8-seed-1"]["note"] == ""
    # stopped in the middle: the joint step and what follows are gone
    for name in ("figures.json", "metrics.json", "refine.json", "refine.safetensors"):
        (files["1-4-8-seed-1"].parent / name).unlink()
    history = (files["1-4-8-seed-1"].parent / "history.json").read_bytes()
    assert clustering.main([*command, "--seeds", "0", "1"]) == 0
    after = json.loads(files["1-4-8-seed-1"].read_text())
    assert (files["1-4-8-seed-1"].parent / "history.json").read_bytes() == history
    same = {"accuracy", "nmi", "ari", "bce", "elbo_mixture"}
    assert {key: after[key] for key in same} == {
        key: pytest.approx(figures["1-4-8-seed-1"][key], rel=1e-6) for key in same
    }
    assert kept == (files["1-4-8-seed-0"].read_bytes(), files["1-4-8-plain"].stat().st_mtime_ns)
