"""The large muddle, what is said of it, the gallery and the game: one component.

The scripts beside it ask for muddles through two server functions; who makes them stands in
`vaegmm.operations.muddle`, who judges them in `vaegmm.evaluation.judge`.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from PIL import Image

from app.muddle.questions import Question, Wish, read_question
from app.muddle.words import as_shares, describe_votes
from app.pad.pictures import encode_levels
from app.shared.answers import Answer, Function, answered
from app.shared.assets import COMMON_SCRIPTS, COMMON_STYLES, join_files
from app.shared.turns import PICTURES
from vaegmm.evaluation.judge import LIMIT, Judge, collect_votes
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.muddle import METHODS, Method, Muddles, as_npz, muddle, muddle_drawing

HERE = Path(__file__).parent
SCRIPTS = (
    *COMMON_SCRIPTS,
    *(f"muddle/{name}.js" for name in ("paint", "options", "link", "stage", "methods")),
    *(f"muddle/{name}.js" for name in ("gallery", "game", "muddle")),
)
STYLES = (
    *COMMON_STYLES,
    *(f"muddle/{name}.css" for name in ("muddle", "choices", "opinions", "gallery", "game")),
)
FIRST_DIGIT, FIRST_SEED = 4, 1  # what a visitor sees first, where the model knows it


@dataclass(frozen=True)
class Muddler:
    """Who makes muddles, from what, and who judges them."""

    model: VAEGMM
    handwriting: Handwriting
    judge: Judge

    def make(self, wishes: Sequence[Wish], drawing: Image.Image | None, method: Method) -> Muddles:
        """Make muddles by one method.

        Raises:
            ValueError: two equal digits, one that the model does not know, or no digit drawn.
        """
        partners = [wish.partner for wish in wishes]
        targets, seeds = [wish.mix for wish in wishes], [wish.seed for wish in wishes]
        if drawing is not None:
            source = self.model, self.handwriting, drawing
            return muddle_drawing(*source, partners, targets, seeds, method)
        digits = [wish.digit for wish in wishes if wish.digit is not None]
        return muddle(self.model, self.handwriting, digits, partners, targets, seeds, method)

    def answer(self, question: Question) -> list[Answer]:
        """What the page shows of each muddle that is asked for, in the same order.

        Raises:
            ValueError: as `make` does.
        """
        answers: dict[int, Answer] = {}
        for method in METHODS:
            places = [i for i, wish in enumerate(question.wishes) if wish.method == method]
            if places:
                made = self.make([question.wishes[i] for i in places], question.drawing, method)
                answers.update(zip(places, self.describe(made, method), strict=True))
        return [answers[i] for i in range(len(question.wishes))]

    def warm_up(self) -> None:
        """Make one muddle and forget it: the first call is slow."""
        first = Wish(self.model.labels[0], None, 0.5, FIRST_SEED, METHODS[0])
        self.answer(Question(None, (first,)))

    def describe(self, made: Muddles, method: Method) -> list[Answer]:
        """The JSON that the scripts show."""
        votes = collect_votes(self.judge, made.x)
        return [
            {
                "a": int(made.a[i]),
                "b": int(made.b[i]),
                "mix": float(made.targets[i]),
                "seed": int(made.seeds[i]),
                "method": method,
                "picture": encode_levels(made.x[i]),
                "picture_a": encode_levels(made.x_a[i]),
                "picture_b": encode_levels(made.x_b[i]),
                "model": as_shares(made.probabilities[i]),
                "judges": as_shares(votes.probabilities[i]),
                "is_digit": bool(votes.disagreement[i] <= LIMIT),
                "verdict": describe_votes(votes.probabilities[i], float(votes.disagreement[i])),
            }
            for i in range(len(made.x))
        ]


def build_muddle(pad_id: str, muddlers: Mapping[str, Muddler]) -> gr.HTML:
    """Place the component.

    Args:
        pad_id: of the pad whose drawing may take the place of the digit.
        muddlers: by the name of their model; of several, the visitor chooses.
    """
    return gr.HTML(
        html_template=(HERE / "muddle.html").read_text(encoding="utf-8"),
        css_template=join_files(STYLES),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions(muddlers),
        pad_id=pad_id,
        has_choice=len(muddlers) > 1,
        first={"digit": FIRST_DIGIT, "seed": FIRST_SEED},
        methods=list(METHODS),
        readers=[
            {"name": name, "labels": list(muddler.model.labels)}
            for name, muddler in muddlers.items()
        ],
    )


def _server_functions(muddlers: Mapping[str, Muddler]) -> list[Function]:
    """What the scripts call, each with one argument that may be anything at all."""

    @answered(PICTURES)
    def make_muddles(question: object) -> Answer:
        muddler, read = read_question(question, muddlers)
        return {"muddles": muddler.answer(read)}

    @answered(PICTURES)
    def pack_npz(question: object) -> Answer:
        muddler, read = read_question(question, muddlers)
        made = muddler.make(read.wishes, read.drawing, read.wishes[0].method)
        return {"file": base64.b64encode(as_npz(made)).decode("ascii")}

    return [make_muddles, pack_npz]
