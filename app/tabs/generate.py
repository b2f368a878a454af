"""The Generate tab: digits that nobody ever wrote, and what may become of one."""

from collections.abc import Mapping
from functools import partial

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from app.controls import MODEL_EVENTS, build_choice, build_footnote, with_clear_errors
from app.generate.generate import Maker, build_generate
from app.generate.questions import SURE, read_choices
from app.pad.pad import build_pad
from app.shared.questions import choose, read_number, read_seed, read_whole
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import SOURCES, GenerateSettings, as_npz, generate
from vaegmm.operations.handwriting import Handwriting
from vaegmm.sheet import encode_sheet

PAD_ID = "generate-pad"
FORMATS = ("png", "npz")
MOST_DIGITS, N_COLUMNS, SCALE = 1000, 8, 4  # of one call; of a PNG
ABOUT = """
<p>Your drawings are read and forgotten: nothing is stored. A whole data set, a million digits if
you like, is written by <code>python -m vaegmm generate</code>.</p>
"""
PROGRAM = """from gradio_client import Client

client = Client("<span class="origin">http://127.0.0.1:7860</span>")
png = client.predict([3, 8], 48, seed=1, api_name="/generate")
npz = client.predict([], 1000, temperature=0.8, format="npz", api_name="/generate")"""


def find_makers(
    models: Mapping[str, VAEGMM], handwritings: Mapping[str, Handwriting]
) -> dict[str, Maker]:
    """Those models, by name, that have handwriting."""
    return {name: Maker(models[name], one) for name, one in handwritings.items()}


def build_generate_tab(makers: Mapping[str, Maker]) -> None:
    """Place the tab's components, and the endpoint `/generate` for programs.

    Args:
        makers: draw the digits, the first unless the visitor chooses another.
    """
    build_generate(PAD_ID, makers)
    # The script moves it to where a visitor wants to draw.
    with gr.Column(elem_classes="generate-drawing"):
        build_pad(PAD_ID, name="Pad for a digit to take further")
    build_footnote(ABOUT, PROGRAM)
    settings = GenerateSettings()
    inputs = [
        gr.JSON([], label="Digits, in balance; none for all", visible=False),
        gr.Number(48, label="How many", visible=False),
        gr.Number(settings.temperature, label="Temperature", visible=False),
        gr.Checkbox(False, label="Only those that the model is sure of", visible=False),
        gr.Number(0, label="Seed", visible=False),
        build_choice(SOURCES, "Drawn from", settings.source),
        build_choice(FORMATS, "Format"),
        build_choice(makers, "Digits"),
    ]
    output = gr.File(label="New digits", visible=False)
    gr.Button(visible=False).click(
        partial(generate_for_program, makers, output.GRADIO_CACHE),
        inputs,
        output,
        api_name="generate",
        api_description="New digits, as a PNG of them all or an npz with their labels.",
        concurrency_id=MODEL_EVENTS,
    )


@with_clear_errors
def generate_for_program(
    makers: Mapping[str, Maker],
    folder: str,
    labels: object = (),
    n: float | None = 48,
    temperature: float | None = 1.0,
    is_sure: bool | None = False,
    seed: float | None = 0,
    source: str | None = "mixture",
    format: str | None = FORMATS[0],
    digits: str | None = None,
) -> str:
    """Make new digits; return where their file is, in the folder that Gradio serves and empties."""
    model = makers[choose(digits, makers, "The digits")].model
    drawn_from = choose(source, SOURCES, "The source")
    chosen_format = choose(format, FORMATS, "The format")
    if not isinstance(labels, list):
        raise ValueError("The digits must be a list, such as [3, 8]; an empty one takes all.")
    count = read_whole(read_number(n, "The number of digits"), "The number of digits")
    if count > MOST_DIGITS:
        raise ValueError(
            f"The number of digits may be at most {MOST_DIGITS}, got {count}; for more use "
            "python -m vaegmm generate."
        )
    chosen = read_choices(labels, "A digit") or model.drawable_labels
    settings = GenerateSettings(
        chosen if drawn_from == "mixture" else (),
        temperature=read_number(temperature, "The temperature"),
        keep_sure=SURE if is_sure else 0.0,
        source=drawn_from,
    )
    made = generate(model, count, settings, read_seed(seed))
    is_npz = chosen_format == "npz"
    content = as_npz(made) if is_npz else encode_sheet(made.images, N_COLUMNS, SCALE)
    return str(save_bytes_to_cache(content, f"digits.{chosen_format}", folder))
