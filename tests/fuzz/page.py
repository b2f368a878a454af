"""The page under attack, and what its scripts ask: mutants begin with that."""

from __future__ import annotations

import base64
import functools
import gc
import random
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gradio as gr
import numpy as np
from PIL import Image, ImageDraw

from app.build import load_app
from app.em.questions import KINDS
from app.generate.generate import N_DIGITS
from app.pad.pictures import SIDE, encode_picture, enlarge_digit
from app.supply import Supply
from vaegmm.data.datasets import load_dataset
from vaegmm.media import FORMATS
from vaegmm.operations.generate import SOURCES
from vaegmm.operations.morph import EASINGS, PATHS
from vaegmm.operations.muddle import METHODS

MODELS = {"0-9": range(10), "1 / 4 / 8": (1, 4, 8)}
LATENT_DIM = 10
MAPS = ("principal", "t-sne")

Question = dict[str, object] | list[object] | None


@dataclass(frozen=True)
class Page:
    """A page that is built, and what its scripts can call.

    Attributes:
        blocks: the page.
        functions: that the scripts call, by whose they are, and their own name. Theirs is the
            pad's id, or the name of the component's first function.
    """

    blocks: gr.Blocks
    functions: Mapping[tuple[str, str], Callable[[object], dict[str, object]]]


@functools.cache
def load_page() -> Page:
    """Build the page of the embedded models, once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Gradio leaves event loops unclosed
        blocks = load_app(Supply())
        gc.collect()
    functions = {}
    for block in blocks.blocks.values():
        for function in getattr(block, "server_fns", None) or ():
            owner = block.elem_id or block.server_fns[0].__name__
            functions[owner, function.__name__] = function
    return Page(blocks, functions)


@functools.cache
def load_digits() -> list[Image.Image]:
    """Return the first sample digits of a test set."""
    return [Image.fromarray(x) for x in load_dataset("sample", train=False).images[::40].numpy()]


def draw_model(rng: random.Random) -> str:
    """Return a model's name, mostly the first."""
    return rng.choice(["0-9", "0-9", "1 / 4 / 8"])


def draw_picture(rng: random.Random, aspect: int = 1) -> Image.Image:
    """Return what a pad may hold: a digit of MNIST or some strokes, seldom nothing."""
    picture = Image.new("L", (aspect * SIDE, SIDE))
    if aspect == 1 and rng.random() < 0.4:
        return enlarge_digit(rng.choice(load_digits())).resize((SIDE, SIDE))
    pen = ImageDraw.Draw(picture)
    for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 8])):
        points = [(rng.randrange(aspect * SIDE), rng.randrange(SIDE)) for _ in range(3)]
        pen.line(points, fill=rng.choice([255, 255, 90]), width=rng.choice([1, 7, 8, 20]))
    return picture


def draw_url(rng: random.Random, aspect: int = 1) -> str:
    """Return a pad's value."""
    return encode_picture(draw_picture(rng, aspect).convert(rng.choice(["L", "RGB", "RGBA"])))


def draw_levels(rng: random.Random, n: int = 1) -> str:
    """Return the pixels of some digits as scripts send them."""
    digits = [np.asarray(rng.choice(load_digits())).tobytes() for _ in range(n)]
    return base64.b64encode(b"".join(digits)).decode()


def ask_pad(rng: random.Random) -> Question:
    """What a drawing is."""
    return [draw_url(rng), draw_model(rng)]


def ask_example(rng: random.Random) -> Question:
    """Another example."""
    return [rng.choice([None, 0, 5]), draw_model(rng)]


def ask_muddles(rng: random.Random) -> Question:
    """Some muddles."""
    model = draw_model(rng)
    labels = MODELS[model]
    wishes = []
    for _ in range(rng.choice([1, 1, 2, 5])):
        a, b = rng.sample(labels, 2)
        mix, seed = round(rng.uniform(0.1, 0.9), 2), rng.randrange(1000)
        partner = rng.choice([None, b])
        method = rng.choice(METHODS)
        wishes.append({"digit": a, "partner": partner, "mix": mix, "seed": seed, "method": method})
    drawing = draw_url(rng) if rng.random() < 0.3 else None
    return {"model": model, "drawing": drawing, "wishes": wishes}


