"""What the Explore tab refuses, each in a sentence."""

from __future__ import annotations

import gradio as gr
import pytest

from tests.app.exploring import ask, component, explorers

__all__ = ["component", "explorers"]  # fixtures

MISFIT = "The page and the program do not fit together; reload the page."


@pytest.mark.parametrize("name", ["open_map", "shade_map", "look_at_place"])
@pytest.mark.parametrize(
    "question",
    [None, 3, "0-9", [], {}, ask(model="x"), ask(model=["0-9"]), ask(map="x"), ask(map=None)],
)
def test_what_the_page_never_asks_is_refused(
    component: gr.HTML, name: str, question: object
) -> None:
    assert getattr(component, name)(question) == {"error": MISFIT}


@pytest.mark.parametrize("name", ["look_at_place", "look_at_latent", "open_sliders", "open_sheet"])
def test_a_question_without_its_parts_is_refused(component: gr.HTML, name: str) -> None:
    question = {"map": "principal"} if name == "open_sheet" else ask()
    assert getattr(component, name)(question) == {"error": MISFIT}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (None, "A place must be a list of 2 numbers, got None."),
        ([1], "A place must be a list of 2 numbers"),
        ([1, 2, 3], "A place must be a list of 2 numbers"),
        ("12", "A place must be a list of 2 numbers"),
        (["1", "2"], "A place's number must be a number, got '1'."),
        ([True, 1], "A place's number must be a number, got True."),
        ([float("nan"), 1], "A place's number must be a number, got nan."),
        ([float("inf"), 1], "A place's number must be a number, got inf."),
        ([1001, 0], "A place may lie at most 1000 from 0, got 1001."),
        ([[0.0] * 10**5, 1], "A place's number must be a number"),
    ],
)
def test_no_place_is_refused(component: gr.HTML, place: object, said: str) -> None:
    answer = component.look_at_place(ask(place=place))
    assert list(answer) == ["error"]
    assert answer["error"].startswith(said)
    assert len(answer["error"]) < 120


@pytest.mark.parametrize("name", ["look_at_latent", "open_sliders"])
@pytest.mark.parametrize("z", [None, [], [0.0] * 9, [0.0] * 11, [0.0] * 9 + ["0"], [2000] * 10])
def test_no_latent_is_refused(component: gr.HTML, name: str, z: object) -> None:
    answer = getattr(component, name)(ask(z=z))
    assert list(answer) == ["error"]
    assert answer["error"].startswith("A latent")
