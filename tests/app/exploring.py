"""What tests of the Explore tab begin with."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr
import pytest

from app.build import encode_handwritings
from app.explore.explore import build_explore
from app.explore.explorer import Explorer
from app.tabs.explore import find_explorers
from app.tabs.morph import find_morphers
from vaegmm.data.datasets import load_dataset
from vaegmm.hub.repository import EMBEDDED
from vaegmm.model import VAEGMM


def ask(**parts: object) -> dict[str, object]:
    return {"model": "0-9", "map": "principal"} | parts


@pytest.fixture(scope="module")
def explorers(digits: VAEGMM, digits148: VAEGMM) -> dict[str, Explorer]:
    models = {"0-9": digits, "1 / 4 / 8": digits148}
    handwritings = encode_handwritings(models, load_dataset("sample", train=False))
    folders = dict(zip(models, EMBEDDED, strict=True))
    return find_explorers(find_morphers(models, handwritings), folders)


@pytest.fixture(scope="module")
def component(explorers: Mapping[str, Explorer]) -> gr.HTML:
    return build_explore("pad", explorers)
