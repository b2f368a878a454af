"""What a training begins with, where that is not a fresh network: the network of a model.

Whatever those weights had learned from, labels perhaps, the new model has learned from as well, and
says so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from vaegmm.config import NetworkConfig
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE

BEGAN = "; began with weights of "
FREE = ("dropout",)  # has no tensors


@dataclass(frozen=True)
class Start:
    """A network to begin with.

    Attributes:
        network: on the CPU.
        words: what it had learned from, images and labels.
    """

    network: VAE
    words: str


def load_start(init_from: str, network: NetworkConfig) -> Start:
    """Load the network that a training begins with.

    Args:
        init_from: a model, as `VAEGMM.from_pretrained` takes it.
        network: what is to be trained.

    Raises:
        ValueError: there is no such model, or its network is another one (the first setting that
            differs is named).
    """
    model = VAEGMM.from_pretrained(init_from)
    for field in dataclasses.fields(network):
        wanted, found = getattr(network, field.name), getattr(model.config.network, field.name)
        if wanted != found and field.name not in FREE:
            raise ValueError(
                f"{field.name} must be {found}, as in {init_from}, whose network training begins "
                f"with, got {wanted}; leave it out, and it is taken from there"
            )
    images, label_use = model.config.training_images, model.config.label_use
    return Start(model.network, f"{images}, for which: {label_use}")


def remember_start(model: VAEGMM, began_with: str | None) -> None:
    """Let a trained model say what the weights that it began with had learned from.

    Args:
        model: its `label_use` changes.
        began_with: a start's words; None: the weights were fresh.
    """
    if began_with is not None:
        label_use = f"{model.config.label_use}{BEGAN}{began_with}"
        model.config = dataclasses.replace(model.config, label_use=label_use)
