"""Planes through latent space, and what lies behind their points."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vaegmm.data.datasets import load_dataset
from vaegmm.evaluation.judge import LIMIT, Judge
from vaegmm.latents import decode_latents, encode_images, to_bytes
from vaegmm.mixture.gaussian import covariances_of
from vaegmm.model import VAEGMM
from vaegmm.operations.plane import (
    Plane,
    ProjectedComponents,
    choose_plane,
    components_on,
    decode_mesh,
    find_principal_plane,
    lift,
    list_points,
    make_mesh,
    outline,
)


def draw(model: VAEGMM, n: int) -> Tensor:
    """Latents from a model's mixture."""
    return model.sample_latents(n, torch.Generator().manual_seed(0))


def make_points(n: int, scale: float = 2.0) -> Tensor:
    return scale * torch.randn(n, 2, generator=torch.Generator().manual_seed(1))


def test_the_principal_plane_is_that_of_many_draws(digits: VAEGMM) -> None:
    z = draw(digits, 200_000).double()
    vectors = torch.linalg.eigh(z.T.cov()).eigenvectors[:, -2:]
    plane = find_principal_plane(digits)
    overlap = torch.linalg.svdvals(plane.axes.double() @ vectors)
    assert overlap.min() > 0.999
    assert torch.allclose(plane.origin.double(), z.mean(0), atol=0.01)
    variances = plane.project(z.float()).var(0)
    assert variances[0] > variances[1]


def test_axes_are_orthonormal_and_their_signs_are_told(digits: VAEGMM) -> None:
    plane = find_principal_plane(digits)
    assert torch.allclose(plane.axes @ plane.axes.T, torch.eye(2), atol=1e-6)
    for axis in plane.axes:
        assert axis[axis.abs().argmax()] > 0


def test_two_dimensions_are_taken_as_they_are(tiny_model: VAEGMM) -> None:
    plane, xy = find_principal_plane(tiny_model), make_points(50)
    assert torch.equal(plane.project(xy), xy)
    assert torch.equal(plane.at(xy), xy)
    assert torch.allclose(lift(tiny_model, plane, xy), xy, atol=1e-4)


def test_what_is_on_the_plane_is_projected_to_itself(digits: VAEGMM) -> None:
    for plane in (find_principal_plane(digits), choose_plane(digits, 3, 7)):
        xy = make_points(50)
        assert torch.allclose(plane.project(plane.at(xy)), xy, atol=1e-5)


@given(st.floats(-6, 6), st.floats(-6, 6))
@settings(max_examples=50)
def test_what_is_lifted_is_projected_to_the_same_point(digits: VAEGMM, x: float, y: float) -> None:
    plane, xy = find_principal_plane(digits), torch.tensor([[x, y]])
    assert torch.allclose(plane.project(lift(digits, plane, xy)), xy, atol=1e-4)


def test_a_point_is_lifted_to_the_mean_of_the_draws_behind_it(digits: VAEGMM) -> None:
    plane, z = find_principal_plane(digits), draw(digits, 2_000_000)
    points = plane.project(z)
    for xy in make_points(4, 1.0):
        near = z[(points - xy).norm(dim=1) < 0.05]
        assert len(near) > 200
        error = lift(digits, plane, xy[None])[0] - near.mean(0)
        assert error.abs().max() < 5 * near.std(0).max() / len(near) ** 0.5 + 0.02


def test_a_single_gaussian_is_lifted_by_linear_regression(tiny_model: VAEGMM) -> None:
    with torch.no_grad():
        tiny_model.means[:] = tiny_model.means[0]
        tiny_model.precisions_cholesky[:] = tiny_model.precisions_cholesky[0]
    mean = tiny_model.means[0]
    covariance = covariances_of(tiny_model.precisions_cholesky[:1], "full")[0]
    direction = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert torch.allclose(lift(tiny_model, Plane(mean, direction), torch.zeros(1, 2))[0], mean)
    seen = components_on(tiny_model, Plane(mean, direction))
    assert torch.allclose(seen.means, torch.zeros(len(seen.means), 2), atol=1e-6)
    assert torch.allclose(seen.covariances[0], covariance, rtol=1e-4)


def test_components_are_seen_as_their_draws_are(digits: VAEGMM) -> None:
    plane = find_principal_plane(digits)
    seen = components_on(digits, plane)
    lower = digits.precisions_cholesky[5].mT
    eps = torch.randn(len(lower), 100_000, generator=torch.Generator().manual_seed(0))
    z = digits.means[5] + torch.linalg.solve_triangular(lower, eps, upper=False).T
    points = plane.project(z)
    assert torch.allclose(points.mean(0), seen.means[5], atol=0.02)
    assert torch.allclose(points.T.cov(), seen.covariances[5], atol=0.02)


