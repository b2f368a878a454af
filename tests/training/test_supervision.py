"""Labels in the joint step: how many are known, what they rule out, what does not fit."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from tests.training.conftest import SETTINGS, mixture_of_blobs
from vaegmm.config import (
    MixtureConfig,
)
from vaegmm.data.datasets import Split
from vaegmm.networks.vae import VAE
from vaegmm.training.build import build_model
from vaegmm.training.components import log_joint_of, parameters_of
from vaegmm.training.joint import (
    allow,
    label_nll_of_views,
    log_density,
)
from vaegmm.training.supervision import (
    choose_known,
    fit_with_labels,
    order_by_labels,
    share_components,
)


def test_labels_rule_components_out() -> None:
    is_of_label = share_components(4, 2, "all")
    assert is_of_label.tolist() == [[True, True, False, False], [False, False, True, True]]
    joint = torch.log(torch.tensor([[0.1, 0.2, 0.3, 0.4]])).repeat(2, 1)
    allowed = allow(torch.tensor([0, -1]), is_of_label)
    assert log_density(joint, allowed).exp().tolist() == pytest.approx([0.3, 1.0])
    nll = label_nll_of_views(joint, torch.tensor([1]), is_of_label)
    assert float(nll) == pytest.approx(-math.log(0.7))


def test_as_many_labels_are_known_as_asked_for(parts: Split) -> None:
    labels = parts.train.labels
    assert choose_known(labels, "none", 0) is None
    everything = choose_known(labels, "all", 0)
    assert everything is not None
    assert torch.equal(torch.tensor([1, 4, 8])[everything], labels)
    some = choose_known(labels, "7", 0)
    assert some is not None
    assert some[some >= 0].bincount().tolist() == [7, 7, 7]
    assert torch.equal(torch.tensor([1, 4, 8])[some[some >= 0]], labels[some >= 0])
    other = choose_known(labels, "7", 1)
    assert other is not None
    assert not torch.equal(some, other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": "some"}, r"labels must be none, all, or from 1 to 800 per class, got 'some'"),
        ({"labels": "801"}, "from 1 to 800 per class, got '801'"),
        ({"labels": "-1"}, "from 1 to 800 per class, got '-1'"),
        ({"labels": "10"}, "n_prior_components must be 3, one for each label, .* got 6"),
        ({"refine_batch_size": 1}, "refine_batch_size must be from 2 to 2400, got 1"),
        ({"n_prior_components": 2}, "n_prior_components must be 0 or from 3 to 2400, got 2"),
        ({"n_prior_components": 4}, "must be a multiple of the 4 prior components .* got 6"),
        ({"n_overclusters": 1}, "n_overclusters must be from 2 to 2400, got 1"),
        ({"refine_learning_rate": 0.0}, "refine_learning_rate must be above 0, got 0"),
        ({"label_weight": -1.0}, "label_weight must not be negative, got -1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    changes: dict[str, object],
    message: str,
    parts: Split,
    tiny_vae: VAE,
) -> None:
    settings = replace(
        SETTINGS,
        refine=replace(SETTINGS.refine, **changes),  # type: ignore[arg-type]
        mixture=replace(SETTINGS.mixture, n_components=6),
    )
    with pytest.raises(ValueError, match=message):
        build_model(tiny_vae, parts, parts.train, settings, "a sample")


def test_every_label_needs_images_for_its_components(parts: Split, tiny_vae: VAE) -> None:
    kept = torch.cat([(parts.train.labels != 8).nonzero(), (parts.train.labels == 8).nonzero()[:3]])
    few = replace(parts, train=parts.train.subset(kept.squeeze(1)))
    changes = replace(SETTINGS.refine, labels="all", n_prior_components=3)
    mixture = replace(SETTINGS.mixture, n_components=12)
    settings = replace(SETTINGS, refine=changes, mixture=mixture)
    with pytest.raises(ValueError, match="at least 4 images for its 4 components, one has 3"):
        build_model(tiny_vae, few, few.train, settings, "a sample")


def test_components_have_to_be_shared_out() -> None:
    with pytest.raises(ValueError, match=r"must be a multiple of the 3 labels .*, got 4"):
        share_components(4, 3, "all")


def test_all_labels_make_em_one_mixture_per_label() -> None:
    _, z = mixture_of_blobs()
    known = torch.arange(400) % 2
    config = MixtureConfig(n_components=4, n_init=1, reg_covar=1e-9)
    mixture = fit_with_labels(z, known, share_components(4, 2, "all"), config, 0)
    assert float(mixture.weights[:2].sum()) == pytest.approx(0.5)
    mean = (mixture.weights[:2, None] * mixture.means[:2]).sum(0) / 0.5
    torch.testing.assert_close(mean, z[known == 0].mean(0))


def test_a_known_point_of_each_label_orders_the_components() -> None:
    mixture, z = mixture_of_blobs()
    truth = torch.arange(400) // 134  # see mixture_of_blobs
    known = torch.full((400,), -1)
    known[[7, 200, 399]] = torch.tensor([0, 1, 2])
    for start in ([0, 1, 2], [1, 2, 0], [2, 1, 0]):
        mixture.means_, mixture.weights_ = mixture.means_[start], mixture.weights_[start]
        mixture.covariances_ = mixture.covariances_[start]
        mixture.precisions_cholesky_ = mixture.precisions_cholesky_[start]
        ordered = order_by_labels(parameters_of(mixture), z, known)
        found = log_joint_of(ordered, z).argmax(1)
        assert (found == truth).double().mean() > 0.98
    with pytest.raises(ValueError, match="3 components cannot stand for 2 labels"):
        order_by_labels(parameters_of(mixture), z, known.clamp(max=1))
