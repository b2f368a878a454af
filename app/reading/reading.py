"""The reading: what the model makes of a drawing, shown beside the pad while it is drawn.

Holds the words and the JSON that `reading.js` shows. Calls no model.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import gradio as gr

from app.pad.pictures import encode_levels
from vaegmm.operations.classify import Classification

HERE = Path(__file__).parent
SCRIPTS = ("levels.js", "reading.js")
STYLES = ("reading.css", "choice.css", "many.css")
BLANK_ANSWER: dict[str, object] = {"is_blank": True}


def build_reading(pad_id: str, labels: Mapping[str, Sequence[int]]) -> gr.HTML:
    """Place the reading of the pad of that id: one bar for each of the reader's labels.

    Args:
        pad_id: as the pad has it.
        labels: of each of the pad's readers, by name; of several, the visitor chooses.
    """
    first = next(iter(labels.values()))
    return gr.HTML(
        html_template=(HERE / "reading.html").read_text(encoding="utf-8"),
        css_template="\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES),
        js_on_load="\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS),
        apply_default_css=False,
        pad_id=pad_id,
        names=list(labels),
        has_choice=len(labels) > 1,
        labels=list(first),
        invitation=invite(first),
        promise="The reading follows your hand.",
        readers=[
            {
                "name": name,
                "labels": list(known),
                "invitation": invite(known),
                "refusal": f"This does not look like a {as_words(known)}",
            }
            for name, known in labels.items()
        ],
    )


def invite(labels: Sequence[int]) -> str:
    """What stands where there is no drawing yet."""
    return f"Draw a {as_words(labels)}"


def as_words(labels: Sequence[int]) -> str:
    """The digits a model knows, as they stand in a sentence: "1, 4 or 8"; all ten: "digit"."""
    if len(labels) == 10:
        return "digit"
    *others, last = map(str, labels)
    return f"{', '.join(others)} or {last}" if others else last


def as_answer(classification: Classification) -> dict[str, object]:
    """The JSON that `reading.js` shows; pictures as base64, one byte of grey per pixel."""
    return {
        "label": classification.label,
        "probabilities": {str(k): p for k, p in classification.probabilities.items()},
        "is_outlier": classification.is_outlier,
        "seen": encode_levels(classification.x),
        "rebuilt": encode_levels(classification.x_hat),
    }
