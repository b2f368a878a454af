"""Digits that are hard to tell: made on purpose, between two real ones.

Three methods. `average` decodes the point between two latents. `series` looks along the line
between them and keeps the image that is least like either. `balanced` first looks for two digits
whose line crosses the border between their labels where digits are likely, and then for the place
where the decoded image, encoded again, is read as as much of the one as was asked for.
"""

from __future__ import annotations

import dataclasses
import io
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vaegmm.data.images import normalise_drawing
from vaegmm.latents import to_bytes, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations import border
from vaegmm.operations.classify import classify_pixels
from vaegmm.operations.handwriting import Handwriting, check_handwriting
from vaegmm.operations.pairs import N_PAIRS, choose_pairs, draw_pairs
from vaegmm.runtime import evaluating

Method = Literal["balanced", "average", "series"]
METHODS: tuple[Method, ...] = typing.get_args(Method)
N_SERIES = 16  # images of a series, its ends included
N_STEPS = 6  # towards the place of a balanced muddle
LARGEST_SEED = 2**53 - 1  # the largest that a browser counts to
N_DIGITS = 10


@dataclass(frozen=True)
class Muddles:
    """N images that are hard to tell, and what went into them.

    Attributes:
        x: (N, 28, 28) float32 in [0, 1], ink = 1.
        a, b: (N,), the two labels each lies between.
        targets: (N,), the share of a, against b, that was asked for.
        probabilities: (N, 10), what the model itself reads; a digit that it does not know has 0.
        x_a, x_b: (N, 28, 28) float32, the two pictures each lies between.
        seeds: (N,), each gives its image again.
    """

    x: NDArray[np.float32]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    targets: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    x_a: NDArray[np.float32]
    x_b: NDArray[np.float32]
    seeds: NDArray[np.int64]


def muddle(
    model: VAEGMM,
    handwriting: Handwriting,
    labels: Sequence[int],
    partners: Sequence[int | None] | None = None,
    targets: Sequence[float] | None = None,
    seeds: Sequence[int] | None = None,
    method: Method = "balanced",
) -> Muddles:
    """Make N images between two labels each.

    Args:
        model: in any mode; its mode is restored.
        handwriting: the digits to start from, as this model encodes them.
        labels: (N,), a of each image.
        partners: (N,), b; None: the label, other than a, whose mean latent is nearest to that of
            the digit picked for a. None at all: so for every image.
        targets: (N,), the share of a against b, in (0, 1); `series` takes no notice of it. None: a
            half for every image.
        seeds: (N,), from 0; the same one picks the same two digits whatever the target. None: 0, 1,
            2, ...
        method: see above.

    Raises:
        ValueError: an unknown label, a = b, a target or a seed out of range, other lengths, or
            another model's handwriting.

    Example:
        >>> muddles = muddle(model, hand, [4] * 10, [9] * 10)
        >>> muddles.x.shape, muddles.probabilities.shape
        ((10, 28, 28), (10, 10))
    """
    n = len(labels)
    partners = [None] * n if partners is None else partners
    targets = [0.5] * n if targets is None else targets
    seeds = range(n) if seeds is None else seeds
    check_handwriting(model, handwriting)
    check_request(model, labels, partners, targets, seeds, method)
    pools = [handwriting.of(label) for label in labels]
    return _make(model, handwriting, pools, labels, partners, targets, seeds, method)


def muddle_drawing(
    model: VAEGMM,
    handwriting: Handwriting,
    picture: Image.Image | NDArray[np.generic],
    partners: Sequence[int | None],
    targets: Sequence[float],
    seeds: Sequence[int],
    method: Method = "balanced",
) -> Muddles:
    """Make N images between a drawing and another label; arguments as in `muddle`, all given.

    Raises:
        BlankImageError: nothing is drawn.
        ValueError: the drawing is none of the model's digits, or an argument is wrong.
    """
    reading = classify_pixels(model, normalise_drawing(picture))
    x = torch.from_numpy(reading.x)
    if reading.is_outlier:
        known = ", ".join(map(str, model.labels))
        raise ValueError(
            f"This does not look like one of the digits {known}, so there is nothing to lie "
            "between; draw it again."
        )
    labels = [reading.label] * len(seeds)
    check_request(model, labels, partners, targets, seeds, method)
    with evaluating(model):
        z, _ = model.network.encode(x[None, None].to(model.means.device))
    own = Handwriting(  # the drawing comes last, and is all there is of its label
        torch.cat([handwriting.images, to_bytes(x[None, None])]),
        torch.cat([handwriting.labels, torch.tensor([-1])]),
        torch.cat([handwriting.z, z.cpu()]),
        handwriting.means,
    )
    pools = [torch.tensor([len(own.z) - 1])] * len(seeds)
    return _make(model, own, pools, labels, partners, targets, seeds, method)


