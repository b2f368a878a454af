"""A plane through latent space: what lies behind its points, and what a mesh of them decodes to.

A model of more than two dimensions has many latents behind each point of a plane. `Plane.at` takes
the one on the plane itself; `lift` the one that the model's mixture expects there, which decodes to
a digit far more often.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.latents import decode_latents
from vaegmm.mixture.gaussian import cholesky_precisions, covariances_of, log_joint
from vaegmm.model import VAEGMM

MAX_STEPS = 200  # of a mesh, to either side


@dataclass(frozen=True)
class Plane:
    """A plane in latent space.

    Attributes:
        origin: (D,), the latent that is projected to (0, 0).
        axes: (2, D), orthonormal.
    """

    origin: Tensor
    axes: Tensor

    def project(self, z: Tensor) -> Tensor:
        """Return the points (N, 2) that latents (N, D) are projected to."""
        return (z - self.origin) @ self.axes.T

    def at(self, xy: Tensor) -> Tensor:
        """Return the latents (N, D) on the plane itself, at points (N, 2)."""
        return self.origin + xy @ self.axes


@dataclass(frozen=True)
class ProjectedComponents:
    """A mixture as it is seen on a plane: again a mixture of as many Gaussians.

    Attributes:
        means: (K, 2).
        covariances: (K, 2, 2).
    """

    means: Tensor
    covariances: Tensor


@dataclass(frozen=True)
class Ellipses:
    """Outlines of K Gaussians on a plane, around their means.

    Attributes:
        radii: (K, 2), the shorter first.
        angles: (K,), of the shorter radius, in radians.
    """

    radii: Tensor
    angles: Tensor


def find_principal_plane(model: VAEGMM) -> Plane:
    """Return the plane in which a model's mixture varies most; two dimensions as they are.

    The total covariance of a mixture is sum_k w_k (S_k + (m_k - m)(m_k - m)^T) with its mean m
    (Bishop 2006, equation 9.50). Of the two signs of a direction the one in which the largest entry
    is positive.

    Raises:
        ValueError: the model has one latent dimension.
    """
    dim = model.means.shape[1]
    if dim < 2:
        raise ValueError("a plane needs a model of at least 2 latent dimensions, got 1")
    if dim == 2:
        return Plane(torch.zeros(2), torch.eye(2))
    weights, means = model.weights.cpu().double(), model.means.cpu().double()
    mean = weights @ means
    between = (means - mean).T @ (weights[:, None] * (means - mean))
    total = torch.einsum("k,kij->ij", weights, _covariances(model)) + between
    axes = torch.linalg.eigh(total).eigenvectors[:, -2:].flip(1).T  # (2, D)
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    return Plane(mean.float(), (axes * largest.sign()).float())


def choose_plane(model: VAEGMM, i: int, j: int) -> Plane:
    """Return the plane of two latent dimensions, from 0, through the mixture's mean.

    Raises:
        ValueError: the dimensions are the same, or the model has no such dimension.
    """
    dim = model.means.shape[1]
    if not (0 <= i < dim and 0 <= j < dim and i != j):
        raise ValueError(
            f"dimensions must be two different ones from 0 to {dim - 1}, got {i} and {j}"
        )
    mean = (model.weights @ model.means).cpu()
    mean[[i, j]] = 0  # so that points have the dimensions' own numbers
    return Plane(mean, torch.eye(dim)[[i, j]])


def components_on(model: VAEGMM, plane: Plane) -> ProjectedComponents:
    """Return a model's components as they are projected on a plane."""
    axes = plane.axes.double()
    covariances = axes @ _covariances(model) @ axes.T
    return ProjectedComponents(plane.project(model.means.cpu()), covariances.float())


def outline(components: ProjectedComponents, n_std: float) -> Ellipses:
    """Return the ellipses on which a component's density is that of n_std standard deviations.

    Their axes are the covariance's (Bishop 2006, section 2.3).
    """
    variances, directions = torch.linalg.eigh(components.covariances.double())
    angles = torch.atan2(directions[:, 1, 0], directions[:, 0, 0])
    return Ellipses(n_std * variances.clamp(min=0).sqrt(), angles)