def ask_number(rng: random.Random) -> Question:
    """The digits of a number."""
    model = draw_model(rng)
    if rng.random() < 0.4:
        return {"model": model, "drawing": draw_url(rng, aspect=2)}
    text = "".join(str(rng.choice(MODELS[model])) for _ in range(rng.randint(1, 6)))
    return {"model": model, "text": text, "style": rng.randrange(100)}


def ask_place(rng: random.Random) -> Question:
    """One digit place of a morph, but for a search, which takes seconds whatever it is asked."""
    ends = [draw_levels(rng), rng.choice([None, draw_levels(rng), draw_levels(rng)])]
    rng.shuffle(ends)
    return {
        "model": draw_model(rng),
        "start": ends[0],
        "end": ends[1],
        "path": rng.choice([path for path in PATHS if path != "geodesic"]),
        "n_frames": rng.choice([2, 10, 60]),
        "easing": rng.choice(EASINGS),
        "keep_ends": rng.random() < 0.5,
    }


def ask_file(rng: random.Random) -> Question:
    """A file of a morph."""
    n_frames, n_places = rng.choice([2, 5, 10]), rng.randint(1, 6)
    return {
        "frames": [draw_levels(rng, n_frames) for _ in range(n_places)],
        "n_frames": n_frames,
        "format": rng.choice(FORMATS),
        "fps": rng.choice([1, 30, 60]),
        "size": 28 * rng.randint(1, 6),
        "ink": rng.choice(["#ffffff", "#a0B1c2"]),
        "paper": "#000000",
        "returns": rng.random() < 0.5,
    }


def ask_digits(rng: random.Random) -> Question:
    """New digits."""
    model = draw_model(rng)
    labels = rng.sample(MODELS[model], rng.randint(0, 3))
    return {
        "model": model,
        "labels": labels,
        "components": rng.sample(range(9), 2) if not labels and rng.random() < 0.5 else [],
        "temperature": round(rng.uniform(0, 2), 2),
        "is_sure": rng.random() < 0.3,
        "source": rng.choice(SOURCES),
        "seed": rng.randrange(1000),
    }


def ask_saved(rng: random.Random) -> Question:
    """A file of many new digits; only of sure ones they take seconds, whatever is asked."""
    digits = ask_digits(rng)
    assert isinstance(digits, dict)
    return digits | {"is_sure": False}


def ask_components(rng: random.Random) -> Question:
    """The components of a digit."""
    model = draw_model(rng)
    return {"model": model, "label": rng.choice(MODELS[model])}


def ask_further(rng: random.Random) -> Question:
    """What may become of a digit."""
    source = {"picture": draw_levels(rng)} if rng.random() < 0.5 else {"drawing": draw_url(rng)}
    radius = round(rng.uniform(0, 2), 2)
    return {"model": draw_model(rng), "radius": radius, "seed": rng.randrange(N_DIGITS)} | source


def ask_map(rng: random.Random) -> Question:
    """A map."""
    return {"model": draw_model(rng), "map": rng.choice(MAPS)}


def ask_at_place(rng: random.Random) -> Question:
    """What lies at a place of a map."""
    place = [round(rng.uniform(-60, 60), 3), round(rng.uniform(-60, 60), 3)]
    return {"model": draw_model(rng), "map": rng.choice(MAPS), "place": place}


def ask_at_latent(rng: random.Random) -> Question:
    """What a latent stands for."""
    z = [round(rng.gauss(0, 1), 3) for _ in range(LATENT_DIM)]
    return {"model": draw_model(rng), "z": z}


def ask_model(rng: random.Random) -> Question:
    """What a model is."""
    return {"model": draw_model(rng)}


def ask_cell(rng: random.Random) -> Question:
    """A cell of the confusion matrix."""
    model = draw_model(rng)
    truth, answer = rng.choices(MODELS[model], k=2)
    return {"model": model, "truth": truth, "answer": answer}


def ask_rebuilt(rng: random.Random) -> Question:
    """Digits beside what they are rebuilt as."""
    return {"model": draw_model(rng), "seed": rng.randrange(1000)}


def ask_walk(rng: random.Random) -> Question:
    """A run of EM."""
    kind = rng.choice(KINDS)
    return {"n_components": rng.randint(2, 8), "seed": rng.randrange(99), "covariance_type": kind}


def ask_supply(rng: random.Random) -> Question:
    """What is on its way."""
    return None
