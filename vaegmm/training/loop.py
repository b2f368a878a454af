"""Fit a variational autoencoder: Adam, falling learning rate, early stopping, best weights kept.

The images stay on the device as bytes; batches are indexed, converted and changed there. Under
torchrun every process takes its share of every batch, and gradients are averaged.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import ReduceLROnPlateau
from tqdm import tqdm

from vaegmm.config import AugmentationConfig, NetworkConfig, TrainingConfig
from vaegmm.data.augment import augment, check_augmentation
from vaegmm.data.datasets import Split, shuffle
from vaegmm.latents import to_pixels
from vaegmm.mixture.processes import add_over_processes, is_first, n_processes, rank
from vaegmm.networks.vae import VAE
from vaegmm.runtime import evaluating, keep_freed_memory, resolve_precision
from vaegmm.training.checkpoint import State, load_checkpoint, save_checkpoint
from vaegmm.training.checks import check_losses, check_training
from vaegmm.training.history import Epoch, Losses, describe_epoch
from vaegmm.training.objective import Objective


@dataclass(frozen=True)
class Fitted:
    """A network with its best weights, and how it came by them."""

    network: VAE
    history: list[Epoch]


def fit_vae(
    split: Split,
    network_config: NetworkConfig,
    config: TrainingConfig,
    augmentation: AugmentationConfig,
    device: torch.device,
    seed: int,
    checkpoint: Path | None = None,
    resume: bool = False,
    on_epoch: Callable[[list[Epoch], VAE], None] = lambda history, network: None,
    initial: VAE | None = None,
) -> Fitted:
    """Fit a network; the same arguments on the same machine give the same weights.

    Args:
        split: images to learn from, and images that steer learning rate and stopping.
        network_config: what to build.
        config: how to fit it.
        augmentation: how the images are changed on the way in.
        device: where everything lies.
        seed: of initial weights, order, augmentation, sampling and dropout.
        checkpoint: file that is written after every epoch.
        resume: go on from that file; the weights end as if training had never stopped.
        on_epoch: called after every epoch with the history so far, and once a checkpoint has been
            read; in the first process alone.
        initial: network whose weights training begins with; fresh ones when not given.

    Raises:
        ValueError: the loss is not finite (epoch and step are named), a setting is out of range, or
            a checkpoint cannot be resumed from.
        OSError: the checkpoint cannot be written.
    """
    check_training(config, network_config)
    check_augmentation(augmentation)
    if config.batch_size < n_processes():
        raise ValueError(
            f"batch_size must be at least {n_processes()}, the number of processes, got "
            f"{config.batch_size}"
        )
    config = replace(config, precision=resolve_precision(config.precision, device))
    if device.type == "cpu":
        keep_freed_memory()
    cuda = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(cuda):
        torch.manual_seed(seed)
        network = VAE(network_config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if initial is not None:
            network.load_state_dict(initial.state_dict())
        torch.manual_seed(seed + rank())  # dropout differs between processes
        generator = torch.Generator(device).manual_seed(seed + rank())
        state = begin(network, config, generator)
        if resume:
            assert checkpoint is not None
            load_checkpoint(state, checkpoint)
            for group in state.optimizer.param_groups:  # a rate that was changed in between
                group["lr"] *= config.learning_rate / group["initial_lr"]
                group["initial_lr"] = config.learning_rate
            if is_first():
                on_epoch(state.history, network)
        _fit(network, state, split, config, augmentation, seed, checkpoint, on_epoch)
    network.load_state_dict(state.best_weights)
    return Fitted(network, state.history)


def begin(network: VAE, config: TrainingConfig, generator: torch.Generator) -> State[Epoch]:
    """Return the state in which no epoch has run."""
    fused = generator.device.type in ("cpu", "cuda")  # one pass over the parameters instead of ten
    optimizer = torch.optim.Adam(network.parameters(), config.learning_rate, fused=fused)
    for group in optimizer.param_groups:
        group["initial_lr"] = config.learning_rate
    scheduler = ReduceLROnPlateau(optimizer, "min", config.lr_factor, config.lr_patience)
    weights = copy.deepcopy(network.state_dict())
    return State(network, optimizer, scheduler, generator, weights, [], Epoch)


def _fit(
    network: VAE,
    state: State[Epoch],
    split: Split,
    config: TrainingConfig,
    augmentation: AugmentationConfig,
    seed: int,
    checkpoint: Path | None,
    on_epoch: Callable[[list[Epoch], VAE], None],
) -> None:
    device, history, scheduler = state.generator.device, state.history, state.scheduler
    assert isinstance(scheduler, ReduceLROnPlateau)
    train, validation = split.train.images.to(device), split.validation.images.to(device)
    objective = make_objective(network, config)
    quiet = None if is_first() else True
    bar = tqdm(
        desc="network", total=config.epochs, initial=len(history), unit="epoch", disable=quiet
    )
    while len(history) < config.epochs and not has_stalled(history, config):
        start = time.perf_counter()
        network.train()
        order = shuffle(len(train), seed, len(history) + 1, device)
        batches = train[order].split(config.batch_size)
        steps = train_epoch(objective, state.optimizer, batches, augmentation, state.generator)
        check_losses(steps[:, 0], len(history))
        trained = time.perf_counter()
        measured = measure_losses(network, validation, config)
        check_losses(torch.tensor([measured.loss]), len(history), "validation ")
        is_best = all(measured.loss < epoch.validation.loss for epoch in history)
        epoch = Epoch(
            epoch=len(history) + 1,
            train=Losses(*steps.mean(0).tolist()),
            validation=measured,
            learning_rate=state.optimizer.param_groups[0]["lr"],
            seconds=time.perf_counter() - start,
            images_per_second=len(train) / (trained - start),
            is_best=is_best,
        )
        history.append(epoch)
        if is_best:
            state.best_weights = copy.deepcopy(network.state_dict())
        scheduler.step(measured.loss)
        if checkpoint is not None:
            save_checkpoint(state, checkpoint)
        bar.update()
        bar.set_postfix_str(describe_epoch(epoch))
        if is_first():
            on_epoch(history, network)
    bar.close()


def make_objective(network: VAE, config: TrainingConfig) -> nn.Module:
    """Return what is minimised, compiled and shared between processes as asked for."""
    objective: nn.Module = Objective(network, config)
    if config.compile:
        objective.compile()
    return DistributedDataParallel(objective) if n_processes() > 1 else objective


def has_stalled(history: list[Epoch], config: TrainingConfig) -> bool:
    """Whether the validation loss has not got better for `early_stopping_patience` epochs."""
    best = max((epoch.epoch for epoch in history if epoch.is_best), default=0)
    return len(history) - best >= config.early_stopping_patience


def train_epoch(
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Iterable[Tensor],
    augmentation: AugmentationConfig,
    generator: torch.Generator,
) -> Tensor:
    """Go once over batches (B, 28, 28) uint8; every process takes its share of each.

    Returns:
        (steps, 3): loss, reconstruction and KL of every step. Reading them is left to the caller,
        since each reading makes a GPU wait.
    """
    steps = []
    for batch in batches:
        if len(batch) < n_processes():
            continue  # a last batch of too few images for every process to have one
        x = to_pixels(batch[rank() :: n_processes()])
        steps.append(train_step(objective, optimizer, x, len(batch), augmentation, generator))
    return add_over_processes(torch.stack(steps))


def train_step(
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    batch_size: int,
    augmentation: AugmentationConfig,
    generator: torch.Generator,
) -> Tensor:
    """Take one step on this process's images x (N, 1, 28, 28) of a batch.

    Returns:
        (3,): its part of the batch's mean loss, reconstruction and KL.
    """
    is_changed = augmentation.reconstruct != "unchanged"
    x_in = augment(x, augmentation, generator) if is_changed else x
    target = x_in if augmentation.reconstruct == "input" else x
    eps = draw_noise(objective, len(x), generator)
    losses = objective(x_in, target, eps).sum(0) / batch_size
    optimizer.zero_grad()
    (losses[0] * n_processes()).backward()  # gradients are averaged over processes
    optimizer.step()
    detached: Tensor = losses.detach()
    return detached


def draw_noise(objective: nn.Module, n: int, generator: torch.Generator) -> Tensor:
    """Draw the standard normal noise (N, D) of `reparameterize`, on the generator's device."""
    inner = objective.module if isinstance(objective, DistributedDataParallel) else objective
    assert isinstance(inner, Objective)
    shape = (n, inner.network.config.latent_dim)
    return torch.randn(shape, generator=generator, device=generator.device)


def measure_losses(network: VAE, images: Tensor, config: TrainingConfig) -> Losses:
    """Return the mean losses of images (N, 28, 28) uint8, always with the same noise."""
    generator = torch.Generator(images.device).manual_seed(0)
    objective = Objective(network, config)
    total = torch.zeros(3, dtype=torch.float64)
    with evaluating(network):
        for number, part in enumerate(images.split(config.batch_size)):
            eps = draw_noise(objective, len(part), generator)
            if number % n_processes() == rank():
                x = to_pixels(part)
                total += objective(x, x, eps).sum(0).cpu()
    return Losses(*(add_over_processes(total) / len(images)).tolist())
