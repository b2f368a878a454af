"""The Model tab: what this page runs on, how well it does, and how EM works, step by step."""

from collections.abc import Mapping
from functools import partial

import gradio as gr

from app.about.about import About, build_about
from app.about.facts import list_facts, list_figures
from app.controls import MODEL_EVENTS, build_choice, build_footnote, with_clear_errors
from app.em.em import Walker, build_em
from app.shared.questions import choose
from app.supply import Supply
from vaegmm.hub.weights import Weights
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting

ABOUT = """
<p>Figures are measured on this machine, on digits of MNIST's test part that come with the program.
The README has those of the whole test part.</p>
"""
PROGRAM = """from gradio_client import Client

client = Client("<span class="origin">http://127.0.0.1:7860</span>")
client.predict("0-9", api_name="/model")"""


def find_abouts(
    weights: Mapping[str, Weights],
    models: Mapping[str, VAEGMM],
    handwritings: Mapping[str, Handwriting],
) -> dict[str, About]:
    """What is known of each model, by name."""
    return {
        name: About(weights[name], model, handwritings.get(name)) for name, model in models.items()
    }


def build_model_tab(abouts: Mapping[str, About], supply: Supply, walker: Walker) -> None:
    """Place the tab's components, and the endpoint `/model` for programs.

    Args:
        abouts: by the name of their model; the first is shown unless the visitor chooses another.
        supply: says what is on its way.
        walker: shows EM.
    """
    build_about(abouts, supply)
    build_em(walker)
    build_footnote(ABOUT, PROGRAM)
    gr.Button(visible=False).click(
        partial(describe_for_program, abouts),
        build_choice(abouts, "Digits"),
        gr.JSON(label="Model", visible=False),
        api_name="model",
        api_description="What a model is, and its figures on digits of MNIST's test part.",
        concurrency_id=MODEL_EVENTS,
    )


@with_clear_errors
def describe_for_program(abouts: Mapping[str, About], digits: str | None) -> dict[str, object]:
    """Facts and figures of one model; figures only where there are digits to measure on."""
    about = abouts[choose(digits, abouts, "The digits")]
    facts = {name.lower(): value for name, value in list_facts(about.weights, about.model)}
    if (exam := about.exam) is None:
        return {"facts": facts}
    figures = {name.lower(): value for name, value, _ in list_figures(exam)}
    return {
        "facts": facts,
        "figures": figures | {"images": exam.metrics.n_images},
        "labels": exam.metrics.labels,
        "confusion": exam.metrics.confusion,
    }
