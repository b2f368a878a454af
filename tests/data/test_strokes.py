"""Drawings: enough of each, on the pad, painted as the pad paints."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from vaegmm.data.images import normalise_drawing
from vaegmm.data.strokes import Drawing, load_drawings, render


def test_every_digit_is_there_in_every_form_and_style() -> None:
    drawings = load_drawings()
    assert set(Counter(d.label for d in drawings).values()) == {75}
    assert len({(d.label, d.form, d.style) for d in drawings}) == len(drawings) == 750
    assert len({d.width for d in drawings}) == 3
    for drawing in drawings:
        points = np.concatenate([np.array(stroke) for stroke in drawing.strokes])
        assert (points >= 0).all()
        assert (points <= 1).all()
        assert np.ptp(points[:, 1]) > 0.2


def test_a_drawing_becomes_a_digit_of_mnists_form() -> None:
    for drawing in load_drawings()[::50]:
        x = normalise_drawing(render(drawing))
        assert x.shape == (28, 28)
        assert x.max() == 1


def test_a_line_is_as_wide_as_the_pen_and_ends_round() -> None:
    line = Drawing(1, "plain", "plain", 0.1, (((0.2, 0.5), (0.5, 0.5), (0.8, 0.5)),))
    ink = render(line, side=200) / 255
    assert ink[:, 100].sum() == pytest.approx(20, abs=1)
    assert ink[100].sum() == pytest.approx(0.6 * 200 + 20, abs=2)
    assert ink[91, 31] < 0.5 < ink[100, 31]  # the corner of the end is round


def test_a_tap_is_a_dot() -> None:
    ink = render(Drawing(1, "plain", "plain", 0.1, (((0.5, 0.5),),)), side=100) / 255
    assert ink.sum() == pytest.approx(np.pi * 25, rel=0.1)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "drawings.json"
    with pytest.raises(ValueError, match=r"cannot read the drawings in .*drawings.json"):
        load_drawings(path)
    path.write_text('[{"label": 1}]')
    with pytest.raises(ValueError, match=r"cannot read the drawings in .*: 'form'"):
        load_drawings(path)
