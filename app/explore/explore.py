"""The map of a latent space, what lies under the pointer, pins, and a slider per dimension.

One component; the scripts beside it ask for all that they show, and what they are answered stands
in `app.explore.explorer`.
"""

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from app.explore.explorer import N_CELLS, N_COLUMNS, Explorer
from app.explore.questions import (
    pick,
    read_latent,
    read_map_question,
    read_place,
)
from app.morph.morph import make_place_maker
from app.shared.answers import Answer, Function, answered
from app.shared.assets import COMMON_SCRIPTS, COMMON_STYLES, join_files
from app.shared.questions import read_model_question
from app.shared.turns import PICTURES, READINGS
from vaegmm.evaluation.palette import PALETTE, PALETTE_ON_DARK
from vaegmm.operations.atlas import find_latent
from vaegmm.operations.dimensions import N_LOOKS, REACH

HERE = Path(__file__).parent
SCRIPTS = (
    *COMMON_SCRIPTS,
    "morph/film.js",
    *(f"explore/{name}.js" for name in ("choices", "view", "sheet", "map", "marks", "sight")),
    *(f"explore/{name}.js" for name in ("pins", "gestures", "sliders", "drawing", "link")),
    "explore/explore.js",
)
STYLES = (
    *COMMON_STYLES,
    *(f"explore/{name}.css" for name in ("explore", "map", "sight", "pins", "sliders")),
)
# By the name that a link calls a map by; the first that a model has is seen first.
MAP_NAMES = {"principal": "Principal directions", "t-sne": "t-SNE"}


def build_explore(pad_id: str, explorers: Mapping[str, Explorer]) -> gr.HTML:
    """Place the component.

    Args:
        pad_id: of the pad whose drawing is shown on the map.
        explorers: by the name of their model; of several, the visitor chooses.
    """
    return gr.HTML(
        html_template=(HERE / "explore.html").read_text(encoding="utf-8"),
        css_template=join_files(STYLES),
        js_on_load=join_files(SCRIPTS),
        apply_default_css=False,
        server_functions=_server_functions(explorers),
        pad_id=pad_id,
        has_choice=len(explorers) > 1,
        map_names=MAP_NAMES,
        palettes={"light": list(PALETTE), "dark": list(PALETTE_ON_DARK)},
        n_cells=N_CELLS,
        n_columns=N_COLUMNS,
        n_looks=N_LOOKS,
        reach=REACH,
        readers=[
            {
                "name": name,
                "labels": list(explorer.model.labels),
                "maps": list(explorer.charts),
            }
            for name, explorer in explorers.items()
        ],
    )


def _server_functions(explorers: Mapping[str, Explorer]) -> list[Function]:
    """What the scripts call, each with one argument that may be anything at all."""

    @answered(PICTURES)
    def open_map(question: object) -> Answer:
        explorer = read_model_question(question, explorers)
        return read_map_question(question, explorer.charts).describe()

    @answered(PICTURES)
    def shade_map(question: object) -> Answer:
        explorer = read_model_question(question, explorers)
        return read_map_question(question, explorer.charts).shading

    @answered(PICTURES)
    def open_sheet(question: object) -> Answer:
        return {"picture": read_model_question(question, explorers).sheet}

    @answered(READINGS)
    def look_at_place(question: object) -> Answer:
        explorer = read_model_question(question, explorers)
        chart = read_map_question(question, explorer.charts)
        return explorer.describe_latent(
            find_latent(chart.atlas, read_place(pick(question, "place")))
        )

    @answered(READINGS)
    def look_at_latent(question: object) -> Answer:
        explorer = read_model_question(question, explorers)
        z = read_latent(pick(question, "z"), explorer.latent_dim)
        return {**explorer.describe_latent(z), "places": explorer.find_places(z)}

    @answered(PICTURES)
    def open_sliders(question: object) -> Answer:
        explorer = read_model_question(question, explorers)
        z = read_latent(pick(question, "z"), explorer.latent_dim)
        return {"dimensions": explorer.describe_dimensions(z)}

    make_place = make_place_maker({name: one.morpher for name, one in explorers.items()})
    looking = [look_at_place, look_at_latent, open_sliders]
    return [open_map, shade_map, open_sheet, *looking, make_place]
