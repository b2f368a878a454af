"""Digits that are hard to tell."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.judge import Judge, collect_votes
from vaegmm.latents import decode_latents, encode_images, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations import border
from vaegmm.operations.border import Lines
from vaegmm.operations.generate import generate
from vaegmm.operations.handwriting import Handwriting, encode_handwriting
from vaegmm.operations.muddle import Method, Muddles, as_npz, join_muddles, muddle
from vaegmm.runtime import evaluating

SEEDS = list(range(20))


def make(
    model: VAEGMM, handwriting: Handwriting, method: Method = "balanced", mix: float = 0.5
) -> Muddles:
    n = len(SEEDS)
    return muddle(model, handwriting, [4] * n, [9] * n, [mix] * n, SEEDS, method)


def share_of_a(judge: Judge, muddles: Muddles) -> NDArray[np.float64]:
    votes = collect_votes(judge, muddles.x).probabilities
    rows = np.arange(len(votes))
    of_a, of_b = votes[rows, muddles.a], votes[rows, muddles.b]
    return of_a / (of_a + of_b)


def test_handwriting_knows_where_its_digits_are(digits: VAEGMM, handwriting: Handwriting) -> None:
    fours = handwriting.of(4)
    assert len(fours) == 200
    z = encode_images(digits.network, handwriting.images[fours])
    torch.testing.assert_close(handwriting.z[fours], z, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(handwriting.means[4], z.mean(0), atol=1e-4, rtol=1e-4)


def test_handwriting_needs_every_digit(digits: VAEGMM) -> None:
    with pytest.raises(ValueError, match="2 is missing; give some images of it, too"):
        encode_handwriting(digits, load_dataset("sample", False, (0, 1)))


def test_digits_that_a_model_made_are_a_handwriting_too(digits148: VAEGMM) -> None:
    made = generate(digits148, 30)
    hand = encode_handwriting(digits148, made)
    data = LabelledImages.from_arrays(made.images, made.labels)
    assert np.array_equal(hand.images.numpy(), made.images)
    assert hand.labels.tolist() == made.labels.tolist()
    assert torch.equal(hand.z, encode_handwriting(digits148, data).z)


def test_what_is_left_out_is_the_nearest_partner_a_half_and_seeds_from_0(
    digits: VAEGMM, handwriting: Handwriting
) -> None:
    short = muddle(digits, handwriting, [4, 3], method="average")
    long = muddle(digits, handwriting, [4, 3], [None] * 2, [0.5] * 2, [0, 1], "average")
    for field in dataclasses.fields(Muddles):
        one, other = getattr(short, field.name), getattr(long, field.name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert short.seeds.tolist() == [0, 1]
    with pytest.raises(ValueError, match="at least one"):
        muddle(digits, handwriting, [])


def test_a_muddle_says_all_about_itself(digits: VAEGMM, handwriting: Handwriting) -> None:
    made = make(digits, handwriting)
    assert made.x.shape == made.x_a.shape == made.x_b.shape == (20, 28, 28)
    assert made.x.dtype == np.float32
    assert made.x.min() >= 0
    assert made.x.max() <= 1
    np.testing.assert_allclose(made.probabilities.sum(1), 1, atol=1e-5)
    pictures = to_pixels(handwriting.images)[:, 0].numpy()
    for picture, label in ((made.x_a[3], 4), (made.x_b[3], 9)):
        place = np.abs(pictures - picture).sum((1, 2)).argmin()
        assert np.array_equal(pictures[place], picture)
        assert handwriting.labels[place] == label


def test_balanced_is_read_as_was_asked(digits: VAEGMM, handwriting: Handwriting) -> None:
    for mix in (0.3, 0.5, 0.7):
        p = make(digits, handwriting, mix=mix).probabilities
        share = p[:, 4] / (p[:, 4] + p[:, 9])
        assert np.abs(share - mix).mean() < 0.02


def test_balanced_splits_the_judges_more_evenly(
    digits: VAEGMM, handwriting: Handwriting, judge: Judge
) -> None:
    methods: tuple[Method, ...] = ("balanced", "average", "series")
    off = [
        np.abs(share_of_a(judge, make(digits, handwriting, method)) - 0.5).mean()
        for method in methods
    ]
    assert off[0] < 0.12
    assert off[0] < 0.6 * min(off[1:])


def test_the_mix_moves_the_votes_between_the_same_two_pictures(
    digits: VAEGMM, handwriting: Handwriting, judge: Judge
) -> None:
    less, more = (make(digits, handwriting, mix=mix) for mix in (0.3, 0.7))
    assert np.array_equal(less.x_a, more.x_a)
    assert np.array_equal(less.x_b, more.x_b)
    assert (share_of_a(judge, more) > share_of_a(judge, less)).mean() > 0.9


def test_average_decodes_the_middle_of_two_latents(
    digits: VAEGMM, handwriting: Handwriting
) -> None:
    made = make(digits, handwriting, "average")
    both = [torch.from_numpy(np.round(x * 255).astype(np.uint8)) for x in (made.x_a, made.x_b)]
    z_a, z_b = (encode_images(digits.network, images) for images in both)
    middle = decode_latents(digits.network, (z_a + z_b) / 2)
    np.testing.assert_allclose(made.x, middle[:, 0].numpy(), atol=1e-4)


def test_series_keeps_what_is_least_like_either(digits: VAEGMM, handwriting: Handwriting) -> None:
    def unlike(made: Muddles) -> NDArray[np.float32]:
        return ((made.x - made.x_a) ** 2 + (made.x - made.x_b) ** 2).mean((1, 2))

    series, average = (make(digits, handwriting, method) for method in ("series", "average"))
    assert np.array_equal(series.x_a, average.x_a)
    assert unlike(series).mean() > unlike(average).mean()


def test_a_seed_gives_its_muddle_again_alone_or_among_others(
    digits: VAEGMM, handwriting: Handwriting
) -> None:
    together = make(digits, handwriting)
    again = make(digits, handwriting)
    assert np.array_equal(together.x, again.x)
    alone = muddle(digits, handwriting, [4], [9], [0.5], [7])
    assert np.array_equal(alone.x_a[0], together.x_a[7])
    np.testing.assert_allclose(alone.x[0], together.x[7], atol=0.02)
    assert len(np.unique(together.x, axis=0)) == len(SEEDS)


@pytest.mark.parametrize("method", ["balanced", "average"])
def test_the_partner_is_the_label_with_the_nearest_mean(
    digits: VAEGMM, handwriting: Handwriting, method: Method
) -> None:
    labels = torch.arange(20) % 10
    made = muddle(digits, handwriting, labels.tolist(), [None] * 20, [0.5] * 20, SEEDS, method)
    images = torch.from_numpy(np.round(made.x_a * 255).astype(np.uint8))
    distances = torch.cdist(encode_images(digits.network, images), handwriting.means)
    distances[torch.arange(20), labels] = torch.inf
    assert made.b.tolist() == distances.argmin(1).tolist()


def test_the_file_is_whole_and_plain(digits: VAEGMM, handwriting: Handwriting) -> None:
    made = make(digits, handwriting)
    file = np.load(io.BytesIO(as_npz(join_muddles([made, made]))), allow_pickle=False)
    assert set(file) == {"images", "soft_labels", "a", "b", "targets", "seeds"}
    assert file["images"].dtype == np.uint8
    assert file["images"].shape == (40, 28, 28)
    np.testing.assert_allclose(file["soft_labels"].sum(1), 1, atol=1e-5)
    assert file["seeds"].tolist() == SEEDS * 2


def test_a_crossing_is_where_the_image_reads_as_asked(
    digits: VAEGMM, handwriting: Handwriting
) -> None:
    index = torch.arange(10)
    start, end = handwriting.z[handwriting.of(3)[index]], handwriting.z[handwriting.of(5)[index]]
    a, b = torch.full((10,), 3), torch.full((10,), 5)
    lines = Lines(start, end, a, b)
    target = torch.full((10,), 0.4)
    with evaluating(digits):
        t = border.find_crossings(digits, lines, target, 12)
        x = border.decode(digits, lines.at(t))
        odds = border.log_odds(border.read(digits, x), a, b)
    crosses = (t > 0) & (t < 1)  # one of the fives is misread: its line has no crossing
    assert crosses.sum() >= 9
    torch.testing.assert_close(odds.sigmoid()[crosses], target[crosses], atol=0.02, rtol=0)


def test_shares_leave_the_others_theirs() -> None:
    log_labels = torch.tensor([[4.0, 0.0, 2.0]]).log_softmax(1)
    a, b = torch.tensor([0]), torch.tensor([1])
    before = log_labels.exp()
    after = border.share_out(log_labels, a, b, temperature=1.0)
    torch.testing.assert_close(after[0, 2], before[0, 2])
    torch.testing.assert_close(after.sum(1), torch.ones(1))
    odds = (after[0, 0] / after[0, 1]).log()
    torch.testing.assert_close(odds, torch.tensor(4.0 / border.SOFTNESS))
