"""What charts of an evaluation show: the figures that they were given, and nothing around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vaegmm.evaluation import charts
from vaegmm.evaluation.calibration import CalibrationMetrics
from vaegmm.evaluation.strangers import Surprise

PATH = Path("chart.png")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are saved from now on."""
    figures: list[Figure] = []
    monkeypatch.setattr(charts, "save_figure", lambda figure, path: figures.append(figure))
    return figures


def surprise(centre: float, n: int = 400) -> Surprise:
    values = centre + torch.randn(n, generator=torch.Generator().manual_seed(0))
    return Surprise(values, values.abs(), values.abs(), values > centre)


def legend(axes: Axes) -> list[str]:
    found = axes.get_legend()
    assert found is not None
    return [text.get_text() for text in found.get_texts()]


def is_open(axes: Axes) -> bool:
    """Whether the frame has neither an upper nor a right side."""
    return not (axes.spines["top"].get_visible() or axes.spines["right"].get_visible())


def areas(axes: Axes) -> list[float]:
    """The areas below the steps of histograms, of which only the outline is drawn."""
    outlines = [patch.get_path().vertices for patch in axes.patches]
    return [float(abs(np.trapezoid(line[:, 1], line[:, 0]))) for line in outlines]


def test_densities_have_a_line_for_each_label_and_each_stranger(drawn: list[Figure]) -> None:
    answers = torch.arange(400) % 2 * 3 + 1
    charts.plot_densities(
        surprise(0), answers, {"letters": surprise(-9), "noise": surprise(-20)}, PATH
    )
    (axes,) = drawn[0].axes
    assert legend(axes) == ["1", "4", "letters", "noise"]
    assert areas(axes) == pytest.approx([1] * 4, abs=0.05)  # shares of the images
    assert is_open(axes)


def test_surprise_says_where_outliers_begin(drawn: list[Figure]) -> None:
    charts.plot_surprise(surprise(0), {"letters": surprise(5)}, 1.5, PATH)
    (axes,) = drawn[0].axes
    assert sorted(legend(axes)) == ["its own labels", "letters", "outliers begin"]
    assert [line.get_xdata()[0] for line in axes.lines] == [1.5]
    assert axes.get_yscale() == "log"
    assert is_open(axes)


def test_reliability_shows_bins_that_have_images(drawn: list[Figure]) -> None:
    counts, confidences, accuracies = [0] * 15, [0.0] * 15, [0.0] * 15
    counts[14], confidences[14], accuracies[14] = 90, 0.98, 0.9
    counts[7], confidences[7], accuracies[7] = 10, 0.5, 0.6
    parts = tuple(counts), tuple(confidences), tuple(accuracies)
    charts.plot_reliability(CalibrationMetrics(0.081, 0.1, 0.2, 0.1, 1.0, *parts), PATH)
    upper, lower = drawn[0].axes
    assert upper.get_title() == "Expected error 8.10%"
    measured = upper.lines[1].get_xydata()
    assert measured.tolist() == [[0.5, 0.6], [0.98, 0.9]]
    assert [bar.get_height() for bar in lower.patches] == counts
    assert is_open(upper)
    assert is_open(lower)


def test_pairs_have_their_share_and_a_pair_that_is_none_has_none(drawn: list[Figure]) -> None:
    charts.plot_pairs(np.array([[np.nan, 0.25], [0.75, np.nan]]), [3, 8], PATH)
    (axes,) = drawn[0].axes
    texts = {text.get_position(): (text.get_text(), text.get_color()) for text in axes.texts}
    assert texts == {(1, 0): ("25%", "black"), (0, 1): ("75%", "white")}
    assert axes.get_title() == "Good: 50% of a pair on average"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["3", "8"]
    assert is_open(axes)
