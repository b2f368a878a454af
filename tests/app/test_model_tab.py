"""The Model tab's server side: facts, figures, and the digits behind them."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from app.about.about import NO_DIGITS, About, build_about
from app.about.facts import as_percent, describe_mixture
from app.about.training import NOTHING
from app.build import encode_handwritings
from app.supply import Supply
from app.tabs.model import describe_for_program, find_abouts
from tests.app.modelling import MISFIT, ask
from tests.training.test_history import EPOCHS, JOINT
from vaegmm.data.datasets import load_dataset
from vaegmm.files import write_json
from vaegmm.hub.repository import EMBEDDED
from vaegmm.hub.weights import describe_folder
from vaegmm.model import VAEGMM

SMALL = "1 / 4 / 8"


@pytest.fixture(scope="module")
def abouts(digits: VAEGMM, digits148: VAEGMM) -> dict[str, About]:
    models = {"0-9": digits, SMALL: digits148}
    handwritings = encode_handwritings(models, load_dataset("sample", train=False))
    weights = dict(zip(models, map(describe_folder, EMBEDDED), strict=True))
    return find_abouts(weights, models, handwritings)


@pytest.fixture(scope="module")
def component(abouts: Mapping[str, About]) -> gr.HTML:
    return build_about(abouts, Supply())


def test_facts_say_what_the_page_runs_on(component: gr.HTML) -> None:
    facts = [dict(reader["facts"]) for reader in component.props["readers"]]
    assert [one["Weights"] for one in facts] == [
        "digits, embedded in the program",
        "digits148, embedded in the program",
    ]
    assert facts[0]["Mixture"] == "60 Gaussians, 6 for each digit"
    assert facts[0]["Network"] == "Convolutional, variational autoencoder"
    assert facts[0]["Trained on"].startswith("54,001 training images of mnist")
    assert facts[1]["Labels"].startswith("Labels only name")
    assert "/" not in facts[0]["Weights"]


@pytest.mark.parametrize(
    ("component_labels", "labels", "words"),
    [
        ((1,), (1,), "1 Gaussian, 1 for each digit"),
        ((1, 4, 8), (1, 4, 8), "3 Gaussians, 1 for each digit"),
        ((1, 1, 4), (1, 4), "3 Gaussians, 1 to 2 for each digit"),
        ((1, 1, 4), (1, 4, 8), "3 Gaussians, 0 to 2 for each digit"),
    ],
)
def test_a_mixture_is_counted(
    component_labels: tuple[int, ...], labels: tuple[int, ...], words: str
) -> None:
    assert describe_mixture(component_labels, labels) == words


def test_all_and_nothing_have_no_digits_after_the_point() -> None:
    assert [as_percent(share) for share in (0, 1, 0.9999, 0.00004)] == [
        "0 %", "100 %", "99.99 %", "0.00 %",
    ]  # fmt: skip


def test_figures_are_measured_on_the_digits_beside_the_program(component: gr.HTML) -> None:
    answer = json.loads(json.dumps(component.describe_model({"model": SMALL})))
    exam = answer["exam"]
    assert (exam["n_images"], exam["labels"]) == (600, [1, 4, 8])
    assert np.sum(exam["confusion"]) == 600
    n_right = np.trace(exam["confusion"])
    assert n_right > 590
    figures = {name: (value, words) for name, value, words in exam["figures"]}
    assert figures["Accuracy"] == (as_percent(n_right / 600), f"{n_right} of 600 right")
    assert figures["Rebuilding"][0].endswith(" nats")
    assert exam["n_errors"] == len(exam["errors"]) == 600 - n_right
    assert answer["words"] == ""


def test_errors_are_the_surest_first(component: gr.HTML) -> None:
    exam = component.describe_model({"model": "0-9"})["exam"]
    sure = [one["confidence"] for one in exam["errors"]]
    assert sure == sorted(sure, reverse=True)
    assert len(sure) == min(12, exam["n_errors"])
    for one in exam["errors"]:
        assert one["truth"] != one["answer"]
        assert len(base64.b64decode(one["picture"])) == 28 * 28


def test_a_cell_shows_the_digits_in_it(component: gr.HTML) -> None:
    confusion = component.describe_model({"model": "0-9"})["exam"]["confusion"]
    for truth, answer in ((3, 3), (4, 9), (0, 1)):
        cell = component.show_cell({"model": "0-9", "truth": truth, "answer": answer})
        assert cell["n"] == confusion[truth][answer]
        assert len(cell["digits"]) == min(24, cell["n"])
        assert all((one["truth"], one["answer"]) == (truth, answer) for one in cell["digits"])


def test_twelve_digits_are_rebuilt_and_others_by_another_seed(component: gr.HTML) -> None:
    first, same, other = (
        component.rebuild_digits({"model": "0-9", "seed": seed})["pairs"] for seed in (1, 1, 2)
    )
    assert first == same != other
    assert len(first) == 12
    assert [one["label"] for one in first] == sorted(one["label"] for one in first)
    for one in first:
        x, x_hat = (
            np.frombuffer(base64.b64decode(one[name]), np.uint8) / 255
            for name in ("picture", "rebuilt")
        )
        assert 0 < np.square(x - x_hat).mean() < 0.06


def test_a_model_without_its_digits_has_facts_alone(digits148: VAEGMM, tmp_path: Path) -> None:
    alone = find_abouts({SMALL: describe_folder(tmp_path)}, {SMALL: digits148}, {})
    component = build_about(alone, Supply())
    answer = component.describe_model({"model": SMALL})
    assert (answer["exam"], answer["words"]) == (None, NO_DIGITS)
    assert component.show_cell({"model": SMALL, "truth": 1, "answer": 1}) == {"n": 0, "digits": []}
    assert component.rebuild_digits({"model": SMALL, "seed": 1}) == {"pairs": []}
    assert list(describe_for_program(alone, SMALL)) == ["facts"]


@pytest.mark.parametrize(
    "asked",
    [None, "x", 7, [], {}, {"model": "x"}, {"model": ["0-9"]}, {"model": {}, "seed": 1}],
)
def test_what_is_no_question_is_answered_and_not_raised(
    component: gr.HTML, em: gr.HTML, asked: object
) -> None:
    for answer in (
        component.describe_model, component.show_cell, component.rebuild_digits, em.walk_em,
    ):  # fmt: skip
        assert answer(asked) == {"error": MISFIT}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"truth": 1.5}, "The digit must be a whole number, got 1.5."),
        ({"truth": None}, "The digit must be a whole number, got None."),
        ({"answer": "1" * 10**6}, "The answer must be a whole number"),
        ({"answer": float("nan")}, "The answer must be a whole number"),
        ({"answer": True}, "The answer must be a whole number"),
    ],
)
def test_what_is_no_cell_is_said(component: gr.HTML, changes: dict[str, object], said: str) -> None:
    answer = component.show_cell({"model": "0-9", "truth": 1, "answer": 2} | changes)
    assert list(answer) == ["error"]
    assert said in answer["error"]
    assert len(answer["error"]) < 120


def test_a_cell_that_is_none_is_empty(component: gr.HTML) -> None:
    for truth in (-1, 77, 10**30):
        asked = {"model": "0-9", "truth": truth, "answer": 1}
        assert component.show_cell(asked) == {"n": 0, "digits": []}


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, None, "1"])
def test_what_is_no_seed_is_said(component: gr.HTML, em: gr.HTML, seed: object) -> None:
    for answer in (
        component.rebuild_digits({"model": "0-9", "seed": seed}),
        em.walk_em(ask(seed=seed)),
    ):
        assert answer["error"].startswith("The seed must")


def test_curves_are_read_from_the_folder_of_the_weights(digits148: VAEGMM, tmp_path: Path) -> None:
    alone = find_abouts({SMALL: describe_folder(tmp_path)}, {SMALL: digits148}, {})
    component = build_about(alone, Supply())
    assert component.describe_model({"model": SMALL})["training"] == {
        "words": NOTHING,
        "groups": [],
    }
    write_json(tmp_path / "history.json", [dataclasses.asdict(one) for one in EPOCHS])
    write_json(tmp_path / "refine.json", [dataclasses.asdict(one) for one in JOINT])
    training = component.describe_model({"model": SMALL})["training"]
    network, joint = training["groups"]
    assert training["words"] == ""
    assert (network["title"], network["kept"]) == ("The network: epoch 3 of 3 is kept", 3)
    assert [one["title"] for one in network["charts"]] == [
        "Loss",
        "Reconstruction",
        "KL divergence",
    ]
    loss = network["charts"][0]
    assert loss["series"][0] == {"name": "training", "values": [200.0, 100.0, 200 / 3]}
    assert loss["series"][1]["name"] == "validation"
    assert joint["title"] == "Then network and mixture together: 1 epochs"
    assert [one["title"] for one in joint["charts"]] == [
        "Loss", "Reconstruction", "KL divergence", "Labels",
    ]  # fmt: skip
    (tmp_path / "history.json").write_text("{")
    training = component.describe_model({"model": SMALL})["training"]
    assert training == {"words": "The record of its training is damaged.", "groups": []}


def test_a_program_gets_facts_and_figures(abouts: Mapping[str, About]) -> None:
    answer = json.loads(json.dumps(describe_for_program(abouts, SMALL)))
    assert answer["facts"]["weights"] == "digits148, embedded in the program"
    assert answer["figures"]["images"] == 600
    assert answer["labels"] == [1, 4, 8]
    with pytest.raises(gr.Error, match="The digits must be one of 0-9, 1 / 4 / 8"):
        describe_for_program(abouts, "0-5")


def test_no_data_reaches_a_template(component: gr.HTML, em: gr.HTML) -> None:
    for one in (component, em):
        text = one.html_template + one.css_template
        assert "value}" not in text
        assert "${" not in text
