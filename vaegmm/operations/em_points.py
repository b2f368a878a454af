"""The points that EM is shown on: two latents of each of some digits, and which digits they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.hub.repository import WEIGHTS
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM
from vaegmm.tensors import read_tensors, write_tensors

EM_POINTS = WEIGHTS / "em" / "points.safetensors"
TYPES = {"z": torch.float32, "labels": torch.uint8}


@dataclass(frozen=True)
class LatentPoints:
    """Latents in the plane.

    Attributes:
        z: (N, 2) float32, posterior means.
        labels: (N,) uint8, the digit of each.
    """

    z: Tensor
    labels: Tensor


def encode_points(model: VAEGMM, data: LabelledImages) -> LatentPoints:
    """Encode images by a model with two latent dimensions.

    Raises:
        ValueError: it has others.
    """
    if model.config.network.latent_dim != 2:
        raise ValueError(
            f"latent_dim must be 2, got a model with {model.config.network.latent_dim}; "
            "train one with --config configs/digits148-2d.toml"
        )
    return LatentPoints(encode_images(model.network, data.images), data.labels.to(torch.uint8))


def save_points(points: LatentPoints, path: Path = EM_POINTS) -> None:
    """Write points, whole or not at all."""
    write_tensors({"z": points.z, "labels": points.labels}, path)


def load_points(path: Path = EM_POINTS) -> LatentPoints:
    """Read what `save_points` has written.

    Raises:
        ValueError: the file is missing or damaged, or its tensors are not what they should be.
    """
    tensors = read_tensors(path)
    if tensors.keys() != TYPES.keys():
        raise ValueError(f"{path}: tensors must be z and labels, got {', '.join(sorted(tensors))}")
    n = len(tensors["labels"])
    for name, shape in (("z", (n, 2)), ("labels", (n,))):
        found = tensors[name]
        if found.shape != shape or found.dtype != TYPES[name]:
            raise ValueError(
                f"{path}: {name} must be {TYPES[name]} of shape {shape}, got {found.dtype} of "
                f"shape {tuple(found.shape)}"
            )
    if not bool(tensors["z"].isfinite().all()):
        raise ValueError(f"{path}: z holds NaN or infinity")
    return LatentPoints(**tensors)
