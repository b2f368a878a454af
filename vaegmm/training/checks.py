"""What a training refuses before it begins, and what stops it on the way."""

from __future__ import annotations

import math

from torch import Tensor

from vaegmm.config import MixtureConfig, NetworkConfig, RefineConfig, TrainingConfig
from vaegmm.data.datasets import LabelledImages
from vaegmm.mixture.processes import n_processes
from vaegmm.training.components import check_mixture
from vaegmm.training.heads import count_start_components
from vaegmm.training.supervision import choose_known, share_components

MOST_NEIGHBORS = 100  # of each image
MOST_MOVED, MOST_CLUSTERS = 1000, 100  # components, and where to: all pairs of them are looked at


def check_losses(losses: Tensor, n_before: int, part: str = "", remedy: str = "") -> None:
    """Refuse losses (steps,) of which one is not finite.

    Args:
        losses: (steps,).
        n_before: epochs before.
        part: of the training, for the message.
        remedy: what helps; without one, a lower learning rate from the epoch before on.

    Raises:
        ValueError: names the epoch, one after `n_before`, and the step.
    """
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        kept = f" (epochs 1 to {n_before} are kept: --resume goes on there)" if n_before else ""
        remedy = remedy or f"lower learning_rate{kept}"
        raise ValueError(
            f"the {part}loss became {losses[bad[0, 0]].item()} in epoch {n_before + 1}, step "
            f"{int(bad[0, 0]) + 1}; {remedy}"
        )


def check_training(config: TrainingConfig, network: NetworkConfig) -> None:
    """Refuse settings that no training can work with.

    Raises:
        ValueError: a setting out of range, or one that does not fit the network.
    """
    limits = {"epochs": 1, "batch_size": 1, "lr_patience": 0, "early_stopping_patience": 1}
    for name, least in limits.items():
        if getattr(config, name) < least:
            raise ValueError(f"{name} must be at least {least}, got {getattr(config, name)}")
    if not 0 < config.learning_rate < math.inf:
        raise ValueError(f"learning_rate must be above 0, got {config.learning_rate}")
    if not config.beta >= 0:
        raise ValueError(f"beta must not be negative, got {config.beta}")
    if config.beta and network.posterior == "point":
        raise ValueError(f"beta must be 0 with posterior 'point', got {config.beta}")
    if not 0 < config.lr_factor < 1:
        raise ValueError(f"lr_factor must be in (0, 1), got {config.lr_factor}")


def check_joint_step(config: RefineConfig, network: NetworkConfig) -> None:
    """Refuse settings that no joint step can work with.

    Raises:
        ValueError: a setting out of range, or one that does not fit the others.
    """
    if config.refine_epochs < 0:
        raise ValueError(f"refine_epochs must not be negative, got {config.refine_epochs}")
    if config.refine_epochs == 0:
        if config.labels != "none":
            raise ValueError(
                f"labels are learned from in the joint step alone: with labels {config.labels!r} "
                "give --refine-epochs, or else --labels none"
            )
        return
    if network.posterior == "point":
        raise ValueError("refine_epochs must be 0 with posterior 'point', which has no prior")
    if config.decoder_epochs < 0:
        raise ValueError(f"decoder_epochs must not be negative, got {config.decoder_epochs}")
    if not config.refine_learning_rate > 0:
        raise ValueError(f"refine_learning_rate must be above 0, got {config.refine_learning_rate}")
    for name in ("mutual_information", "label_weight"):
        if not getattr(config, name) >= 0:
            raise ValueError(f"{name} must not be negative, got {getattr(config, name)}")
    limits = {"information_decay": 1, "refine_crop": 10}
    for name, most in limits.items():
        if not 0 <= getattr(config, name) <= most:
            raise ValueError(f"{name} must be from 0 to {most}, got {getattr(config, name)}")
    if config.refine_crop and config.refine_reconstruct != "unchanged":
        raise ValueError("refine_crop needs refine_reconstruct 'unchanged': no part may be rebuilt")
    if not 1 <= config.n_heads <= config.n_starts:
        raise ValueError(
            f"n_heads must be from 1 to n_starts ({config.n_starts}), got {config.n_heads}"
        )
    if config.n_starts > 1 and (config.labels != "none" or not config.mutual_information):
        raise ValueError(
            f"n_starts must be 1 with labels or without mutual_information, got {config.n_starts}"
        )


