"""Components that lie with the wrong cluster, moved by what is nearest to their images."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from sklearn.metrics import mutual_info_score
from torch import Tensor

from tests.training.conftest import SETTINGS, network_of
from vaegmm.data.datasets import LabelledImages, Split
from vaegmm.evaluation.metrics import measure
from vaegmm.latents import encode_images
from vaegmm.mixture import GaussianMixture
from vaegmm.training.build import build_model
from vaegmm.training.components import log_joint_of, parameters_of
from vaegmm.training.grouping import (
    find_neighbors,
    information_of_clusters,
    information_of_moves,
    move_components,
    tabulate_neighbors,
)
from vaegmm.training.heads import Choice, choose_grouping

SPLIT = replace(
    SETTINGS,
    mixture=replace(SETTINGS.mixture, n_components=6),
    refine=replace(SETTINGS.refine, n_prior_components=3, refine_epochs=1, mutual_information=0.0),
)


@pytest.fixture(scope="module")
def some(parts: Split) -> LabelledImages:
    return parts.train.subset(torch.arange(0, len(parts.train), 3))


def test_neighbors_are_the_nearest_of_the_others(some: LabelledImages) -> None:
    images = some.images[:300]
    found = find_neighbors(images, 4)
    distances = torch.cdist(images.flatten(1).double(), images.flatten(1).double())
    distances.fill_diagonal_(torch.inf)
    nearest = distances.topk(4, largest=False).values
    torch.testing.assert_close(distances.gather(1, found), nearest)


def test_a_table_counts_every_pair_both_ways() -> None:
    components, neighbors = torch.tensor([0, 2, 2]), torch.tensor([[1, 2], [0, 2], [1, 0]])
    table = tabulate_neighbors(components, neighbors, 4)
    expected = torch.zeros(4, 4).double()
    for i, near in enumerate(neighbors.tolist()):
        for j in near:
            expected[components[i], components[j]] += 1
            expected[components[j], components[i]] += 1
    assert torch.equal(table, expected)


def test_the_information_is_that_of_both_images_clusters(some: LabelledImages) -> None:
    neighbors = find_neighbors(some.images, 3)
    components = some.labels % 5  # 1, 4 and 8 become 1, 4 and 3
    clusters = torch.tensor([0, 1, 1, 2, 0])
    table = tabulate_neighbors(components, neighbors, 5)
    own = clusters[components].repeat_interleave(3)
    near = clusters[components][neighbors].flatten()
    both = (torch.cat([own, near]), torch.cat([near, own]))
    expected = mutual_info_score(*both)
    assert float(information_of_clusters(table, clusters, 3)) == pytest.approx(expected, abs=1e-9)


def make_table(clusters: Tensor, between: float = 1.0) -> Tensor:
    """Return a table of components that are near to those of their own cluster."""
    return 100.0 * (clusters[:, None] == clusters).double() + between


def test_every_move_has_the_information_of_the_clusters_after_it() -> None:
    drawn = torch.rand(7, 7, generator=torch.Generator().manual_seed(0)).double()
    table, clusters = drawn + drawn.T, torch.tensor([0, 2, 1, 2, 0, 2, 1])
    found = information_of_moves(table, clusters, 3)
    for component in range(7):
        for cluster in range(3):
            moved = clusters.clone()
            moved[component] = cluster
            expected = information_of_clusters(table, moved, 3)
            torch.testing.assert_close(found[component, cluster], expected)


def test_components_move_to_where_they_are_near() -> None:
    right = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 2])
    for wrong in ([0, 0, 2, 1, 1, 1, 2, 2, 2], [0, 0, 1, 1, 1, 2, 2, 2, 0], right.tolist()):
        assert torch.equal(move_components(make_table(right), torch.tensor(wrong)), right)


def test_no_cluster_is_left_empty() -> None:
    """Two clusters of one kind each gain nothing by becoming one, however near they lie."""
    clusters = torch.tensor([0, 1, 2])
    table = torch.tensor([[50.0, 40, 0], [40, 50, 0], [0, 0, 90]]).double()
    assert torch.equal(move_components(table, clusters), clusters)


def test_components_without_images_stay() -> None:
    right = torch.tensor([0, 0, 1, 1])
    table = make_table(right)
    table[1] = table[:, 1] = 0
    assert torch.equal(move_components(table, right), right)


def test_a_style_that_lies_with_another_digit_is_moved(
    some: LabelledImages, fitted: dict[str, Tensor]
) -> None:
    """Each digit has four components, and one of them each begins in another's cluster."""
    mu = encode_images(network_of(fitted), some.images)
    fine = parameters_of(GaussianMixture(12, random_state=0).fit(mu.double().numpy()))
    components = log_joint_of(fine, mu).argmax(1)
    labels = some.labels.unique(return_inverse=True)[1]
    right = torch.stack([labels[components == k].mode().values for k in range(12)])
    wrong = right.clone()
    for cluster in range(3):
        wrong[(right == cluster).nonzero()[0]] = (cluster + 1) % 3
    groups, choice = choose_grouping(fine, mu, some.images, wrong, n_neighbors=5)
    assert torch.equal(groups, right)
    assert (choice.what, choice.chosen) == ("grouping", 1)
    before, after = choice.mutual_information
    assert 0 < before < after < torch.tensor(3.0).log()
    assert choose_grouping(fine, mu, some.images, right, n_neighbors=5)[1].chosen == 0


def test_what_em_has_mixed_up_its_neighbours_put_right(
    parts: Split, fitted: dict[str, Tensor]
) -> None:
    """EM alone, which no view has corrected, and three Gaussians that cross the digits."""
    asked = replace(SPLIT, refine=replace(SPLIT.refine, n_neighbors=5))
    choices = list[Choice]()
    plain = build_model(network_of(fitted), parts, parts.train, SPLIT, "a")
    model = build_model(
        network_of(fitted), parts, parts.train, asked, "a", on_choice=choices.append
    )
    assert torch.equal(model.means, plain.means)
    ((before, after),) = [choice.mutual_information for choice in choices]
    assert before + 0.1 < after
    assert {*model.config.component_labels} == {1, 4, 8}
    worse, better = (measure(one, parts.validation).accuracy for one in (plain, model))
    assert worse + 0.05 < better
    assert model.config.label_use.startswith("labels only name 3 clusters of 6 components")


@pytest.mark.parametrize(
    ("changes", "n_components", "message"),
    [
        ({"n_neighbors": -1}, 6, "n_neighbors must be from 0 to 100, got -1"),
        ({"n_neighbors": 101}, 6, "n_neighbors must be from 0 to 100, got 101"),
        ({"n_neighbors": 5}, 3, "n_components must be above the 3 of the prior, and at most 1000"),
        ({"n_neighbors": 5}, 1002, "n_components must be above the 3 .* got 1002; set n_neighbors"),
        (
            {"n_neighbors": 5, "n_prior_components": 101},
            202,
            "n_prior_components must be at most 100 with n_neighbors, got 101",
        ),
        ({"n_neighbors": 5, "labels": "all"}, 6, "n_neighbors must be 0 with labels"),
    ],
)
def test_neighbors_that_cannot_be_asked_are_refused(
    changes: dict[str, object],
    n_components: int,
    message: str,
    parts: Split,
    fitted: dict[str, Tensor],
) -> None:
    refine = replace(SPLIT.refine, **changes)  # type: ignore[arg-type]
    mixture = replace(SPLIT.mixture, n_components=n_components)
    settings = replace(SPLIT, refine=refine, mixture=mixture)
    with pytest.raises(ValueError, match=message):
        build_model(network_of(fitted), parts, parts.train, settings, "a")
