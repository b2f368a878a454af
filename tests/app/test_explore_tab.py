"""The Explore tab's server side, on the embedded models: what its scripts and programs call."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from app.explore.explorer import N_CELLS, N_COLUMNS, Explorer
from app.pad.pictures import PNG_PREFIX, SIDE
from app.tabs.explore import explore_for_program, find_explorers
from tests.app.exploring import ask, component, explorers
from vaegmm.data.datasets import load_dataset
from vaegmm.operations.plane import components_on, find_principal_plane

__all__ = ["component", "explorers"]  # fixtures

FOUR = [[(36, 22), (33, 58), (66, 56)], [(60, 22), (56, 92)]]


def levels(base64_text: object, side: int = 28) -> NDArray[np.uint8]:
    assert isinstance(base64_text, str)
    return np.frombuffer(base64.b64decode(base64_text), np.uint8).reshape(-1, side, side)


def find_digit(answer: Mapping[str, list[object]], label: int) -> object:
    """The place of the first digit of a label."""
    return answer["places"][answer["labels"].index(label)]


def draw_four() -> Image.Image:
    picture = Image.new("L", (SIDE, SIDE))
    for stroke in FOUR:
        ImageDraw.Draw(picture).line(stroke, fill=255, width=8, joint="curve")
    return picture


@pytest.mark.parametrize(("model", "n_digits"), [("0-9", 2000), ("1 / 4 / 8", 600)])
@pytest.mark.parametrize("name", ["principal", "t-sne"])
def test_a_map_shows_every_digit(component: gr.HTML, model: str, n_digits: int, name: str) -> None:
    answer = json.loads(json.dumps(component.open_map(ask(model=model, map=name))))
    places, (x, y, side) = np.array(answer["places"]), answer["square"]
    assert (places.shape, len(answer["labels"])) == ((n_digits, 2), n_digits)
    assert (places > [x, y]).all()
    assert (places < [x + side, y + side]).all()
    assert bool(answer["ellipses"]) == (name == "principal")


def test_the_ellipses_are_two_standard_deviations_of_the_components(
    component: gr.HTML, explorers: Mapping[str, Explorer]
) -> None:
    model = explorers["0-9"].model
    seen = components_on(model, find_principal_plane(model))
    ellipses = component.open_map(ask())["ellipses"]
    assert [one["label"] for one in ellipses] == list(model.config.component_labels)
    assert max(one["weight"] for one in ellipses) == 1
    for one, mean, covariance in zip(ellipses, seen.means, seen.covariances, strict=True):
        cos, sin = math.cos(one["angle"]), math.sin(one["angle"])
        axes = np.array([[cos, -sin], [sin, cos]]) * np.array(one["radii"]) / 2
        assert np.allclose(axes @ axes.T, covariance.numpy(), atol=1e-4)
        assert one["centre"] == pytest.approx(mean.tolist())


@pytest.mark.parametrize("name", ["principal", "t-sne"])
def test_the_shading_is_a_picture_of_the_map_and_its_surroundings(
    component: gr.HTML, name: str
) -> None:
    answer = component.shade_map(ask(map=name))
    (cells,) = levels(answer["levels"], N_CELLS)
    assert cells.max() > 100
    assert np.median(cells) < 30
    x, y, side = component.open_map(ask(map=name))["square"]
    left, low, whole = answer["square"]
    assert left < x < x + side < left + whole
    assert low < y < y + side < low + whole


def test_the_sheet_has_every_digit_s_picture_in_the_map_s_order(component: gr.HTML) -> None:
    url = component.open_sheet(ask(model="1 / 4 / 8"))["picture"]
    with Image.open(io.BytesIO(base64.b64decode(url.removeprefix(PNG_PREFIX)))) as picture:
        sheet = np.asarray(picture)
    images = load_dataset("sample", train=False, digits=(1, 4, 8)).images.numpy()
    assert sheet.shape == (28 * -(-len(images) // N_COLUMNS), 28 * N_COLUMNS)
    for i in (0, 49, 50, 599):
        row, column = divmod(i, N_COLUMNS)
        tile = sheet[28 * row : 28 * row + 28, 28 * column : 28 * column + 28]
        assert np.array_equal(tile, images[i])


@pytest.mark.parametrize("name", ["principal", "t-sne"])
def test_a_place_is_decoded_and_read(component: gr.HTML, name: str) -> None:
    place = find_digit(component.open_map(ask(map=name)), 0)
    answer = json.loads(json.dumps(component.look_at_place(ask(map=name, place=place))))
    assert answer["label"] == 0
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert len(answer["z"]) == 10
    assert levels(answer["picture"]).max() > 100


def test_a_latent_has_a_place_on_each_map(component: gr.HTML) -> None:
    place = [0.5, -1.25]
    seen = component.look_at_place(ask(place=place))
    answer = component.look_at_latent(ask(z=seen["z"]))
    assert answer["picture"] == seen["picture"]
    assert answer["places"].keys() == {"principal", "t-sne"}
    assert answer["places"]["principal"] == pytest.approx(place, abs=1e-4)


def test_sliders_come_in_order_with_their_strips(component: gr.HTML) -> None:
    z = component.look_at_place(ask(place=[0, 0]))["z"]
    dimensions = component.open_sliders(ask(z=z))["dimensions"]
    assert sorted(one["index"] for one in dimensions) == [*range(10)]
    assert dimensions[0]["std"] > dimensions[-1]["std"]
    for one in dimensions:
        assert len({*one["looks"]}) == len(one["looks"]) == 7
    moved = [*z]
    moved[dimensions[0]["index"]] = dimensions[0]["mean"] + 3 * dimensions[0]["std"]
    answer = component.look_at_latent(ask(z=moved))
    assert (
        np.abs(levels(answer["picture"]).astype(int) - levels(dimensions[0]["looks"][-1])).max()
        <= 1
    )


def test_two_places_make_a_morph(component: gr.HTML) -> None:
    answer = component.open_map(ask())
    ends = [
        component.look_at_place(ask(place=find_digit(answer, label)))["picture"] for label in (0, 7)
    ]
    settings = {"path": "geodesic", "n_frames": 12, "easing": "none", "keep_ends": True}
    morph = component.make_place({"model": "0-9", "start": ends[0], "end": ends[1]} | settings)
    frames = levels(morph["frames"])
    assert len(frames) == 12
    assert np.array_equal(frames[[0, -1]], np.concatenate([levels(end) for end in ends]))


def test_a_drawing_has_a_place_on_each_map(explorers: Mapping[str, Explorer]) -> None:
    answer = json.loads(json.dumps(explorers["0-9"].read_drawing(draw_four())))
    assert (answer["label"], answer["is_outlier"]) == (4, False)
    assert answer["places"].keys() == {"principal", "t-sne"}
    chart = explorers["0-9"].charts["t-sne"].describe()
    places, labels = np.array(chart["places"]), np.array(chart["labels"])
    nearest = np.linalg.norm(places - answer["places"]["t-sne"], axis=1).argsort()[:5]
    assert (labels[nearest] == 4).all()
    assert explorers["0-9"].read_drawing(Image.new("L", (SIDE, SIDE))) == {"is_blank": True}


@pytest.mark.parametrize("place", [[1000, -1000], [-1000, 1000], [0, 0]])
@pytest.mark.parametrize("name", ["principal", "t-sne"])
def test_the_farthest_places_have_pictures(component: gr.HTML, place: object, name: str) -> None:
    answer = component.look_at_place(ask(map=name, place=place))
    assert np.isfinite([*answer["probabilities"].values(), *answer["z"]]).all()
    assert len(levels(answer["picture"])) == 1


def test_weights_without_a_map_have_no_t_sne(
    explorers: Mapping[str, Explorer], tmp_path: Path
) -> None:
    morphers = {name: one.morpher for name, one in explorers.items()}
    found = find_explorers(morphers, dict.fromkeys(morphers, tmp_path))
    assert [list(one.charts) for one in found.values()] == [["principal"], ["principal"]]


def test_a_program_gets_what_lies_at_a_place(explorers: Mapping[str, Explorer]) -> None:
    answer = explore_for_program(explorers, [0.5, -1.2], "t-sne", "1 / 4 / 8")
    assert json.loads(json.dumps(answer)).keys() == {"label", "probabilities", "z", "pixels"}
    assert answer["probabilities"].keys() == {"1", "4", "8"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([0, 0], "mercator", "0-9"), "The map must be one of principal, t-sne"),
        (([0, 0], "principal", None), "The digits must be one of 0-9, 1 / 4 / 8"),
        (("here", "principal", "0-9"), "A place must be a list of 2 numbers"),
    ],
)
def test_a_program_is_told_what_is_wrong(
    explorers: Mapping[str, Explorer], arguments: tuple[object, str, str | None], said: str
) -> None:
    with pytest.raises(gr.Error, match=said):
        explore_for_program(explorers, *arguments)
