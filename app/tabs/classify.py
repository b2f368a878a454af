"""The Classify tab: draw a digit on the left, read the model's answer on the right."""

from collections.abc import Mapping, Sequence
from functools import partial

import gradio as gr
from PIL import Image

from app.controls import MODEL_EVENTS, build_choice, build_footnote, with_clear_errors
from app.pad.pad import Example, Reader, build_pad
from app.reading.reading import BLANK_ANSWER, as_answer, build_reading
from app.shared.questions import choose
from vaegmm.data.datasets import LabelledImages, keep_digits
from vaegmm.data.images import BlankImageError, open_image
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify

PAD_ID = "classify-pad"
PRIVACY = "<p>Your drawings are read and forgotten: nothing is stored.</p>"
PROGRAM = """from gradio_client import Client, handle_file

client = Client("<span class="origin">http://127.0.0.1:7860</span>")
client.predict(handle_file("digit.png"), api_name="/classify")"""


def build_classify_tab(models: Mapping[str, VAEGMM], examples: LabelledImages) -> None:
    """Place the tab's components, and the endpoint `/classify` for programs.

    Args:
        models: read the drawings, the first unless the visitor chooses another; by the name that
            the visitor sees.
        examples: digits for "Try an example".
    """
    with gr.Row(elem_classes="classify"):
        with gr.Column(elem_classes="classify-pad"):
            readers = [make_reader(name, model, examples) for name, model in models.items()]
            build_pad(PAD_ID, name="Drawing pad", readers=readers)
        with gr.Column(elem_classes="classify-reading"):
            build_reading(PAD_ID, {name: model.labels for name, model in models.items()})
    build_footnote(PRIVACY, PROGRAM)
    file = gr.File(type="binary", label="Image file", visible=False)
    reader = build_choice(models, "Digits")
    answer = gr.JSON(label="Classification", visible=False)
    file.upload(
        partial(classify_file, models),
        [file, reader],
        answer,
        api_name="classify",
        api_description="Read one digit from an image file: label, probabilities, outlier flag.",
        concurrency_id=MODEL_EVENTS,
    )


def make_reader(name: str, model: VAEGMM, examples: LabelledImages) -> Reader:
    """A model as the pad knows it, with the examples that it can answer."""
    known = sorted({*model.labels} & {*examples.labels.tolist()})
    shown = make_examples(keep_digits(examples, known, "sample")) if known else ()
    return Reader(name, partial(read_drawing, model), shown)


def make_examples(images: LabelledImages) -> Sequence[Example]:
    """The digits of a data set, each with a line that says what it is."""
    return [
        Example(Image.fromarray(x), f"From MNIST's test images, labelled {label}.")
        for x, label in zip(images.images.numpy(), images.labels.tolist(), strict=True)
    ]


def read_drawing(model: VAEGMM, drawing: Image.Image) -> dict[str, object]:
    """What the reading shows of a drawing."""
    try:
        return as_answer(classify(model, drawing))
    except BlankImageError:
        return BLANK_ANSWER


@with_clear_errors
def classify_file(
    models: Mapping[str, VAEGMM], file: bytes | None, reader: str | None
) -> dict[str, object]:
    """Read one digit from the bytes of an image file."""
    if file is None:
        raise ValueError("The image file is missing; send a PNG or JPEG file.")
    model = models[choose(reader, models, "The digits")]
    return classify(model, open_image(file)).summary()