def check_refinement(
    config: RefineConfig, mixture: MixtureConfig, data: LabelledImages, seed: int
) -> tuple[Tensor | None, Tensor]:
    """Return the known labels (N,), and which of the step's components stand for which (L, K).

    Raises:
        ValueError: a setting out of range, or one that does not fit the images.
    """
    check_mixture(mixture, data)
    if n_processes() > 1:
        raise ValueError(
            "refine_epochs must be 0 under torchrun: the joint step runs in one process"
        )
    n_labels = len(data.labels.unique())
    n_components = config.n_prior_components or mixture.n_components
    _check_numbers(config, n_components, n_labels, len(data))
    splits = config.labels != "all" and mixture.n_components > n_components
    if splits and mixture.n_components % n_components:
        raise ValueError(
            f"n_components must be a multiple of the {n_components} prior components that "
            f"are split into them, got {mixture.n_components}"
        )
    _check_neighbors(config, n_components, mixture.n_components, len(data))
    each = max(n_components, mixture.n_components) // n_labels
    fewest = int(data.labels.unique(return_counts=True)[1].min())
    if config.labels == "all" and fewest < max(each, 2):
        raise ValueError(
            f"every label needs at least {max(each, 2)} images for its {each} components, "
            f"one has {fewest}"
        )
    known = choose_known(data.labels, config.labels, seed)
    if config.labels not in ("none", "all") and n_components != n_labels:
        raise ValueError(
            f"n_prior_components must be {n_labels}, one for each label, when only some labels "
            f"are known, got {n_components}"
        )
    share_components(mixture.n_components, n_labels, config.labels)
    return known, share_components(n_components, n_labels, config.labels)


def _check_numbers(config: RefineConfig, n_components: int, n_labels: int, n_images: int) -> None:
    """Refuse batches and components that the images are too few for, or the labels too many."""
    names = ["refine_batch_size", *["n_overclusters"] * bool(config.mutual_information)]
    for name in [*names, *["n_start_components"] * bool(config.n_start_components)]:
        if not 2 <= getattr(config, name) <= n_images:
            raise ValueError(f"{name} must be from 2 to {n_images}, got {getattr(config, name)}")
    if not n_labels <= n_components <= n_images:
        raise ValueError(
            f"n_prior_components must be 0 or from {n_labels} to {n_images}, got {n_components}"
        )
    n_fine = count_start_components(config)
    if config.n_starts > 1 and n_components >= n_fine:
        raise ValueError(
            f"n_starts must be 1 where {n_fine} components are not joined, got {config.n_starts}"
        )


def _check_neighbors(config: RefineConfig, n_prior: int, n_last: int, n_images: int) -> None:
    """Refuse near images where they have nothing to decide, and tables too large to hold."""
    most = min(n_images - 1, MOST_NEIGHBORS)
    if not 0 <= config.n_neighbors <= most:
        raise ValueError(f"n_neighbors must be from 0 to {most}, got {config.n_neighbors}")
    if config.n_neighbors and config.labels != "none":
        raise ValueError(f"n_neighbors must be 0 with labels, got {config.n_neighbors}")
    if config.n_neighbors and not n_prior < n_last <= MOST_MOVED:
        raise ValueError(
            f"n_components must be above the {n_prior} of the prior, and at most {MOST_MOVED}, for "
            f"n_neighbors to say where they belong, got {n_last}; set n_neighbors to 0"
        )
    if config.n_neighbors and n_prior > MOST_CLUSTERS:
        raise ValueError(
            f"n_prior_components must be at most {MOST_CLUSTERS} with n_neighbors, got {n_prior}"
        )
