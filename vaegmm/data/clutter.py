"""More pictures that are no digits, from which the judge learns to say so. Made here, by seed.

Filled shapes, textures, and digits cut into tiles. What a pen scribbles, and noise, stand in
`vaegmm.data.scribbles`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 28
CELLS = (3, 5, 9, 14)  # per axis, of a texture from coarse to fine
TILES = (14, 7, 4)  # sides in pixels
MOVES = ((1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0))  # of four quarters, none of which stays


def make_shapes(n: int, seed: int) -> Tensor:
    """Return filled shapes (N, 28, 28) uint8, from boxes to blots, with a shade and a texture.

    A superellipse whose edge waves in and out two, three and four times around.
    """
    generator = torch.Generator().manual_seed(seed)

    def draw(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, 1, 1, generator=generator)

    line = torch.linspace(-1, 1, SIDE)
    y, x = torch.meshgrid(line, line, indexing="ij")
    angle = torch.atan2(y, x)
    power = draw(0.8, 4.8)
    across = ((x - draw(-0.2, 0.2)) / draw(0.35, 0.95)).abs() ** power
    down = ((y - draw(-0.2, 0.2)) / draw(0.35, 0.95)).abs() ** power
    radius = (across + down) ** (1 / power)  # (N, H, W), 1 at the edge
    for n_waves in (2, 3, 4):
        radius = radius + draw(0, 0.35) * torch.cos(n_waves * angle + draw(0, 2 * torch.pi))
    inside = (0.5 + 3 * (1 - radius)).clamp(0, 1)
    texture = draw(0, 0.35) * _random_fields(n, generator)
    return _to_bytes(inside * (draw(0.2, 1.0) + texture))


def make_textures(n: int, seed: int) -> Tensor:
    """Return textures (N, 28, 28) uint8 that fill the picture, from soft to hard."""
    generator = torch.Generator().manual_seed(seed)
    u = torch.rand(2, n, 1, 1, generator=generator)
    return _to_bytes(_random_fields(n, generator) * (0.5 + 4 * u[0]) + 2 * u[1] - 1.2)


def shuffle_tiles(images: Tensor, seed: int) -> Tensor:
    """Cut images (N, 28, 28) uint8 into quarters or smaller tiles, and mix those up."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for part, side in zip(images.tensor_split(len(TILES)), TILES, strict=True):
        per_axis, n = SIDE // side, len(part)
        order = torch.rand(n, per_axis**2, generator=generator).argsort(1)
        if side == TILES[0]:
            order = torch.tensor(MOVES)[torch.randint(len(MOVES), (n,), generator=generator)]
        tiles = part.view(n, per_axis, side, per_axis, side).transpose(2, 3).flatten(1, 2)
        mixed = tiles[torch.arange(n)[:, None], order].view(n, per_axis, per_axis, side, side)
        parts.append(mixed.transpose(2, 3).reshape(n, SIDE, SIDE))
    return torch.cat(parts)


def _random_fields(n: int, generator: torch.Generator) -> Tensor:
    """Return smooth normal noise (N, 28, 28), a quarter of it on each of `CELLS`."""
    fields = []
    for part, cells in zip(torch.arange(n).tensor_split(len(CELLS)), CELLS, strict=True):
        noise = torch.randn(len(part), 1, cells, cells, generator=generator)
        field = F.interpolate(noise, (SIDE, SIDE), mode="bicubic", align_corners=True)
        fields.append(field[:, 0])
    return torch.cat(fields)


def _to_bytes(x: Tensor) -> Tensor:
    return (255 * x.clamp(0, 1)).round().to(torch.uint8)
