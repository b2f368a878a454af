"""The Muddle tab's server side, on the embedded models: what its scripts and programs call."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.build import encode_handwritings
from app.muddle.muddle import Muddler, build_muddle
from app.muddle.words import describe_votes
from app.pad.pictures import SIDE, encode_picture
from app.tabs.muddle import find_muddlers, muddle_for_program
from vaegmm.data.datasets import load_dataset
from vaegmm.evaluation.judge import LIMIT, Judge
from vaegmm.model import VAEGMM

MISFIT = "The page and the program do not fit together; reload the page."


@pytest.fixture(scope="module")
def muddlers(digits: VAEGMM, digits148: VAEGMM, judge: Judge) -> dict[str, Muddler]:
    models = {"0-9": digits, "1 / 4 / 8": digits148}
    examples = load_dataset("sample", train=False)
    return find_muddlers(models, encode_handwritings(models, examples), judge)


@pytest.fixture(scope="module")
def component(muddlers: Mapping[str, Muddler]) -> gr.HTML:
    return build_muddle("pad", muddlers)


def wish(**changes: object) -> dict[str, object]:
    return {"digit": 4, "partner": 9, "mix": 0.5, "seed": 3, "method": "balanced"} | changes


def question(*wishes: object, **changes: object) -> dict[str, object]:
    return {"model": "0-9", "drawing": None, "wishes": [*wishes]} | changes


def drawn(strokes: list[list[tuple[int, int]]]) -> str:
    picture = Image.new("L", (SIDE, SIDE))
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=255, width=8, joint="curve")
    return encode_picture(picture)


FOUR = [[(40, 22), (37, 58), (76, 56)], [(69, 22), (65, 92)]]
SCRIBBLE = [
    [(13, 17), (99, 22), (13, 39), (99, 50), (13, 67), (99, 78), (13, 95)],
    [(17, 13), (22, 99), (50, 13), (56, 99), (84, 13), (95, 99)],
]


def test_a_muddle_lies_between_its_two_digits_and_is_judged(component: gr.HTML) -> None:
    answer = json.loads(json.dumps(component.make_muddles(question(wish()))))
    (made,) = answer["muddles"]
    assert (made["a"], made["b"], made["seed"], made["mix"]) == (4, 9, 3, 0.5)
    pictures = [made[key] for key in ("picture", "picture_a", "picture_b")]
    assert len(set(pictures)) == 3
    for picture in pictures:
        levels = np.frombuffer(base64.b64decode(picture), np.uint8)
        assert (levels.size, levels.max() > 100) == (784, True)
    for who in ("model", "judges"):
        assert sum(made[who]) == pytest.approx(1, abs=1e-3)
    assert made["model"][4] == pytest.approx(made["model"][9], abs=0.1)
    assert "judges" in made["verdict"]


def test_the_slider_s_places_lie_between_the_same_two_pictures(component: gr.HTML) -> None:
    steps = component.make_muddles(question(*(wish(mix=m) for m in (0.7, 0.5, 0.3))))["muddles"]
    assert [step["mix"] for step in steps] == [0.7, 0.5, 0.3]
    assert len({step["picture_a"] + step["picture_b"] for step in steps}) == 1
    shares = [step["model"][4] for step in steps]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[2] > 0.2


def test_answers_come_in_the_order_of_the_questions(component: gr.HTML) -> None:
    methods = ["series", "balanced", "average", "balanced"]
    wishes = [wish(method=method, seed=seed) for seed, method in enumerate(methods)]
    made = component.make_muddles(question(*wishes))["muddles"]
    assert [one["method"] for one in made] == methods
    assert [one["seed"] for one in made] == [0, 1, 2, 3]
    again = component.make_muddles(question(wishes[2]))["muddles"]
    assert again[0]["picture"] == made[2]["picture"]


def test_without_a_partner_the_nearest_other_digit_is_taken(component: gr.HTML) -> None:
    made = component.make_muddles(question(*(wish(partner=None, seed=s) for s in range(6))))
    assert all(one["b"] != 4 for one in made["muddles"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"partner": 4}, "A muddle lies between two different digits"),
        ({"digit": 12}, "The digit must be one of 0, 1"),
        ({"partner": 12}, "The partner must be one of 0, 1"),
        ({"digit": None}, "The digit must be a whole number, got None"),
        ({"digit": 4.5}, "The digit must be a whole number, got 4.5"),
        ({"digit": True}, "The digit must be a whole number, got True"),
        ({"digit": float("nan")}, "The digit must be a whole number, got nan"),
        ({"partner": [9]}, "The partner must be a whole number"),
        ({"mix": 0}, "The mix must lie between 0 and 1, got 0"),
        ({"mix": 50}, "The mix must lie between 0 and 1, got 50"),
        ({"mix": "x" * 999}, "The mix must lie between 0 and 1"),
        ({"seed": -1}, "The seed must lie between 0 and"),
        ({"seed": 10**400}, "The seed must lie between 0 and"),
        ({"method": "magic"}, MISFIT),
        ({"method": {}}, MISFIT),
    ],
)
def test_what_cannot_be_made_is_said_and_not_raised(
    component: gr.HTML, changes: dict[str, object], said: str
) -> None:
    for ask in (component.make_muddles, component.pack_npz):
        answer = ask(question(wish(**changes)))
        assert list(answer) == ["error"]
        assert said in answer["error"]
        assert len(answer["error"]) < 200


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "x",
        [],
        {},
        {"path": "/etc/passwd"},
        question(),
        question(*13 * [wish()]),
        question(wish(), model="other"),
        question(wish(), model=["0-9"]),
        question("x"),
        question({}),
        question(wish(), wishes="x"),
    ],
)
def test_what_is_no_question_is_answered_and_not_raised(component: gr.HTML, asked: object) -> None:
    for ask in (component.make_muddles, component.pack_npz):
        assert ask(asked) == {"error": MISFIT}


def test_a_model_of_three_digits_makes_only_those(component: gr.HTML) -> None:
    few = component.props["readers"][1]
    assert (few["name"], few["labels"]) == ("1 / 4 / 8", [1, 4, 8])
    wishes = [wish(digit=digit, partner=None) for digit in (1, 4, 8)]
    made = component.make_muddles(question(*wishes, model="1 / 4 / 8"))["muddles"]
    assert {one[key] for one in made for key in "ab"} <= {1, 4, 8}
    for changes in ({"digit": 3}, {"partner": 9}):
        answer = component.make_muddles(question(wish(**changes), model="1 / 4 / 8"))
        assert list(answer) == ["error"]


def test_a_drawing_takes_the_digit_s_place(component: gr.HTML) -> None:
    wishes = [wish(digit=0, partner=9, mix=mix) for mix in (0.6, 0.4)]
    made = component.make_muddles(question(*wishes, drawing=drawn(FOUR)))["muddles"]
    assert [(one["a"], one["b"]) for one in made] == [(4, 9), (4, 9)]


@pytest.mark.parametrize("drawing", [drawn([]), drawn(SCRIBBLE), "x", 7, {"path": "/etc/passwd"}])
def test_a_drawing_that_is_no_digit_is_said_so(component: gr.HTML, drawing: object) -> None:
    answer = component.make_muddles(question(wish(), drawing=drawing))
    assert list(answer) == ["error"]
    assert answer["error"].endswith(".")
    assert "/etc" not in answer["error"]


def test_the_npz_opens_without_pickle(component: gr.HTML) -> None:
    wishes = [wish(partner=None, seed=seed) for seed in range(3)]
    content = base64.b64decode(component.pack_npz(question(*wishes))["file"])
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        assert file["images"].shape[0] == 3
        assert file["soft_labels"].shape == (3, 10)
        assert np.allclose(file["soft_labels"].sum(1), 1, atol=1e-3)
        assert file["seeds"].tolist() == [0, 1, 2]


def test_a_program_gets_a_picture_and_the_votes(muddlers: Mapping[str, Muddler]) -> None:
    picture, votes = muddle_for_program(muddlers, 4, 9, 0.6, 7, "balanced", "0-9")
    assert (picture.size, picture.mode) == ((280, 280), "L")
    assert json.loads(json.dumps(votes)).keys() >= {"a", "b", "judges", "disagreement"}
    assert (votes["a"], votes["b"], votes["mix"], votes["seed"]) == (4, 9, 0.6, 7)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ((4, 4, 0.5, 0, "balanced", "0-9"), "two different digits"),
        ((None, 9, 0.5, 0, "balanced", "0-9"), "The digit must be a whole number"),
        ((4, 9, None, 0, "balanced", "0-9"), "The mix must lie"),
        ((4, 9, 0.5, 0, "magic", "0-9"), "The method must be one of balanced"),
        ((4, 9, 0.5, 0, "balanced", "0-5"), "The digits must be one of 0-9"),
    ],
)
def test_a_program_hears_what_is_wrong(
    muddlers: Mapping[str, Muddler], inputs: tuple[float, ...], said: str
) -> None:
    with pytest.raises(gr.Error, match=said):
        muddle_for_program(muddlers, *inputs)


def test_a_model_whose_digits_are_not_shown_makes_none(
    digits: VAEGMM, digits148: VAEGMM, judge: Judge
) -> None:
    some = load_dataset("sample", train=False, digits=(1, 4, 8))
    models = {"all": digits, "some": digits148}
    assert list(find_muddlers(models, encode_handwritings(models, some), judge)) == ["some"]


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({4: 0.52, 9: 0.47}, "The judges are torn: 52% say 4, 47% say 9."),
        ({4: 0.2, 9: 0.8}, "The judges lean to one side: 80% say 9, 20% say 4."),
        ({5: 0.999}, "The judges agree: >99% say 5."),
    ],
)
def test_the_verdict_is_a_sentence(shares: dict[int, float], words: str) -> None:
    votes = np.array([shares.get(digit, 0) for digit in range(10)])
    assert describe_votes(votes, LIMIT) == words
    assert describe_votes(votes, LIMIT + 0.01).startswith("The judges do not take this for a digit")


def test_no_data_reaches_a_template(component: gr.HTML) -> None:
    text = component.html_template + component.css_template
    assert "value}" not in text
    assert "${" not in text
