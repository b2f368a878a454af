"""Pictures that are no digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vaegmm.data import scribbles
from vaegmm.data.datasets import LabelledImages
from vaegmm.data.scribbles import make_noise, make_scribbles, paint
from vaegmm.data.strokes import Drawing, load_drawings


def test_scribbles_look_like_what_the_pad_sends() -> None:
    images = make_scribbles(5, seed=3)
    assert images.shape == (5, 28, 28)
    assert images.dtype == torch.uint8
    assert (images.flatten(1).amax(1) > 200).all()
    assert images[:, :2].max() == 0  # the margin that a normalised drawing has
    assert images.equal(make_scribbles(5, seed=3))
    assert not images.equal(make_scribbles(5, seed=4))


def test_scribbles_are_one_line_or_two(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Drawing] = []
    monkeypatch.setattr(scribbles, "paint", lambda drawings, what: drawn.extend(drawings))
    make_scribbles(300, seed=0)
    n_lines = np.bincount([len(drawing.strokes) for drawing in drawn])
    assert len(n_lines) == 3
    assert n_lines[0] == 0
    assert n_lines.min(initial=300, where=n_lines > 0) > 100
    points = [len(line) for drawing in drawn for line in drawing.strokes]
    assert {min(points), max(points)} == {12 * 8, 12 * 14}  # through 9 to 15


def test_noise_is_half_uniform_and_half_the_images_pixels(sample: LabelledImages) -> None:
    noise = make_noise(sample.images, seed=0)
    assert noise.shape == sample.images.shape
    uniform, shuffled = noise[:300], noise[300:]
    assert abs(uniform.double().mean() - 127.5) < 1
    ours, theirs = (x.flatten(1).sort(1).values for x in (shuffled, sample.images[1::2]))
    assert ours.equal(theirs)
    assert not shuffled.equal(sample.images[1::2])


def test_drawings_are_painted_as_the_model_sees_them() -> None:
    images = paint(load_drawings()[:3])
    assert images.shape == (3, 28, 28)
    assert images.dtype == torch.uint8
    assert images.amax() > 200
