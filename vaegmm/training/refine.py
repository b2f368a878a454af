"""The joint step: network and mixture are fitted together, with as many labels as allowed.

It begins with a fitted network and a mixture of its latents (see `build`), and what it came to is
where EM goes on afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from vaegmm.config import AugmentationConfig, RefineConfig, TrainingConfig
from vaegmm.data.augment import augment, crop_side
from vaegmm.data.datasets import LabelledImages, shuffle
from vaegmm.latents import to_pixels
from vaegmm.mixture.em import Parameters
from vaegmm.networks.vae import VAE
from vaegmm.training.checkpoint import State, load_checkpoint, save_checkpoint
from vaegmm.training.checks import check_losses
from vaegmm.training.history import RefineEpoch
from vaegmm.training.joint import TERMS, JointObjective
from vaegmm.training.prior import MixturePrior

REMEDY = "remove refine.safetensors and --resume with a lower refine_learning_rate"
MOST_LABELLED = 100  # known images that join every batch, where only some labels are known


def refine(
    network: VAE,
    heads: Sequence[Parameters],
    overclusterings: Sequence[Parameters],
    is_of_label: Tensor,
    data: LabelledImages,
    known: Tensor | None,
    training: TrainingConfig,
    config: RefineConfig,
    augmentation: AugmentationConfig,
    seed: int,
    checkpoint: Path | None = None,
    resume: bool = False,
    on_epoch: Callable[[list[RefineEpoch]], None] = lambda history: None,
) -> list[Parameters]:
    """Fit a network, in place, and the mixtures in its latent space together.

    Args:
        network: fitted.
        heads: mixtures of its latents, K components each.
        overclusterings: mixtures of its latents, some more components each; they play no part
            without mutual information.
        is_of_label: (L, K) bool, which components stand for which label.
        data: images; their own labels are not looked at.
        known: (N,), index of an image's label, or -1; None: none is known.
        training: gives beta and the (resolved) precision.
        config: how it is done.
        augmentation: how the views are changed.
        seed: of order, augmentation, sampling and dropout.
        checkpoint: file that is written after every epoch.
        resume: go on from that file.
        on_epoch: called after every epoch with the history so far.

    Returns:
        The heads, float64, in the units of the latents.

    Raises:
        ValueError: the loss is not finite, or the checkpoint cannot be resumed from.
        OSError: the checkpoint cannot be written.
    """
    device = next(network.parameters()).device
    cuda = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(cuda):
        torch.manual_seed(seed)
        priors = (MixturePrior.of(*heads), MixturePrior.of(*overclusterings))
        joint = JointObjective(network, *priors, is_of_label, training, config).to(device)
        state = _begin(joint, len(data), config, torch.Generator(device).manual_seed(seed))
        if resume:
            assert checkpoint is not None
            load_checkpoint(state, checkpoint)
        images = data.images.to(device)
        known = None if known is None else known.to(device)
        done, total = len(state.history), config.refine_epochs
        bar = tqdm(desc="joint step", total=total, initial=done, unit="epoch", disable=None)
        while len(state.history) < config.refine_epochs:
            start = time.perf_counter()
            order = shuffle(len(images), seed, len(state.history) + 1, device)
            steps = _run_epoch(joint, state, images, known, order, config, augmentation)
            check_losses(steps[:, 0], len(state.history), "joint step's ", REMEDY)
            terms = dict(zip(TERMS, steps.mean(0).tolist(), strict=True))
            number, seconds = len(state.history) + 1, time.perf_counter() - start
            state.history.append(RefineEpoch(number, **terms, seconds=seconds))
            if checkpoint is not None:
                save_checkpoint(state, checkpoint)
            bar.update()
            bar.set_postfix_str(describe_refine_epoch(state.history[-1]))
            on_epoch(state.history)
        bar.close()
    return joint.mixture.parameters_of_em()


def describe_refine_epoch(epoch: RefineEpoch) -> str:
    """Describe an epoch in one line."""
    return (
        f"reconstruction {epoch.reconstruction_nll:.2f}, KL {epoch.kl:.2f}, mutual information "
        f"{epoch.mutual_information:.3f}, labels {epoch.label_nll:.4f} nats"
    )


def count_steps(n_images: int, config: RefineConfig) -> int:
    """Return the number of steps in an epoch."""
    return -(-n_images // config.refine_batch_size)


def make_views(
    x: Tensor, config: RefineConfig, augmentation: AugmentationConfig, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return the views (V N, 1, 28, 28) of images x (N, 1, 28, 28), and what is to be rebuilt."""
    has_unchanged = config.refine_reconstruct == "unchanged"
    n_copies = 2 if config.mutual_information and not has_unchanged else 1
    copies = augment(x.repeat(n_copies, 1, 1, 1), augmentation, generator)
    if config.refine_crop:
        copies = crop_side(copies, config.refine_crop, generator)
    target = copies[: len(x)] if config.refine_reconstruct == "input" else x
    return torch.cat([x, copies]) if has_unchanged else copies, target


def _begin(
    joint: JointObjective, n_images: int, config: RefineConfig, generator: torch.Generator
) -> State[RefineEpoch]:
    fused = generator.device.type in ("cpu", "cuda")
    optimizer = torch.optim.Adam(joint.parameters(), config.refine_learning_rate, fused=fused)
    steps = config.refine_epochs * count_steps(n_images, config)
    scheduler = OneCycleLR(optimizer, config.refine_learning_rate, steps)
    return State(joint, optimizer, scheduler, generator, {}, [], RefineEpoch)


def _run_epoch(
    joint: JointObjective,
    state: State[RefineEpoch],
    images: Tensor,
    known: Tensor | None,
    order: Tensor,
    config: RefineConfig,
    augmentation: AugmentationConfig,
) -> Tensor:
    """Go once over all images; return the terms (steps, 5)."""
    joint.train()
    few = None
    if known is not None and bool((known < 0).any()):
        few = (known >= 0).nonzero().squeeze(1)
    steps: list[Tensor] = []
    n_steps = count_steps(len(order), config)
    for index in order.tensor_split(n_steps):  # no last step of a few
        if few is not None:
            drawn = torch.randperm(len(few), generator=state.generator, device=few.device)
            index = torch.cat([index, few[drawn[:MOST_LABELLED]]])
        x = to_pixels(images[index])
        x_in, target = make_views(x, config, augmentation, state.generator)
        shape = (len(x), joint.network.config.latent_dim)
        eps = torch.randn(shape, generator=state.generator, device=x.device)
        progress = (len(state.history) + len(steps) / n_steps) / config.refine_epochs
        terms = joint(x_in, target, eps, None if known is None else known[index], progress)
        state.optimizer.zero_grad()
        terms[0].backward()
        state.optimizer.step()
        state.scheduler.step()
        steps.append(terms.detach())
    return torch.stack(steps)