def as_npz(muddles: Muddles) -> bytes:
    """Return a file: images (N, 28, 28) uint8, soft_labels (N, 10), a, b, targets, seeds."""
    buffer = io.BytesIO()
    images = np.round(muddles.x * 255).astype(np.uint8)
    soft_labels = muddles.probabilities.astype(np.float32)
    rest = {name: getattr(muddles, name) for name in ("a", "b", "targets", "seeds")}
    np.savez_compressed(buffer, images=images, soft_labels=soft_labels, **rest)
    return buffer.getvalue()


def join_muddles(parts: Sequence[Muddles]) -> Muddles:
    """Return several lots as one."""
    names = [field.name for field in dataclasses.fields(Muddles)]
    return Muddles(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def _make(
    model: VAEGMM,
    handwriting: Handwriting,
    pools: Sequence[Tensor],
    labels: Sequence[int],
    partners: Sequence[int | None],
    targets: Sequence[float],
    seeds: Sequence[int],
    method: Method,
) -> Muddles:
    """Make muddles between digits of the pools (N of them) and of the partners' labels."""
    names = list(model.labels)
    n_pairs = N_PAIRS if method == "balanced" else 1
    pairs = draw_pairs(handwriting, names, pools, labels, partners, seeds, n_pairs)
    device = model.means.device
    z, share = handwriting.z.to(device), torch.tensor(targets, dtype=torch.float32, device=device)
    with evaluating(model):
        if method == "balanced":
            pairs = choose_pairs(model, z, pairs)
        lines = pairs.lines(z)
        x_a, x_b = (to_pixels(handwriting.images[i[:, 0]]) for i in (pairs.start, pairs.end))
        if method == "balanced":
            t = border.find_crossings(model, lines, share, N_STEPS)
        elif method == "average":
            t = 1 - share
        else:
            both = x_a.to(device), x_b.to(device)
            t = border.find_least_alike(model, lines, *both, N_SERIES)
        x = border.decode(model, lines.at(t))
        probabilities = np.zeros((len(x), N_DIGITS))
        log_labels, temperature = border.read(model, x), model.config.temperature
        shares = border.share_out(log_labels, lines.a, lines.b, temperature)
        probabilities[:, names] = shares.cpu().double().numpy()
    return Muddles(
        x=x[:, 0].cpu().numpy(),
        a=np.array(labels, np.int64),
        b=np.array(names)[pairs.b[:, 0].numpy()],
        targets=np.array(targets, np.float64),
        probabilities=probabilities,
        x_a=x_a[:, 0].numpy(),
        x_b=x_b[:, 0].numpy(),
        seeds=np.array(seeds, np.int64),
    )


def check_request(
    model: VAEGMM,
    labels: Sequence[int],
    partners: Sequence[int | None],
    targets: Sequence[float],
    seeds: Sequence[int],
    method: str,
) -> None:
    """Refuse what no muddle can be made of; arguments and errors as in `muddle`."""
    if not 0 < len(labels) == len(partners) == len(targets) == len(seeds):
        raise ValueError(
            "labels, partners, targets and seeds must be as many, and at least one; got "
            f"{len(labels)}, {len(partners)}, {len(targets)} and {len(seeds)}"
        )
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    known = ", ".join(map(str, model.labels))
    if len(model.labels) < 2 or model.labels[-1] >= N_DIGITS:
        raise ValueError(f"a muddle needs a model of two digits or more, this one knows {known}")
    for label, partner in zip(labels, partners, strict=True):
        for name, value in (("digit", label), ("partner", partner)):
            if value is not None and value not in model.labels:
                raise ValueError(f"the {name} must be one of {known}, got {value}")
        if label == partner:
            raise ValueError(
                f"a muddle lies between two different digits, got {label} twice; "
                "choose another partner"
            )
    for target in targets:
        if not 0 < target < 1:
            raise ValueError(f"the mix must lie between 0 and 1, got {target}")
    for seed in seeds:
        if not 0 <= seed <= LARGEST_SEED:
            raise ValueError(f"the seed must be from 0 to {LARGEST_SEED}, got {seed}")
