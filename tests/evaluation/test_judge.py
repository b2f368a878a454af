"""The judge: what its members say together, and that it can be trained, kept and loaded."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from scripts.train_judge import find_neighbours, fit_member
from vaegmm.data.clutter import make_shapes
from vaegmm.data.datasets import load_dataset
from vaegmm.evaluation.judge import Judge, Member, form_opinion


def test_doubt_is_told_from_disagreement() -> None:
    sure, torn = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5])
    other = torch.tensor([0.0, 1.0])
    members = torch.stack([torch.stack([sure, torn, sure]), torch.stack([sure, torn, other])])
    opinion = form_opinion(members.log())
    torch.testing.assert_close(opinion.probabilities[2], torn)
    assert opinion.entropy.tolist() == pytest.approx([0, math.log(2), math.log(2)], abs=1e-6)
    assert opinion.disagreement.tolist() == pytest.approx([0, 0, math.log(2)], abs=1e-6)


def test_a_member_is_small_and_learns(tmp_path: Path) -> None:
    assert sum(p.numel() for p in Member().parameters()) <= 80_000
    train, test = (load_dataset("sample", train=part) for part in (True, False))
    some = train.subset(torch.arange(4000))
    clutter = make_shapes(500, seed=0)
    judge = Judge()
    judge.members[0] = fit_member(some, clutter, seed=3, epochs=2)
    answers = judge.eval().log_probabilities(judge.features(test.images))[0].argmax(1)
    assert (answers == test.labels).double().mean() > 0.85
    of_clutter = judge.log_probabilities(judge.features(make_shapes(200, seed=1)))[0].argmax(1)
    assert (of_clutter == 6).double().mean() > 0.9  # twice the seed


def test_a_neighbour_is_the_nearest_of_another_label() -> None:
    some = load_dataset("sample", train=False).subset(torch.arange(300))
    nearest = find_neighbours(some, torch.Generator().manual_seed(0))
    assert (some.labels[nearest] != some.labels).all()
    x = some.images.float().view(-1, 14, 2, 14, 2).mean((2, 4)).flatten(1)
    distances = torch.cdist(x, x)
    distances[some.labels[:, None] == some.labels] = torch.inf
    assert (distances.argmin(1) == nearest).double().mean() > 0.99


def test_it_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    judge = Judge().eval()
    judge.save_pretrained(tmp_path, {"trained_on": "nothing"})
    again = Judge.from_pretrained(tmp_path)
    images = load_dataset("sample", train=False).images[:7]
    features = judge.features(images)
    assert again.features(images).equal(features)
    assert again.log_probabilities(features).equal(judge.log_probabilities(features))
    assert again.log_probabilities(features).shape == (5, 7, 10)
    assert again.features(images).shape == (7, 320)
    assert not again.training


def test_what_is_no_judge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no judge in"):
        Judge.from_pretrained(tmp_path)
    (tmp_path / "judge.safetensors").write_bytes(b"x")
    with pytest.raises(ValueError, match="no judge in"):
        Judge.from_pretrained(tmp_path)


def test_a_judge_that_is_damaged_is_refused(tmp_path: Path) -> None:
    Judge().save_pretrained(tmp_path, {"trained_on": "nothing"})
    path = tmp_path / "judge.safetensors"
    content = bytearray(path.read_bytes())
    content[-300] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"judge\.safetensors is damaged, or not what judge\.json"):
        Judge.from_pretrained(tmp_path)


def test_an_installed_package_says_that_it_has_no_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaegmm.evaluation.judge.JUDGE", tmp_path / "judge")
    with pytest.raises(ValueError, match=r"installed without them; measure in a checkout"):
        Judge.from_pretrained(tmp_path / "judge")
