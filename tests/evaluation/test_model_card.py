"""The model card: true to the folder that it is made from, and whole whatever stands in there."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from PIL import Image

from vaegmm.config import DataConfig, ExperimentConfig, RefineConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.figures import Figures, measure_figures, read_figures, write_figures
from vaegmm.evaluation.model_card import MADE, PICTURES, write_model_card
from vaegmm.files import write_json
from vaegmm.hub.repository import EMBEDDED
from vaegmm.model import VAEGMM
from vaegmm.training.run import begin_run

SAMPLE = "2,400 training images of sample, labels 1, 4, 8"
NASTY = (
    "x](https://evil.example) <img src=x onerror=alert(1)> | a | `b` **c** $d$ @someone www.e.com "
    "--- # no heading ``` license: other: 'y' \"z\" {{w}} "
)


@pytest.fixture
def folder(tiny_model: VAEGMM, tmp_path: Path) -> Path:
    """A folder with a model and nothing else."""
    return save(tiny_model, tmp_path / "model", training_images=SAMPLE)


@pytest.fixture
def figures(tiny_model: VAEGMM, sample: LabelledImages) -> Figures:
    return measure_figures(tiny_model, sample)


def save(model: VAEGMM, folder: Path, **words: str) -> Path:
    """Save a model with other words in its config."""
    model.config = dataclasses.replace(model.config, **words)
    model.save_pretrained(folder)
    return folder


def read_values(card: str) -> dict[str, dict[str, float]]:
    """Return the figures of a card's model-index, by part and kind."""
    found: dict[str, dict[str, float]] = {}
    for result in ModelCard(card).data.eval_results:
        found.setdefault(result.dataset_split, {})[result.metric_type] = result.metric_value
    return found


def test_the_hub_reads_the_very_figures_of_the_folder(folder: Path, figures: Figures) -> None:
    other = dataclasses.replace(figures.mixture, accuracy=1 / 3)
    parts = {"validation": figures, "test": dataclasses.replace(figures, mixture=other)}
    write_figures(parts, folder)
    card = write_model_card(folder)
    stored = json.loads((folder / "metrics.json").read_text())
    assert list(read_values(card)) == ["test", "validation"]
    assert read_values(card) == {
        part: {
            "accuracy": stored[part]["mixture"]["accuracy"],
            "f1": stored[part]["mixture"]["f1_macro"],
            "binary_cross_entropy": stored[part]["network"]["reconstruction_bce"],
        }
        for part in ("test", "validation")
    }
    data = ModelCard(card).data
    assert (data.license, data.library_name) == ("mit", "vaegmm")
    assert data.pipeline_tag == "image-classification"
    assert data.datasets == ["ylecun/mnist"]
    assert {"vae", "gaussian-mixture", "mnist"} <= {*data.tags}
    assert {result.dataset_name for result in data.eval_results} == {
        "MNIST (a sample of 12,000), labels 1, 4, 8"
    }
    assert "| test | 600 | 0.3333 |" in card


def test_figures_are_read_as_they_were_written(folder: Path, figures: Figures) -> None:
    write_figures({"validation": figures}, folder)
    assert read_figures(folder) == {"validation": figures}
    given = write_model_card(folder, figures={"validation": figures})
    assert given == write_model_card(folder)


def test_a_model_without_figures_has_a_card_all_the_same(folder: Path) -> None:
    card = write_model_card(folder)
    assert ModelCard(card).data.eval_results is None
    assert "model_name" not in card
    assert "No figures came with this model." in card


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "metrics.json holds no figures of a model: Expecting"),
        ('{"classification": {}}', "expected figures by test and validation images alone"),
        ('{"test": {"mixture": {}}}', "holds no figures of a model: .*missing"),
    ],
)
def test_damaged_figures_are_refused(folder: Path, text: str, message: str) -> None:
    (folder / "metrics.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        write_model_card(folder)


def test_a_config_that_contradicts_itself_is_refused(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"labels": []}))
    with pytest.raises(ValueError, match=r"config\.json: labels must be from 0 to 999"):
        write_model_card(folder)


def test_a_figure_that_is_no_number_is_refused(folder: Path, figures: Figures) -> None:
    values = {"test": dataclasses.asdict(figures)}
    values["test"]["mixture"]["accuracy"] = float("nan")
    (folder / "metrics.json").write_text(json.dumps(values))
    with pytest.raises(ValueError, match="accuracy must be a finite number, got nan"):
        write_model_card(folder)


def test_it_shows_only_pictures_that_are_there(folder: Path) -> None:
    names = [*MADE, *PICTURES]
    shown = re.compile(r"!\[[^\]]+\]\(([^)]*)\)")
    assert shown.findall(write_model_card(folder)) == []
    for n, name in enumerate(names, 1):
        (folder / name).write_bytes(b"")
        assert shown.findall(write_model_card(folder)) == names[:n]


