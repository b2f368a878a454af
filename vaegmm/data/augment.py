"""Random changes of whole batches, on the device that holds them.

One affine map per image (rotation, scale, shear, shift, flip), sampled bilinearly, then noise.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from vaegmm.config import AugmentationConfig


def augment(x: Tensor, config: AugmentationConfig, generator: torch.Generator) -> Tensor:
    """Return changed copies of a batch.

    Args:
        x: (N, 1, H, W) in [0, 1].
        config: how far each change may go; a change set to 0 costs nothing.
        generator: on the device of `x`; the same state gives the same changes.

    Returns:
        (N, 1, H, W) in [0, 1]; what is turned or shifted in from outside is blank.
    """
    geometric = (config.rotation, config.scale, config.shear, config.shift, config.flip)
    if any(geometric):
        theta = random_affine(len(x), x.shape[-1], config, generator)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        x = F.grid_sample(x, grid, align_corners=False)
    if config.noise:
        noise = torch.randn(x.shape, generator=generator, device=x.device)
        x = x + config.noise * noise
    return x.clamp(0, 1)


def check_augmentation(config: AugmentationConfig) -> None:
    """Refuse what no image survives.

    Raises:
        ValueError: a setting out of range.
    """
    limits = {"rotation": 180, "scale": 0.9, "shear": 80, "shift": 28, "flip": 1, "noise": 10}
    for name, most in limits.items():
        if not 0 <= getattr(config, name) <= most:
            raise ValueError(f"{name} must be from 0 to {most}, got {getattr(config, name)}")


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
