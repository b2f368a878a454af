"""The Generate tab's server side, on the embedded models: what its scripts and programs call."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from app.build import encode_handwritings
from app.generate.generate import Maker, build_generate
from app.pad.pictures import SIDE, encode_picture
from app.tabs.generate import find_makers, generate_for_program
from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM

MISFIT = "The page and the program do not fit together; reload the page."


@pytest.fixture(scope="module")
def makers(digits: VAEGMM, digits148: VAEGMM) -> dict[str, Maker]:
    models = {"0-9": digits, "1 / 4 / 8": digits148}
    return find_makers(models, encode_handwritings(models, load_dataset("sample", train=False)))


@pytest.fixture(scope="module")
def component(makers: Mapping[str, Maker]) -> gr.HTML:
    return build_generate("a pad", makers)


def ask(**changes: object) -> dict[str, object]:
    question = {"labels": [3, 8], "components": [], "temperature": 1, "is_sure": False}
    return {"model": "0-9", "source": "mixture", "seed": 1} | question | changes


def further(**changes: object) -> dict[str, object]:
    return {"model": "0-9", "radius": 0.5, "seed": 1} | changes


def levels(texts: list[str]) -> NDArray[np.uint8]:
    pictures = [np.frombuffer(base64.b64decode(text), np.uint8) for text in texts]
    return np.stack(pictures).reshape(-1, 28, 28)


def drawn_seven() -> str:
    picture = Image.new("L", (SIDE, SIDE))
    strokes = [(30, 26), (80, 26), (50, 90)]
    ImageDraw.Draw(picture).line(strokes, fill=255, width=8, joint="curve")
    return encode_picture(picture)


def test_new_digits_are_those_that_are_asked_for(component: gr.HTML) -> None:
    answer = json.loads(json.dumps(component.make_digits(ask())))
    assert levels(answer["pictures"]).shape == (48, 28, 28)
    assert sorted({*answer["labels"]}) == [3, 8]
    assert answer["n_drawn"] == 48
    assert component.make_digits(ask()) == answer
    assert component.make_digits(ask(seed=2)) != answer


def test_a_little_less_variety_changes_the_same_digits_a_little(component: gr.HTML) -> None:
    usual, less, other = (
        levels(component.make_digits(ask(**change))["pictures"]).astype(float)
        for change in ({}, {"temperature": 0.95}, {"seed": 2})
    )
    assert np.abs(usual - less).mean() < 0.2 * np.abs(usual - other).mean()


def test_sure_digits_say_how_many_were_drawn(component: gr.HTML) -> None:
    answer = component.make_digits(ask(temperature=2, is_sure=True))
    assert len(answer["labels"]) == 48
    assert answer["n_drawn"] > 48


def test_components_of_a_digit_show_its_ways(component: gr.HTML) -> None:
    answer = json.loads(json.dumps(component.show_components({"model": "0-9", "label": 7})))
    pictures = levels(answer["pictures"])
    assert len({picture.tobytes() for picture in pictures}) == len(answer["components"]) == 6
    assert sum(answer["shares"]) == pytest.approx(1)
    only = component.make_digits(ask(labels=[], components=[answer["components"][2]]))
    assert {*only["components"]} == {answer["components"][2]}
    assert {*only["labels"]} == {7}
    middle = component.make_digits(
        ask(labels=[], components=[answer["components"][2]], temperature=0)
    )
    difference = levels(middle["pictures"])[0].astype(int) - pictures[2]
    assert np.abs(difference).max() <= 1


def test_a_model_that_lacks_a_digit_does_without_it(
    digits148: VAEGMM, makers: Mapping[str, Maker]
) -> None:
    names = tuple(1 if label == 8 else label for label in digits148.config.component_labels)
    poorer = VAEGMM(replace(digits148.config, component_labels=names))
    poorer.load_state_dict(digits148.state_dict())
    handwriting = makers["1 / 4 / 8"].handwriting
    component = build_generate("a pad", {"poor": Maker(poorer, handwriting)})
    assert component.props["readers"] == [{"name": "poor", "labels": (1, 4)}]
    answer = component.take_further(further(model="poor", drawing=drawn_seven()))
    assert answer["labels"] == [1, 4]
    assert len(answer["hand"]) == 2
    said = component.show_components({"model": "poor", "label": 8})
    assert said == {"error": "No component of the mixture stands for 8."}


def test_a_drawing_is_taken_further(component: gr.HTML) -> None:
    answer = json.loads(json.dumps(component.take_further(further(drawing=drawn_seven()))))
    assert answer["label"] == 7
    assert answer["probability"] > 0.9
    assert answer["labels"] == list(range(10))
    for name, n in (("variations", 12), ("hand", 10), ("others", 12), ("hands", 12)):
        assert levels(answer[name]).shape == (n, 28, 28)


def test_what_was_made_is_taken_further(component: gr.HTML) -> None:
    picture = component.make_digits(ask(labels=[3]))["pictures"][0]
    answer = component.take_further(further(picture=picture))
    assert answer["source"] == picture
    assert answer["label"] == 3
    still, wild = (
        levels(component.take_further(further(picture=picture, radius=r))["variations"])
        for r in (0, 1)
    )
    assert still.astype(float).std(0).mean() < 1 < wild.astype(float).std(0).mean()


def test_a_blank_drawing_is_an_invitation(component: gr.HTML) -> None:
    blank = encode_picture(Image.new("L", (SIDE, SIDE)))
    assert component.take_further(further(drawing=blank)) == {"is_blank": True}


def test_a_file_has_a_thousand_digits_and_their_labels(component: gr.HTML) -> None:
    content = base64.b64decode(component.pack_npz(ask())["file"])
    with np.load(io.BytesIO(content)) as file:
        assert file["images"].shape == (1000, 28, 28)
        assert np.bincount(file["labels"])[[3, 8]].tolist() == [500, 500]


@pytest.mark.parametrize("asked", [None, "x", 7, [], {}, {"model": "0-9"}, {"model": []}])
def test_what_is_no_question_is_answered_and_not_raised(component: gr.HTML, asked: object) -> None:
    for function in (
        component.make_digits,
        component.show_components,
        component.take_further,
        component.pack_npz,
    ):
        assert function(asked) == {"error": MISFIT}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": ["<b>"]}, "A digit must be a number"),
        ({"labels": [1.5]}, "A digit must be a whole number"),
        ({"labels": [12]}, "Labels must be among 0, 1"),
        ({"labels": [3, 3]}, "Labels must differ"),
        ({"labels": [3] * 101}, MISFIT),
        ({"components": [1]}, "cannot both be chosen"),
        ({"labels": [], "components": [60]}, "Components must be among 0 to 59"),
        ({"temperature": None}, "The temperature must be a number"),
        ({"temperature": 3}, "Temperature must be from 0 to 2"),
        ({"is_sure": 1}, MISFIT),
        ({"source": "normal"}, "can only be asked of the mixture"),
        ({"source": "other"}, MISFIT),
        ({"seed": -1}, "The seed must lie"),
        ({"model": "0-5"}, MISFIT),
    ],
)
def test_what_cannot_be_made_is_said_and_not_raised(
    component: gr.HTML, changes: dict[str, object], said: str
) -> None:
    for function in (component.make_digits, component.pack_npz):
        answer = function(ask(**changes))
        assert list(answer) == ["error"]
        assert said in answer["error"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"picture": "abc"}, MISFIT),
        ({"picture": 7}, MISFIT),
        ({"drawing": "data:image/png;base64,abcd"}, "A drawing must be the data URL"),
        ({"drawing": None}, "A drawing must be the data URL"),
        ({"drawing": drawn_seven(), "radius": 2}, "Radius must be from 0 to 1"),
        ({"drawing": drawn_seven(), "radius": "1"}, "The radius must be a number"),
        ({"drawing": drawn_seven(), "seed": 2**31}, "The seed must lie"),
    ],
)
def test_what_cannot_be_taken_further_is_said(
    component: gr.HTML, changes: dict[str, object], said: str
) -> None:
    answer = component.take_further(further(**changes))
    assert list(answer) == ["error"]
    assert said in answer["error"]


def test_a_program_gets_a_picture_or_a_data_set(
    makers: Mapping[str, Maker], tmp_path: Path
) -> None:
    folder = str(tmp_path)
    path = generate_for_program(makers, folder, [3, 8], 20, seed=1, digits="0-9")
    with Image.open(path) as picture:
        assert picture.size == (8 * 112, 3 * 112)
    path = generate_for_program(makers, folder, [], 30, format="npz", digits="1 / 4 / 8")
    with np.load(path) as file:
        assert np.bincount(file["labels"])[[1, 4, 8]].tolist() == [10, 10, 10]
    path = generate_for_program(makers, folder, [], 30, source="normal", format="npz", digits="0-9")
    assert Path(path).name == "digits.npz"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": "38"}, "The digits must be a list"),
        ({"labels": [11]}, "Labels must be among"),
        ({"n": 0}, "N must be at least 1"),
        ({"n": 1001}, "at most 1000, got 1001"),
        ({"n": None}, "The number of digits must be a number"),
        ({"temperature": -1}, "Temperature must be"),
        ({"source": "elsewhere"}, "The source must be one of mixture, normal"),
        ({"format": "exe"}, "The format must be one of png, npz"),
        ({"digits": None}, "The digits must be one of 0-9"),
    ],
)
def test_a_program_hears_what_is_wrong(
    makers: Mapping[str, Maker], tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    call = {"labels": [3], "n": 8, "digits": "0-9"} | changes
    with pytest.raises(gr.Error, match=said):
        generate_for_program(makers, str(tmp_path), **call)
    assert not [*tmp_path.iterdir()]
