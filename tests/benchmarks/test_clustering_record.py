"""Figures that stay when the runs they are of are gone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks import clustering
from benchmarks.clusters.document import BEGIN, END
from benchmarks.clusters.figures import SeedFigures
from vaegmm.files import write_json


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
    settings = tmp_path / "tiny.toml"
    settings.write_text(settings.read_text().replace("latent_dim = 4", "latent_dim = 3"))
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
