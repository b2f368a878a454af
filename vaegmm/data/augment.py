"""Random changes of whole batches, on the device that holds them.

Strokes thicker or thinner, one map per image (rotation, scale, shear, shift, flip, and elastic
shifts from place to place), sampled bicubically, contrast, and noise.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from vaegmm.config import AugmentationConfig

POINTS = 5  # per axis, of an elastic map
MARGIN = 4  # blank pixels at every side of a digit of MNIST


def augment(x: Tensor, config: AugmentationConfig, generator: torch.Generator) -> Tensor:
    """Return changed copies of a batch.

    Args:
        x: (N, 1, H, W) in [0, 1].
        config: how far each change may go; a change set to 0 costs nothing.
        generator: on the device of `x`; the same state gives the same changes.

    Returns:
        (N, 1, H, W) in [0, 1]; what is turned or shifted in from outside is blank.
    """
    if config.thickness:
        x = change_thickness(x, config.thickness, generator)
    affine = (config.rotation, config.scale, config.shear, config.shift, config.flip)
    if any(affine) or config.elastic:
        theta = random_affine(len(x), x.shape[-1], config, generator)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)  # (N, H, W, 2)
        if config.elastic:
            grid = grid + random_shifts(x, config.elastic, generator)
        x = F.grid_sample(x, grid, "bicubic", align_corners=False)
    if config.contrast:
        u = torch.rand(len(x), 1, 1, 1, generator=generator, device=x.device)
        x = 0.5 + (x - 0.5) * (1 + config.contrast * u)
    if config.noise:
        noise = torch.randn(x.shape, generator=generator, device=x.device)
        x = x + config.noise * noise
    return x.clamp(0, 1)


def check_augmentation(config: AugmentationConfig) -> None:
    """Refuse what no image survives.

    Raises:
        ValueError: a setting out of range.
    """
    limits = {"rotation": 180, "scale": 0.9, "shear": 80, "shift": 28, "elastic": 14}
    limits |= {"thickness": 1, "contrast": 10, "flip": 1, "noise": 10}
    for name, most in limits.items():
        if not 0 <= getattr(config, name) <= most:
            raise ValueError(f"{name} must be from 0 to {most}, got {getattr(config, name)}")


def change_thickness(x: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Return images (N, 1, H, W) with strokes of another width, drawn for every image.

    The way to the brightest of a pixel's neighbours (or the darkest) is one pixel at each edge.
    """
    u = torch.rand(len(x), 1, 1, 1, generator=generator, device=x.device) * 1.5 - 0.5
    thicker = F.max_pool2d(x, 3, 1, 1)
    thinner = -F.max_pool2d(-x, 3, 1, 1)
    return torch.lerp(x, torch.where(u > 0, thicker, thinner), u.abs() * most)


def crop_side(x: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Return images (N, 1, S, S), half of them with one side blank.

    Args:
        x: (N, 1, S, S).
        most: pixels that a digit loses at a side, where it reaches to the margin.
        generator: on the device of x.
    """
    u = torch.rand(3, len(x), generator=generator, device=x.device)
    side, depth, is_whole = (4 * u[0]).long(), MARGIN + most * u[1], u[2] < 0.5
    lines = torch.arange(x.shape[-1], device=x.device)
    distance = torch.stack([lines, lines.flip(0)])[side % 2]  # (N, S), from that side
    kept = (distance >= depth[:, None]) | is_whole[:, None]
    is_row = (side < 2)[:, None, None]
    return x * torch.where(is_row, kept[:, :, None], kept[:, None, :])[:, None]


def random_shifts(x: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Return smooth local shifts (N, H, W, 2) for images x, as `grid_sample` counts.

    Args:
        x: (N, 1, H, W).
        most: of the points between which shifts are interpolated, per axis, in pixels.
        generator: on the device of x.
    """
    u = torch.rand(len(x), 2, POINTS, POINTS, generator=generator, device=x.device) * 2 - 1
    size = list(x.shape[-2:])
    shifts: Tensor = F.interpolate(u, size, mode="bicubic", align_corners=True)
    return shifts.permute(0, 2, 3, 1) * (2 * most / x.shape[-1])


def random_affine(
    n: int, side: int, config: AugmentationConfig, generator: torch.Generator
) -> Tensor:
    """Draw affine maps from output to input coordinates, as `affine_grid` takes them.

    Args:
        n: number of maps N.
        side: width of the images in pixels; turns a shift into units of half a width.
        config: the largest changes.
        generator: fixes device and draws.

    Returns:
        (N, 2, 3).
    """
    # (6, N) in [-1, 1): angle, two scales, shear, two shifts
    u = torch.rand(6, n, generator=generator, device=generator.device) * 2 - 1
    angle, shear = u[0] * math.radians(config.rotation), u[3] * math.radians(config.shear)
    scale_x, scale_y = 1 + u[1] * config.scale, 1 + u[2] * config.scale
    flip = torch.rand(n, generator=generator, device=generator.device) < config.flip
    scale_x = torch.where(flip, -scale_x, scale_x)
    cos, sin, tan = angle.cos(), angle.sin(), shear.tan()
    # rotation @ shear @ diag(1 / scale), because the map runs backwards
    linear = torch.stack([cos, cos * tan - sin, sin, sin * tan + cos], 1).view(n, 2, 2)
    linear = linear / torch.stack([scale_x, scale_y], 1)[:, None, :]
    shift = u[4:].T * (2 * config.shift / side)
    return torch.cat([linear, shift[:, :, None]], 2)
