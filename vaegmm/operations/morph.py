"""One number turns into another: every digit place along a curve in latent space.

Both ends are the pictures that were given, not their reconstructions: what the decoder missed of
them is added to its images and fades out along the way. Frames are spaced by what is seen, so that
each step changes the picture as much as the next.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.data.drawing import FRAME as SIDE
from vaegmm.data.numbers import MAX_DIGITS
from vaegmm.model import VAEGMM
from vaegmm.operations.border import decode
from vaegmm.operations.curves import Curve, great_circle, space_evenly, straight_line
from vaegmm.operations.geodesic import SHARPNESS, find_geodesic
from vaegmm.operations.writing import Digit
from vaegmm.runtime import evaluating

Path = Literal["geodesic", "linear", "slerp"]
Easing = Literal["none", "ease-in-out"]
PATHS: tuple[Path, ...] = typing.get_args(Path)
EASINGS: tuple[Easing, ...] = typing.get_args(Easing)

MIN_FRAMES, MAX_FRAMES = 2, 240
N_LOOKS = 60  # places along a curve that are looked at to space the frames
FADE = 8  # power of 1 - t with which the residual of an end fades


@dataclass(frozen=True)
class MorphSettings:
    """How a morph goes."""

    path: Path = "geodesic"
    """geodesic is the shortest way under the decoder's metric, through what the model knows;
    linear the straight line between two latents; slerp the arc."""
    n_frames: int = 60
    """Frames from one number to the other, both included; 2 to 240."""
    easing: Easing = "none"
    """none changes every frame by as much; ease-in-out begins and ends slowly."""
    keep_ends: bool = True
    """The first and the last frame are the pictures themselves, not their reconstructions."""


@dataclass(frozen=True)
class Morph:
    """A number on its way to another.

    Attributes:
        frames: (T, P, 28, 28) uint8, ink = 255, P digit places from left to right.
    """

    frames: NDArray[np.uint8]

    def joined(self) -> NDArray[np.uint8]:
        """Return the frames with their places side by side, (T, 28, 28 P)."""
        t, p, height, width = self.frames.shape
        return self.frames.transpose(0, 2, 1, 3).reshape(t, height, p * width)


CURVES: dict[Path, Callable[[VAEGMM, Tensor, Tensor], Curve]] = {
    "geodesic": find_geodesic,
    "linear": lambda _, start, end: straight_line(start, end),
    "slerp": lambda _, start, end: great_circle(start, end),
}


def morph(
    model: VAEGMM,
    source: Sequence[Digit],
    target: Sequence[Digit],
    settings: MorphSettings | None = None,
) -> Morph:
    """Turn one number into another.

    Args:
        model: in any mode; its mode is restored.
        source: 1 to 6 pictures (28, 28) float32 in [0, 1], ink = 1, from left to right.
        target: the same of the other number.
        settings: the default ones when not given.

    Raises:
        ValueError: no digits or too many, or a setting out of range.

    Example:
        >>> source, target = (write_number(model, hand, text) for text in ("32", "41"))
        >>> morph(model, source, target, MorphSettings(n_frames=20)).joined().shape
        (20, 28, 56)
    """
    places = align(source, target)
    starts, ends = ([place[side] for place in places] for side in (0, 1))
    return morph_places(model, starts, ends, settings or MorphSettings())


def align(
    source: Sequence[Digit], target: Sequence[Digit]
) -> list[tuple[Digit | None, Digit | None]]:
    """Return what each digit place begins and ends with; units stand below units.

    The first digits of the longer number have nothing at the other end.

    Raises:
        ValueError: no digits or too many.
    """
    for name, digits in (("source", source), ("target", target)):
        if not 0 < len(digits) <= MAX_DIGITS:
            raise ValueError(
                f"the {name} must be 1 to {MAX_DIGITS} digits, got {len(digits)}; leave some out"
            )
    return list(itertools.zip_longest(reversed(source), reversed(target)))[::-1]


def morph_places(
    model: VAEGMM,
    starts: Sequence[Digit | None],
    ends: Sequence[Digit | None],
    settings: MorphSettings,
) -> Morph:
    """Morph each of P places; what has nothing at one end appears or fades out.

    Raises:
        ValueError: a setting out of range, or a place with nothing at either end.
    """
    check_morph(settings)
    fractions = ease(settings)
    frames = torch.zeros(settings.n_frames, len(starts), SIDE, SIDE)
    both, pictures = [], []
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start is not None and end is not None:
            both.append(place)
            pictures.append(torch.from_numpy(np.stack([start, end])))
        elif start is not None:
            frames[:, place] = (1 - fractions)[:, None, None] * torch.from_numpy(start)
        elif end is not None:
            frames[:, place] = fractions[:, None, None] * torch.from_numpy(end)
        else:
            raise ValueError(f"place {place} has no digit at either end; leave it out")
    if both:
        x_start, x_end = torch.stack(pictures, 1)[:, :, None].to(model.means.device)
        curve = find_curve(model, x_start, x_end, settings.path)
        x = follow(model, curve, x_start, x_end, fractions, settings.keep_ends)
        frames[:, both] = x.transpose(0, 1).cpu()
    return Morph((frames * 255).round().to(torch.uint8).numpy())


def find_curve(model: VAEGMM, x_start: Tensor, x_end: Tensor, path: Path) -> Curve:
    """Find the curves between the latents of pictures (B, 1, 28, 28)."""
    with evaluating(model):
        z_start, z_end = (
            model.network.encode(x.contiguous(memory_format=torch.channels_last))[0]
            for x in (x_start, x_end)
        )
    return CURVES[path](model, z_start, z_end)


def follow(
    model: VAEGMM,
    curve: Curve,
    x_start: Tensor,
    x_end: Tensor,
    fractions: Tensor,
    keep_ends: bool,
) -> Tensor:
    """Return frames (B, T, 28, 28) in [0, 1] along curves.

    Args:
        model: decodes; in any mode.
        curve: between the pictures' latents.
        x_start: (B, 1, 28, 28), the pictures at the start.
        x_end: (B, 1, 28, 28), at the end.
        fractions: (T,), how far along what is seen each frame is.
        keep_ends: whether what the decoder missed of the pictures is added, and fades.
    """

    def show(t: Tensor, x_hat: Tensor) -> Tensor:
        fade = t[..., None, None]  # (B, T, 1, 1)
        rest = (1 - fade) ** FADE * missed[0] + fade**FADE * missed[1]
        return (x_hat + rest).clamp(0, 1) if keep_ends else x_hat

    with evaluating(model):
        t = torch.linspace(0, 1, N_LOOKS + 1, device=x_start.device).expand(len(x_start), -1)
        x_hat = _decode(model, curve(t))
        missed = x_start - x_hat[:, :1], x_end - x_hat[:, -1:]
        t = space_evenly(show(t, x_hat), fractions)
        return show(t, _decode(model, curve(t)))


def _decode(model: VAEGMM, z: Tensor) -> Tensor:
    """Return images (B, T, 28, 28) of latents (B, T, D)."""
    return decode(model, z.flatten(0, 1), sharpness=SHARPNESS).view(*z.shape[:2], SIDE, SIDE)


def join_places(parts: Sequence[Morph]) -> Morph:
    """Return morphs of as many frames as one number, their places from left to right."""
    return Morph(np.concatenate([part.frames for part in parts], axis=1))


def ease(settings: MorphSettings) -> Tensor:
    """Return how far along the way, (T,) from 0 to 1, each frame is."""
    s = torch.linspace(0, 1, settings.n_frames)
    return s if settings.easing == "none" else s * s * (3 - 2 * s)


def check_morph(settings: MorphSettings) -> None:
    """Refuse settings that no morph can be made with.

    Raises:
        ValueError: the setting is named.
    """
    for name, value, known in (
        ("path", settings.path, PATHS),
        ("easing", settings.easing, EASINGS),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
    if not MIN_FRAMES <= settings.n_frames <= MAX_FRAMES:
        raise ValueError(
            f"n_frames must be from {MIN_FRAMES} to {MAX_FRAMES}, got {settings.n_frames}"
        )
