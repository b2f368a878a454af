"""What samples are compared with: as many of each label as there are."""

from __future__ import annotations

import torch

from vaegmm.evaluation.tasks import generation
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import GenerateSettings


def test_as_many_of_each_label_are_drawn_and_none_twice(digits148: VAEGMM) -> None:
    labels = torch.tensor([8, 1, 1, 8, 4, 8])
    made = generation._draw_like(digits148, labels, GenerateSettings(), seed=0)
    assert sorted(made.labels.tolist()) == sorted(labels.tolist())
    assert len({image.tobytes() for image in made.images}) == len(labels)
    assert made.n_drawn == len(labels)


def test_what_the_mixture_has_comes_for_a_label_that_it_does_not_know(digits148: VAEGMM) -> None:
    made = generation._draw_like(digits148, torch.tensor([7] * 50), GenerateSettings(), seed=0)
    assert len(made.labels) == 50
    assert {*made.labels.tolist()} == {1, 4, 8}
