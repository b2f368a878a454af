"""The benchmark of the page under load: what it counts, and that it runs."""

from __future__ import annotations

import pytest

from benchmarks.app import main
from benchmarks.load.crowd import Drawing
from benchmarks.load.questions import Answer

GOOD = Answer(0.02, 200, {"label": 3})
BUSY = Answer(4.0, 200, {"error": "Many visitors …", "busy": True})
WRONG = [
    Answer(0.1, 200, {"error": "A drawing must …"}),
    Answer(0.1, 500, None),
    Answer(9, 0, None),
]


def test_only_answers_that_are_there_have_a_time() -> None:
    drawn = Drawing([[GOOD, BUSY, GOOD], [GOOD, *WRONG]], 2.0)
    assert drawn.milliseconds == [20.0, 20.0, 20.0]
    assert (drawn.per_second, drawn.n_busy, drawn.n_failed) == (1.5, 1, 3)


def test_the_slowest_visitor_is_told_by_the_mean() -> None:
    assert Drawing([[GOOD] * 6, [GOOD] * 2], 1.0).slowest_share == 0.5
    assert Drawing([[GOOD], [BUSY]], 1.0).slowest_share == 0.0
    assert Drawing([[BUSY], [BUSY]], 1.0).slowest_share == 0.0


@pytest.mark.parametrize(
    "words", [["--visitors", "0"], ["--seconds", "0"], ["--seconds", "inf"], ["--repeats", "-1"]]
)
def test_numbers_that_are_none_are_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "must be above 0" in capsys.readouterr().err


@pytest.mark.slow  # two servers, a crowd and some morphs
def test_a_crowd_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--parts", "crowd", "rush", "--visitors", "2", "--seconds", "1"]) == 0
    out = capsys.readouterr().out
    assert "drawing, visitors  2: median" in out
    assert "morphs, visitors  2: all after" in out
    assert out.count("0 errors") == 3
