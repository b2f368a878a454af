"""The functions that the page's scripts call; the argument of each may be anything at all."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import gettempdir

from tests.fuzz import page
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import draw_value, mutate_tree
from tests.fuzz.page import Question, load_page
from tests.fuzz.texts import damage_text

Ask = Callable[[random.Random], Question]
# Of each entry: whose function it is (see `Page`), its name, what it is asked, and how often: what
# takes long is asked seldom.
TARGETS: dict[str, tuple[tuple[str, str, Ask, float], ...]] = {
    "page pad": (
        ("classify-pad", "read_drawing", page.ask_pad, 4),
        ("explore-pad", "read_drawing", page.ask_pad, 2),
        ("classify-pad", "pick_example", page.ask_example, 2),
        ("classify-pad", "open_file", page.ask_example, 1),
    ),
    "page muddle": (
        ("make_muddles", "make_muddles", page.ask_muddles, 3),
        ("make_muddles", "pack_npz", page.ask_muddles, 1),
    ),
    "page morph": (
        ("read_number", "read_number", page.ask_number, 6),
        ("read_number", "make_place", page.ask_place, 3),
        ("read_number", "pack_file", page.ask_file, 2),
    ),
    "page generate": (
        ("make_digits", "make_digits", page.ask_digits, 4),
        ("make_digits", "show_components", page.ask_components, 2),
        ("make_digits", "take_further", page.ask_further, 3),
        ("make_digits", "pack_npz", page.ask_saved, 0.5),
    ),
    "page explore": (
        ("open_map", "open_map", page.ask_map, 1),
        ("open_map", "shade_map", page.ask_map, 1),
        ("open_map", "open_sheet", page.ask_model, 1),
        ("open_map", "look_at_place", page.ask_at_place, 6),
        ("open_map", "look_at_latent", page.ask_at_latent, 6),
        ("open_map", "open_sliders", page.ask_at_latent, 1),
    ),
    "page model": (
        ("describe_model", "describe_model", page.ask_model, 1),
        ("describe_model", "show_cell", page.ask_cell, 2),
        ("describe_model", "rebuild_digits", page.ask_rebuilt, 2),
        ("describe_model", "describe_supply", page.ask_supply, 1),
    ),
    "page EM": (("walk_em", "walk_em", page.ask_walk, 1),),
}
WEIGHTS = {"page pad": 2.0, "page EM": 0.5}


def draw_case(targets: Sequence[tuple[str, str, Ask, float]], rng: random.Random) -> Case:
    """Draw whom to ask, and what: seldom a proper question, mostly a mutant, or noise."""
    owner, name, ask, _ = rng.choices(targets, [target[-1] for target in targets])[0]
    kind = rng.choices(["proper", "changed", "damaged text", "noise"], [1, 5, 2, 2])[0]
    question: object = draw_value(rng) if kind == "noise" else ask(rng)
    if kind == "changed":
        question = mutate_tree(rng, question, rng.choice([1, 1, 1, 2, 3]))
    elif kind == "damaged text":
        question = damage_text(rng, question)
    return Case((owner, name, question), kind not in ("proper", "noise"), f"{name}, {kind}")


def put_case(content: object) -> str | None:
    """Ask; return what is wrong with the question, as the visitor reads it."""
    owner, name, question = content
    answer = load_page().functions[owner, name](question)
    text = json.dumps(answer, allow_nan=False)  # what no browser can read is no answer
    if "error" in answer:
        assert list(answer) == ["error"]
        return str(answer["error"])
    assert gettempdir() not in text, text[:1000]
    return None


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the page's functions, a tab at a time; what is slow once has been asked for."""
    functions = load_page().functions
    for model in page.MODELS:
        functions["describe_model", "describe_model"]({"model": model})
        for name in page.MAPS:
            functions["open_map", "shade_map"]({"model": model, "map": name})
    return tuple(
        Entry(
            name,
            partial(draw_case, targets),
            put_case,
            weight=WEIGHTS.get(name, 1.0),
            is_page=True,
        )
        for name, targets in TARGETS.items()
    )
