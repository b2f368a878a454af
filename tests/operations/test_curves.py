"""Curves between latents, and steps of equal size along them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaegmm.operations.curves import (
    Curve,
    Spline,
    great_circle,
    space_evenly,
    spline_basis,
    straight_line,
)

START = torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
END = torch.tensor([[0.0, 1.0, -2.0], [4.0, 0.0, 3.0]])
T = torch.linspace(0, 1, 11).expand(2, -1)


@pytest.mark.parametrize(
    "curve",
    [
        straight_line(START, END),
        great_circle(START, END),
        Spline(torch.stack([START, torch.ones_like(START), END], 1)),
    ],
)
def test_a_curve_begins_and_ends_where_it_should(curve: Curve) -> None:
    z = curve(T)
    assert z.shape == (2, 11, 3)
    torch.testing.assert_close(z[:, 0], START)
    torch.testing.assert_close(z[:, -1], END)


def test_a_straight_line_is_in_the_middle_half_way() -> None:
    torch.testing.assert_close(straight_line(START, END)(T)[:, 5], (START + END) / 2)


def test_an_arc_turns_by_equal_angles_and_keeps_its_radius() -> None:
    start, end = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    z = great_circle(start, end)(T[:1])[0]
    angles = torch.linspace(0, math.pi / 2, 11)
    torch.testing.assert_close(z, 2 * torch.stack([angles.cos(), angles.sin()], 1))


@pytest.mark.parametrize("end", [[2.0, 0.0], [-3.0, 0.0]])
def test_without_a_circle_of_its_own_an_arc_is_the_straight_line(end: list[float]) -> None:
    ends = torch.tensor([[1.0, 0.0]]), torch.tensor([end])
    torch.testing.assert_close(great_circle(*ends)(T[:1]), straight_line(*ends)(T[:1]))


def test_a_spline_passes_through_its_knots_and_has_no_bend_at_its_ends() -> None:
    knots = torch.randn(2, 6, 3, dtype=torch.float64)
    spline = Spline(knots)
    at_knots = torch.linspace(0, 1, 6, dtype=torch.float64).expand(2, -1)
    torch.testing.assert_close(spline(at_knots), knots)
    h = 1e-3
    near = torch.tensor([[k * h for k in range(3)], [0.5 + k * h for k in range(3)]]).double()
    z = spline(near)
    bends = (z[:, 0] - 2 * z[:, 1] + z[:, 2]).norm(dim=1) / h**2
    assert bends[0] < 0.05 * bends[1]


def test_knots_on_a_line_make_a_straight_line() -> None:
    places = torch.linspace(0, 1, 6)[:, None]
    knots = torch.lerp(START[:, None], END[:, None], places)
    torch.testing.assert_close(Spline(knots)(T), straight_line(START, END)(T))


def test_the_weights_of_the_knots_sum_to_one() -> None:
    basis = spline_basis(torch.linspace(0, 1, 24), 6)
    torch.testing.assert_close(basis.sum(1), torch.ones(24))


def test_steps_are_even_where_the_speed_is_known() -> None:
    t = torch.linspace(0, 1, 2001)
    frames = t.square()[None, :, None]  # after t the way is t^2
    fractions = torch.linspace(0, 1, 7)
    torch.testing.assert_close(
        space_evenly(frames, fractions)[0], fractions.sqrt(), atol=1e-3, rtol=0
    )


def test_where_nothing_changes_t_itself_is_the_way() -> None:
    fractions = torch.linspace(0, 1, 5)
    torch.testing.assert_close(space_evenly(torch.ones(3, 9, 4), fractions), fractions.expand(3, 5))


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(2, 12))
@settings(max_examples=50)
def test_t_ascends_from_0_to_1_whatever_is_seen(seed: int, n_frames: int, n_steps: int) -> None:
    rng = np.random.default_rng(seed)
    moves = rng.exponential(size=(2, n_frames, 3)) * (rng.random((2, n_frames, 1)) < 0.5)
    frames = torch.from_numpy(moves.cumsum(1)).float()
    t = space_evenly(frames, torch.linspace(0, 1, n_steps))
    assert t.shape == (2, n_steps)
    assert (t.diff(dim=1) >= 0).all()
    assert (t >= 0).all() and (t <= 1).all()
