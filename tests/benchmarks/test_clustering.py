"""The command that trains, measures and writes the document of clusters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import clustering
from benchmarks.clusters.document import BEGIN, END
from benchmarks.clusters.figures import SeedFigures
from vaegmm.data.datasets import LabelledImages


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
    page, settings = (tmp_path / "page.md").read_text(), tmp_path / "tiny.toml"
    before = settings.read_text()
    for change in (
        ("latent_dim = 4", "latent_dim = 3"),
        ("\nepochs = 1", "\nepochs = 2"),
        ("rotation = 8.0", "rotation = 9.0"),
        ("digits = [1, 4, 8]", "digits = [1, 4]"),
    ):
        settings.write_text(before.replace(*change))
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
