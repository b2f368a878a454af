"""Whether muddles are measured as what they are, by the judge and by a second opinion."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.ambiguity import Yardstick, measure_muddles, share_by_pair
from vaegmm.evaluation.judge import Judge, collect_votes
from vaegmm.evaluation.second_opinion import SecondOpinion
from vaegmm.operations.muddle import Muddles


@pytest.fixture(scope="module")
def test_images() -> LabelledImages:
    return load_dataset("sample", train=False)


@pytest.fixture(scope="module")
def second() -> SecondOpinion:
    train = load_dataset("sample", train=True)
    return SecondOpinion(train.subset(torch.arange(3000)), seed=0)


def as_muddles(x: np.ndarray, a: list[int], b: list[int], target: float) -> Muddles:
    n = len(x)
    return Muddles(
        x.astype(np.float32), np.array(a), np.array(b), np.full(n, target), np.zeros((n, 10)),
        x, x, np.arange(n),
    )  # fmt: skip


def test_a_second_opinion_knows_digits(second: SecondOpinion, test_images: LabelledImages) -> None:
    truth = test_images.labels
    other = (truth + 1) % 10
    p, is_torn = second.judge_pairs(test_images.images, truth, other)
    assert (p > 0.5).double().mean() > 0.97
    turned, same = second.judge_pairs(test_images.images, other, truth)
    torch.testing.assert_close(turned, 1 - p)
    assert same.equal(is_torn)


def test_a_second_opinion_sees_what_is_torn(second: SecondOpinion) -> None:
    sample = load_dataset("sample", train=False, digits=(4, 9))
    fours, nines = (sample.images[sample.labels == label][:50].float() for label in (4, 9))
    blends = ((fours + nines) / 2).to(torch.uint8)
    a, b = torch.full((50,), 4), torch.full((50,), 9)
    _, torn = second.judge_pairs(blends, a, b)
    _, wrong = second.judge_pairs(blends, a, torch.full((50,), 0))
    assert torn.double().mean() > 0.6
    assert wrong.double().mean() < 0.1


def test_the_judge_disagrees_about_what_is_no_digit(judge: Judge) -> None:
    digits = load_dataset("sample", train=False).images.numpy() / np.float32(255)
    stripes = np.zeros((20, 28, 28), np.float32)
    for n in range(20):
        stripes[n, :, n % 5 :: 5] = 1
    filled = np.ones((1, 28, 28), np.float32)
    assert (collect_votes(judge, digits).disagreement <= 0.05).mean() > 0.96
    assert (collect_votes(judge, stripes).disagreement > 0.05).all()
    assert (collect_votes(judge, filled).disagreement > 0.05).all()


def test_every_attempt_counts(
    judge: Judge, second: SecondOpinion, test_images: LabelledImages
) -> None:
    yardstick = Yardstick(judge, second, test_images.images)
    clear = test_images.images[test_images.labels == 4][:20].numpy() / 255
    blank = np.zeros((20, 28, 28))
    made = as_muddles(np.concatenate([clear, blank]), [4] * 40, [9] * 40, 0.99)
    metrics, is_good = measure_muddles(made, yardstick, seconds=2.0)
    assert metrics.n_images == 40
    assert metrics.good == is_good.double().mean()
    assert 0.4 < metrics.good <= 0.5  # a clear four is 99 % four; nothing is no digit
    assert not is_good[20:].any()
    assert metrics.usual_ink <= 0.5
    assert metrics.per_second == 20
    halves, _ = measure_muddles(as_muddles(clear, [4] * 20, [9] * 20, 0.5), yardstick, 1.0)
    assert halves.balanced == 0
    assert halves.off_target == pytest.approx(0.5, abs=0.02)
    assert 0.5 < halves.diversity < 1
    assert 0.5 < halves.greyness < 1.5


def test_shares_by_pair_leave_out_what_was_not_made() -> None:
    x = np.zeros((3, 28, 28))
    shares = share_by_pair(
        as_muddles(x, [1, 1, 8], [4, 4, 1], 0.5), torch.tensor([True, False, True]), (1, 4, 8)
    )
    assert shares[0, 1] == 0.5
    assert shares[2, 0] == 1
    assert np.isnan(shares).sum() == 7
