"""The Explore tab: the latent space as a picture that people wander in."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import gradio as gr

from app.controls import MODEL_EVENTS, build_choice, build_footnote, with_clear_errors
from app.explore.explore import MAP_NAMES, build_explore
from app.explore.explorer import Chart, Explorer
from app.explore.questions import read_place
from app.morph.morph import Morpher
from app.pad.pad import Reader, build_pad
from app.shared.questions import choose
from vaegmm.operations.atlas import draw_principal_atlas, find_latent, load_atlas
from vaegmm.operations.sight import look_at

PAD_ID = "explore-pad"
HINT = "It appears on the map while you draw."
ABOUT = """
<p>The dots are 2,000 test digits of MNIST, or those of them that the model knows. Your drawings are
read and forgotten: nothing is stored.</p>
"""
PROGRAM = """from gradio_client import Client

client = Client("<span class="origin">http://127.0.0.1:7860</span>")
client.predict([0.5, -1.2], map="principal", api_name="/explore")"""


def find_explorers(
    morphers: Mapping[str, Morpher], folders: Mapping[str, Path]
) -> dict[str, Explorer]:
    """Those models, by name, of whose latent space there is a map.

    Args:
        morphers: by the name of their model.
        folders: the same, of the models' weights; a map by t-SNE may lie beside them.

    Raises:
        ValueError: such a map is damaged.
    """
    return {
        name: make_explorer(morpher, folders[name])
        for name, morpher in morphers.items()
        if morpher.model.config.network.latent_dim >= 2
    }


def make_explorer(morpher: Morpher, folder: Path) -> Explorer:
    """A model with its maps.

    Raises:
        ValueError: the map beside its weights is damaged.
    """
    model, handwriting = morpher.model, morpher.handwriting
    found = draw_principal_atlas(model, handwriting), load_atlas(folder, handwriting)
    return Explorer(
        morpher,
        {
            name: Chart(model, handwriting, atlas)
            for name, atlas in zip(MAP_NAMES, found, strict=True)
            if atlas is not None
        },
    )


def build_explore_tab(explorers: Mapping[str, Explorer]) -> None:
    """Place the tab's components, and the endpoint `/explore` for programs.

    Args:
        explorers: by the name of their model, the first unless the visitor chooses another.
    """
    build_explore(PAD_ID, explorers)
    # The script moves it to where a visitor wants to draw.
    with gr.Column(elem_classes="explore-drawing"):
        readers = [Reader(name, explorer.read_drawing) for name, explorer in explorers.items()]
        build_pad(PAD_ID, name="Pad for a digit of your own", readers=readers, hint=HINT)
    build_footnote(ABOUT, PROGRAM)
    place = gr.JSON(label="Place, [x, y]", visible=False)
    maps = build_choice(MAP_NAMES, "Map")
    reader = build_choice(explorers, "Digits")
    answer = gr.JSON(label="What lies there", visible=False)
    gr.Button(visible=False).click(
        partial(explore_for_program, explorers),
        [place, maps, reader],
        answer,
        api_name="explore",
        api_description="What lies at a place of a map: label, probabilities, latent, pixels.",
        concurrency_id=MODEL_EVENTS,
    )


@with_clear_errors
def explore_for_program(
    explorers: Mapping[str, Explorer],
    place: object,
    map: str | None = "principal",
    digits: str | None = None,
) -> dict[str, object]:
    """Look at one place of a map."""
    explorer = explorers[choose(digits, explorers, "The digits")]
    atlas = explorer.charts[choose(map, explorer.charts, "The map")].atlas
    return look_at(explorer.model, find_latent(atlas, read_place(place))).summary()
