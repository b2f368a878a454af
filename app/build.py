"""The page: a title and the tabs. What a tab holds and does stands in `app/tabs`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import gradio as gr
from PIL import Image

from app.explore.explorer import Explorer
from app.morph.morph import Morpher
from app.muddle.muddle import Muddler
from app.tabs.classify import build_classify_tab
from app.tabs.explore import build_explore_tab, find_explorers
from app.tabs.morph import build_morph_tab, find_morphers
from app.tabs.muddle import build_muddle_tab, find_muddlers
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.judge import Judge
from vaegmm.model import EMBEDDED, VAEGMM
from vaegmm.operations.classify import classify
from vaegmm.operations.handwriting import Handwriting, encode_handwriting

TITLE = "vaegmm: digits, read as you draw"
MASTHEAD = """
<header class="masthead">
  <h1>Digits, read as you draw</h1>
  <p>A VAE and a Gaussian mixture read handwriting, muddle digits and morph numbers.</p>
</header>
"""
OPEN_LINKED_TAB = Path(__file__).with_name("tabs").joinpath("linked.js").read_text(encoding="utf-8")
UPLOAD_LIFE_S = 3600  # files sent to the API are deleted after this long


def load_app(weights: Sequence[str] = ()) -> gr.Blocks:
    """Build the page for the models in some folders, or for the embedded ones.

    Raises:
        ValueError: there is no such model.
    """
    folders = weights or EMBEDDED
    models = name_models({str(path): VAEGMM.from_pretrained(path) for path in folders})
    examples = load_dataset("sample", train=False)
    # The first call is slow (torch chooses its kernels): no visitor should be the one to wait.
    for model in models.values():
        classify(model, Image.fromarray(examples.images[0].numpy()))
    handwritings = encode_handwritings(models, examples)
    muddlers = find_muddlers(models, handwritings, Judge.from_pretrained())
    for muddler in muddlers.values():
        muddler.warm_up()
    morphers = find_morphers(models, handwritings)
    for morpher in morphers.values():
        morpher.warm_up()
    explorers = find_explorers(morphers, dict(zip(models, map(Path, folders), strict=True)))
    for explorer in explorers.values():
        explorer.warm_up()
    return build_app(models, examples, muddlers, morphers, explorers)


def encode_handwritings(
    models: Mapping[str, VAEGMM], examples: LabelledImages
) -> dict[str, Handwriting]:
    """Encode the examples by each model, by name, that has some of every digit it knows."""
    shown = {*examples.labels.tolist()}
    return {
        name: encode_handwriting(model, examples)
        for name, model in models.items()
        if shown >= {*model.labels}
    }


def name_models(models: Mapping[str, VAEGMM]) -> dict[str, VAEGMM]:
    """Name models by the digits that they know, or by their folders where that is not enough.

    Args:
        models: by folder.

    Raises:
        ValueError: digits and folders have the same names.
    """
    names = [name_digits(model.labels) for model in models.values()]
    if len(set(names)) < len(names):
        names = [Path(folder).resolve().name for folder in models]  # no path of this machine's
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two models would be called {twice!r} on the page; rename a folder")
    return dict(zip(names, models.values(), strict=True))


def name_digits(labels: Sequence[int]) -> str:
    """The digits of a model in as few signs as they take: "0-9", "1 / 4 / 8"."""
    first, last = labels[0], labels[-1]
    is_run = len(labels) > 2 and list(labels) == list(range(first, last + 1))
    return f"{first}-{last}" if is_run else " / ".join(map(str, labels))


def build_app(
    models: Mapping[str, VAEGMM],
    examples: LabelledImages,
    muddlers: Mapping[str, Muddler],
    morphers: Mapping[str, Morpher],
    explorers: Mapping[str, Explorer],
) -> gr.Blocks:
    """Arrange the page for some models.

    Args:
        models: by the name that visitors choose them by; loaded once, shared by all.
        examples: real digits, for the visitor to try.
        muddlers: by the name of their model; none given: no Muddle tab.
        morphers: the same of the Morph tab.
        explorers: the same of the Explore tab.
    """
    page = gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(UPLOAD_LIFE_S, UPLOAD_LIFE_S)
    )
    with page:
        gr.HTML(MASTHEAD, js_on_load=OPEN_LINKED_TAB, apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("Classify"):
                build_classify_tab(models, examples)
            if muddlers:
                with gr.Tab("Muddle"):
                    build_muddle_tab(muddlers)
            if morphers:
                with gr.Tab("Morph"):
                    build_morph_tab(morphers)
            if explorers:
                with gr.Tab("Explore"):
                    build_explore_tab(explorers)
    return page
