"""The Morph tab: one number turns into another, in the visitor's own hand."""

from collections.abc import Mapping
from functools import partial

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from app.controls import MODEL_EVENTS, build_choice, build_footnote, with_clear_errors
from app.morph.morph import Morpher, build_morph
from app.morph.questions import PAD_ASPECT, Typed, read_count
from app.pad.pad import build_pad
from app.shared.questions import choose, read_number, read_seed, read_whole
from vaegmm.data.images import open_image
from vaegmm.media import FORMATS, MediaSettings, check_settings, encode_media
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.morph import EASINGS, PATHS, MorphSettings, morph
from vaegmm.operations.writing import Digit

PADS = {
    "morph-pad-1": "Pad for a number",
    "morph-pad-2": "Pad for another number",
}
SETTINGS, MEDIA = MorphSettings(), MediaSettings()  # what a program need not say
HINT = "Write a number, its digits apart. A photo of one works too."
ABOUT = """
<p>Typed numbers are in the handwriting of MNIST's test part. Your drawings are read and forgotten:
nothing is stored.</p>
"""
PROGRAM = """from gradio_client import Client, handle_file

client = Client("<span class="origin">http://127.0.0.1:7860</span>")
path = client.predict("32", "41", format="gif", api_name="/morph")
path = client.predict("", "8", source_file=handle_file("three.png"), api_name="/morph")"""


def find_morphers(
    models: Mapping[str, VAEGMM], handwritings: Mapping[str, Handwriting]
) -> dict[str, Morpher]:
    """Those models, by name, that have handwriting."""
    return {name: Morpher(models[name], one) for name, one in handwritings.items()}


def build_morph_tab(morphers: Mapping[str, Morpher]) -> None:
    """Place the tab's components, and the endpoint `/morph` for programs.

    Args:
        morphers: make the morphs, the first unless the visitor chooses another.
    """
    build_morph(list(PADS), morphers)
    # The script moves them to the numbers that a visitor wants to draw.
    with gr.Column(elem_classes="morph-drawing"):
        for pad_id, name in PADS.items():
            build_pad(pad_id, name=name, aspect=PAD_ASPECT, hint=HINT)
    build_footnote(ABOUT, PROGRAM)
    inputs = [
        gr.Textbox("", label="Number to start from", visible=False),
        gr.Textbox("", label="Number to end with", visible=False),
        gr.File(type="binary", label="Picture of the first number", visible=False),
        gr.File(type="binary", label="Picture of the last number", visible=False),
        build_choice(PATHS, "Path", SETTINGS.path),
        gr.Number(SETTINGS.n_frames, label="Frames one way", visible=False),
        build_choice(EASINGS, "Easing", SETTINGS.easing),
        gr.Checkbox(MEDIA.returns, label="There and back again", visible=False),
        gr.Checkbox(SETTINGS.keep_ends, label="Keep the pictures at the ends", visible=False),
        gr.Number(0, label="Handwriting of typed numbers", visible=False),
        gr.Number(MEDIA.fps, label="Frames per second", visible=False),
        gr.Number(MEDIA.size, label="Height in pixels", visible=False),
        gr.Textbox(MEDIA.ink, label="Colour of the ink", visible=False),
        gr.Textbox(MEDIA.paper, label="Colour of the paper", visible=False),
        build_choice(FORMATS, "Format"),
        build_choice(morphers, "Digits"),
    ]
    output = gr.File(label="Morph", visible=False)
    gr.Button(visible=False).click(
        partial(morph_for_program, morphers, output.GRADIO_CACHE),
        inputs,
        output,
        api_name="morph",
        api_description="A number that turns into another, as a file. Pictures precede text.",
        concurrency_id=MODEL_EVENTS,
    )


@with_clear_errors
def morph_for_program(
    morphers: Mapping[str, Morpher],
    folder: str,
    source: str | None,
    target: str | None,
    source_file: bytes | None = None,
    target_file: bytes | None = None,
    path: str | None = SETTINGS.path,
    n_frames: float | None = SETTINGS.n_frames,
    easing: str | None = SETTINGS.easing,
    returns: bool | None = MEDIA.returns,
    keep_ends: bool | None = SETTINGS.keep_ends,
    style: float | None = 0,
    fps: float | None = MEDIA.fps,
    size: float | None = MEDIA.size,
    ink: str | None = MEDIA.ink,
    paper: str | None = MEDIA.paper,
    format: str | None = FORMATS[0],
    digits: str | None = None,
) -> str:
    """Make one morph; return where its file is, in the folder that Gradio serves and empties."""
    morpher = morphers[choose(digits, morphers, "The digits")]
    chosen = choose(format, FORMATS, "The format")
    settings = MorphSettings(
        choose(path, PATHS, "The path"),
        read_count(n_frames),
        choose(easing, EASINGS, "The easing"),
        bool(keep_ends),
    )
    height = read_whole(read_number(size, "The size"), "The size")
    rate = read_number(fps, "The frames per second")
    media = MediaSettings(rate, height, ink or "", paper or "", bool(returns))
    seed = read_seed(style, "The style")
    start = read_end(morpher, source, source_file, seed)
    end = read_end(morpher, target, target_file, seed)
    check_settings(media, chosen, settings.n_frames, max(len(start), len(end)))
    frames = morph(morpher.model, start, end, settings).joined()
    name = f"morph-{morpher.read(start)}-{morpher.read(end)}.{chosen}".replace("?", "x")
    return str(save_bytes_to_cache(encode_media(frames, media, chosen), name, folder))


def read_end(morpher: Morpher, text: str | None, file: bytes | None, style: int) -> list[Digit]:
    """The digits of a picture, or of a text where there is none.

    Raises:
        ValueError: neither is a number.
    """
    return morpher.split(Typed(text or "", style) if file is None else open_image(file))
