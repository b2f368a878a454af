"""What tests of the Morph tab begin with."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.build import encode_handwritings
from app.morph.morph import Morpher, build_morph
from app.pad.pictures import SIDE
from app.tabs.morph import find_morphers
from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM


def picture_of(strokes: list[list[tuple[int, int]]]) -> Image.Image:
    picture = Image.new("L", (2 * SIDE, SIDE))
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=255, width=8, joint="curve")
    return picture


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


def some_frames(n_frames: int = 3, seed: int = 0) -> str:
    noise = np.random.default_rng(seed).integers(0, 256, (n_frames, 28, 28), np.uint8)
    return base64.b64encode(noise.tobytes()).decode()


@pytest.fixture(scope="module")
def morphers(digits: VAEGMM, digits148: VAEGMM) -> dict[str, Morpher]:
    models = {"0-9": digits, "1 / 4 / 8": digits148}
    return find_morphers(models, encode_handwritings(models, load_dataset("sample", train=False)))


@pytest.fixture(scope="module")
def component(morphers: Mapping[str, Morpher]) -> gr.HTML:
    return build_morph(["one", "two"], morphers)
