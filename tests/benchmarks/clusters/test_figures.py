"""What is measured of a finished run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import (
    Bernoulli,
    Categorical,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)

from benchmarks.clusters.figures import (
    describe_naming,
    measure_seed,
    read_choices,
    read_clusters,
    read_seed,
)
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.likelihood import measure_likelihood
from vaegmm.evaluation.metrics import measure
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.training.heads import Choice

HEADS = {"what": "head", "mutual_information": [1.0, 2.2, 2.1], "chosen": 1}
GROUPING = {"what": "grouping", "mutual_information": [1.0, 1.1], "chosen": 1}


def test_a_cluster_is_what_has_one_name_not_a_component(
    digits148: VAEGMM, sample: LabelledImages, tmp_path: Path
) -> None:
    (tmp_path / "history.json").write_text('[{"seconds": 2.0}, {"seconds": 1.5}]')
    (tmp_path / "refine.json").write_text('[{"seconds": 4.0}]')
    (tmp_path / "choices.json").write_text(json.dumps([HEADS, GROUPING]))
    measure_seed(tmp_path, digits148, sample, 7, "a machine")
    found, components = read_seed(tmp_path), measure(digits148, sample)
    clusters = read_clusters(tmp_path)
    assert clusters.dtype == np.uint8 and set(clusters.tolist()) == {0, 1, 2}
    assert found.seed == 7
    assert found.n_images == len(clusters) == len(sample)
    assert found.accuracy == pytest.approx(components.accuracy)
    assert found.accuracy == np.mean(np.array([1, 4, 8])[clusters] == sample.labels.numpy())
    assert found.nmi > 0.9 > components.nmi  # 60 components, three clusters
    assert found.ari > 0.9 > components.ari
    assert found.seconds == 7.5
    assert found.note == ""
    assert found.head == Choice("head", (1.0, 2.2, 2.1), 1)
    assert found.grouping == Choice("grouping", (1.0, 1.1), 1)


def test_the_bound_is_the_elbo_with_the_mixture_as_prior(
    tiny_model: VAEGMM, sample: LabelledImages
) -> None:
    x, u = to_pixels(sample.images), tiny_model.precisions_cholesky.double()
    normals = MultivariateNormal(tiny_model.means.double(), precision_matrix=u @ u.mT)
    prior = MixtureSameFamily(Categorical(tiny_model.weights.double()), normals)
    with torch.inference_mode():
        mu, logvar = tiny_model.network.encode(x)
        posterior = Normal(mu, (0.5 * logvar).exp())
        eps = torch.randn(mu.shape, generator=torch.Generator().manual_seed(0))
        z = mu + posterior.scale * eps
        seen = Bernoulli(logits=tiny_model.network.decode(z), validate_args=False)
        log_likelihood = seen.log_prob(x).flatten(1).sum(1)
        kl = posterior.log_prob(z).sum(1) - prior.log_prob(z.double())
    expected = float((log_likelihood - kl).mean())
    found = measure_likelihood(tiny_model, sample.images, n_samples=1).mixture
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("words", "is_one_to_one"),
    [
        ("labels only name 3 clusters of 4 components; one temperature", True),
        ("labels only name the 3 components; one temperature", True),
        ("labels only name the 6 components; one temperature", False),
        ("every label of the training images learned from", False),
    ],
)
def test_clusters_that_are_not_named_one_to_one_are_said(
    words: str, is_one_to_one: bool, tiny_model: VAEGMM
) -> None:
    names = (1, 4, 8, 8)
    tiny_model.config = replace(tiny_model.config, label_use=words, component_labels=names)
    assert describe_naming(tiny_model) == (
        ""
        if is_one_to_one
        else f"not one cluster for each label ({words}): counted are its answers"
    )


def test_a_label_that_names_no_cluster_is_said(tiny_model: VAEGMM) -> None:
    words = "labels only name the 3 components"
    tiny_model.config = replace(tiny_model.config, label_use=words, component_labels=(1, 4, 4, 4))
    assert words in describe_naming(tiny_model)


def test_choices_are_read_strictly(tmp_path: Path) -> None:
    assert read_choices(tmp_path) == ()
    start = {"what": "start", "mutual_information": [1.0], "chosen": 0}
    (tmp_path / "choices.json").write_text(json.dumps([start, HEADS]))
    assert [choice.what for choice in read_choices(tmp_path)] == ["start", "head"]
    for damaged, message in (
        ({**HEADS, "chosen": 3}, "chosen must be below the 3 candidates, got 3"),
        ({**HEADS, "what": "seed"}, "expected one of 'start', 'head'"),
        ({**HEADS, "accuracy": 1.0}, "unknown key 'accuracy'"),
    ):
        (tmp_path / "choices.json").write_text(json.dumps([damaged]))
        with pytest.raises(ValueError, match=message):
            read_choices(tmp_path)
    (tmp_path / "choices.json").write_text(json.dumps(HEADS))
    with pytest.raises(ValueError, match="it is no list of choices"):
        read_choices(tmp_path)
