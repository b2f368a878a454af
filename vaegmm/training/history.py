"""What a training writes down about itself, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass


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
