"""New digits, and one of them taken further: one component.

The scripts beside it ask for digits, for what may become of one, and for a file of many. Who makes
them stands in `vaegmm.operations.generate` and `vaegmm.operations.styles`.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.generate.questions import (
    Source,
    read_digits_question,
    read_label_question,
    read_source_question,
)
from app.pad.pictures import encode_levels
from app.shared.answers import Answer, Function, answered
from app.shared.assets import COMMON_SCRIPTS, COMMON_STYLES, join_files
from app.shared.questions import shorten
from app.shared.turns import FILES, PICTURES
from vaegmm.data.images import BlankImageError, normalise_drawing
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify_pixels
from vaegmm.operations.generate import GenerateSettings, as_npz, generate
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.styles import carry_style, vary

HERE = Path(__file__).parent
SCRIPTS = (
    *COMMON_SCRIPTS,
    *(f"generate/{name}.js" for name in ("choices", "link", "digits", "further", "generate")),
)
STYLES = (
    *COMMON_STYLES,
    *(f"generate/{name}.css" for name in ("generate", "further")),
)
N_DIGITS, N_VARIATIONS, N_HANDS = 48, 12, 12
N_SAVED = 1000  # of a file: a call does not queue, and must stay short
FIRST_SEED = 1


@dataclass(frozen=True)
class Maker:
    """Who makes new digits, and whose hands they may be written in."""

    model: VAEGMM
    handwriting: Handwriting

    def describe_digits(self, settings: GenerateSettings, seed: int) -> Answer:
        """The JSON that the scripts show of new digits.

        Raises:
            ValueError: a setting is out of range or unknown to the model.
        """
        made = generate(self.model, N_DIGITS, settings, seed)
        return {
            "pictures": encode_all(to_levels(made.images)),
            "labels": made.labels.tolist(),
            "components": made.components.tolist(),
            "n_drawn": made.n_drawn,
        }

    def describe_components(self, label: int) -> Answer:
        """The JSON of a label's components: the digit at the centre of each, and its weight.

        Raises:
            ValueError: there is none.
        """
        if label not in self.model.drawable_labels:
            raise ValueError(f"No component of the mixture stands for {shorten(label)}.")
        named = self.model.config.component_labels
        components = [k for k, one in enumerate(named) if one == label]
        middle = GenerateSettings(components=tuple(components), temperature=0)
        made = generate(self.model, len(components), middle)
        order = np.argsort(made.components)
        weights = self.model.weights[components].cpu().numpy()
        return {
            "components": components,
            "pictures": encode_all(to_levels(made.images[order])),
            "shares": (weights / weights.sum()).tolist(),
        }

    def describe_further(self, source: Source) -> Answer:
        """The JSON of what may become of a digit.

        Raises:
            BlankImageError: nothing is drawn.
            ValueError: a number is out of range.
        """
        x = source.picture
        if isinstance(x, Image.Image):
            x = normalise_drawing(x)
        reading = classify_pixels(self.model, x)
        varied = vary(self.model, x, N_VARIATIONS, source.radius, source.seed)
        written = self.model.drawable_labels
        hands = self.choose_hands(source.seed)
        others = carry_style(self.model, hands, [reading.label])
        return {
            "source": encode_levels(x),
            "label": reading.label,
            "probability": reading.probabilities[reading.label],
            "is_outlier": reading.is_outlier,
            "variations": encode_all(varied),
            "hand": encode_all(carry_style(self.model, x[None], written)[0]),
            "labels": list(written),
            "hands": encode_all(hands),
            "others": encode_all(others[:, 0]),
        }

    def choose_hands(self, seed: int) -> NDArray[np.float32]:
        """Digits (N, 28, 28) of real hands, drawn at random."""
        images = self.handwriting.images.numpy()
        chosen = np.random.default_rng(seed).choice(len(images), N_HANDS, replace=False)
        return to_levels(images[chosen])

    def warm_up(self) -> None:
        """Make digits and forget them: the first call is slow."""
        self.describe_digits(GenerateSettings(), FIRST_SEED)


def to_levels(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes as the model's pixels in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def encode_all(pictures: NDArray[np.float32]) -> list[str]:
    """Pictures (N, 28, 28) in [0, 1], as scripts paint them."""
    return [encode_levels(picture) for picture in pictures]


def build_generate(pad_id: str, makers: Mapping[str, Maker]) -> gr.HTML:
    """Place the component.

    Args:
        pad_id: of the pad whose drawing may be taken further.
        makers: by the name of their model; of several, the visitor chooses.
    """
    return gr.HTML(
        html_template=(HERE / "generate.html").read_text(encoding="utf-8"),
        css_template=join_files(STYLES),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions(makers),
        pad_id=pad_id,
        has_choice=len(makers) > 1,
        n_digits=N_DIGITS,
        n_saved=N_SAVED,
        first_seed=FIRST_SEED,
        readers=[
            {"name": name, "labels": maker.model.drawable_labels} for name, maker in makers.items()
        ],
    )


def _server_functions(makers: Mapping[str, Maker]) -> list[Function]:
    """What the scripts call, each with one argument that may be anything at all."""

    @answered(PICTURES)
    def make_digits(question: object) -> Answer:
        maker, settings, seed = read_digits_question(question, makers)
        return maker.describe_digits(settings, seed)

    @answered(PICTURES)
    def show_components(question: object) -> Answer:
        maker, label = read_label_question(question, makers)
        return maker.describe_components(label)

    @answered(PICTURES)
    def take_further(question: object) -> Answer:
        maker, source = read_source_question(question, makers)
        try:
            return maker.describe_further(source)
        except BlankImageError:
            return {"is_blank": True}

    @answered(FILES)
    def pack_npz(question: object) -> Answer:
        maker, settings, seed = read_digits_question(question, makers)
        content = as_npz(generate(maker.model, N_SAVED, settings, seed))
        return {"file": base64.b64encode(content).decode("ascii")}

    return [make_digits, show_components, take_further, pack_npz]
