"""The part of a document that is written, and the rest, which is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.clusters.document import BEGIN, END, check_document, write_figures
from benchmarks.clusters.pictures import Picture
from benchmarks.clusters.tables import Table

TABLE = Table("A title.", ["data", "seeds"], [["digits", "10"]])


def test_the_prose_around_the_figures_stays(tmp_path: Path) -> None:
    document = tmp_path / "docs" / "CLUSTERING.md"
    document.parent.mkdir()
    document.write_text(
        f"# Title\n\nProse: é.\n\n{BEGIN}\n\nold figures\n\n{END}\n\n## Goals\n\nMore.\n"
    )
    path = document.parent / "clustering" / "digits-samples.png"
    picture = Picture(path, "samples", "Seed 3: samples.")
    for _ in range(2):  # the second time it replaces what it wrote itself
        write_figures(document, [TABLE], ["a note: <b>"], [picture])
        assert document.read_text() == (
            f"# Title\n\nProse: é.\n\n{BEGIN}\n\nA title.\n\n"
            "| data | seeds |\n| --- | --- |\n| digits | 10 |\n\n- a note\\: \\<b\\>\n\n"
            "Seed 3: samples.\n\n![samples](clustering/digits-samples.png)\n\n"
            f"{END}\n\n## Goals\n\nMore.\n"
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{BEGIN}\n",
        f"{END}\n",
        f"{END}\n{BEGIN}\n",
        f"{BEGIN}\n{BEGIN}\n{END}\n",
        f"x {BEGIN}\n{END}\n",
    ],
)
def test_a_document_without_a_place_for_figures_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(text)
    with pytest.raises(ValueError, match="must have one line '<!-- figures -->' and below it"):
        check_document(tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text() == text


def test_a_document_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no document .* give another --document"):
        check_document(tmp_path / "page.md")
