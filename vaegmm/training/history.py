"""What a training writes down about itself, epoch by epoch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vaegmm.settings import check_finite, from_dict

E = TypeVar("E")
HISTORY, REFINE_HISTORY = "history.json", "refine.json"


@dataclass(frozen=True)
class Losses:
    """Means, in nats per image. `loss` = `reconstruction_nll` + beta * `kl`."""

    loss: float
    reconstruction_nll: float
    kl: float


@dataclass(frozen=True)
class Epoch:
    """The figures of one pass over the training images (its losses with dropout and augmentation).

    Attributes:
        epoch: counted from 1.
        train: losses, a mean over steps.
        validation: losses, a mean over images.
        learning_rate: the optimiser's, during this epoch.
        seconds: training and validation together.
        images_per_second: training images alone.
        is_best: whether no earlier epoch had a lower validation loss.
    """

    epoch: int
    train: Losses
    validation: Losses
    learning_rate: float
    seconds: float
    images_per_second: float
    is_best: bool


@dataclass(frozen=True)
class RefineEpoch:
    """Means of one pass of the joint step, in nats per image (see `joint.TERMS`)."""

    epoch: int
    loss: float
    reconstruction_nll: float
    kl: float
    mutual_information: float
    label_nll: float
    seconds: float


def read_epochs(path: Path, kind: type[E]) -> list[E]:
    """Read the epochs that a run wrote down.

    Args:
        path: its file, `HISTORY` or `REFINE_HISTORY` in its folder.
        kind: `Epoch` or `RefineEpoch`.

    Returns:
        None of them where there is no file.

    Raises:
        ValueError: the file is damaged.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, list):
            raise TypeError("it is no list of epochs")
        epochs = [from_dict(kind, value, str(path)) for value in values]
        for epoch in epochs:
            check_finite(epoch)
    except FileNotFoundError:
        return []
    except (OSError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    return epochs


def describe_run(history: list[Epoch]) -> str:
    """Describe a finished run by its best epoch, in one line."""
    best = max((epoch for epoch in history if epoch.is_best), key=lambda epoch: epoch.epoch)
    return f"best epoch {best.epoch} of {len(history)}: {describe_epoch(best)}"


def describe_epoch(epoch: Epoch) -> str:
    """Describe an epoch by its validation figures, in one line."""
    return (
        f"validation loss {epoch.validation.loss:.2f} (reconstruction "
        f"{epoch.validation.reconstruction_nll:.2f}, KL {epoch.validation.kl:.2f} nats), "
        f"{epoch.images_per_second:,.0f} images/s"
    )