def lift(model: VAEGMM, plane: Plane, xy: Tensor) -> Tensor:
    """Return what the mixture expects behind points of a plane: E[z | plane.project(z) = xy].

    The conditional mean of a Gaussian is linear (Bishop 2006, section 2.3.1); of a mixture, it is
    that of the components, weighed by their responsibilities on the plane. Projecting the result
    gives the points again. In two dimensions every point is its own latent.

    Args:
        model: on any device.
        plane: of that model's latent space.
        xy: (N, 2), on the CPU.

    Returns:
        z (N, D) float32, on the CPU.
    """
    axes, xy = plane.axes.double(), xy.double()
    means, across = model.means.cpu().double(), _covariances(model) @ axes.T  # S_k A^T (K, D, 2)
    flat = axes @ across  # (K, 2, 2)
    flat_means = (means - plane.origin.double()) @ axes.T
    weights = model.weights.cpu().double()
    resp = log_joint(xy, weights, flat_means, cholesky_precisions(flat)).softmax(1)  # (N, K)
    gains = torch.linalg.solve(flat, across, left=False)  # (K, D, 2)
    # sum_k r_k (m_k + G_k (xy - A m_k)): constants and slopes are blended, then applied
    constants = means - (gains @ flat_means[:, :, None]).squeeze(2)  # (K, D)
    slopes = (resp @ gains.flatten(1)).view(len(xy), -1, 2)  # (N, D, 2)
    z: Tensor = resp @ constants + (slopes @ xy[:, :, None]).squeeze(2)
    return z.float()


def make_mesh(start: float, stop: float, step: float) -> Tensor:
    """Return the steps (M,) of a mesh from `start` to `stop`, both included where they fit.

    Raises:
        ValueError: no steps, or more than 200.
    """
    if not (math.isfinite(start) and math.isfinite(stop) and math.isfinite(step) and step > 0):
        raise ValueError(
            f"a mesh needs finite numbers and a step above 0, got {start}, {stop}, {step}"
        )
    span = min((stop - start) / step, 1e9)  # of whatever is refused below
    n_steps = math.floor(span + 1e-6) + 1 if span >= 0 else 0
    if not 1 <= n_steps <= MAX_STEPS:
        raise ValueError(
            f"a mesh from {start:g} to {stop:g} by {step:g} must have 1 to {MAX_STEPS} steps, got "
            f"{max(0, n_steps)}; choose another step"
        )
    steps: Tensor = start + step * torch.arange(n_steps, dtype=torch.float32)
    return steps


def list_points(steps_x: Tensor, steps_y: Tensor) -> Tensor:
    """Return the points (M_y M_x, 2) of a mesh row by row, from high y to low."""
    y, x = torch.meshgrid(steps_y.flip(0), steps_x, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1)


def decode_mesh(
    model: VAEGMM, plane: Plane, steps_x: Tensor, steps_y: Tensor, is_lifted: bool = True
) -> Tensor:
    """Return what a mesh of points on a plane decodes to.

    Args:
        model: in any mode; its mode is restored.
        plane: of that model's latent space.
        steps_x: (M_x,), ascending, as `make_mesh` gives them.
        steps_y: (M_y,).
        is_lifted: whether the mixture says what lies behind a point, or the plane itself.

    Returns:
        (M_y, M_x, 28, 28) in [0, 1], ink = 1; the first row has the highest y.
    """
    xy = list_points(steps_x, steps_y)
    z = lift(model, plane, xy) if is_lifted else plane.at(xy)
    return decode_latents(model.network, z).view(len(steps_y), len(steps_x), 28, 28)


def _covariances(model: VAEGMM) -> Tensor:
    """The components' covariances (K, D, D) float64, on the CPU."""
    return covariances_of(model.precisions_cholesky.cpu().double(), "full")
