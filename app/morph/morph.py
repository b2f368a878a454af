"""Two numbers, and one turning into the other: one component.

The scripts beside it ask for the digits of a number, for one digit place of a morph, and for a file
of the frames that they show. Who makes a morph stands in `vaegmm.operations.morph`, who writes the
file in `vaegmm.media`.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image

from app.morph.questions import (
    Place,
    Typed,
    read_film_question,
    read_number_question,
    read_place_question,
)
from app.pad.pictures import encode_levels
from app.shared.answers import Answer, Function, answered
from app.shared.assets import COMMON_SCRIPTS, COMMON_STYLES, join_files
from app.shared.turns import FILES, READINGS, SEARCHES
from vaegmm.data.numbers import MAX_DIGITS, split_number
from vaegmm.media import FORMATS, encode_media
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.morph import MorphSettings, morph_places
from vaegmm.operations.writing import Digit, describe_doubts, read_digits, write_number

HERE = Path(__file__).parent
SCRIPTS = (
    *COMMON_SCRIPTS,
    *(f"morph/{name}.js" for name in ("settings", "numbers", "film", "paths", "player")),
    *(f"morph/{name}.js" for name in ("places", "link", "files", "morph")),
)
STYLES = (
    *COMMON_STYLES,
    *(f"morph/{name}.css" for name in ("morph", "numbers", "player", "settings")),
)
N_LOOKS = 9  # frames of the film strip
# The first pair of these that a model knows is what a visitor sees first.
FIRST_PAIRS = (("3", "8"), ("4", "8"))


@dataclass(frozen=True)
class Morpher:
    """Who makes morphs, and whose handwriting typed numbers are in."""

    model: VAEGMM
    handwriting: Handwriting

    def split(self, number: Typed | Image.Image) -> list[Digit]:
        """The digits of a number that was typed or drawn.

        Raises:
            ValueError: what was typed or drawn is no number of digits that are known.
        """
        if isinstance(number, Typed):
            return write_number(self.model, self.handwriting, number.text, number.style)
        return split_number(number)

    def read(self, digits: Sequence[Digit]) -> str:
        """What digits are read as; a question mark for one that hardly is there."""
        labels = read_digits(self.model, digits)
        return "".join("?" if label is None else str(label) for label in labels)

    def describe_number(self, digits: Sequence[Digit]) -> Answer:
        """The JSON that the scripts show of a number."""
        name = self.read(digits)
        pairs = zip(digits, name, strict=True)
        return {
            "digits": [{"picture": encode_levels(x), "label": sign} for x, sign in pairs],
            "words": f"Read as {name}. {describe_doubts(self.model, digits)}".strip(),
        }

    def describe_place(self, place: Place) -> Answer:
        """The JSON that the scripts show of one digit place on its way.

        Raises:
            ValueError: a setting is out of range.
        """
        frames = morph_places(self.model, [place.start], [place.end], place.settings).frames[:, 0]
        last = len(frames) - 1
        looks = np.linspace(0, last, min(N_LOOKS, len(frames))).round().astype(int)
        x = frames[looks].astype(np.float32) / np.float32(255)
        return {
            "frames": base64.b64encode(frames.tobytes()).decode("ascii"),
            "looks": looks.tolist(),
            "readings": read_digits(self.model, x),
        }

    def warm_up(self) -> None:
        """Make one morph and forget it: the first call is slow.

        A straight one: a geodesic's first search takes as long as its next, and that is seconds on
        a slow core.
        """
        labels = self.model.labels
        start, end = self.split(Typed(f"{labels[0]}{labels[-1]}", 0))
        self.describe_place(Place(start, end, MorphSettings("linear")))


def build_morph(pad_ids: Sequence[str], morphers: Mapping[str, Morpher]) -> gr.HTML:
    """Place the component.

    Args:
        pad_ids: of the two pads whose drawings may take the place of the numbers.
        morphers: by the name of their model; of several, the visitor chooses.
    """
    return gr.HTML(
        html_template=(HERE / "morph.html").read_text(encoding="utf-8"),
        css_template=join_files(STYLES),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions(morphers),
        pad_ids=list(pad_ids),
        has_choice=len(morphers) > 1,
        sides=["from", "to"],
        formats=list(FORMATS),
        max_digits=MAX_DIGITS,
        readers=[
            {
                "name": name,
                "labels": list(morpher.model.labels),
                "first": list(choose_first(morpher.model.labels)),
            }
            for name, morpher in morphers.items()
        ],
    )


def choose_first(labels: Sequence[int]) -> tuple[str, str]:
    """What a visitor sees first of a model that knows these labels."""
    known = {*map(str, labels)}
    ends = str(labels[0]), str(labels[-1])
    return next((pair for pair in FIRST_PAIRS if {*pair} <= known), ends)


def make_place_maker(morphers: Mapping[str, Morpher]) -> Function:
    """What a script calls for one digit place of a morph."""

    @answered(SEARCHES)
    def make_place(question: object) -> Answer:
        morpher, place = read_place_question(question, morphers)
        return morpher.describe_place(place)

    return make_place


def _server_functions(morphers: Mapping[str, Morpher]) -> list[Function]:
    """What the scripts call, each with one argument that may be anything at all."""

    @answered(READINGS)
    def read_number(question: object) -> Answer:
        morpher, number = read_number_question(question, morphers)
        return morpher.describe_number(morpher.split(number))

    @answered(FILES)
    def pack_file(question: object) -> Answer:
        film = read_film_question(question)
        content = encode_media(film.frames, film.settings, film.format)
        return {"file": base64.b64encode(content).decode("ascii")}

    return [read_number, make_place_maker(morphers), pack_file]
