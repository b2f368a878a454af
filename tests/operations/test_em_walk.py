"""EM step by step, against the estimator whose steps it shows; and the points it is shown on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.mixture import GaussianMixture
from vaegmm.mixture.gaussian import CovarianceType, precisions_of
from vaegmm.model import VAEGMM
from vaegmm.operations.em_points import encode_points, load_points, save_points
from vaegmm.operations.em_walk import MAX_ITER, TOL, as_matrices, choose_beginning, name_walk, walk

KINDS: tuple[CovarianceType, ...] = ("full", "tied", "diag", "spherical")


@pytest.fixture(scope="module")
def z() -> Tensor:
    return load_points().z


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_components", [1, 3, 8])
def test_the_likelihood_never_falls(z: Tensor, kind: CovarianceType, n_components: int) -> None:
    for seed in range(5):
        steps = walk(z, n_components, seed, kind)
        assert 2 <= len(steps.weights) <= MAX_ITER + 1
        assert bool((steps.log_likelihood.diff() > -1e-9).all())


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_the_very_steps_of_the_estimator(z: Tensor, kind: CovarianceType) -> None:
    steps = walk(z, 4, 2, kind)
    start = choose_beginning(z.double(), 4, 2, kind)
    assert start.factors is not None
    mixture = GaussianMixture(
        4,
        covariance_type=kind,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=precisions_of(start.factors, kind),
    ).fit(z.double())
    close = {"atol": 1e-9, "rtol": 1e-9}
    assert mixture.n_iter_ == len(steps.weights) - 1
    assert mixture.converged_ == steps.has_converged is True
    torch.testing.assert_close(steps.weights[-1], mixture.weights_, **close)
    torch.testing.assert_close(steps.means[-1], mixture.means_, **close)
    covariances = as_matrices(mixture.covariances_, kind, 4)
    torch.testing.assert_close(steps.covariances[-1], covariances, **close)
    # The estimator's bounds are those of the parameters that an iteration begins with.
    bounds = torch.tensor(mixture.lower_bounds_, dtype=torch.float64)
    torch.testing.assert_close(steps.log_likelihood[:-1], bounds, **close)
    resp = mixture.predict_proba(z.double())
    torch.testing.assert_close(steps.responsibilities[-1], resp, **close)


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_a_mixture(z: Tensor, kind: CovarianceType) -> None:
    steps = walk(z, 5, 1, kind)
    n_steps = len(steps.weights)
    assert steps.means.shape == (n_steps, 5, 2)
    assert steps.covariances.shape == (n_steps, 5, 2, 2)
    assert steps.responsibilities.shape == (n_steps, len(z), 5)
    for shares in (steps.weights, steps.responsibilities):
        torch.testing.assert_close(shares.sum(-1), torch.ones_like(shares.sum(-1)))
    assert bool((torch.linalg.eigvalsh(steps.covariances) > 0).all())


def test_the_start_is_far_from_the_solution_and_lies_on_points(z: Tensor) -> None:
    steps = walk(z, 3, 0)
    assert float(steps.log_likelihood[-1] - steps.log_likelihood[0]) > 1
    distances = torch.cdist(steps.means[0], z.double())
    assert float(distances.amin(1).max()) == 0
    torch.testing.assert_close(steps.weights[0], torch.full((3,), 1 / 3, dtype=torch.float64))


def test_the_same_seed_takes_the_same_walk_and_another_another(z: Tensor) -> None:
    assert torch.equal(walk(z, 3, 7).means, walk(z, 3, 7).means)
    assert not torch.equal(walk(z, 3, 7).means[0], walk(z, 3, 8).means[0])


def test_it_ends_where_an_iteration_gains_little(z: Tensor) -> None:
    steps = walk(z, 3, 0)
    assert steps.has_converged
    # The last gain but one is what the estimator has seen.
    assert float(steps.log_likelihood[-2] - steps.log_likelihood[-3]) < TOL


def test_a_long_walk_is_cut_off(z: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vaegmm.operations.em_walk.MAX_ITER", 4)
    steps = walk(z, 3, 0)
    assert len(steps.weights) == 5
    assert not steps.has_converged


def test_components_are_named_by_the_digits_they_hold() -> None:
    points = load_points()
    steps = walk(points.z, 3, 0)
    named = name_walk(steps, points.labels)
    assert len(named.names) == len(named.accuracy) == len(steps.weights)
    assert sorted(named.names[-1]) == [1, 4, 8]
    assert named.accuracy[-1] > 0.85
    names = torch.tensor(named.names[-1])
    answers = names[steps.responsibilities[-1].argmax(1)]
    assert named.accuracy[-1] == pytest.approx(float((answers == points.labels).double().mean()))
    with pytest.raises(ValueError, match="at least the 3 labels"):
        name_walk(walk(points.z, 2, 0), points.labels)


@pytest.mark.parametrize(
    ("points", "n_components", "said"),
    [
        (torch.zeros(5, 3), 2, r"points must be of shape \(N, 2\), got \(5, 3\)"),
        (torch.zeros(5), 2, r"got \(5,\)"),
        (torch.rand(5, 2), 6, "from 1 to the 5 points given, got 6"),
        (torch.rand(5, 2), 0, "got 0"),
        (torch.zeros(5, 2), 2, "ill-defined"),
    ],
)
def test_what_cannot_be_walked_is_said(points: Tensor, n_components: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        walk(points, n_components, 0)


# ---- The points ----


def test_the_bundled_points_are_digits_in_the_plane() -> None:
    points = load_points()
    assert points.z.shape == (900, 2)
    assert points.labels.unique().tolist() == [1, 4, 8]


def test_points_come_back_as_they_were_saved(
    tiny_model: VAEGMM, sample: LabelledImages, tmp_path: Path
) -> None:
    points = encode_points(tiny_model, sample)
    save_points(points, tmp_path / "p.safetensors")
    loaded = load_points(tmp_path / "p.safetensors")
    assert torch.equal(loaded.z, points.z)
    assert loaded.labels.tolist() == sample.labels.tolist()


def test_only_two_latents_lie_in_the_plane(digits148: VAEGMM, sample: LabelledImages) -> None:
    with pytest.raises(ValueError, match="latent_dim must be 2, got a model with 10"):
        encode_points(digits148, sample)


Z, LABELS = torch.zeros(3, 2), torch.zeros(3, dtype=torch.uint8)


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"z": Z}, "must be z and labels, got z"),
        ({"z": Z, "labels": LABELS, "x": Z + 1}, "got labels, x, z"),
        ({"z": torch.zeros(4, 2), "labels": LABELS}, r"z must be .* of shape \(3, 2\)"),
        ({"z": Z.double(), "labels": LABELS}, "z must be torch.float32"),
        ({"z": Z, "labels": LABELS[:, None]}, "labels must be torch.uint8 of shape"),
        ({"z": Z.log() * 0, "labels": LABELS}, "z holds NaN or infinity"),
    ],
)
def test_other_tensors_are_refused(tensors: dict[str, Tensor], said: str, tmp_path: Path) -> None:
    save_file(tensors, tmp_path / "p.safetensors")
    with pytest.raises(ValueError, match=said):
        load_points(tmp_path / "p.safetensors")


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*p.safetensors"):
        load_points(tmp_path / "p.safetensors")
    (tmp_path / "p.safetensors").write_bytes(b"hello")
    with pytest.raises(ValueError, match="damaged"):
        load_points(tmp_path / "p.safetensors")
