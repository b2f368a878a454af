"""One number turns into another."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.latents import decode_latents, encode_images, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.morph import (
    PATHS,
    Morph,
    MorphSettings,
    Path,
    align,
    join_places,
    morph,
    morph_places,
)
from vaegmm.operations.writing import Digit

DATA: LabelledImages = load_dataset("sample", train=False)
QUICK = MorphSettings("linear", 12)


def pick(label: int, k: int = 0) -> Digit:
    """The k-th digit of a label."""
    index = int((DATA.labels == label).nonzero()[k])
    return to_pixels(DATA.images[index][None])[0, 0].numpy()


def as_bytes(digit: Digit) -> NDArray[np.uint8]:
    return (digit * 255).round().astype(np.uint8)


def changes(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How much each frame of one place differs from the one before."""
    steps = np.diff(frames.reshape(len(frames), -1).astype(float), axis=0)
    return np.asarray(np.linalg.norm(steps, axis=1))


@pytest.mark.parametrize("path", PATHS)
def test_both_ends_are_the_pictures_themselves_and_every_step_is_as_large(
    digits: VAEGMM, path: Path
) -> None:
    source, target = [pick(3), pick(2)], [pick(4), pick(1)]
    made = morph(digits, source, target, MorphSettings(path))
    assert (made.frames.shape, made.frames.dtype) == ((60, 2, 28, 28), np.uint8)
    for place in range(2):
        frames = made.frames[:, place]
        assert np.array_equal(frames[0], as_bytes(source[place]))
        assert np.array_equal(frames[-1], as_bytes(target[place]))
        steps = changes(frames)
        assert steps.max() <= 1.1 * steps.mean()


@given(st.integers(0, 1999), st.integers(0, 1999), st.integers(2, 240), st.booleans())
@settings(max_examples=15)
def test_ends_are_exact_to_the_pixel_for_any_two_digits(
    digits: VAEGMM, a: int, b: int, n_frames: int, is_eased: bool
) -> None:
    start, end = (to_pixels(DATA.images[[k]])[0, 0].numpy() for k in (a, b))
    easing = "ease-in-out" if is_eased else "none"
    made = morph(digits, [start], [end], MorphSettings("linear", n_frames, easing))
    assert len(made.frames) == n_frames
    assert np.array_equal(made.frames[0, 0], DATA.images[a].numpy())
    assert np.array_equal(made.frames[-1, 0], DATA.images[b].numpy())


def test_without_kept_ends_they_are_reconstructions(digits: VAEGMM) -> None:
    start, end = pick(5), pick(6)
    made = morph(digits, [start], [end], MorphSettings("linear", 20, keep_ends=False))
    images = torch.from_numpy(np.stack([as_bytes(start), as_bytes(end)]))
    rebuilt = decode_latents(digits.network, encode_images(digits.network, images))[:, 0].numpy()
    for frame, picture, x_hat in zip(made.frames[[0, -1], 0], (start, end), rebuilt, strict=True):
        assert not np.array_equal(frame, as_bytes(picture))
        x = frame / 255
        # The same strokes, as crisp as real ones.
        assert np.corrcoef(x.ravel(), x_hat.ravel())[0, 1] > 0.95
        assert np.abs(x - 0.5).mean() > np.abs(x_hat - 0.5).mean()


def test_what_the_decoder_missed_is_gone_in_the_middle(digits: VAEGMM) -> None:
    start, end = pick(5), pick(6)
    own, rebuilt = (
        morph(digits, [start], [end], MorphSettings("linear", 41, keep_ends=keeps)).frames[:, 0]
        for keeps in (True, False)
    )
    differences = np.abs(own.astype(float) - rebuilt).mean((1, 2))
    assert differences[20] < 0.2 * min(differences[0], differences[-1])


def test_eased_it_begins_and_ends_slowly(digits: VAEGMM) -> None:
    made = morph(digits, [pick(3)], [pick(8)], MorphSettings("linear", 41, "ease-in-out"))
    steps = changes(made.frames[:, 0])
    for step in (steps[0], steps[-1]):
        assert step < 0.4 * steps[20]


@pytest.mark.parametrize("path", PATHS)
def test_the_same_request_gives_the_same_bytes(digits: VAEGMM, path: Path) -> None:
    first, again = (
        morph(digits, [pick(7)], [pick(2)], MorphSettings(path, 20)).frames for _ in range(2)
    )
    assert np.array_equal(first, again)


