"""The Muddle tab: digits that are deliberately hard to tell, and what the judges say of them."""

from collections.abc import Mapping
from functools import partial

import gradio as gr
import numpy as np
from PIL import Image

from app.controls import MODEL_EVENTS, build_choice, build_footnote, with_clear_errors
from app.muddle.muddle import Muddler, build_muddle
from app.muddle.questions import Wish, read_mix
from app.muddle.words import as_shares
from app.pad.pad import build_pad
from app.shared.questions import choose, read_seed, read_whole
from vaegmm.evaluation.judge import Judge, collect_votes
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.muddle import METHODS

PAD_ID = "muddle-pad"
ENDPOINT_SIDE = 280  # pixels of the picture that a program gets: ten for each one of the model's
ABOUT = """
<p>A muddle lies between two real digits of MNIST's test part. The judges never saw the model that
makes it, and it never saw them.</p>
"""
PROGRAM = """from gradio_client import Client

client = Client("<span class="origin">http://127.0.0.1:7860</span>")
picture, votes = client.predict(4, 9, mix=0.5, seed=1, api_name="/muddle")"""


def find_muddlers(
    models: Mapping[str, VAEGMM], handwritings: Mapping[str, Handwriting], judge: Judge
) -> dict[str, Muddler]:
    """Those models, by name, that know two digits or more and have handwriting."""
    return {
        name: Muddler(models[name], handwriting, judge)
        for name, handwriting in handwritings.items()
        if len(models[name].labels) > 1
    }


def build_muddle_tab(muddlers: Mapping[str, Muddler]) -> None:
    """Place the tab's components, and the endpoint `/muddle` for programs.

    Args:
        muddlers: make the muddles, the first unless the visitor chooses another.
    """
    build_muddle(PAD_ID, muddlers)
    # The script moves it between the choices and the picture once a visitor wants to draw.
    with gr.Column(elem_classes="muddle-drawing"):
        build_pad(PAD_ID, name="Pad for the digit to muddle")
    build_footnote(ABOUT, PROGRAM)
    inputs = [
        gr.Number(label="Digit", visible=False),
        gr.Number(value=None, label="Partner, or none for the nearest", visible=False),
        gr.Number(0.5, label="Share of the digit", visible=False),
        gr.Number(0, label="Seed", visible=False),
        build_choice(METHODS, "Method"),
        build_choice(muddlers, "Digits"),
    ]
    outputs = [
        gr.Image(label="Muddle", format="png", visible=False),
        gr.JSON(label="Votes", visible=False),
    ]
    gr.Button(visible=False).click(
        partial(muddle_for_program, muddlers),
        inputs,
        outputs,
        api_name="muddle",
        api_description="A digit that is hard to tell: its picture, and how the judges vote.",
        concurrency_id=MODEL_EVENTS,
    )


@with_clear_errors
def muddle_for_program(
    muddlers: Mapping[str, Muddler],
    digit: float | None,
    partner: float | None = None,
    mix: float | None = 0.5,
    seed: float | None = 0,
    method: str | None = METHODS[0],
    digits: str | None = None,
) -> tuple[Image.Image, dict[str, object]]:
    """Make one muddle: its picture, and what it is."""
    muddler = muddlers[choose(digits, muddlers, "The digits")]
    chosen = choose(method, METHODS, "The method")
    whole = read_whole(digit, "The digit")
    other = None if partner is None else read_whole(partner, "The partner")
    wish = Wish(whole, other, read_mix(mix), read_seed(seed), chosen)
    made = muddler.make([wish], None, chosen)
    votes = collect_votes(muddler.judge, made.x)
    levels = np.round(np.clip(made.x[0], 0, 1) * 255).astype(np.uint8)
    picture = Image.fromarray(levels).resize((ENDPOINT_SIDE, ENDPOINT_SIDE))
    return picture, {
        "a": int(made.a[0]),
        "b": int(made.b[0]),
        "mix": wish.mix,
        "seed": wish.seed,
        "method": chosen,
        "probabilities": as_shares(made.probabilities[0]),
        "judges": as_shares(votes.probabilities[0]),
        "disagreement": round(float(votes.disagreement[0]), 4),
    }
