"""What is said of morphs."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from vaegmm.data.datasets import load_dataset
from vaegmm.evaluation.judge import Judge
from vaegmm.evaluation.smoothness import Morphs, measure_lengths, measure_morphs
from vaegmm.evaluation.tasks.morphing import draw_pairs

DATA = load_dataset("sample", train=False)


def clear_digits(label: int, n: int) -> Tensor:
    return DATA.images[(DATA.labels == label).nonzero().squeeze(1)[:n]]


def play(*labels: int) -> Tensor:
    """One morph whose frames are real digits, (1, T, 28, 28)."""
    return torch.stack([clear_digits(label, 1)[0] for label in labels])[None]


def measure(frames: Tensor, judge: Judge) -> dict[str, float]:
    morphs = Morphs(frames, frames[:, [0, -1]], seconds=2.0)
    metrics = measure_morphs(morphs, measure_lengths(frames), judge, DATA.images)
    figures = dataclasses.asdict(metrics)
    return {**figures.pop("likeness"), **figures}


def test_against_itself_a_curve_is_as_long(judge: Judge) -> None:
    figures = measure(play(3, 8, 5), judge)
    assert (figures["length"], figures["shorter"]) == (1, 0)
    assert (figures["n_pairs"], figures["per_second"]) == (1, 1.5)


def test_what_does_not_move_is_even_and_as_long(judge: Judge) -> None:
    figures = measure(play(3, 3, 3), judge)
    assert (figures["length"], figures["unevenness"], figures["switches"]) == (1, 1, 0)


def test_length_is_the_sum_of_changes_in_ink() -> None:
    frames = torch.zeros(2, 4, 28, 28, dtype=torch.uint8)
    frames[0, 1, 0, :4] = 255  # four pixels come ...
    frames[0, 2] = 0  # ... and go
    assert measure_lengths(frames).tolist() == [4, 0]


def test_labels_are_counted_when_they_change(judge: Judge) -> None:
    assert measure(play(4, 4, 9, 9), judge)["switches"] == 1
    there_and_back = measure(torch.cat([play(4, 9, 4, 9), play(4, 4, 4, 9)]), judge)
    assert (there_and_back["switches"], there_and_back["one_switch"]) == (2, 0.5)


def test_even_steps_are_even_and_a_jump_is_not(judge: Judge) -> None:
    frames = torch.zeros(1, 5, 28, 28, dtype=torch.uint8)
    for k in range(5):
        frames[0, k:, 10 + k, 10:14] = 255
    assert measure(frames, judge)["unevenness"] == pytest.approx(1)
    jump = torch.stack([*frames[0, [0, 0, 0, 0]], frames[0, 4]])[None]
    assert measure(jump, judge)["unevenness"] == pytest.approx(4)


def test_only_frames_between_the_ends_are_to_look_like_digits(judge: Judge) -> None:
    noise = torch.randint(0, 256, (28, 28), dtype=torch.uint8)
    good = play(3, 3, 8, 8)[0]
    frames = torch.stack([noise, *good[1:], noise])[None]
    assert measure(frames, judge)["digit_like"] == 1
    spoilt = torch.stack([*good[:2], noise, good[3]])[None]
    figures = measure(spoilt, judge)
    assert figures["digit_like"] == 0.5
    assert figures["usual_ink"] == 0.5


def test_an_empty_frame_is_no_digit_for_want_of_ink(judge: Judge) -> None:
    frames = play(3, 3, 8)
    frames[0, 1] = 0
    assert measure(frames, judge)["usual_ink"] == 0


def test_the_ends_are_compared_with_their_pictures(judge: Judge) -> None:
    frames = play(3, 3, 8)
    ends = frames[:, [0, -1]].clone()
    ends[0, 1] = 255 - ends[0, 1]
    metrics = measure_morphs(Morphs(frames, ends, 1.0), measure_lengths(frames), judge, DATA.images)
    off = (2 * frames[0, -1].float() / 255 - 1).square().mean() / 2
    assert metrics.end_error == pytest.approx(off.sqrt().item(), abs=1e-5)


def test_pairs_have_different_labels_and_a_seed_gives_them_again() -> None:
    start, end = draw_pairs(DATA.labels, 200, 3)
    assert (DATA.labels[start] != DATA.labels[end]).all()
    assert len(DATA.labels[start].unique()) == 10
    again, other = draw_pairs(DATA.labels, 200, 3), draw_pairs(DATA.labels, 200, 4)
    assert torch.equal(start, again[0]) and torch.equal(end, again[1])
    assert not torch.equal(start, other[0])