def test_paths_differ(digits: VAEGMM) -> None:
    made = [morph(digits, [pick(7)], [pick(2)], MorphSettings(path, 21)) for path in PATHS]
    middles = {one.frames[10].tobytes() for one in made}
    assert len(middles) == len(PATHS)


def test_a_digit_to_itself_stays(digits: VAEGMM) -> None:
    made = morph(digits, [pick(4)], [pick(4)], QUICK)
    off = np.abs(made.frames[:, 0].astype(int) - as_bytes(pick(4)))
    assert off.mean() < 0.25 * as_bytes(pick(4)).mean()
    assert np.array_equal(made.frames[-1, 0], as_bytes(pick(4)))


@pytest.mark.parametrize("is_turned", [False, True])
def test_of_a_longer_number_the_first_digits_appear_or_fade_out(
    digits: VAEGMM, is_turned: bool
) -> None:
    short, long = [pick(7)], [pick(3), pick(2)]
    source, target = (long, short) if is_turned else (short, long)
    made = morph(digits, source, target, QUICK)
    frames = made.frames[::-1] if is_turned else made.frames
    assert not frames[0, 0].any()  # the tens are not there yet
    assert np.array_equal(frames[-1, 0], as_bytes(pick(3)))
    assert (np.diff(frames[:, 0].sum((1, 2)).astype(float)) > 0).all()
    assert np.array_equal(frames[0, 1], as_bytes(pick(7)))  # units stand below units
    assert np.array_equal(frames[-1, 1], as_bytes(pick(2)))


def test_joined_frames_show_the_places_from_left_to_right(digits: VAEGMM) -> None:
    made = morph(digits, [pick(3), pick(2)], [pick(4), pick(1)], QUICK)
    joined = made.joined()
    assert joined.shape == (12, 28, 56)
    assert np.array_equal(joined[0, :, :28], as_bytes(pick(3)))
    assert np.array_equal(joined[-1, :, 28:], as_bytes(pick(1)))


def test_places_made_one_by_one_are_those_made_together(digits: VAEGMM) -> None:
    source, target = [pick(3), pick(2)], [pick(4), pick(1)]
    together = morph(digits, source, target, QUICK)
    parts = [morph_places(digits, [a], [b], QUICK) for a, b in align(source, target)]
    apart = join_places(parts)
    assert isinstance(apart, Morph)
    assert np.abs(apart.frames.astype(int) - together.frames).max() <= 1


def test_a_model_of_other_labels_and_in_training_mode_serves_too(tiny_model: VAEGMM) -> None:
    tiny_model.train()
    for path in PATHS:
        made = morph(tiny_model, [pick(4)], [pick(8)], MorphSettings(path, 5))
        assert np.array_equal(made.frames[-1, 0], as_bytes(pick(8)))
    assert tiny_model.training


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (MorphSettings(n_frames=1), "n_frames must be from 2 to 240, got 1"),
        (MorphSettings(n_frames=241), "n_frames must be from 2 to 240, got 241"),
        (MorphSettings("straight"), "path must be one of geodesic, linear, slerp, got 'straight'"),  # type: ignore[arg-type]
        (MorphSettings(easing="fast"), "easing must be one of none, ease-in-out, got 'fast'"),  # type: ignore[arg-type]
    ],
)
def test_settings_that_no_morph_has_are_named(
    digits: VAEGMM, settings: MorphSettings, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        morph(digits, [pick(4)], [pick(8)], settings)


def test_no_digits_or_too_many_are_refused(digits: VAEGMM) -> None:
    with pytest.raises(ValueError, match="the source must be 1 to 6 digits, got 0"):
        morph(digits, [], [pick(1)])
    with pytest.raises(ValueError, match="the target must be 1 to 6 digits, got 7"):
        morph(digits, [pick(1)], [pick(1)] * 7)
    with pytest.raises(ValueError, match="place 1 has no digit at either end"):
        morph_places(digits, [pick(1), None], [pick(2), None], QUICK)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_no_digit_at_all_gives_frames_all_the_same(digits: VAEGMM, path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.float32) / np.float32(255)
    blank, full = np.zeros_like(noise), np.ones_like(noise)
    settings = MorphSettings(path, 6)
    made = morph(digits, [noise, blank, full], [blank, full, noise], settings)
    assert np.array_equal(made.frames[0, 1], as_bytes(blank))
    assert np.array_equal(made.frames[0, 0], as_bytes(noise))
    assert np.array_equal(made.frames[-1, 1], as_bytes(full))
    assert all(changes(made.frames[:, place]).max() > 0 for place in range(3))
