"""What the benchmark of hands measures."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import styles


def draw_bar(width: int, lean: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    x = np.zeros((1, 28, 28))
    for row in range(4, 24):
        left = 14 + round(lean * (row - 14)) - width // 2
        x[0, row, left : left + width] = 1
    return x


def test_slant_is_columns_per_row() -> None:
    assert styles.measure_slant(draw_bar(3, 0.0))[0] == pytest.approx(0, abs=1e-9)
    assert styles.measure_slant(draw_bar(3, -0.4))[0] == pytest.approx(-0.4, abs=0.03)


def test_thickness_is_a_strokes_width() -> None:
    assert styles.measure_thickness(draw_bar(2, 0.0))[0] == pytest.approx(2, rel=0.15)
    assert styles.measure_thickness(draw_bar(4, 0.0))[0] == pytest.approx(4, rel=0.2)


def test_the_table_has_a_row_for_each_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert styles.main(["--n", "60"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "way"
    slants = {row[:28].strip(): float(row.split()[-2]) for row in rows}
    assert slants["optimal transport"] > 0.7 > abs(slants["any real digit of the label"]) + 0.2
