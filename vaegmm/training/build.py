"""From a fitted network to a whole model: by EM alone, or by way of the joint step."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from vaegmm.config import ExperimentConfig, MixtureConfig
from vaegmm.data.datasets import LabelledImages, Split
from vaegmm.latents import encode_posteriors, sample_posteriors
from vaegmm.mixture.em import Parameters
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.training.checks import check_joint_step, check_refinement
from vaegmm.training.components import (
    CALIBRATED,
    assemble,
    attach_mixture,
    fit_mixture,
    log_joint_of,
    name_components,
    name_mixture,
    parameters_of,
)
from vaegmm.training.heads import (
    Choice,
    choose_grouping,
    choose_head,
    count_start_components,
    find_starts,
)
from vaegmm.training.history import RefineEpoch
from vaegmm.training.refine import refine
from vaegmm.training.settling import settle_decoder
from vaegmm.training.supervision import (
    fit_with_labels,
    order_by_labels,
    share_components,
)

# EM before the joint step, which moves everything anyway: it need not be exact, and no component
# may be so narrow (in squared latent units) that one step of the optimiser leaps over it.
START_TOL, START_REG = 1e-3, 1e-3


def build_model(
    network: VAE,
    parts: Split,
    everything: LabelledImages,
    experiment: ExperimentConfig,
    words: str,
    checkpoint: Path | None = None,
    on_epoch: Callable[[list[RefineEpoch]], None] = lambda history: None,
    on_choice: Callable[[Choice], None] = lambda choice: None,
    on_settled: Callable[[list[float]], None] = lambda nlls: None,
) -> VAEGMM:
    """Give a fitted network its mixture, names, temperature and outlier rule.

    Without a joint step the mixture is fitted to all images. With one, network and mixture see the
    training part alone, so that the validation images stay what their name says.

    Args:
        network: fitted; the joint step changes it.
        parts: the images, cut.
        everything: the images, whole.
        experiment: all settings, resolved.
        words: what the images are, kept in the model's config.
        checkpoint: of the joint step, which goes on from it when it exists.
        on_epoch: called after every epoch of the joint step.
        on_choice: called with every choice that is made without labels.
        on_settled: called when the decoder has learned alone, with the reconstruction NLL of every
            pass, in nats per image.

    Raises:
        ValueError: settings that do not fit, a loss that is not finite, a damaged checkpoint.
    """
    config = experiment.refine
    if config.refine_epochs == 0:
        return attach_mixture(
            network, everything, experiment.mixture, experiment.seed, words, parts.validation
        )
    check_joint_step(config, network.config)
    train, last = parts.train, experiment.mixture
    known, is_of_label = check_refinement(config, last, train, experiment.seed)
    heads, finer = _begin(network, train, experiment, known, is_of_label, on_choice)
    heads = refine(
        network,
        heads,
        finer,
        is_of_label,
        train,
        known,
        experiment.training,
        config,
        experiment.augmentation,
        experiment.seed,
        checkpoint,
        resume=checkpoint is not None and checkpoint.exists(),
        on_epoch=on_epoch,
    )
    learned = heads[0]
    if len(heads) > 1:
        learned, choice = choose_head(network, heads, train.images, experiment)
        on_choice(choice)
    mixture, names, label_use = _fit_last(network, train, experiment, known, learned, on_choice)
    if config.decoder_epochs:
        images, seed = train.images, experiment.seed
        on_settled(settle_decoder(network, images, experiment.training, config, seed))
    labels, share = train.labels.unique(), last.outlier_share
    label_use += CALIBRATED
    return assemble(network, labels, parts.validation, mixture, names, share, label_use, words)


def _begin(
    network: VAE,
    train: LabelledImages,
    experiment: ExperimentConfig,
    known: Tensor | None,
    is_of_label: Tensor,
    on_choice: Callable[[Choice], None],
) -> tuple[list[Parameters], list[Parameters]]:
    """Return the heads with which the joint step begins, and as many finer mixtures."""
    config, last, seed = experiment.refine, experiment.mixture, experiment.seed
    reg_covar, k = max(last.reg_covar, START_REG), is_of_label.shape[1]
    begin = replace(last, n_components=k, n_init=1, tol=START_TOL, reg_covar=reg_covar)
    z = _draw(network, train, last, seed)[1]

    @functools.cache
    def fit(n_components: int, seed: int) -> Parameters:
        return parameters_of(fit_mixture(z, replace(begin, n_components=n_components), seed))

    known_z = None if known is None else _repeat(known, z)
    is_joined = config.labels != "all" and k < count_start_components(config)
    if config.mutual_information and is_joined:
        heads, choice = find_starts(network, fit, train.images, experiment, k)
        on_choice(choice)
        if known_z is not None:
            heads = [order_by_labels(heads[0], z, known_z)]
    else:
        heads = [fit_with_labels(z, known_z, is_of_label, begin, seed)]
    n_finer = len(heads) if config.mutual_information else 0  # else they play no part
    return heads, [fit(config.n_overclusters, seed + i) for i in range(n_finer)] or heads


def _fit_last(
    network: VAE,
    train: LabelledImages,
    experiment: ExperimentConfig,
    known: Tensor | None,
    learned: Parameters,
    on_choice: Callable[[Choice], None],
) -> tuple[Parameters, tuple[int, ...], str]:
    """Let EM go on from what the joint step learned, split that, or begin with fewer components.

    Split are the labels where all are known, else the step's own components: they are the clusters
    that views agreed on, which a fresh start on the same latents would cross (and EM that goes on
    from single Gaussians leaves, a little). Near images may then move what was split. Where one of
    them holds too few images, and no label is known, the start is fresh all the same.

    Returns:
        The mixture, its components' names, and what labels were used for, in words.

    Raises:
        ValueError: some labels are known, and a cluster holds too few images to be split.
    """
    config, rule, seed = experiment.mixture, experiment.refine.labels, experiment.seed
    mu, z = _draw(network, train, config, seed)
    labels, k = train.labels.unique(), len(learned.weights)
    goes_on = learned if config.n_components == k else None
    is_of_label = share_components(config.n_components, len(labels), rule)
    clusters, n_each = log_joint_of(learned, mu).argmax(1), config.n_components // k
    if known is not None:
        if rule != "all" and n_each > 1:
            known = torch.where(known < 0, clusters, known)
            fewest = int(known.bincount(minlength=k).min())
            if fewest < n_each:
                raise ValueError(
                    f"a cluster of the joint step holds {fewest} images, fewer than its {n_each} "
                    f"components; set n_components to {k}"
                )
        mixture = fit_with_labels(z, _repeat(known, z), is_of_label, config, seed, goes_on)
        names = tuple(labels[is_of_label.int().argmax(0)].tolist())
        each = "every label" if rule == "all" else f"{rule} labels per class"
        return mixture, names, f"{each} of the training images learned from"
    if n_each > 1 and int(clusters.bincount(minlength=k).min()) >= n_each:
        is_of_cluster = share_components(config.n_components, k, "all")
        mixture = fit_with_labels(z, _repeat(clusters, z), is_of_cluster, config, seed)
        groups, n_neighbors = is_of_cluster.int().argmax(0), experiment.refine.n_neighbors
        if n_neighbors:
            groups, choice = choose_grouping(mixture, mu, train.images, groups, n_neighbors)
            clusters = groups[log_joint_of(mixture, mu).argmax(1)]
            on_choice(choice)
        found = name_components(clusters.numpy(), train.labels.numpy(), k)
        names = tuple(found[cluster] for cluster in groups)
        return mixture, names, f"labels only name {k} clusters of {config.n_components} components"
    mixture = fit_with_labels(z, None, is_of_label, config, seed, goes_on)
    return mixture, *name_mixture(mixture, mu, train.labels)


def _draw(
    network: VAE, data: LabelledImages, config: MixtureConfig, seed: int
) -> tuple[Tensor, Tensor]:
    """Return the posterior means (N, D), and the draws (M, D) that a mixture is fitted to."""
    mu, logvar = encode_posteriors(network, data.images)
    return mu, sample_posteriors(mu, logvar, config.posterior_samples, seed)


def _repeat(of_images: Tensor, z: Tensor) -> Tensor:
    """Repeat what belongs to N images for all of their draws z (M, D)."""
    return of_images.repeat(len(z) // len(of_images))