def test_chosen_dimensions_keep_their_numbers(digits: VAEGMM) -> None:
    z = draw(digits, 10)
    assert torch.equal(choose_plane(digits, 4, 1).project(z), z[:, [4, 1]])
    mean = digits.weights @ digits.means
    others = [d for d in range(10) if d not in (4, 1)]
    at = choose_plane(digits, 4, 1).at(torch.zeros(1, 2))[0]
    assert torch.allclose(at[others], mean[others])


@pytest.mark.parametrize(("i", "j"), [(0, 0), (-1, 2), (0, 10)])
def test_dimensions_that_are_not_there_are_refused(digits: VAEGMM, i: int, j: int) -> None:
    with pytest.raises(ValueError, match=f"two different ones from 0 to 9, got {i} and {j}"):
        choose_plane(digits, i, j)


def test_one_dimension_has_no_plane(tiny_model: VAEGMM) -> None:
    tiny_model.means = tiny_model.means[:, :1]
    with pytest.raises(ValueError, match="at least 2 latent dimensions, got 1"):
        find_principal_plane(tiny_model)


def test_a_mesh_ends_where_it_was_to_end() -> None:
    assert torch.allclose(make_mesh(-3, 3.5, 0.5), torch.arange(-3, 3.75, 0.5))
    assert len(make_mesh(0, 1, 0.1)) == 11
    assert make_mesh(2, 2, 1).tolist() == [2]
    assert make_mesh(0, 0.9, 0.5).tolist() == [0, 0.5]


@pytest.mark.parametrize(
    ("mesh", "said"),
    [
        ((0, 1, 0), "a step above 0"),
        ((0, 1, -0.5), "a step above 0"),
        ((0, float("inf"), 1), "finite numbers"),
        ((float("nan"), 1, 1), "finite numbers"),
        ((1, 0, 0.5), "must have 1 to 200 steps, got 0"),
        ((0, 1, 1e-3), "must have 1 to 200 steps, got 1001"),
    ],
)
def test_meshes_of_no_steps_or_too_many_are_refused(
    mesh: tuple[float, float, float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        make_mesh(*mesh)


def test_rows_go_from_high_to_low_and_columns_from_left_to_right() -> None:
    points = list_points(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 20.0]))
    assert points.tolist() == [[1, 20], [2, 20], [3, 20], [1, 10], [2, 10], [3, 10]]


@pytest.mark.parametrize("is_lifted", [True, False])
def test_a_mesh_decodes_to_what_lies_at_its_points(digits: VAEGMM, is_lifted: bool) -> None:
    plane, steps = choose_plane(digits, 0, 1), make_mesh(-1, 1, 1)
    x = decode_mesh(digits, plane, steps, make_mesh(0, 1, 1), is_lifted)
    assert x.shape == (2, 3, 28, 28)
    xy = torch.tensor([[1.0, 0.0]])  # the last column of the last row
    z = lift(digits, plane, xy) if is_lifted else plane.at(xy)
    assert torch.allclose(x[1, 2], decode_latents(digits.network, z)[0, 0], atol=1e-5)


def test_what_is_lifted_is_a_digit_more_often_than_what_is_on_the_plane(
    digits: VAEGMM, judge: Judge
) -> None:
    plane = find_principal_plane(digits)
    points = plane.project(encode_images(digits.network, load_dataset("sample", False).images))
    low, high = np.quantile(points.numpy(), [0.005, 0.995], axis=0)
    steps = [
        make_mesh(float(a), float(b), float(b - a) / 19) for a, b in zip(low, high, strict=True)
    ]
    shares, shown = [], []
    for is_lifted in (True, False):
        x = decode_mesh(digits, plane, *steps, is_lifted)
        opinion = judge.judge(to_bytes(x.flatten(0, 1)[:, None]))
        is_digit = opinion.disagreement < LIMIT
        shares.append(is_digit.double().mean().item())
        shown.append(len(set(opinion.probabilities.argmax(1)[is_digit].tolist())))
    assert shares[0] > 0.88
    assert shares[0] > shares[1] + 0.15
    assert shown[1] < shown[0] == 10


def test_an_outline_is_as_many_standard_deviations_away_all_around() -> None:
    factors = torch.randn(5, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    components = ProjectedComponents(torch.zeros(5, 2), factors @ factors.mT)
    ellipses = outline(components, 2.5)
    turn = torch.linspace(0, 2 * math.pi, 7, dtype=torch.float64)
    shorter, longer = ellipses.radii[:, :, None].unbind(1)
    along, across = shorter * turn.cos(), longer * turn.sin()
    cos, sin = ellipses.angles.cos()[:, None], ellipses.angles.sin()[:, None]
    points = torch.stack([cos * along - sin * across, sin * along + cos * across], 2)  # (5, 7, 2)
    inverse = torch.linalg.inv(components.covariances)
    distance = torch.einsum("kni,kij,knj->kn", points, inverse, points).sqrt()
    torch.testing.assert_close(distance, torch.full_like(distance, 2.5))
    assert bool((ellipses.radii[:, 0] <= ellipses.radii[:, 1]).all())
