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
from PIL import Image, ImageDraw

from app.build import encode_handwritings
from app.morph.morph import Morpher, build_morph, choose_first
from app.pad.pictures import SIDE, encode_picture
from app.tabs.morph import find_morphers, morph_for_program
from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM

MISFIT = "The page and the program do not fit together; reload the page."
FOUR = [[(36, 22), (33, 58), (66, 56)], [(60, 22), (56, 92)]]
ONE = [[(160, 22), (154, 92)]]


@pytest.fixture(scope="module")
def morphers(digits: VAEGMM, digits148: VAEGMM) -> dict[str, Morpher]:
    models = {"0-9": digits, "1 / 4 / 8": digits148}
    return find_morphers(models, encode_handwritings(models, load_dataset("sample", train=False)))


@pytest.fixture(scope="module")
def component(morphers: Mapping[str, Morpher]) -> gr.HTML:
    return build_morph(["one", "two"], morphers)


def picture_of(strokes: list[list[tuple[int, int]]]) -> Image.Image:
    picture = Image.new("L", (2 * SIDE, SIDE))
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=255, width=8, joint="curve")
    return picture


def as_file(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def typed(text: object, **changes: object) -> dict[str, object]:
    return {"model": "0-9", "text": text, "style": 1} | changes


def pictures(component: gr.HTML, text: str) -> list[str]:
    return [one["picture"] for one in component.read_number(typed(text))["digits"]]


def place(start: object, end: object, **changes: object) -> dict[str, object]:
    settings = {"path": "linear", "n_frames": 12, "easing": "none", "keep_ends": True}
    return {"model": "0-9", "start": start, "end": end} | settings | changes


def film(*frames: object, **changes: object) -> dict[str, object]:
    settings = {"n_frames": 3, "format": "gif", "fps": 30, "size": 56, "returns": True}
    return {"frames": [*frames], "ink": "#ffffff", "paper": "#000000"} | settings | changes


def levels(base64_text: str) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(base64_text), np.uint8).reshape(-1, 28, 28)


def some_frames(n_frames: int = 3, seed: int = 0) -> str:
    noise = np.random.default_rng(seed).integers(0, 256, (n_frames, 28, 28), np.uint8)
    return base64.b64encode(noise.tobytes()).decode()


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
