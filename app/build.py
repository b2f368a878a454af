"""The page: a title and the tabs. What a tab holds and does stands in `app/tabs`."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import gradio as gr
from gradio.context import Context
from PIL import Image

from app.em.em import Walker
from app.explore.explorer import Explorer
from app.gate.allowance import UPLOAD_LIFE_S
from app.generate.generate import Maker
from app.morph.morph import Morpher
from app.muddle.muddle import Muddler
from app.supply import Supply
from app.tabs.classify import build_classify_tab
from app.tabs.explore import build_explore_tab, find_explorers
from app.tabs.generate import build_generate_tab, find_makers
from app.tabs.model import build_model_tab, find_abouts
from app.tabs.morph import build_morph_tab, find_morphers
from app.tabs.muddle import build_muddle_tab, find_muddlers
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.judge import Judge
from vaegmm.hub.weights import Weights
from vaegmm.model import VAEGMM
from vaegmm.model_config import name_labels
from vaegmm.operations.classify import classify
from vaegmm.operations.em_points import load_points
from vaegmm.operations.handwriting import Handwriting, encode_handwriting

TITLE = "vaegmm: digits, read as you draw"
MASTHEAD = """
<header class="masthead">
  <h1>Digits, read as you draw</h1>
  <p>A VAE and a Gaussian mixture read, muddle, morph and draw handwritten digits.</p>
</header>
"""
OPEN_LINKED_TAB = Path(__file__).with_name("tabs").joinpath("linked.js").read_text(encoding="utf-8")
N_PAGES, PAGE_SIZE = 10**6, 10**3  # different pages, and components in one


def load_app(supply: Supply) -> gr.Blocks:
    """Build the page for the models that are here now.

    Raises:
        ValueError: what lies beside a model is damaged, or two models would have one name.
    """
    loaded = supply.here
    models = dict(zip(name_models(loaded), loaded.values(), strict=True))
    weights = dict(zip(models, loaded, strict=True))
    examples = load_dataset("sample", train=False)
    # The first call is slow (torch chooses its kernels): no visitor should be the one to wait.
    for model in models.values():
        classify(model, Image.fromarray(examples.images[0].numpy()))
    handwritings = encode_handwritings(models, examples)
    muddlers = find_muddlers(models, handwritings, Judge.from_pretrained())
    morphers = find_morphers(models, handwritings)
    makers = find_makers(models, handwritings)
    explorers = find_explorers(morphers, {name: one.folder for name, one in weights.items()})
    answering: list[Muddler | Morpher | Maker | Explorer]
    answering = [*muddlers.values(), *morphers.values(), *makers.values(), *explorers.values()]
    for one in answering:
        one.warm_up()
    abouts = find_abouts(weights, models, handwritings)
    tabs = {
        "Classify": partial(build_classify_tab, models, examples),
        "Muddle": partial(build_muddle_tab, muddlers) if muddlers else None,
        "Morph": partial(build_morph_tab, morphers) if morphers else None,
        "Generate": partial(build_generate_tab, makers) if makers else None,
        "Explore": partial(build_explore_tab, explorers) if explorers else None,
        "Model": partial(build_model_tab, abouts, supply, Walker(load_points())),
    }
    return build_app(
        {name: build for name, build in tabs.items() if build is not None},
        first_number=number_page(supply.state),
    )


def encode_handwritings(
    models: Mapping[str, VAEGMM], examples: LabelledImages
) -> dict[str, Handwriting]:
    """Encode the examples by each model, by name, that has some of every digit it knows.

    All models at a time: a second of the page's start, and each takes one core.
    """
    shown = {*examples.labels.tolist()}
    able = {name: model for name, model in models.items() if shown >= {*model.labels}}
    with ThreadPoolExecutor() as pool:
        encoded = pool.map(lambda model: encode_handwriting(model, examples), able.values())
        return dict(zip(able, encoded, strict=True))


def name_models(models: Mapping[Weights, VAEGMM]) -> list[str]:
    """Name models by the digits that they know, or by their weights where that is not enough.

    Raises:
        ValueError: digits and weights have the same names.
    """
    for names in (
        [name_labels(model.labels, " / ") for model in models.values()],
        [weights.name for weights in models],
        [weights.title for weights in models],
    ):
        if len(set(names)) == len(names):
            return names
    twice = next(name for name in names if names.count(name) > 1)
    raise ValueError(f"two models would be called {twice!r} on the page; give one of them")


def number_page(state: Sequence[str]) -> int:
    """The number that a page's first component has.

    Every process that serves the same page knows what a visitor of another one asks for, and a page
    of other models has numbers of its own.
    """
    return zlib.crc32("\n".join(state).encode()) % N_PAGES * PAGE_SIZE


def build_app(tabs: Mapping[str, Callable[[], None]], first_number: int = 0) -> gr.Blocks:
    """Arrange the page: a title, and tabs by their names, each of which places its components."""
    Context.id = first_number
    page = gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(UPLOAD_LIFE_S, UPLOAD_LIFE_S)
    )
    with page:
        gr.HTML(MASTHEAD, js_on_load=OPEN_LINKED_TAB, apply_default_css=False)
        with gr.Tabs():
            for name, build_tab in tabs.items():
                with gr.Tab(name):
                    build_tab()
    return page
