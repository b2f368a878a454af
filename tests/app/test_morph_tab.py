"""The Morph tab's server side, on the embedded models: what its scripts and programs call."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.morph.morph import Morpher, choose_first
from app.pad.pictures import encode_picture
from app.tabs.morph import morph_for_program
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

FOUR = [[(36, 22), (33, 58), (66, 56)], [(60, 22), (56, 92)]]
ONE = [[(160, 22), (154, 92)]]


def as_file(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def levels(base64_text: str) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(base64_text), np.uint8).reshape(-1, 28, 28)


def test_a_typed_number_is_written_and_read(component: gr.HTML) -> None:
    answer = json.loads(json.dumps(component.read_number(typed("32"))))
    assert [one["label"] for one in answer["digits"]] == ["3", "2"]
    assert answer["words"] == "Read as 32."
    for one in answer["digits"]:
        assert levels(one["picture"]).max() > 100
    assert component.read_number(typed("32")) == answer
    assert component.read_number(typed("32", style=2)) != answer


def test_a_drawn_number_is_split_and_read(component: gr.HTML) -> None:
    drawing = encode_picture(picture_of(FOUR + ONE))
    answer = component.read_number({"model": "0-9", "drawing": drawing})
    assert [one["label"] for one in answer["digits"]] == ["4", "1"]


@pytest.mark.parametrize("path", ["geodesic", "linear", "slerp"])
def test_a_place_goes_from_one_picture_to_the_other(component: gr.HTML, path: str) -> None:
    start, end = pictures(component, "3") + pictures(component, "8")
    answer = json.loads(json.dumps(component.make_place(place(start, end, path=path))))
    frames = levels(answer["frames"])
    assert len(frames) == 12
    assert np.array_equal(frames[0], levels(start)[0])
    assert np.array_equal(frames[-1], levels(end)[0])
    assert (len(answer["looks"]), answer["looks"][0], answer["looks"][-1]) == (9, 0, 11)
    assert (answer["readings"][0], answer["readings"][-1]) == (3, 8)


def test_few_frames_have_few_looks(component: gr.HTML) -> None:
    (end,) = pictures(component, "8")
    answer = component.make_place(place(end, end, n_frames=2))
    assert answer["looks"] == [0, 1]
    assert answer["readings"] == [8, 8]


def test_a_place_appears_from_nothing_and_fades_into_it(component: gr.HTML) -> None:
    (three,) = pictures(component, "3")
    coming = component.make_place(place(None, three))
    going = component.make_place(place(three, None))
    assert levels(coming["frames"])[0].max() == 0
    assert (coming["readings"][0], coming["readings"][-1]) == (None, 3)
    assert np.array_equal(levels(coming["frames"])[::-1], levels(going["frames"]))


@pytest.mark.parametrize("format", ["gif", "webp", "mp4", "avi", "png"])
def test_the_frames_that_are_shown_become_a_file(component: gr.HTML, format: str) -> None:
    answer = component.pack_file(film(some_frames(), some_frames(seed=1), format=format))
    assert list(answer) == ["file"]
    content = base64.b64decode(answer["file"])
    if format in ("gif", "webp", "png"):
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.format == format.upper()
            assert picture.height == 56


def test_a_strip_shows_the_very_levels_that_were_sent(component: gr.HTML) -> None:
    answer = component.pack_file(film(some_frames(), format="png", size=28))
    with Image.open(io.BytesIO(base64.b64decode(answer["file"]))) as strip:
        shown = np.asarray(strip.convert("L"))
    assert np.array_equal(shown[:28, :28], levels(some_frames())[0])
    assert np.array_equal(shown[:28, 56:84], levels(some_frames())[2])


def test_what_a_visitor_sees_first_is_known_to_the_model(component: gr.HTML) -> None:
    assert [reader["first"] for reader in component.props["readers"]] == [["3", "8"], ["4", "8"]]
    assert choose_first((5,)) == ("5", "5")


def test_no_data_reaches_a_template(component: gr.HTML) -> None:
    text = component.html_template + component.css_template
    assert "value}" not in text
    assert "${" not in text


def test_a_program_gets_a_file(morphers: Mapping[str, Morpher], tmp_path: Path) -> None:
    call = {"path": "linear", "n_frames": 10, "size": 56, "digits": "0-9"}
    path = Path(morph_for_program(morphers, str(tmp_path), "7", "32", **call))
    assert path.name == "morph-7-32.gif"
    assert tmp_path in path.parents
    with Image.open(path) as picture:
        assert picture.size == (112, 56)
    drawn = as_file(picture_of(FOUR + ONE))
    path = Path(
        morph_for_program(morphers, str(tmp_path), "", "8", drawn, format="png", **call),
    )
    assert path.name == "morph-41-8.png"
    assert len([*tmp_path.rglob("*.*")]) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, "1 to 6 digits"),
        ({"source": None}, "1 to 6 digits"),
        ({"target": "12345678"}, "at most 6 digits"),
        ({"source_file": b"hello"}, "not an image"),
        ({"source_file": as_file(Image.new("L", (99, 99)))}, "No ink"),
        ({"path": "magic"}, "The path must be one of geodesic"),
        ({"easing": None}, "The easing must be one of none"),
        ({"n_frames": None}, "The number of frames must be a number"),
        ({"n_frames": 500}, "2 to 240"),
        ({"style": -1}, "The style must lie"),
        ({"fps": 0}, "Fps must be"),
        ({"size": 281}, "multiple of 28"),
        ({"ink": None}, "Ink must be a colour"),
        ({"format": "exe"}, "The format must be one of gif"),
        ({"digits": "0-5"}, "The digits must be one of 0-9"),
    ],
)
def test_a_program_hears_what_is_wrong(
    morphers: Mapping[str, Morpher], tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    call = {"source": "3", "target": "8", "path": "linear", "digits": "0-9"} | changes
    with pytest.raises(gr.Error, match=said):
        morph_for_program(morphers, str(tmp_path), **call)
    assert not [*tmp_path.iterdir()]
