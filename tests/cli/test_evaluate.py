"""evaluate.py, whole, on a tiny run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vaegmm.cli import evaluate
from vaegmm.config import TrainingConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation import few_digits, usefulness
from vaegmm.hub.repository import DEFAULT
from vaegmm.operations.generate import GenerateSettings
from vaegmm.runtime import MAX_SEED

QUICK = ["--n-likelihood-images", "20", "--n-likelihood-samples", "5", "--n-muddles", "6"]
QUICK += ["--n-morphs", "3"]


def test_evaluate_prints_every_task_and_writes_one_report(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path)]
    assert evaluate.main([*arguments, *QUICK, "--n-components", "3", "5"]) == 0
    printed = capsys.readouterr().out
    for word in (
        "accuracy",
        "precision",
        "NMI",
        "ELBO",
        "log p(x) >=",
        "Brier",
        "AUROC",
        "style:",
        "Frechet",
        "balanced, all pairs, 70%",
        "geodesic, ends rebuilt",
    ):
        assert word in printed
    assert "600 test images of sample labelled 1, 4, 8" in printed
    figures = json.loads((tmp_path / "metrics.json").read_text())
    assert list(figures) == [
        "classification", "clustering", "reconstruction", "generation", "likelihood",
        "calibration", "outliers", "drawings", "muddles", "morphs",
    ]  # fmt: skip
    rows = figures["classification"].values()
    assert [row["n_components"] for row in rows] == [3, 3, 5]
    assert all("labels only name" in row["label_use"] for row in rows)
    assert ["; on a network for which: " in row["label_use"] for row in rows] == [False, True, True]
    assert figures["reconstruction"]["active_units"] <= 2
    assert set(figures["outliers"]) == {"false_alarms", "other labels", "noise", "scribbles"}
    assert figures["outliers"]["other labels"]["n_images"] == 1400
    assert figures["likelihood"]["n_images"] == 20
    generation = figures["generation"]
    real, made = generation["training images"], generation["samples by label"]
    random = generation["N(0, I)"]
    assert real["frechet_distance"] < 0.1 * min(
        made["frechet_distance"], random["frechet_distance"]
    )
    assert real["precision"] > made["precision"]
    assert real["right_label"] > 0.99 > made["right_label"]
    assert generation["test images"]["frechet_distance"] is None
    assert random["right_label"] is None
    assert made["acceptance"] == 1
    assert "samples that the model is sure of" not in generation  # two epochs: of hardly any
    assert "No samples that the model is sure of: of 2000 digits drawn" in printed
    assert {row["n_images"] for row in figures["muddles"].values()} == {6}
    page = (tmp_path / "report.html").read_text()
    pictures = {path.name for path in tmp_path.glob("*.png")}
    assert pictures == {
        "confusion.png", "errors.png", "latents.png", "reconstructions.png", "samples.png",
        "samples_by_label.png", "samples_nearest.png",
        "mixture_samples.png", "manifold.png", "reliability.png", "densities.png", "surprise.png",
        "drawings.png", "muddles_nearest.png", "muddles_all_pairs.png", "muddle_pairs.png",
        "morph_14_81.png",
    }  # fmt: skip
    assert page.count("data:image/png;base64,") == len(pictures)
    assert "http" not in page
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html",
        "metrics.json",
        *pictures,
    }


def test_evaluate_does_the_tasks_it_is_asked_for(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path)]
    assert evaluate.main([*arguments, "--tasks", "calibration"]) == 0
    printed = capsys.readouterr().out
    assert "expected calibration error" in printed
    assert "AUROC" not in printed
    assert list(json.loads((tmp_path / "metrics.json").read_text())) == ["calibration"]


def test_evaluate_judges_samples_only_of_what_the_judge_knows(run: Path, tmp_path: Path) -> None:
    command = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path)]
    assert evaluate.main([*command, "--digits", "1", "4", "--tasks", "generation"]) == 0
    assert json.loads((tmp_path / "metrics.json").read_text()) == {"generation": None}


def test_evaluate_compares_samples_with_a_plain_vae(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path)]
    command += ["--tasks", "generation", "--plain"]
    assert evaluate.main([*command, str(run)]) == 0
    assert "times that of the plain VAE's" in capsys.readouterr().out
    figures = json.loads((tmp_path / "metrics.json").read_text())["generation"]
    assert figures["plain VAE, N(0, I)"] == figures["N(0, I)"]


def test_evaluate_measures_whether_generated_digits_help_when_asked(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_digits, "TRAINING", TrainingConfig(epochs=1))
    monkeypatch.setattr(few_digits, "N_COPIES", 90)
    monkeypatch.setattr(few_digits, "N_MADE", 60)
    monkeypatch.setattr(few_digits, "N_EACH", 2)
    monkeypatch.setattr(few_digits, "SETTINGS", GenerateSettings())
    monkeypatch.setattr(usefulness, "STEPS", 5)
    assert "augmentation" not in evaluate.EvaluateArguments().tasks
    command = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path)]
    command += ["--tasks", "augmentation", "--augmentation-seeds", "1"]
    assert evaluate.main([*command, "--augmentation-sizes", "2"]) == 0
    assert "gain of both over affine" in capsys.readouterr().out
    (cell,) = json.loads((tmp_path / "metrics.json").read_text())["augmentation"]
    assert (cell["n"], cell["seed"], len(cell["accuracies"])) == (2, 0, 5)
    assert (tmp_path / "augmentation.png").exists()


def test_evaluate_takes_strangers_from_a_file(
    run: Path, sample: LabelledImages, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.npz"
    np.savez(file, images=255 - sample.images[:30].numpy(), labels=sample.labels[:30].numpy())
    arguments = ["--weights", str(run), "--dataset", "sample", "--tasks", "outliers"]
    assert evaluate.main([*arguments, "--others", str(file), "--output-dir", str(tmp_path)]) == 0
    assert f"{file}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--digits", "4", "5"], "digits must be among the model's labels 1, 4, 8, got 5"),
        (["--n-likelihood-samples", "0"], "n_likelihood_samples must be at least 1, got 0"),
        (["--augmentation-seeds", "0"], "augmentation_seeds must be at least 1, got 0"),
        (
            ["--tasks", "augmentation", "--augmentation-sizes", "5", "5000"],
            "augmentation_sizes must be from 1 to 1000, as many as the rarest label has, got 5, 50",
        ),
        (["--plain", str(DEFAULT)], "plain must be a model of the same network as the weights"),
        (["--others", "fashoin-mnist"], "unknown dataset 'fashoin-mnist'"),
        (["--tasks"], "tasks must name at least one of classification, clustering, "),
        (["--seed", "-1"], "the seed must be from 0 to 2147483647, got -1"),
        (["--seed", "2147483648"], "the seed must be from 0 to 2147483647, got 2147483648"),
    ],
)
def test_evaluate_names_what_does_not_fit(
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    command = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path / "x")]
    assert evaluate.main([*command, *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_evaluate_reads_an_npz(
    run: Path, sample: LabelledImages, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.npz"
    np.savez(file, images=sample.images[:50].numpy() / 255, labels=sample.labels[:50].numpy())
    digits = [str(d) for d in sample.labels[:50].unique().tolist()]
    arguments = ["--weights", str(run), "--dataset", str(file), "--digits", *digits]
    arguments += ["--tasks", "classification", "clustering"]
    assert evaluate.main([*arguments, "--output-dir", str(tmp_path / "report")]) == 0
    assert "50 test images" in capsys.readouterr().out


def test_evaluate_does_not_write_into_a_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(run)]
    assert evaluate.main(arguments) == 2
    assert "holds a run of training" in capsys.readouterr().err


def test_evaluate_names_missing_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--weights", "nowhere", "--dataset", "sample"]) == 2
    assert "no model in nowhere" in capsys.readouterr().err


def test_the_largest_seed_will_do_for_muddles(run: Path, tmp_path: Path) -> None:
    arguments = ["--weights", str(run), "--dataset", "sample", "--output-dir", str(tmp_path)]
    arguments += ["--tasks", "muddle", "--n-muddles", "3", "--seed", str(MAX_SEED)]
    assert evaluate.main(arguments) == 0
