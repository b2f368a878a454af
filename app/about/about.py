"""What a model is, how well it does, and the digits behind its figures: one component.

The scripts beside it ask for one model's figures, for the digits of a cell and for digits as they
are rebuilt. What is measured stands in `vaegmm.evaluation.examination`.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from app.about.facts import list_facts, list_figures
from app.about.questions import (
    Cell,
    read_cell_question,
    read_rebuild_question,
)
from app.about.training import describe_training
from app.pad.pictures import encode_levels
from app.shared.answers import Answer, Function, answered
from app.shared.assets import COMMON_SCRIPTS, COMMON_STYLES, join_files
from app.shared.questions import read_model_question
from app.shared.turns import PICTURES
from app.supply import Supply
from vaegmm.evaluation.examination import Examination, examine, rebuild
from vaegmm.evaluation.palette import PALETTE
from vaegmm.hub.weights import Weights
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting

HERE = Path(__file__).parent
SCRIPTS = (
    *COMMON_SCRIPTS,
    "shared/chart.js",
    *(f"about/{name}.js" for name in ("confusion", "digits", "supply", "about")),
)
STYLES = (
    *COMMON_STYLES,
    "shared/chart.css",
    *(f"about/{name}.css" for name in ("about", "confusion", "digits")),
)
N_REBUILT, N_ERRORS, N_OF_CELL = 12, 12, 24
NO_DIGITS = "The digits beside this program do not show all that this model knows: no figures."


@dataclass(frozen=True)
class About:
    """What is known of a model.

    Attributes:
        weights: where they are, and where from.
        model: itself.
        handwriting: the digits it is examined on; None where some of its digits are not there.
    """

    weights: Weights
    model: VAEGMM
    handwriting: Handwriting | None
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def _first_exam(self) -> Examination | None:
        return None if self.handwriting is None else examine(self.model, self.handwriting)

    @property
    def exam(self) -> Examination | None:
        """What it makes of the digits: a second or two when it is asked for first, then kept."""
        with self._turn:  # a crowd that opens the tab at once waits for one examination
            return self._first_exam

    def describe(self) -> Answer:
        """The JSON that the scripts show first."""
        training = describe_training(self.weights.folder)
        if (exam := self.exam) is None:
            return {"exam": None, "words": NO_DIGITS, "training": training}
        errors = exam.find_errors()
        shown = {
            "n_images": exam.metrics.n_images,
            "figures": list_figures(exam),
            "labels": exam.metrics.labels,
            "confusion": exam.metrics.confusion,
            "n_errors": len(errors),
            "errors": self._show(exam, errors[:N_ERRORS]),
        }
        return {"exam": shown, "words": "", "training": training}

    def show_cell(self, cell: Cell) -> Answer:
        """The JSON of a cell of the confusion matrix, the least sure of its digits first."""
        if (exam := self.exam) is None:
            return {"n": 0, "digits": []}
        index = exam.find_cell(cell.truth, cell.answer)
        return {"n": len(index), "digits": self._show(exam, index[:N_OF_CELL])}

    def rebuild(self, seed: int) -> Answer:
        """The JSON of some digits beside what they are rebuilt as."""
        if self.handwriting is None:
            return {"pairs": []}
        labels = self.handwriting.labels.numpy()
        drawn = np.random.default_rng(seed).permutation(len(labels))[:N_REBUILT]
        index = drawn[np.argsort(labels[drawn], kind="stable")]
        rebuilt = rebuild(self.model, self.handwriting, index)
        return {
            "pairs": [
                {"label": int(labels[i]), "picture": self._picture(i), "rebuilt": encode_levels(x)}
                for i, x in zip(index, rebuilt, strict=True)
            ]
        }

    def _show(self, exam: Examination, index: NDArray[np.int64]) -> list[Answer]:
        return [
            {
                "picture": self._picture(i),
                "truth": int(exam.truth[i]),
                "answer": int(exam.answers[i]),
                "confidence": round(float(exam.confidences[i]), 4),
            }
            for i in index
        ]

    def _picture(self, i: int) -> str:
        assert self.handwriting is not None
        levels: NDArray[np.uint8] = self.handwriting.images[i].numpy()
        return encode_levels(levels.astype(np.float32) / np.float32(255))


def build_about(abouts: Mapping[str, About], supply: Supply) -> gr.HTML:
    """Place the component.

    Args:
        abouts: by the name of their model; of several, the visitor chooses.
        supply: says what is on its way.
    """
    return gr.HTML(
        html_template=(HERE / "about.html").read_text(encoding="utf-8"),
        css_template=join_files(STYLES),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions(abouts, supply),
        supply=supply.describe(),
        state=supply.state,
        has_choice=len(abouts) > 1,
        colours=list(PALETTE),
        readers=[
            {
                "name": name,
                "facts": list_facts(about.weights, about.model),
                "latent_dim": about.model.config.network.latent_dim,
            }
            for name, about in abouts.items()
        ],
    )


def _server_functions(abouts: Mapping[str, About], supply: Supply) -> list[Function]:
    """What the scripts call, each with one argument that may be anything at all."""

    @answered(PICTURES)
    def describe_model(question: object) -> Answer:
        return read_model_question(question, abouts).describe()

    @answered(PICTURES)
    def show_cell(question: object) -> Answer:
        about, cell = read_cell_question(question, abouts)
        return about.show_cell(cell)

    @answered(PICTURES)
    def rebuild_digits(question: object) -> Answer:
        about, seed = read_rebuild_question(question, abouts)
        return about.rebuild(seed)

    def describe_supply(question: object) -> Answer:
        return supply.describe()

    return [describe_model, show_cell, rebuild_digits, describe_supply]
