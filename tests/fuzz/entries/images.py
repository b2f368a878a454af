"""Picture files, as the page and the commands classify and morph take them."""

from __future__ import annotations

import random
from pathlib import Path

from tests.fuzz.harness import Case, Entry
from tests.fuzz.pictures import draw_picture
from vaegmm.data.images import open_image
from vaegmm.data.numbers import split_number
from vaegmm.hub.repository import WEIGHTS
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify
from vaegmm.operations.writing import read_digits

NAMES = ("a.png", "a.jpg", "<b>a.gif", "..%2f.png", "ä ö.png", "-a", "a\nb.png", "$(id).webp", "a")


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    model = VAEGMM.from_pretrained(WEIGHTS / "digits148")

    def put(content: object) -> str | None:
        assert isinstance(content, bytes)
        try:
            classify(model, open_image(content))
        except ValueError as error:
            return str(error)
        return None

    def put_number(content: object) -> str | None:
        assert isinstance(content, bytes)
        try:
            read_digits(model, split_number(open_image(content)))
        except ValueError as error:
            return str(error)
        return None

    def make_file(rng: random.Random) -> Case:
        case = draw_picture(rng)
        path = folder / rng.choice(NAMES)
        assert isinstance(case.content, bytes)
        path.write_bytes(case.content)
        return Case(path, case.is_mutant, case.what)

    def put_file(content: object) -> str | None:
        assert isinstance(content, Path)
        try:
            open_image(content)
        except ValueError as error:
            return str(error)
        return None

    return (
        Entry("pictures", draw_picture, put, weight=4, is_page=True),
        Entry("numbers", draw_picture, put_number, weight=2, is_page=True),
        Entry("picture files", make_file, put_file),
    )
