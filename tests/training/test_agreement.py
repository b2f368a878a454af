"""Fine components, joined where an image and a changed copy of it fall into both."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from vaegmm.config import AugmentationConfig
from vaegmm.mixture import GaussianMixture
from vaegmm.networks.vae import VAE
from vaegmm.training.agreement import (
    encode_views,
    join_components,
    merge_components,
    tabulate_views,
)
from vaegmm.training.components import log_joint_of, parameters_of


class CentreOfInk(nn.Module):
    """Encodes an image by where its ink is, in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the place of the ink (N, 2) and no spread."""
        places = torch.arange(28.0)
        ink = x.sum((1, 2, 3))
        row, column = (x.sum((1, axis)) @ places / ink for axis in (3, 2))
        mu = torch.stack([row, column], 1) * self.scale
        return mu, torch.zeros_like(mu)


def draw_dots(columns: tuple[int, ...], n: int) -> Tensor:
    """Return images (len(columns) n, 28, 28) of a dot in some row of each column in turn."""
    images = torch.zeros(len(columns), n, 28, 28, dtype=torch.uint8)
    rows = torch.randint(4, 23, (len(columns), n), generator=torch.Generator().manual_seed(0))
    for i, column in enumerate(columns):
        for j, row in enumerate(rows[i].tolist()):
            images[i, j, row : row + 2, column : column + 2] = 255
    return images.flatten(0, 1)


def test_components_join_along_what_the_changes_do() -> None:
    """Two columns of dots, longer than they are apart: shifts lead along one, never across."""
    network, images = cast(VAE, CentreOfInk()), draw_dots((7, 18), 400)
    mu = network.encode(images[:, None].float())[0].detach()
    fine = parameters_of(GaussianMixture(8, random_state=0).fit(mu.double().numpy()))
    views = encode_views(network, images, AugmentationConfig(shift=3.0), seed=0)
    clusters = join_components(tabulate_views(fine, views), 2, seed=0)
    is_right = fine.means[:, 1] > 13
    assert torch.equal(clusters == clusters[is_right.int().argmax()], is_right)
    two = merge_components(fine, clusters)
    found = log_joint_of(two, mu).argmax(1)
    assert found[:400].unique().tolist() != found[400:].unique().tolist()
    assert len(found[:400].unique()) == len(found[400:].unique()) == 1


def test_a_merged_gaussian_has_the_moments_of_its_parts() -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(3000, 3)) * [1, 2, 3] + random.integers(0, 3, (3000, 1)) * 4
    fine = parameters_of(GaussianMixture(6, random_state=0, reg_covar=1e-9).fit(points))
    one = merge_components(fine, torch.zeros(6, dtype=torch.long))
    torch.testing.assert_close(one.weights, torch.ones(1).double())
    torch.testing.assert_close(one.means[0], torch.from_numpy(points.mean(0)), rtol=1e-3, atol=0)
    expected = torch.from_numpy(np.cov(points.T, bias=True))
    torch.testing.assert_close(one.covariances[0], expected, rtol=1e-3, atol=1e-2)
    precision = one.factors[0] @ one.factors[0].T
    torch.testing.assert_close(precision @ one.covariances[0], torch.eye(3).double())
    parts = merge_components(fine, torch.tensor([0, 1, 0, 1, 1, 0]))
    torch.testing.assert_close(parts.weights[0], fine.weights[[0, 2, 5]].sum())
