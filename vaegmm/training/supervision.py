"""Mixtures that know some labels: which images, which components, and EM with them.

K components stand for L labels, K / L neighbours for each. Where the label (or the cluster) of
every point is known, EM falls apart into one mixture for each; where only some are, there is one
component for each label, and the known points keep to theirs.
"""

from __future__ import annotations

import dataclasses

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn.functional import one_hot

from vaegmm.config import MixtureConfig
from vaegmm.mixture import GaussianMixture
from vaegmm.mixture.em import Parameters
from vaegmm.training.components import build_mixture, log_joint_of, parameters_of


def choose_known(labels: Tensor, rule: str, seed: int) -> Tensor | None:
    """Choose the images whose label may be looked at.

    Args:
        labels: (N,).
        rule: "none", "all", or how many of each label.
        seed: of the choice.

    Returns:
        (N,), the index of an image's label among all labels, or -1; None for "none".

    Raises:
        ValueError: another rule, or more than there are.
    """
    if rule == "none":
        return None
    index: Tensor
    names, index = labels.unique(return_inverse=True)
    if rule == "all":
        return index
    n = int(rule) if rule.isdecimal() else 0
    fewest = int(index.bincount().min())
    if not 1 <= n <= fewest:
        raise ValueError(f"labels must be none, all, or from 1 to {fewest} per class, got {rule!r}")
    generator = torch.Generator().manual_seed(seed)
    known = torch.full_like(index, -1)
    for label in range(len(names)):
        of_label = (index == label).nonzero().squeeze(1)
        known[of_label[torch.randperm(len(of_label), generator=generator)[:n]]] = label
    return known


def share_components(n_components: int, n_labels: int, rule: str) -> Tensor:
    """Return (L, K) bool: which components stand for which label.

    Raises:
        ValueError: the components cannot be shared out.
    """
    if rule != "none" and n_components % n_labels:
        raise ValueError(
            f"n_components must be a multiple of the {n_labels} labels when labels are learned "
            f"from, got {n_components}"
        )
    each = max(n_components // n_labels, 1)
    return torch.arange(n_components) // each == torch.arange(n_labels)[:, None]


def fit_with_labels(
    z: Tensor,
    known: Tensor | None,
    is_of_label: Tensor,
    config: MixtureConfig,
    seed: int,
    start: Parameters | None = None,
) -> Parameters:
    """Fit a mixture to latents by EM, with the labels that are known.

    Args:
        z: (N, D).
        known: (N,), index of a point's label or cluster, or -1; None: none is known.
        is_of_label: (L, K) bool.
        config: how EM is run.
        seed: of EM's starts.
        start: parameters to go on from; None: starts of its own.

    Returns:
        float64, in the units of z.
    """
    if known is None or bool((known < 0).any()):
        mixture = _prepare(config, seed, start)
        return parameters_of(mixture.fit(z.double().numpy(), known_components=known))
    parts = []
    for label, components in enumerate(is_of_label):
        own = None if start is None else _select(start, components)
        some = dataclasses.replace(config, n_components=int(components.sum()))
        points = z[known == label]
        fitted = parameters_of(_prepare(some, seed, own).fit(points.double().numpy()))
        weights = fitted.weights * len(points) / len(z)
        parts.append(dataclasses.replace(fitted, weights=weights))
    fields = (field.name for field in dataclasses.fields(Parameters))
    return Parameters(*(torch.cat([getattr(part, name) for part in parts]) for name in fields))


def order_by_labels(mixture: Parameters, z: Tensor, known: Tensor) -> Parameters:
    """Put the components of a mixture in the order of the labels, one for each.

    The known points decide: by the one-to-one assignment under which their labels' components are
    responsible for most of them (Kuhn 1955).

    Args:
        mixture: L components, for L labels.
        z: (N, D).
        known: (N,), index of a point's label, or -1.

    Raises:
        ValueError: components and labels are not as many.
    """
    is_known = known >= 0
    responsibilities = log_joint_of(mixture, z[is_known]).softmax(1)
    n_labels, n_components = int(known.max()) + 1, len(mixture.weights)
    if n_components != n_labels:
        raise ValueError(f"{n_components} components cannot stand for {n_labels} labels, one each")
    shares = one_hot(known[is_known], n_labels).double().T @ responsibilities  # (L, K)
    return _select(mixture, torch.from_numpy(linear_sum_assignment(shares, maximize=True)[1]))


def _prepare(config: MixtureConfig, seed: int, start: Parameters | None) -> GaussianMixture:
    mixture = build_mixture(config, seed)
    if start is None:
        return mixture
    precisions = start.factors @ start.factors.mT
    mixture.set_params(
        n_init=1,
        weights_init=start.weights.numpy(),
        means_init=start.means.numpy(),
        precisions_init=((precisions + precisions.mT) / 2).numpy(),
    )
    return mixture


def _select(mixture: Parameters, components: Tensor) -> Parameters:
    """Return some components as a mixture of their own."""
    fields = (field.name for field in dataclasses.fields(Parameters))
    chosen = Parameters(*(getattr(mixture, name)[components] for name in fields))
    return dataclasses.replace(chosen, weights=chosen.weights / chosen.weights.sum())
