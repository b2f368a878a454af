"""What the Morph tab refuses, each in a sentence."""

from __future__ import annotations

import gradio as gr
import pytest
from PIL import Image

from app.pad.pictures import SIDE, encode_picture
from tests.app.morphing import (
    component,
    film,
    morphers,
    picture_of,
    pictures,
    place,
    some_frames,
    typed,
)

__all__ = ["component", "morphers"]  # fixtures

MISFIT = "The page and the program do not fit together; reload the page."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (typed(""), "1 to 6 digits"),
        (typed("3a"), "1 to 6 digits"),
        (typed("²"), "1 to 6 digits"),
        (typed("1234567"), "at most 6 digits, got 7"),
        (typed("9" * 10**6), "at most 6 digits"),
        (typed("3", model="1 / 4 / 8"), "among 1, 4, 8, got 3"),
        (typed("3", style=-1), "The style must lie between"),
        (typed("3", style=1.5), "The style must be a whole number"),
        (typed("3", style=10**400), "The style must lie between"),
        (typed("3", style=None), "The style must be a whole number"),
        ({"model": "0-9", "drawing": encode_picture(picture_of([]))}, "No ink"),
        ({"model": "0-9", "drawing": encode_picture(Image.new("L", (SIDE, SIDE)))}, "224x112"),
        ({"model": "0-9", "drawing": 7}, "A drawing must be"),
    ],
)
def test_what_is_no_number_is_said_and_not_raised(
    component: gr.HTML, question: object, said: str
) -> None:
    answer = component.read_number(question)
    assert list(answer) == ["error"]
    assert said in answer["error"]
    assert len(answer["error"]) < 200
    assert answer["error"].endswith(".")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_frames": 1}, "from 2 to 240, got 1"),
        ({"n_frames": 10**9}, "from 2 to 240"),
        ({"n_frames": 2.5}, "must be a whole number, got 2.5"),
        ({"n_frames": True}, "must be a number, got True"),
        ({"n_frames": 10**400}, "must be a number"),
        ({"n_frames": float("nan")}, "must be a number"),
        ({"start": "x"}, MISFIT),
        ({"start": "A" * 1044 + "===="}, MISFIT),
        ({"start": "é" * 1048}, MISFIT),
        ({"start": ["A" * 1048]}, MISFIT),
        ({"start": None, "end": None}, MISFIT),
        ({"path": "magic"}, MISFIT),
        ({"path": ["linear"]}, MISFIT),
        ({"easing": {}}, MISFIT),
        ({"keep_ends": 1}, MISFIT),
        ({"model": ["0-9"]}, MISFIT),
    ],
)
def test_what_is_no_place_is_said_and_not_raised(
    component: gr.HTML, changes: dict[str, object], said: str
) -> None:
    (three,) = pictures(component, "3")
    answer = component.make_place(place(three, None) | changes)
    assert list(answer) == ["error"]
    assert said in answer["error"]
    assert len(answer["error"]) < 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"frames": []}, MISFIT),
        ({"frames": 7 * [some_frames()]}, MISFIT),
        ({"frames": "x"}, MISFIT),
        ({"frames": [some_frames(), None]}, MISFIT),
        ({"n_frames": 4}, MISFIT),
        ({"n_frames": -1}, MISFIT),
        ({"n_frames": 10**9}, MISFIT),
        ({"n_frames": 1, "frames": [some_frames(1)]}, "from 2 to 240, got 1"),
        ({"format": "exe"}, MISFIT),
        ({"format": ["gif"]}, MISFIT),
        ({"fps": 0}, "Fps must be from 1"),
        ({"fps": "30"}, "must be a number"),
        ({"fps": float("inf")}, "must be a number"),
        ({"size": 100}, "a multiple of 28"),
        ({"size": 10**9}, "a multiple of 28"),
        ({"size": None}, "must be a number"),
        ({"ink": "red"}, "Ink must be a colour as #rrggbb"),
        ({"ink": "#" * 999}, f"Ink must be a colour as #rrggbb, got '{'#' * 39}; "),
        ({"paper": 0}, MISFIT),
        ({"returns": "yes"}, MISFIT),
    ],
)
def test_what_is_no_film_is_said_and_not_raised(
    component: gr.HTML, changes: dict[str, object], said: str
) -> None:
    answer = component.pack_file(film(some_frames()) | changes)
    assert list(answer) == ["error"]
    assert said in answer["error"]
    assert len(answer["error"]) < 250


@pytest.mark.parametrize("asked", [None, "x", 7, [], {}, {"path": "/etc/passwd"}, {"model": "0-9"}])
def test_what_is_no_question_is_answered_and_not_raised(component: gr.HTML, asked: object) -> None:
    for ask in (component.read_number, component.make_place, component.pack_file):
        assert ask(asked) == {"error": MISFIT}
