"""The joint step: its terms against their formulas, and that it improves a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from sklearn.metrics import mutual_info_score

from tests.training.conftest import SETTINGS, make_joint, mixture_of_blobs, network_of
from vaegmm.config import (
    RefineConfig,
)
from vaegmm.data.datasets import Split
from vaegmm.evaluation.metrics import measure
from vaegmm.mixture.em import Parameters
from vaegmm.mixture.gaussian import log_joint
from vaegmm.networks.vae import VAE
from vaegmm.training.build import build_model
from vaegmm.training.components import attach_mixture, parameters_of
from vaegmm.training.history import RefineEpoch
from vaegmm.training.joint import (
    log_density,
    log_posterior,
    mutual_information,
)
from vaegmm.training.prior import MixturePrior


def test_the_prior_is_the_mixture_that_it_starts_from() -> None:
    mixture, z = mixture_of_blobs()
    start = parameters_of(mixture)
    prior = MixturePrior.of(start)
    expected = log_joint(z, start.weights, start.means, start.factors)
    found = prior.log_joint(z.float())[:, 0].detach().double()
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=1e-5)
    (back,) = prior.parameters_of_em()
    for name in ("weights", "means", "covariances", "factors"):
        torch.testing.assert_close(getattr(back, name), getattr(start, name), atol=1e-5, rtol=1e-4)


def test_mutual_information_is_scikit_learns_for_hard_components() -> None:
    random = np.random.default_rng(0)
    a = random.integers(0, 3, 5000)
    b = np.where(random.uniform(size=5000) < 0.3, random.integers(0, 3, 5000), a)
    hard = [torch.from_numpy(50.0 * np.eye(3)[c]) for c in (a, b)]
    # the two views are exchangeable, so the joint table is made symmetric
    expected = mutual_info_score(np.r_[a, b], np.r_[b, a])
    assert float(mutual_information(*hard)) == pytest.approx(expected, rel=1e-4)
    alike = [torch.zeros(10, 4)] * 2
    assert float(mutual_information(*alike)) == pytest.approx(0, abs=1e-6)


def test_the_divergence_is_that_of_one_gaussian_for_one() -> None:
    """With a standard normal as the mixture, the mean over draws is the closed formula."""
    mu, logvar = torch.tensor([[0.5, -1.0]]), torch.tensor([[-1.0, 0.3]])
    eps = torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0))
    z = mu + torch.exp(0.5 * logvar) * eps
    prior = MixturePrior(torch.ones(1), torch.zeros(1, 2), torch.eye(2)[None])
    drawn = log_posterior(logvar, eps) - log_density(prior.log_joint(z)[:, 0], None)
    expected = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
    assert float(drawn.detach().mean()) == pytest.approx(float(expected), rel=0.01)


@pytest.mark.parametrize(
    ("labels", "reconstruct", "n_components"),
    [("10", "unchanged", 3), ("10", "clean", 12), ("all", "clean", 3), ("all", "unchanged", 12)],
)
def test_labels_make_a_better_classifier(
    labels: str,
    reconstruct: Literal["clean", "unchanged"],
    n_components: int,
    parts: Split,
    fitted: dict[str, torch.Tensor],
) -> None:
    changes = replace(
        SETTINGS.refine, labels=labels, refine_reconstruct=reconstruct, n_prior_components=3
    )
    plain = replace(SETTINGS, refine=RefineConfig())
    mixture = replace(SETTINGS.mixture, n_components=n_components)
    before, after = (
        measure(
            build_model(network_of(fitted), parts, parts.train, settings, "a"), parts.validation
        )
        for settings in (plain, replace(SETTINGS, refine=changes, mixture=mixture))
    )
    assert after.n_components == n_components
    assert after.accuracy > max(before.accuracy, 0.95)
    assert before.label_use.startswith("labels only name the 3 components")
    assert "learned from" in after.label_use


def test_without_labels_two_views_come_to_agree(
    parts: Split, fitted: dict[str, torch.Tensor]
) -> None:
    found: list[RefineEpoch] = []
    model = build_model(
        network_of(fitted),
        parts,
        parts.train,
        SETTINGS,
        "a",
        on_epoch=lambda h: found.extend(h[-1:]),
    )
    assert [epoch.epoch for epoch in found] == [1, 2, 3, 4]
    assert found[-1].mutual_information > found[0].mutual_information + 0.1
    assert found[-1].label_nll == 0
    assert model.config.label_use.startswith("labels only name the 3 components")


def test_a_smaller_mixture_is_fitted_to_what_came_out(
    parts: Split, fitted: dict[str, torch.Tensor]
) -> None:
    changes = replace(SETTINGS.refine, refine_epochs=1, n_prior_components=8)
    settings = replace(SETTINGS, refine=changes)
    network = network_of(fitted)
    model = build_model(network, parts, parts.train, settings, "a")
    assert len(model.weights) == 3
    assert model.config.label_use.startswith("labels only name the 3 components")
    mixture, seed = settings.mixture, settings.seed
    alone = attach_mixture(network, parts.train, mixture, seed, "", parts.validation)
    torch.testing.assert_close(model.means, alone.means)


def test_without_labels_the_steps_own_clusters_are_split(
    parts: Split, fitted: dict[str, torch.Tensor]
) -> None:
    network, others = network_of(fitted), network_of(fitted)
    whole = build_model(network, parts, parts.train, SETTINGS, "a")
    changes = replace(SETTINGS.refine, n_prior_components=3)
    mixture = replace(SETTINGS.mixture, n_components=12)
    settings = replace(SETTINGS, refine=changes, mixture=mixture)
    fine = build_model(others, parts, parts.train, settings, "a")
    assert len(fine.weights) == 12
    assert fine.config.label_use.startswith("labels only name 3 clusters of 12 components")
    names = fine.config.component_labels
    assert names == tuple(name for name in whole.config.component_labels for _ in range(4))
    before, after = (measure(model, parts.validation) for model in (whole, fine))
    assert after.accuracy > before.accuracy - 0.02


@pytest.mark.parametrize("labels", ["none", "1"])
def test_a_cluster_of_too_few_images_is_not_split(
    labels: str,
    parts: Split,
    fitted: dict[str, torch.Tensor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refine(network: VAE, heads: list[Parameters], *_: object, **__: object) -> list[Parameters]:
        weights = torch.tensor([1 - 2e-9, 1e-9, 1e-9], dtype=torch.float64)
        means = heads[0].means * torch.tensor([[0], [9], [9]])
        return [replace(heads[0], weights=weights, means=means)]

    monkeypatch.setattr("vaegmm.training.build.refine", refine)
    changes = replace(SETTINGS.refine, n_prior_components=3, labels=labels)
    mixture = replace(SETTINGS.mixture, n_components=6)
    settings = replace(SETTINGS, refine=changes, mixture=mixture)
    if labels == "1":
        with pytest.raises(ValueError, match=r"holds 1 images, .*; set n_components to 3"):
            build_model(network_of(fitted), parts, parts.train, settings, "a")
        return
    model = build_model(network_of(fitted), parts, parts.train, settings, "a")
    assert model.config.label_use.startswith("labels only name the 6 components")


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": "10"},
        {"labels": "10", "mutual_information": 0.0},
        {"n_starts": 2, "n_heads": 2, "information_decay": 0.5, "refine_crop": 4.0},
    ],
)
def test_it_goes_on_where_it_stopped(
    changes: dict[str, Any], parts: Split, fitted: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    settings = replace(SETTINGS, refine=replace(SETTINGS.refine, **changes))
    few = replace(parts, train=parts.train.subset(torch.arange(600)))
    whole = build_model(network_of(fitted), few, few.train, settings, "a")
    path = tmp_path / "refine.safetensors"

    def stop(history: list[object]) -> None:
        if len(history) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_model(network_of(fitted), few, few.train, settings, "a", path, stop)
    resumed = build_model(network_of(fitted), few, few.train, settings, "a", path)
    ours, theirs = resumed.state_dict(), whole.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_first_view_is_rebuilt_and_every_view_is_read(tiny_vae: VAE) -> None:
    joint = make_joint(tiny_vae).eval()
    x, a = torch.rand(2, 3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    arguments = (x, torch.zeros(3, 2), torch.tensor([0, 1, -1]))
    _, nll, kl, information, label_nll = joint(torch.cat([x, a]), *arguments)
    _, *of_x = joint(torch.cat([x, x]), *arguments)
    _, *of_a = joint(torch.cat([a, a]), *arguments)
    torch.testing.assert_close([nll, kl], of_x[:2])
    torch.testing.assert_close(label_nll, (of_x[3] + of_a[3]) / 2)
    _, *turned = joint(torch.cat([a, x]), *arguments)
    torch.testing.assert_close(information, turned[2])
    assert not torch.isclose(information, of_x[2], rtol=1e-3)


def test_without_mutual_information_views_need_not_agree(tiny_vae: VAE) -> None:
    both, one = make_joint(tiny_vae).eval(), make_joint(tiny_vae, mutual_information=0.0).eval()
    x, a = torch.rand(2, 3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    arguments = (x, torch.zeros(3, 2), torch.tensor([0, 1, -1]))
    _, nll, kl, information, label_nll = one(torch.cat([x, a]), *arguments)
    _, *expected = both(torch.cat([x, a]), *arguments)
    assert information == 0
    torch.testing.assert_close([nll, kl, label_nll], [*expected[:2], expected[3]])
    alone = one(a, *arguments)  # one view is enough
    assert alone.isfinite().all()


def test_the_terms_reach_every_parameter(tiny_vae: VAE) -> None:
    joint = make_joint(tiny_vae)
    x = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    terms = joint(x, x[:3], torch.zeros(3, 2), torch.tensor([0, 1, -1]))
    assert terms.isfinite().all()
    terms[0].backward()
    assert all(parameter.grad is not None for parameter in joint.parameters())
