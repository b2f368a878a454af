"""EM on digits in the plane, a step at a time: one component.

The scripts beside it ask for whole runs and move through them without the server. Who runs EM
stands in `vaegmm.operations.em_walk`.
"""

import base64
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np

from app.em.questions import FEWEST, KINDS, MOST, WalkQuestion, read_walk_question
from app.em.words import describe_end, describe_steps
from app.shared.answers import Answer, Function, answered
from app.shared.assets import COMMON_SCRIPTS, COMMON_STYLES, join_files
from app.shared.turns import PICTURES
from vaegmm.evaluation.palette import PALETTE
from vaegmm.operations.em_points import LatentPoints
from vaegmm.operations.em_walk import EMWalk, WalkNames, name_walk, walk

HERE = Path(__file__).parent
SCRIPTS = (
    *COMMON_SCRIPTS,
    "shared/chart.js",
    *(f"em/{name}.js" for name in ("choices", "link", "scatter", "player", "em")),
)
STYLES = (
    *COMMON_STYLES,
    "shared/chart.css",
    *(f"em/{name}.css" for name in ("em", "player")),
)
COLOURS = [colour for colour in PALETTE if colour != "#000000"][:MOST]  # black is no ink on black
FIRST = {"n_components": 3, "seed": 0, "covariance_type": "full"}  # what a visitor sees first


@dataclass(frozen=True)
class Walker:
    """Who runs EM, on which points."""

    points: LatentPoints

    def answer(self, question: WalkQuestion) -> Answer:
        """The JSON that the scripts show of one run."""
        kind = question.covariance_type
        steps = walk(self.points.z, question.n_components, question.seed, kind)
        return {
            **describe_walk(steps),
            "steps": describe_steps(steps),
            "end": describe_end(steps),
            "naming": self.describe_naming(steps),
        }

    def describe_naming(self, steps: EMWalk) -> Answer | None:
        """What the Gaussians are called, by majority; None where they are too few for that."""
        if steps.weights.shape[1] < len(self.points.labels.unique()):
            return None
        named: WalkNames = name_walk(steps, self.points.labels)
        return {"names": [list(one) for one in named.names], "accuracy": list(named.accuracy)}


def describe_walk(steps: EMWalk) -> Answer:
    """A walk as JSON; responsibilities as base64, one byte each, by step, point and component."""
    levels = np.round(steps.responsibilities.numpy() * 255).astype(np.uint8)
    return {
        "weights": np.round(steps.weights.numpy(), 4).tolist(),
        "means": np.round(steps.means.numpy(), 4).tolist(),
        "covariances": np.round(steps.covariances.numpy(), 5).tolist(),
        "log_likelihood": np.round(steps.log_likelihood.numpy(), 4).tolist(),
        "responsibilities": base64.b64encode(levels.tobytes()).decode("ascii"),
    }


def build_em(walker: Walker) -> gr.HTML:
    """Place the component."""
    points = walker.points.z.numpy().astype("<f4")
    return gr.HTML(
        html_template=(HERE / "em.html").read_text(encoding="utf-8"),
        css_template=join_files(STYLES),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions(walker),
        first=FIRST,
        numbers=list(range(FEWEST, MOST + 1)),
        kinds=list(KINDS),
        colours=COLOURS,
        points=base64.b64encode(points.tobytes()).decode("ascii"),
        labels="".join(map(str, walker.points.labels.tolist())),
    )


def _server_functions(walker: Walker) -> list[Function]:
    """What the scripts call, with one argument that may be anything at all."""

    @answered(PICTURES)
    def walk_em(question: object) -> Answer:
        return walker.answer(read_walk_question(question))

    return [walk_em]
