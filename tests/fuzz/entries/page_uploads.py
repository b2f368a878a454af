"""Files that visitors give to a pad, and programs to an endpoint."""

from __future__ import annotations

import random
from pathlib import Path

import gradio as gr
from gradio.data_classes import DataWithFiles

from app.tabs.classify import classify_file
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import WORDS
from tests.fuzz.page import load_page
from tests.fuzz.pictures import draw_picture
from vaegmm.model import VAEGMM

PADS = ("classify-pad", "morph-pad-1")  # which shows the whole picture, and which its ink alone
NAMES = ("digit.png", "digit.JPG", "<img src=x onerror=alert(1)>.png", "../../a.png", "a" * 5000)


def draw_upload(rng: random.Random) -> Case:
    """Draw a pad and the files that it is given: one, but for a few."""
    case = draw_picture(rng)
    files = [(rng.choice([*NAMES, *WORDS]), case.content)] * rng.choice([1] * 18 + [0, 2])
    upload = DataWithFiles(data={"component_id": rng.choice(WORDS)}, files=files)
    return Case((rng.choice(PADS), upload), case.is_mutant and len(files) == 1, case.what)


def put_upload(content: object) -> str | None:
    """Open it in the pad."""
    pad, upload = content
    answer = load_page().functions[pad, "open_file"](upload)
    if "error" in answer:
        return str(answer["error"])
    assert str(answer["picture"]).startswith("data:image/png;base64,")
    return None


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return what takes files."""
    load_page()
    models = {"0-9": VAEGMM.from_pretrained()}

    def put_file(content: object) -> str | None:
        """Send it to the endpoint."""
        assert isinstance(content, bytes)
        try:
            classify_file(models, content, "0-9")
        except gr.Error as error:
            return str(error.message)
        return None

    return (
        Entry("page uploads", draw_upload, put_upload, weight=2, is_page=True),
        Entry("page classify", draw_picture, put_file, is_page=True),
    )
