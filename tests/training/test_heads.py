"""Heads side by side, and the choices between them that need no label."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.training.conftest import SETTINGS, make_joint, mixture_of_blobs, network_of
from vaegmm.config import AugmentationConfig
from vaegmm.data.datasets import Split
from vaegmm.evaluation.metrics import measure
from vaegmm.latents import encode_images
from vaegmm.mixture import GaussianMixture
from vaegmm.mixture.em import Parameters
from vaegmm.networks.vae import VAE
from vaegmm.training.build import build_model
from vaegmm.training.components import parameters_of
from vaegmm.training.heads import Choice, choose_head, find_starts
from vaegmm.training.history import RefineEpoch
from vaegmm.training.joint import JointObjective, information_of_table, mutual_information
from vaegmm.training.prior import MixturePrior
from vaegmm.training.refine import make_views
from vaegmm.training.supervision import share_components

SEVERAL = replace(SETTINGS.refine, n_starts=3, n_heads=2, n_start_components=12, refine_crop=4.0)


def two_mixtures(d: int = 4) -> list[Parameters]:
    mixture, _ = mixture_of_blobs(3, d)
    one = parameters_of(mixture)
    other = replace(one, weights=one.weights.flip(0), means=one.means + 1)
    return [one, other]


def test_each_head_is_a_mixture_of_its_own() -> None:
    mixtures = two_mixtures()
    z = torch.randn(50, 4, generator=torch.Generator().manual_seed(0))
    both = MixturePrior.of(*mixtures)
    for head, mixture in enumerate(mixtures):
        alone = MixturePrior.of(mixture)
        torch.testing.assert_close(both.log_joint(z)[:, head], alone.log_joint(z)[:, 0])
        for name in ("weights", "means", "covariances", "factors"):
            found = getattr(both.parameters_of_em()[head], name)
            torch.testing.assert_close(found, getattr(alone.parameters_of_em()[0], name))


def test_mutual_information_is_taken_head_by_head() -> None:
    a, b = torch.randn(2, 100, 2, 5, generator=torch.Generator().manual_seed(0))
    one_by_one = [mutual_information(a[:, head], b[:, head]) for head in range(2)]
    torch.testing.assert_close(mutual_information(a, b), torch.stack(one_by_one))


def test_a_table_of_agreement_has_the_information_of_its_clusters() -> None:
    assert float(information_of_table(7 * torch.eye(4))) == pytest.approx(torch.tensor(4.0).log())
    assert float(information_of_table(torch.ones(4, 4))) == pytest.approx(0, abs=1e-6)


def test_the_terms_of_two_heads_are_the_means_of_theirs(tiny_vae: VAE) -> None:
    x, a = torch.rand(2, 6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    eps = torch.randn(6, 2, generator=torch.Generator().manual_seed(1))

    def terms_of(*mixtures: Parameters) -> Tensor:
        priors = (MixturePrior.of(*mixtures) for _ in range(2))
        which = share_components(3, 3, "none")
        joint = JointObjective(tiny_vae, *priors, which, SETTINGS.training, SETTINGS.refine)
        terms: Tensor = joint.eval()(torch.cat([x, a]), x, eps, None)
        return terms

    mixtures = two_mixtures(2)
    alone = torch.stack([terms_of(mixture) for mixture in mixtures])
    torch.testing.assert_close(terms_of(*mixtures), alone.mean(0))


def test_the_weight_of_the_information_falls_at_the_end(tiny_vae: VAE) -> None:
    joint = make_joint(tiny_vae, mutual_information=10.0, information_decay=0.4).eval()
    x, a = torch.rand(2, 6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    views, eps = torch.cat([x, a]), torch.zeros(6, 2)
    for progress, weight in ((0.0, 10), (0.6, 10), (0.8, 5), (1.0, 0)):
        loss, nll, kl, information, _ = joint(views, x, eps, None, progress)
        torch.testing.assert_close(loss, nll + 0.5 * kl - weight * information)


def test_the_head_that_views_agree_on_is_kept(parts: Split, fitted: dict[str, Tensor]) -> None:
    settings, choices = replace(SETTINGS, refine=SEVERAL), list[Choice]()
    network = network_of(fitted)
    model = build_model(network, parts, parts.train, settings, "a", on_choice=choices.append)
    start, head = choices
    assert (start.what, len(start.mutual_information)) == ("start", 3)
    assert (head.what, len(head.mutual_information)) == ("head", 2)
    for choice in choices:
        assert choice.mutual_information[choice.chosen] == max(choice.mutual_information)
        assert 0.5 < max(choice.mutual_information) < torch.tensor(3.0).log()
    assert measure(model, parts.validation).accuracy > 0.9


def test_the_step_s_information_weighs_less_with_every_step(
    parts: Split, fitted: dict[str, Tensor]
) -> None:
    history: list[RefineEpoch] = []
    settings = replace(SETTINGS, refine=replace(SEVERAL, information_decay=1.0))

    def keep(epochs: list[RefineEpoch]) -> None:
        history[:] = epochs

    build_model(network_of(fitted), parts, parts.train, settings, "a", on_epoch=keep)
    weights = [
        (one.reconstruction_nll + SETTINGS.training.beta * one.kl - one.loss)
        / one.mutual_information
        for one in history
    ]
    assert weights == pytest.approx([35, 25, 15, 5], rel=0.1)  # 40 (1 - progress), mid-epoch


def test_only_changed_copies_lose_a_side() -> None:
    x, generator = torch.ones(200, 1, 28, 28), torch.Generator().manual_seed(0)
    x_in, target = make_views(x, SEVERAL, AugmentationConfig(), generator)
    assert torch.equal(x_in[:200], x)
    assert torch.equal(target, x)
    is_cut = (x_in[200:] == 0).flatten(1).any(1)
    assert 0.3 < float(is_cut.double().mean()) < 0.7


def test_the_heads_begin_with_what_views_agree_on(parts: Split, fitted: dict[str, Tensor]) -> None:
    network, images = network_of(fitted), parts.train.images[:500]
    points = encode_images(network, images).double().numpy()
    good = parameters_of(GaussianMixture(6, random_state=0).fit(points))
    wide = replace(good, covariances=2500 * good.covariances, factors=good.factors / 50)
    settings = replace(SETTINGS, refine=replace(SEVERAL, n_starts=2, n_heads=1))

    def fit(n_components: int, seed: int) -> Parameters:
        assert n_components == SEVERAL.n_start_components
        return (wide, good)[seed]

    (head,), choice = find_starts(network, fit, images, settings, 3)
    assert choice.chosen == 1
    assert choice.mutual_information[0] < 0.1 < 0.5 < choice.mutual_information[1]
    assert float(head.covariances.diagonal(dim1=1, dim2=2).max()) < 100


def test_a_head_that_confuses_is_not_chosen(parts: Split, fitted: dict[str, Tensor]) -> None:
    network, images = network_of(fitted), parts.train.images[:500]
    mu = encode_images(network, images).double()
    good = parameters_of(GaussianMixture(3, random_state=0).fit(mu.numpy()))
    same = replace(
        good, means=good.means[:1].expand(3, 4), factors=good.factors[:1].expand(3, 4, 4)
    )
    chosen, choice = choose_head(network, [same, good], images, SETTINGS)
    assert chosen is good
    assert choice.chosen == 1
    assert choice.mutual_information[0] < 0.01


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_heads": 2}, r"n_heads must be from 1 to n_starts \(1\), got 2"),
        ({"n_starts": 2, "labels": "all"}, "n_starts must be 1 with labels"),
        ({"n_starts": 2, "mutual_information": 0.0}, "n_starts must be 1 with labels or without"),
        ({"n_starts": 2, "n_start_components": 3}, "n_starts must be 1 where 3 components are not"),
        ({"refine_crop": 11.0}, "refine_crop must be from 0 to 10, got 11"),
        ({"refine_crop": 4.0, "refine_reconstruct": "clean"}, "refine_crop needs"),
        ({"information_decay": 1.5}, "information_decay must be from 0 to 1, got 1.5"),
        ({"n_start_components": 1}, "n_start_components must be from 2 to 2400, got 1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    changes: dict[str, object],
    message: str,
    parts: Split,
    fitted: dict[str, Tensor],
) -> None:
    settings = replace(SETTINGS, refine=replace(SETTINGS.refine, **changes))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        build_model(network_of(fitted), parts, parts.train, settings, "a")