def test_words_from_outside_break_neither_markdown_nor_yaml(
    tiny_model: VAEGMM, tmp_path: Path, figures: Figures
) -> None:
    write_figures({"test": figures}, save(tiny_model, tmp_path / "plain", label_use="words"))
    plain = write_model_card(tmp_path / "plain")
    words = f"12 training images of /home/me/{NASTY}.npz, labels 1, 4, 8"
    for images in (words, NASTY):
        nasty = save(tiny_model, tmp_path / "nasty", label_use=NASTY, training_images=images)
        write_figures({"test": figures}, nasty)
        card = write_model_card(nasty)
        assert [line for line in card.splitlines() if line.startswith(("#", "```", "---"))] == [
            line for line in plain.splitlines() if line.startswith(("#", "```", "---"))
        ]
        body = ModelCard(card).text
        assert len(body.splitlines()) == len(ModelCard(plain).text.splitlines())
        assert ModelCard(card).data.license == "mit"
        assert ModelCard(card).data.datasets is None
        assert not re.search(r"(?<!\\)(<img|\[ *\(https|\*\*c|\$d|@some|`b)", body)
        assert "](https://evil" not in body
        assert "www.e.com" not in body
        assert "/home" not in body


def test_a_data_set_of_ones_own_is_named_by_its_file_alone(
    tiny_model: VAEGMM, tmp_path: Path, figures: Figures
) -> None:
    words = r"12 training images of C:\Users\me\my digits.npz, labels 1, 4, 8"
    folder = save(tiny_model, tmp_path / "model", training_images=words)
    card = write_model_card(folder, figures={"test": figures})
    data = ModelCard(card).data
    assert data.datasets is None
    assert data.eval_results[0].dataset_name == "my digits.npz, labels 1, 4, 8"
    assert "12 training images of my digits.npz, labels 1, 4, 8" in card
    assert "Users" not in card


def test_no_path_of_the_machine_is_in_it(folder: Path, tiny_model: VAEGMM) -> None:
    secret = str(folder.parent / "secret")
    experiment = ExperimentConfig(
        data=DataConfig(dataset=f"{secret}/my.npz", data_dir=secret),
        refine=RefineConfig(refine_epochs=3, labels="10"),
        device="cpu",
    )
    begin_run(folder, experiment)
    save(tiny_model, folder)
    card = write_model_card(folder)
    assert "| joint step learns from | 10 labels per class (weight 40) |" in card
    assert "| epochs | at most 60 |" in card
    assert "secret" not in card
    assert str(folder.parent) not in card


def test_what_a_run_took_is_in_it(folder: Path, tiny_model: VAEGMM) -> None:
    begin_run(folder, ExperimentConfig(device="cpu"))
    save(tiny_model, folder)
    losses = {"loss": 3.0, "reconstruction_nll": 2.0, "kl": 2.0}
    epochs = [
        {
            **{"epoch": n, "train": losses, "validation": losses, "learning_rate": 0.1},
            **{"seconds": 90.0, "images_per_second": 50.0, "is_best": n == 1},
        }
        for n in (1, 2)
    ]
    write_json(folder / "history.json", epochs)
    card = write_model_card(folder)
    assert "| epochs | 2 of at most 60, the best, 1, kept |" in card
    assert "| time of all epochs | 3 minutes, 50 images/s |" in card
    assert "images: all, those held back too |" in card


def test_its_lines_of_python_run(
    folder: Path, sample: LabelledImages, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (code,) = re.findall(r"```python\n(.*?)```", write_model_card(folder), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Image.fromarray(sample.images[0].numpy()).save("picture.png")
    folder.rename(tmp_path / "folder")
    Path("this").mkdir()
    (tmp_path / "folder").rename("this/folder")
    exec(code, {})
    assert re.match(r"[148] \{1: .*\} (True|False)\n", capsys.readouterr().out)


def test_a_name_is_where_it_is_loaded_from(folder: Path, figures: Figures) -> None:
    card = write_model_card(folder, "user/my-digits", {"test": figures})
    assert 'VAEGMM.from_pretrained("user/my-digits")' in card
    assert "python -m app --weights user/my-digits\n" in card
    assert "\nvaegmm generate --weights user/my-digits\n" in card
    assert "this/folder" not in card
    assert ModelCard(card).data.model_name == "my-digits"
    for wrong in ("digits", 'user/"); import os', "user/my digits", "/etc/passwd"):
        with pytest.raises(ValueError, match="name must be a repository such as user/model"):
            write_model_card(folder, wrong)


@pytest.mark.parametrize("folder", EMBEDDED, ids=lambda folder: folder.name)
def test_the_embedded_cards_are_those_of_their_folders(folder: Path) -> None:
    assert (folder / "README.md").read_text(encoding="utf-8") == write_model_card(folder)
    assert {*read_values(write_model_card(folder))} == {"test", "validation"}
    assert all((folder / name).stat().st_size < 150_000 for name in folder.glob("*.png"))
