"""Digits, encoded once: what muddles, numbers and other changed digits start from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.latents import encode_images
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import Generated


@dataclass(frozen=True)
class Handwriting:
    """Digits, real or made, and where a model has them in its latent space.

    Attributes:
        images: (N, 28, 28) uint8, ink = 255.
        labels: (N,) int64, each one of the model's.
        z: (N, D), posterior means.
        means: (L, D), the mean latent of each of the model's labels, in their order.
    """

    images: Tensor
    labels: Tensor
    z: Tensor
    means: Tensor

    def of(self, label: int) -> Tensor:
        """Return the indices, ascending, of the images of a label."""
        return (self.labels == label).nonzero().squeeze(1)


def encode_handwriting(model: VAEGMM, data: LabelledImages | Generated) -> Handwriting:
    """Encode those of some labelled images that a model knows.

    Args:
        model: in any mode; its mode is restored.
        data: real digits, as `load_dataset` gives them, or those that `generate` made.

    Raises:
        ValueError: one of the model's labels has no image.

    Example:
        >>> hand = encode_handwriting(model, generate(model, 1000))
        >>> hand.z.shape  # the model has ten latent dimensions
        torch.Size([1000, 10])
    """
    if isinstance(data, Generated):
        data = LabelledImages.from_arrays(data.images, data.labels)
    known = data.subset(torch.isin(data.labels, torch.tensor(model.labels)))
    missing = sorted(set(model.labels) - set(known.labels.tolist()))
    if missing:
        raise ValueError(
            f"handwriting must show all of the model's labels, {missing[0]} is missing; give some "
            "images of it, too"
        )
    z = encode_images(model.network, known.images)
    means = torch.stack([z[known.labels == label].mean(0) for label in model.labels])
    return Handwriting(known.images, known.labels, z, means)


def check_handwriting(model: VAEGMM, handwriting: Handwriting) -> None:
    """Refuse digits that another model encoded, as far as labels and dimensions tell.

    Raises:
        ValueError: they cannot be this model's.
    """
    known, shown = list(model.labels), handwriting.labels.unique().tolist()
    if shown != known or handwriting.z.shape[1] != model.means.shape[1]:
        raise ValueError(
            f"handwriting must be encoded by the model it is used with, which knows {known}; got "
            f"digits {shown} in {handwriting.z.shape[1]} dimensions; encode them anew"
        )
