"""The drawing pad: a canvas that asks the server about a drawing while it is being drawn.

Reusable: a tab says what reads a drawing and which examples there are. Shows no result itself; each
answer goes to the page as a `pad:answer` event (see `pad.js`), which `app.reading` listens for.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from PIL import Image

from app.pad.pictures import (
    SIDE,
    decode_drawing,
    encode_picture,
    enlarge_digit,
    open_ink,
    open_upload,
)
from app.shared.answers import Answer, Function, answered
from app.shared.assets import join_files
from app.shared.questions import misfit
from app.shared.turns import FILES, READINGS

HERE = Path(__file__).parent
SCRIPTS = [f"pad/{name}.js" for name in ("drawing", "picture", "live", "files", "pad")]


@dataclass(frozen=True)
class Example:
    """A digit that the pad offers, and the line that says what it is."""

    digit: Image.Image
    caption: str


@dataclass(frozen=True)
class Reader:
    """Who answers a drawing.

    Attributes:
        name: as the visitor sees it; the page says by it who is to answer.
        read: answers a drawing with JSON, during a stroke and after it.
        examples: what "Try an example" picks from. None given: no such button.
    """

    name: str
    read: Callable[[Image.Image], Answer]
    examples: Sequence[Example] = ()


def build_pad(
    pad_id: str,
    *,
    name: str,
    readers: Sequence[Reader] = (),
    aspect: int = 1,
    hint: str | None = None,
) -> gr.HTML:
    """Place a drawing pad, for one digit or, if it is wide, for a number.

    Its value is a PNG data URL for `decode_drawing`, or "" when blank.

    A function and not a subclass of `gr.HTML`, because Gradio writes a `.pyi` file beside the
    source of every subclass.

    Args:
        pad_id: element id, and the name under which the pad's answers go to the page.
        name: what the pad is for, as screen readers say it.
        readers: the first answers until the page says otherwise, with a `pad:reader` event. None
            given: the pad only has a value.
        aspect: width over height. A picture comes on a wide pad as its ink alone, white on black:
            paper of another shape than the pad's would leave edges that look like ink.
        hint: stands below the pad; the one for digits when not given.
    """
    return gr.HTML(
        value="",
        elem_id=pad_id,
        html_template=(HERE / "pad.html").read_text(encoding="utf-8"),
        css_template=(HERE / "pad.css").read_text(encoding="utf-8"),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions({reader.name: reader for reader in readers}, aspect),
        pad_id=pad_id,
        name=name,
        side=SIDE,
        aspect=aspect,
        hint=hint,
        upload="picture" if aspect == 1 else "ink",
        reader=readers[0].name if readers else None,
        has_examples=any(reader.examples for reader in readers),
    )


def _server_functions(readers: Mapping[str, Reader], aspect: int) -> list[Function]:
    """What the pad's JavaScript calls, each with one argument that may be anything at all."""

    @answered(READINGS)
    def read_drawing(question: object) -> Answer:
        url, reader = _unpack(question, readers)
        return reader.read(decode_drawing(url, aspect))

    @answered(READINGS)
    def pick_example(question: object) -> Answer:
        previous, reader = _unpack(question, readers)
        examples = reader.examples
        if not examples:
            raise ValueError("There are no examples of these digits.")
        others = [index for index in range(len(examples)) if index != previous]
        index = random.choice(others or [0])
        example = examples[index]
        return {
            "index": index,
            "picture": encode_picture(enlarge_digit(example.digit)),
            "caption": example.caption,
        }

    open_one = open_upload if aspect == 1 else open_ink

    @answered(FILES)
    def open_file(upload: object) -> Answer:
        return {"picture": encode_picture(open_one(upload))}

    functions = [open_file]
    if readers:
        functions.append(read_drawing)
    if any(reader.examples for reader in readers.values()):
        functions.append(pick_example)
    return functions


def _unpack(question: object, readers: Mapping[str, Reader]) -> tuple[object, Reader]:
    """Take a question, [what is asked, the reader's name], apart.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case [asked, str(name)] if name in readers:
            return asked, readers[name]
    raise misfit()
