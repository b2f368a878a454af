"""Fit a variational autoencoder: Adam, falling learning rate, early stopping, best weights kept.

The images stay on the device as bytes; batches are indexed, converted and changed there.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau
from tqdm import tqdm

from vaegmm.config import AugmentationConfig, NetworkConfig, TrainingConfig
from vaegmm.data.augment import augment, check_augmentation
from vaegmm.data.datasets import Split
from vaegmm.latents import to_pixels
from vaegmm.networks.losses import kl_divergence, reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.runtime import autocast, evaluating, resolve_precision
from vaegmm.training.history import Epoch, Losses, describe_epoch


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
    on_epoch: Callable[[Epoch, VAE], None] = lambda epoch, network: None,
) -> Fitted:
    """Fit a network; the same arguments on the same machine give the same weights.

    Args:
        split: images to learn from, and images that steer learning rate and stopping.
        network_config: what to build.
        config: how to fit it.
        augmentation: how the images are changed on the way in.
        device: where everything lies.
        seed: of initial weights, order, augmentation, sampling and dropout.
        on_epoch: called after every epoch, for example to write the weights of a better one.

    Raises:
        ValueError: the loss is not finite (epoch and step are named), or a setting is out of range.
    """
    _check(config)
    check_augmentation(augmentation)
    config = replace(config, precision=resolve_precision(config.precision, device))
    cuda = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(cuda):
        torch.manual_seed(seed)
        network = VAE(network_config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        generator = torch.Generator(device).manual_seed(seed)
        return _fit(network, split, config, augmentation, generator, on_epoch)


def _fit(
    network: VAE,
    split: Split,
    config: TrainingConfig,
    augmentation: AugmentationConfig,
    generator: torch.Generator,
    on_epoch: Callable[[Epoch, VAE], None],
) -> Fitted:
    train = split.train.images.to(generator.device)
    validation = split.validation.images.to(generator.device)
    optimizer = torch.optim.Adam(network.parameters(), config.learning_rate)
    scheduler = ReduceLROnPlateau(optimizer, "min", config.lr_factor, config.lr_patience)
    history: list[Epoch] = []
    best_loss, best_weights, best_epoch = math.inf, copy.deepcopy(network.state_dict()), 0
    bar = tqdm(range(1, config.epochs + 1), desc="training", unit="epoch", disable=None)
    for number in bar:
        start = time.perf_counter()
        steps = train_epoch(network, optimizer, train, config, augmentation, generator)
        _check_finite(steps[:, 0], number, best_epoch)
        trained = time.perf_counter()
        measured = measure_losses(network, validation, config)
        _check_finite(torch.tensor([measured.loss]), number, best_epoch, "validation ")
        if measured.loss < best_loss:
            best_loss, best_epoch = measured.loss, number
            best_weights = copy.deepcopy(network.state_dict())
        epoch = Epoch(
            epoch=number,
            train=Losses(*steps.mean(0).tolist()),
            validation=measured,
            learning_rate=optimizer.param_groups[0]["lr"],
            seconds=time.perf_counter() - start,
            images_per_second=len(train) / (trained - start),
            is_best=best_epoch == number,
        )
        history.append(epoch)
        bar.set_postfix_str(describe_epoch(epoch))
        on_epoch(epoch, network)
        scheduler.step(measured.loss)
        if number - best_epoch >= config.early_stopping_patience:
            break
    network.load_state_dict(best_weights)
    return Fitted(network, history)


def train_epoch(
    network: VAE,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    config: TrainingConfig,
    augmentation: AugmentationConfig,
    generator: torch.Generator,
) -> Tensor:
    """Go once over images (N, 28, 28) uint8 in random order.

    Returns:
        (steps, 3): loss, reconstruction and KL of every step. Reading them is left to the caller,
        since each reading makes a GPU wait.
    """
    order = torch.randperm(len(images), generator=generator, device=images.device)
    return torch.stack(
        [
            train_step(
                network, optimizer, to_pixels(images[index]), config, augmentation, generator
            )
            for index in order.split(config.batch_size)
        ]
    )


def train_step(
    network: VAE,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    config: TrainingConfig,
    augmentation: AugmentationConfig,
    generator: torch.Generator,
) -> Tensor:
    """Take one step on images x (N, 1, 28, 28); return (3,): loss, reconstruction and KL."""
    network.train()
    x_in = augment(x, augmentation, generator)
    target = x if augmentation.reconstruct == "clean" else x_in
    losses = batch_losses(network, x_in, target, config, generator).mean(0)
    optimizer.zero_grad()
    losses[0].backward()
    optimizer.step()
    return losses.detach()


def batch_losses(
    network: VAE, x: Tensor, target: Tensor, config: TrainingConfig, generator: torch.Generator
) -> Tensor:
    """Return (N, 3): loss, reconstruction and KL of each image, in nats.

    Args:
        network: in the mode, training or evaluation, that is meant.
        x: (N, 1, 28, 28), what the encoder sees.
        target: (N, 1, 28, 28), what the decoder is to rebuild.
        config: gives beta and the (resolved) precision.
        generator: of the noise that z is drawn with; on the device of `x`.
    """
    assert config.precision != "auto"
    with autocast(x.device, config.precision):
        mu, logvar = network.encode(x)
        mu, logvar = mu.float(), logvar.float()
        eps = torch.randn(mu.shape, generator=generator, device=x.device)
        logits = network.decode(reparameterize(mu, logvar, eps)).float()
    nll, kl = reconstruction_nll(logits, target), kl_divergence(mu, logvar)
    return torch.stack([nll + config.beta * kl, nll, kl], 1)


def measure_losses(network: VAE, images: Tensor, config: TrainingConfig) -> Losses:
    """Return the mean losses of images (N, 28, 28) uint8, always with the same noise."""
    generator = torch.Generator(images.device).manual_seed(0)
    with evaluating(network):
        rows = [
            batch_losses(network, x, x, config, generator)
            for x in map(to_pixels, images.split(config.batch_size))
        ]
        return Losses(*torch.cat(rows).mean(0).tolist())


def _check_finite(losses: Tensor, epoch: int, best_epoch: int, part: str = "") -> None:
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        kept = f" (the weights of epoch {best_epoch} are kept)" if best_epoch else ""
        raise ValueError(
            f"the {part}loss became {losses[bad[0, 0]].item()} in epoch {epoch}, step "
            f"{int(bad[0, 0]) + 1}; lower learning_rate{kept}"
        )


def _check(config: TrainingConfig) -> None:
    limits = {"epochs": 1, "batch_size": 1, "lr_patience": 0, "early_stopping_patience": 1}
    for name, least in limits.items():
        if getattr(config, name) < least:
            raise ValueError(f"{name} must be at least {least}, got {getattr(config, name)}")
    if not config.learning_rate > 0:
        raise ValueError(f"learning_rate must be above 0, got {config.learning_rate}")
    if not config.beta >= 0:
        raise ValueError(f"beta must not be negative, got {config.beta}")
    if not 0 < config.lr_factor < 1:
        raise ValueError(f"lr_factor must be in (0, 1), got {config.lr_factor}")
